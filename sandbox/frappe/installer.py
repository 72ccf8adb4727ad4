"""Which apps a site has."""

import frappe
from frappe.apps import set_installed_apps


def remove_from_installed_apps(app_name):
	"""Take an app off the list of the site, and commit."""
	set_installed_apps([app for app in frappe.get_installed_apps() if app != app_name])
	frappe.db.commit()

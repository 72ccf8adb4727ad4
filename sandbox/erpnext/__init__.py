"""A one-process stand-in for the part of ERPNext 15 that crm_pipeline calls. For try-out and fast tests only."""

import frappe
from frappe.types import raise_unknown

__version__ = "15.19.0"
__getattr__ = raise_unknown("erpnext")


def get_default_company(user=None):
	"""Return the company of the user's defaults, else the site's."""
	return frappe.defaults.get_user_default("company", user) or get_global_default_company()


def get_global_default_company():
	return frappe.db.get_single_value("Global Defaults", "default_company")


def get_default_currency():
	company = get_default_company()
	return get_company_currency(company) if company else None


def get_company_currency(company):
	return frappe.get_cached_value("Company", company, "default_currency")

"""What install and migrate set up beyond the DocTypes. Everything here may run again without harm.

Seeds come once. SET_UP is the mark that they have: with it a migrate brings nothing back that an admin deleted, without
it a migrate completes an install that was killed.
"""

import frappe
from frappe.installer import remove_from_installed_apps
from frappe.utils import cint

from crm_pipeline import custom_fields, indexes, preconditions, seeds
from crm_pipeline.constants import SETTINGS
from crm_pipeline.crm_pipeline.doctype.pipeline_opportunity.naming import set_up_sequence
from crm_pipeline.dashboard import set_up as desk

SET_UP = "crm_pipeline_set_up"


def before_install() -> None:
	frappe.setup_module_map()  # the site's cached map may be older than this app
	preconditions.validate()
	forget_install()


def after_install() -> None:
	"""Set up, or take the app off the list again: else a second install-app would do nothing."""
	try:
		set_up()
	except BaseException:
		frappe.db.rollback()
		frappe.flags.in_install = False  # while it is set, caches keep the list as it was
		remove_from_installed_apps(desk.APP)
		raise


def before_migrate() -> None:
	indexes.drop_outdated()


def after_migrate() -> None:
	if is_set_up():
		keep_up()
	else:
		set_up()


def set_up() -> None:
	"""Set up what a new site gets. The mark is of one transaction with the seeds, which come after all DDL."""
	make_roles()
	keep_up()
	seed_masters()
	make_email_template()
	set_default_settings()
	desk.make_board()
	mark_as_set_up()


def keep_up() -> None:
	custom_fields.create()
	set_up_sequence()
	indexes.make_all()


def is_set_up() -> bool:
	return bool(frappe.db.exists("DefaultValue", {"defkey": SET_UP}))  # a cache may know of one rolled back


def mark_as_set_up() -> None:
	frappe.db.set_global(SET_UP, 1)


def forget_install() -> None:
	"""Delete what the framework notes about an install and trips over, or heeds, at the next one.

	Nothing where the app is installed: a dry run of uninstalling calls this too.
	"""
	if desk.APP in frappe.get_installed_apps():
		return
	# past its controller, which in developer mode deletes files
	frappe.db.delete("Module Def", {"app_name": desk.APP})
	frappe.db.delete("Patch Log", {"patch": ("like", f"{desk.APP}.%")})
	frappe.db.delete("DefaultValue", {"defkey": SET_UP})


def make_roles() -> None:
	for role in seeds.ROLES:
		if not frappe.db.exists("Role", role):
			frappe.get_doc({"doctype": "Role", "role_name": role, "desk_access": 1}).insert()


def seed_masters() -> None:
	for name in seeds.BUSINESS_UNITS:
		_make("Pipeline Business Unit", business_unit=name)
	for name, business_unit in seeds.PRODUCT_LINES.items():
		_make("Pipeline Product Line", product_line=name, business_unit=business_unit)
	for name in seeds.OPPORTUNITY_TYPES:
		_make("Pipeline Opportunity Type", opportunity_type=name)
	for name in _get_site_sources() or seeds.SOURCES:
		_make("Pipeline Source", source=name)
	for name, (category, applies_to, needs_detail) in seeds.LOST_REASONS.items():
		_make(
			"Pipeline Lost Reason",
			reason=name,
			category=category,
			applies_to=applies_to,
			needs_detail=needs_detail,
		)
	_seed_regions()


def make_email_template() -> None:
	"""Add the template of a summary e-mail, once: what an admin makes of it stays."""
	_make("Email Template", name=seeds.EMAIL_TEMPLATE, **seeds.EMAIL_TEMPLATE_VALUES)


def set_default_settings() -> None:
	"""Fill the settings' defaults; the days of auto-close are those the site already uses."""
	settings = frappe.get_doc(SETTINGS)
	settings.auto_close_after_days = _get_site_auto_close_days() or settings.auto_close_after_days
	for df in settings.meta.get("fields", {"fieldtype": "Time"}):
		settings.set(df.fieldname, df.default)  # the framework fills in the time of the installation
	settings.save()


def _make(doctype: str, **values) -> None:
	name = next(iter(values.values()))
	if not frappe.db.exists(doctype, name):
		frappe.get_doc({"doctype": doctype, **values}).insert()


def _seed_regions() -> None:
	country = seeds.SAMPLE_COUNTRY if frappe.db.exists("Country", seeds.SAMPLE_COUNTRY) else None
	for name, (parent, is_group) in seeds.REGIONS.items():
		_make(
			"Pipeline Region",
			region_name=name,
			parent_pipeline_region=parent,
			is_group=is_group,
			state=seeds.SAMPLE_STATE,
			country=country,
		)


def _get_site_sources() -> list[str]:
	for doctype, fieldname in seeds.SITE_SOURCES.items():
		if frappe.db.exists("DocType", doctype):
			return frappe.get_all(doctype, pluck=fieldname, order_by="name")
	return []


def _get_site_auto_close_days() -> int:
	if not frappe.db.exists("DocType", "CRM Settings"):
		return 0
	return cint(frappe.db.get_single_value("CRM Settings", "close_opportunity_after_days"))

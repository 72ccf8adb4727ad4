"""What install and migrate set up beyond the DocTypes. Everything here may run again without harm."""

import frappe
from frappe.utils import cint

from crm_pipeline import custom_fields, indexes, seeds
from crm_pipeline.crm_pipeline.desk import set_up as desk
from crm_pipeline.crm_pipeline.doctype.pipeline_opportunity.naming import set_up_sequence


def before_install() -> None:
	frappe.setup_module_map()  # the site's cached map may be older than this app


def after_install() -> None:
	make_roles()
	custom_fields.create()
	set_up_sequence()
	indexes.make_all()
	seed_masters()
	make_email_template()
	set_default_settings()
	desk.make_board()


def before_migrate() -> None:
	indexes.drop_outdated()


def after_migrate() -> None:
	custom_fields.create()
	set_up_sequence()
	indexes.make_all()


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
	settings = frappe.get_doc("Pipeline Settings")
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

"""Who works on the opportunity and who may say so."""

import frappe
from frappe import _
from frappe.model.document import Document

from crm_pipeline.crm_pipeline.doctype.pipeline_opportunity.changes import has_changed
from crm_pipeline.crm_pipeline.refusal import get_label, refuse
from crm_pipeline.permissions import APPLICATION_ROLES, SALES_ROLES, is_manager

# field → the roles of which the user needs one
ELIGIBLE_ROLES = {"sales_engineer": SALES_ROLES, "application_engineer": APPLICATION_ROLES}


def set_sales_engineer(doc: Document) -> None:
	"""A new record without a sales engineer is its creator's, if eligible."""
	if not doc.is_new() or doc.sales_engineer or doc.is_history or doc.route_automatically:
		return
	if is_eligible(frappe.session.user, "sales_engineer"):
		doc.sales_engineer = frappe.session.user


def validate_people(doc: Document) -> None:
	"""Check both engineers when they change: who they are, and who may name them."""
	for fieldname in ELIGIBLE_ROLES:
		user = doc.get(fieldname)
		if not has_changed(doc, fieldname):
			continue
		if user and not doc.is_history and not is_eligible(user, fieldname):
			message = _(
				"{0} {1} can't work on opportunities. Choose an enabled user with one of the roles {2}."
			)
			refuse(message, get_label(doc, fieldname), user, ", ".join(sorted(ELIGIBLE_ROLES[fieldname])))
	_validate_assignment(doc)


def is_eligible(user: str, fieldname: str) -> bool:
	"""Tell whether a user is an enabled system user with a role for the field; Administrator is nobody's engineer."""
	if user in frappe.STANDARD_USERS:
		return False
	enabled, user_type = frappe.get_cached_value("User", user, ["enabled", "user_type"])
	has_role = not ELIGIBLE_ROLES[fieldname].isdisjoint(frappe.get_roles(user))
	return bool(enabled) and user_type == "System User" and has_role


def _validate_assignment(doc: Document) -> None:
	"""Only a manager or routing gives an opportunity to somebody else."""
	if not has_changed(doc, "sales_engineer") or doc.flags.routed or is_manager():
		return
	if doc.is_new() and doc.sales_engineer == frappe.session.user:
		return
	refuse(
		_("Only a manager may make {0} the {1} of an opportunity. Ask a manager to hand it over."),
		doc.sales_engineer or _("nobody"),
		get_label(doc, "sales_engineer"),
		exception=frappe.PermissionError,
	)

"""Who sees an opportunity, and why: the visibility rule of permissions.py told for one record."""

import frappe
from frappe import _
from frappe.utils import get_fullname

from crm_pipeline.access.permissions import MANAGER_ROLES
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.domain.routing import RULE
from crm_pipeline.refusal import get_label

ENGINEER_FIELDS = ("sales_engineer", "application_engineer")


def explain_access(name: str) -> dict:
	"""Return who sees an opportunity and why (api/opportunity.py); no permission is checked."""
	record = frappe.get_doc(OPPORTUNITY, name)
	reasons: dict[str, list[str]] = {}
	for user, reason in (*_get_engineers(record), *_get_helpers(name), *_get_guests(name)):
		reasons.setdefault(user, []).append(reason)
	return {
		"people": [_describe(record, user, texts) for user, texts in reasons.items()],
		"managers": sorted(get_fullname(user) for user in _get_managers()),
		"everyone": bool(_get_shares(name, everyone=1)),
	}


def _get_engineers(record):
	for fieldname in ENGINEER_FIELDS:
		if record.get(fieldname):
			yield record.get(fieldname), get_label(record, fieldname)


def _get_helpers(name: str):
	todos = frappe.get_all(
		"ToDo",
		filters={
			"reference_type": OPPORTUNITY,
			"reference_name": name,
			"status": "Open",
			"assignment_rule": ("!=", RULE),  # routing's own: see visibility.NOT_ROUTED
		},
		fields=["allocated_to", "assigned_by"],
		order_by="creation",
	)
	for todo in todos:
		if todo.allocated_to:
			yield todo.allocated_to, _("To-do from {0}").format(get_fullname(todo.assigned_by))


def _get_guests(name: str):
	for share in _get_shares(name, everyone=0):
		yield share.user, _("Shared by {0}").format(get_fullname(share.owner))


def _get_shares(name: str, everyone: int) -> list:
	filters = {"share_doctype": OPPORTUNITY, "share_name": name, "read": 1, "everyone": everyone}
	return frappe.get_all("DocShare", filters=filters, fields=["user", "owner"], order_by="creation")


def _get_managers() -> list[str]:
	"""Return the enabled users with a manager role; Administrator has every role and is not listed."""
	rows = frappe.get_all(
		"Has Role",
		filters={"role": ("in", sorted(MANAGER_ROLES)), "parenttype": "User"},
		pluck="parent",
		distinct=True,
	)
	filters = {"name": ("in", [*rows, ""]), "enabled": 1}
	return [name for name in frappe.get_all("User", filters=filters, pluck="name") if name != "Administrator"]


def _describe(record, user: str, reasons: list[str]) -> dict:
	is_enabled = bool(frappe.db.get_value("User", user, "enabled"))
	return {
		"user": user,
		"full_name": get_fullname(user),
		"reasons": reasons,
		"may_read": is_enabled and bool(frappe.has_permission(OPPORTUNITY, "read", doc=record, user=user)),
		"may_write": is_enabled and bool(frappe.has_permission(OPPORTUNITY, "write", doc=record, user=user)),
	}

"""Who sees an opportunity, and why: the visibility rule (grants.py) told for one record."""

import frappe
from frappe import _
from frappe.utils import get_fullname

from crm_pipeline.access.grants import (
	APPLICATION_ENGINEER,
	ASSIGNED,
	GRANTS,
	SALES_ENGINEER,
	SHARED_WITH_EVERYONE,
	select_people,
)
from crm_pipeline.access.permissions import MANAGER_ROLES
from crm_pipeline.constants import OPPORTUNITY


def explain_access(name: str) -> dict:
	"""Return who sees an opportunity and why (api/opportunity.py); no permission is checked."""
	record = frappe.get_doc(OPPORTUNITY, name)
	reasons: dict[str, list[str]] = {}
	for grant in (grant for grant in GRANTS if grant != SHARED_WITH_EVERYONE):
		for row in _get_rows(grant, name):
			if row.user:
				reasons.setdefault(row.user, []).append(_explain(grant, row.by))
	return {
		"people": [_describe(record, user, texts) for user, texts in reasons.items()],
		"managers": sorted(get_fullname(user) for user in _get_managers()),
		"everyone": bool(_get_rows(SHARED_WITH_EVERYONE, name)),
	}


def _get_rows(grant: str, name: str) -> list:
	rows = frappe.db.sql(select_people(GRANTS[grant], name), as_dict=True)
	return sorted(rows, key=lambda row: row.since)


def _explain(grant: str, by: str) -> str:
	if grant == SALES_ENGINEER:
		return _("Sales Engineer")
	if grant == APPLICATION_ENGINEER:
		return _("Application Engineer")
	if grant == ASSIGNED:
		return _("To-do from {0}").format(get_fullname(by))
	return _("Shared by {0}").format(get_fullname(by))


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

"""Who gets which opportunity: routing, trying it out, handing over."""

import frappe
from frappe import _

from crm_pipeline.access import eligibility
from crm_pipeline.access.permissions import require_manager
from crm_pipeline.api.parse import read_limit, read_names_or_all, reads_arguments
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.domain import json_text
from crm_pipeline.refusal import list_choices, refuse
from crm_pipeline.routing import hand_over as handing_over
from crm_pipeline.routing import router, rule


@frappe.whitelist(methods=["POST"])
@reads_arguments
def set_up_routing() -> str:
	"""Make or mend the Assignment Rule and return its name. Managers only."""
	require_manager()
	return rule.set_up_routing()


@frappe.whitelist()
@reads_arguments
def try_routing(region: str, count: int = 5) -> list[dict]:
	"""Return who would get the next `count` (at most 50) opportunities, without assigning anything. Managers only.

	Rows: {"user": e-mail or None, "full_name": …, "explanation": why this one and who was skipped}.
	"""
	require_manager()
	frappe.has_permission("Pipeline Region", "read", doc=region, throw=True)
	return router.describe_next(region, min(max(count, 1), 50))


@frappe.whitelist()
@reads_arguments
def get_eligible_users(
	doctype: str, txt: str, searchfield: str, start: int, page_len: int, filters: dict | str
) -> list:
	"""Return (user, full name) of those whom a field may name, for its link field. Needs read permission.

	`filters` holds the fieldname: {"fieldname": "sales_engineer"}.
	"""
	frappe.has_permission(OPPORTUNITY, "read", throw=True)
	fieldname = read_fieldname(filters)
	start, length = read_limit("start", start), read_limit("page_len", page_len)
	return eligibility.get_eligible_users(fieldname, txt, start, length)


@frappe.whitelist()
@reads_arguments
def preview_hand_over(from_user: str, names: list | str | None = None) -> dict:
	"""Return what a hand-over would move: {"opportunities": [rows], "todos": n, "events": n}. Managers only."""
	require_manager()
	return handing_over.preview(from_user, read_names_or_all(names))


@frappe.whitelist(methods=["POST"])
@reads_arguments
def hand_over(
	from_user: str, reason: str, to_user: str | None = None, names: list | str | None = None
) -> dict:
	"""Start the job that gives all (or the named) open opportunities of `from_user` to `to_user`, or routes them.

	Managers only. Returns {"opportunities": how many}.
	"""
	require_manager()
	return handing_over.start(from_user, reason, to_user, read_names_or_all(names))


def read_fieldname(filters: dict | str) -> str:
	"""Return the field that is to be filled; refuse what names none of them."""
	fieldname = (json_text.read(filters, dict) or {}).get("fieldname")
	if not isinstance(fieldname, str) or fieldname not in eligibility.ELIGIBLE_ROLES:
		message = _("{0} names no field. Send filters with one of these as fieldname: {1}.")
		refuse(message, json_text.write(filters), list_choices(eligibility.ELIGIBLE_ROLES))
	return fieldname

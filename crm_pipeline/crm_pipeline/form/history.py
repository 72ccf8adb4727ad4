"""The way of an opportunity so far: the steps of the stage bar, the stages for print, the last audit entries."""

import json

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_fullname

from crm_pipeline.crm_pipeline.audit.log import LOG
from crm_pipeline.crm_pipeline.domain import lifecycle

OPPORTUNITY = "Pipeline Opportunity"
ENTRIES_SHOWN = 20
ENTRY_FIELDS = (
	"name",
	"event",
	"from_status",
	"to_status",
	"user",
	"at",
	"reason",
	"amount",
	"currency",
	"seconds_in_status",
	"details",
)
FIRST_EVENTS = ("Created", "Imported")  # their changes are the whole record


def get_steps(doc: Document) -> list[dict]:
	"""Return the steps of the stage bar: {"status", "state" (see lifecycle.get_steps), "at"}."""
	dates = {lifecycle.FIRST_STAGE: doc.opened_on, doc.status: doc.closed_on or doc.status_changed_on}
	if doc.status == lifecycle.FIRST_STAGE:
		dates[doc.status] = doc.opened_on
	if lifecycle.is_closed(doc.status):
		dates.update(_get_passed_since_start(doc.name))
	steps = lifecycle.get_steps(doc.status, frozenset(dates))
	return [{"status": status, "state": state, "at": dates.get(status)} for status, state in steps]


def get_stage_changes(name: str) -> list[dict]:
	"""Return what brought an opportunity into its stages, oldest first, for print; [] for those who may not read it.

	Asked by name: a document to be printed may come from a request, with anything in it.
	"""
	if not frappe.db.exists(OPPORTUNITY, name) or not frappe.has_permission(OPPORTUNITY, "read", doc=name):
		return []
	entries = _get_entries(name, order_by="at asc, name asc")
	return [_describe(entry) for entry in entries if entry.from_status != entry.to_status]


@frappe.whitelist()
def get_history(name: str) -> dict:
	"""Return the newest audit entries of an opportunity, newest first. Needs read permission on it.

	{"entries": rows of ENTRY_FIELDS with "full_name" and "changes" ([{"label", "from", "to"}]), "total": count}.
	"""
	frappe.has_permission(OPPORTUNITY, "read", doc=name, throw=True)
	entries = _get_entries(name, order_by="at desc, name desc", limit=ENTRIES_SHOWN)
	total = frappe.db.count(LOG, _get_filters(name))
	return {"entries": [_describe(entry) for entry in entries], "total": total}


def _get_passed_since_start(name: str) -> dict:
	"""Return when a closed record last stood in the stage before its outcome, unless it was reopened since."""
	entries = _get_entries(
		name, order_by="at desc, name desc", to_status=("in", lifecycle.get_open_statuses())
	)
	last = next((entry for entry in entries if entry.from_status != entry.to_status), None)
	return {last.to_status: last.at} if last and last.to_status != lifecycle.FIRST_STAGE else {}


def _get_entries(name: str, order_by: str, limit: int | None = None, **filters) -> list:
	return frappe.get_all(
		LOG,
		filters={**_get_filters(name), **filters},
		fields=list(ENTRY_FIELDS),
		order_by=order_by,
		limit=limit,
	)


def _get_filters(name: str) -> dict:
	return {"reference_doctype": OPPORTUNITY, "reference_name": name}


def _describe(entry) -> dict:
	details = json.loads(entry.pop("details") or "{}") if entry.event not in FIRST_EVENTS else {}
	hidden = {"status"}
	if entry.from_status != entry.to_status:
		hidden |= lifecycle.OUTCOME_FIELDS  # told by amount and reason
	changes = [
		_describe_change(fieldname, change)
		for fieldname, change in details.items()
		if fieldname not in hidden and not fieldname.startswith("base_")
	]
	return {**entry, "full_name": get_fullname(entry.user), "changes": changes}


def _describe_change(fieldname: str, change: dict) -> dict:
	before, after = (
		", ".join(value) if isinstance(value, list) else value for value in (change["from"], change["to"])
	)
	return {"label": _(frappe.get_meta(OPPORTUNITY).get_label(fieldname)), "from": before, "to": after}

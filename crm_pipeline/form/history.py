"""The way of an opportunity so far: the steps of the stage bar, the stages for print, the last audit entries."""

import frappe
from frappe import _, _lt
from frappe.model.document import Document
from frappe.query_builder import Order
from frappe.utils import fmt_money
from pypika.queries import QueryBuilder
from pypika.terms import Criterion

from crm_pipeline.constants import AUDIT_LOG, OPPORTUNITY
from crm_pipeline.domain import audit_chain, lifecycle

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
# event that is no stage → what a person is shown
EVENTS = {
	"Created": _lt("Created"),
	"Imported": _lt("Imported"),
	"Routed": _lt("Routed"),
	"Reassigned": _lt("Reassigned"),
	"Offer Linked": _lt("Offer Linked"),
	"Offer Withdrawn": _lt("Offer Withdrawn"),
	"Lead Converted": _lt("Lead Converted"),
	"Corrected": _lt("Corrected"),
	"Renamed": _lt("Renamed"),
	"Merged": _lt("Merged"),
	"Key Break Accepted": _lt("Key Break Accepted"),
	"Redacted": _lt("Redacted"),
	"End Of Log Noted": _lt("End Of Log Noted"),
	"Auto Closed": _lt("Auto Closed"),
	"Reopened": _lt("Reopened"),
	"Deleted": _lt("Deleted"),
}


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
	entries = select(name, *ENTRY_FIELDS, order=Order.asc).where(_is_move()).run(as_dict=True)
	return [describe(entry) for entry in entries]


def get_history(name: str) -> dict:
	"""Return the newest audit entries of an opportunity, newest first, and how many there are; no permission is checked."""
	entries = select(name, *ENTRY_FIELDS).limit(ENTRIES_SHOWN).run(as_dict=True)
	total = frappe.db.count(AUDIT_LOG, {"reference_doctype": OPPORTUNITY, "reference_name": name})
	return {"entries": [describe(entry) for entry in entries], "total": total}


def select(name: str, *fieldnames: str, order: Order = Order.desc) -> QueryBuilder:
	"""Return a query for a record's entries, newest first; no permission is checked.

	By the query builder: get_all takes twice the time, and the steps are asked for after every save.
	"""
	entry = frappe.qb.DocType(AUDIT_LOG)
	query = frappe.qb.from_(entry).select(*(entry[fieldname] for fieldname in fieldnames))
	query = query.where((entry.reference_doctype == OPPORTUNITY) & (entry.reference_name == name))
	return query.orderby(entry.at, entry.name, order=order)


def describe(entry) -> dict:
	"""Add the user's "full_name" and "changes" ([{"fieldname", "label", "from", "to"}]) to an entry."""
	details = audit_chain.read_changes(entry.pop("details")) if entry.event not in FIRST_EVENTS else {}
	hidden = {"status"}
	if entry.from_status != entry.to_status:
		hidden |= lifecycle.OUTCOME_FIELDS  # told by amount and reason
	currencies = details.get("currency") or {"from": entry.currency, "to": entry.currency}
	changes = [
		_describe_change(fieldname, change, currencies)
		for fieldname, change in details.items()
		if fieldname not in hidden and not fieldname.startswith("base_")
	]
	full_name = frappe.get_cached_value("User", entry.user, "full_name") or entry.user
	return {**entry, "full_name": full_name, "changes": changes}


def get_event_label(event: str) -> str:
	return str(EVENTS[event]) if event in EVENTS else _(event)  # reason: else it is a stage


def _get_passed_since_start(name: str) -> dict:
	"""Return when a closed record last stood in the stage before its outcome, unless it was reopened since."""
	leads_to_open = frappe.qb.DocType(AUDIT_LOG).to_status.isin(lifecycle.get_open_statuses())
	last = select(name, "to_status", "at").where(_is_move() & leads_to_open).limit(1).run(as_dict=True)
	return {row.to_status: row.at for row in last if row.to_status != lifecycle.FIRST_STAGE}


def _is_move() -> Criterion:
	entry = frappe.qb.DocType(AUDIT_LOG)
	return entry.from_status != entry.to_status


def _describe_change(fieldname: str, change: dict, currencies: dict) -> dict:
	meta = frappe.get_meta(OPPORTUNITY)
	df = meta.get_field(fieldname)
	is_money = bool(df) and df.fieldtype == "Currency"
	texts = {
		side: _show_money(change[side], currencies[side]) if is_money else _show(change[side])
		for side in ("from", "to")
	}
	return {"fieldname": fieldname, "label": _(meta.get_label(fieldname)), **texts}


def _show_money(value: float, currency: str) -> str:
	return fmt_money(value, currency=currency).replace(" ", "\N{NO-BREAK SPACE}")


def _show(value) -> str:
	return ", ".join(value) if isinstance(value, list) else value

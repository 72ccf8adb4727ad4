"""The audit log in the form's timeline: one sentence per entry, between comments and e-mails."""

import frappe
from frappe import _
from frappe.utils import cint, escape_html, fmt_money, get_fullname

from crm_pipeline.access import permissions
from crm_pipeline.audit.log import ASSIGNMENT_FIELDS, CONVERSION_FIELDS
from crm_pipeline.constants import AUDIT_LOG, OPPORTUNITY
from crm_pipeline.domain import lifecycle
from crm_pipeline.form import history

ENTRIES_SHOWN = 50
TOLD_BY_FRAMEWORK = "Created"  # "… created this" stands in every timeline
# event → the change that its sentence tells: field and side
TOLD_CHANGES = {
	"Routed": ("sales_engineer", "to"),
	"Offer Linked": ("offer", "to"),
	"Offer Withdrawn": ("offer", "from"),
	"Lead Converted": ("customer", "to"),
}


def get_lines(doctype: str, name: str) -> list[dict]:
	"""Return the newest entries as the timeline wants them, newest first: {"creation", "content" (HTML)}.

	The framework asks for whoever opens or saves the record; who may not read it (any more) gets none.
	"""
	entry, record = frappe.qb.DocType(AUDIT_LOG), frappe.qb.DocType(OPPORTUNITY)
	query = history.select(name, *history.ENTRY_FIELDS).join(record).on(record.name == entry.reference_name)
	query = query.select(*(record[fieldname] for fieldname in ASSIGNMENT_FIELDS))
	rows = query.where(entry.event != TOLD_BY_FRAMEWORK).limit(ENTRIES_SHOWN).run(as_dict=True)
	if not rows or not _may_read(name, [rows[0].pop(fieldname) for fieldname in ASSIGNMENT_FIELDS]):
		return []
	sentences = _get_sentences()
	return [{"creation": row["at"], "content": _tell(row, sentences)} for row in map(history.describe, rows)]


def _may_read(name: str, engineers: list[str]) -> bool:
	"""Apply the rule to what was just read; the framework has asked for roles and User Permissions already."""
	if permissions.is_manager() or frappe.session.user in engineers:
		return True
	return bool(frappe.has_permission(OPPORTUNITY, "read", doc=name))


def _get_sentences() -> dict[str, str]:
	"""Return event → sentence with {0} who, {1} the new status, {2} the amount or the change it tells."""
	closed = _("{0} closed this as {1}")
	return {
		"Imported": _("{0} imported this as {1}"),
		"Offer Made": _("{0} moved this to {1}"),
		"Won": _("{0} closed this as {1} with {2}"),
		"Lost": closed,
		"Rejected": closed,
		"Auto Closed": _("This was closed automatically as {1}"),
		"Reopened": _("{0} reopened this"),
		"Routed": _("{0} had this routed to {2}"),
		"Offer Linked": _("{0} linked the offer {2}"),
		"Offer Withdrawn": _("{0} withdrew the offer {2}"),
		"Lead Converted": _("{0} moved this to the customer {2}"),
		"Redacted": _("{0} redacted an entry of the audit log"),
	}


def _tell(entry: dict, sentences: dict[str, str]) -> str:
	"""Return an entry as a sentence; every value is escaped."""
	changes = {change["fieldname"]: _with_names(change) for change in entry["changes"]}
	who, told = _bold(entry["full_name"]), _take_told(entry, changes)
	sentence = sentences.get(entry["event"])
	if sentence:
		text = sentence.format(who, _bold(_(entry["to_status"])), escape_html(told))
	else:
		text = _("{0} changed {1}").format(
			who, _list(changes) or escape_html(history.get_event_label(entry["event"]))
		)
	duration = describe_duration(entry["seconds_in_status"])
	if entry["from_status"] != entry["to_status"] and duration:
		text = _("{0}, after {1} in {2}").format(text, duration, _(entry["from_status"]))
	if sentence and changes:
		text = _("{0}, and changed {1}").format(text, _list(changes))
	return _("{0}: {1}").format(text, escape_html(entry["reason"])) if entry["reason"] else text


def _take_told(entry: dict, changes: dict) -> str:
	"""Return what the sentence tells beside the status, and leave the other changes."""
	fieldname, side = TOLD_CHANGES.get(entry["event"], (None, None))
	if not fieldname:
		return (
			fmt_money(entry["amount"], currency=entry["currency"]) if entry["event"] == lifecycle.WON else ""
		)
	told = changes.pop(fieldname, {}).get(side) or _("nobody")
	for implied in CONVERSION_FIELDS if fieldname in CONVERSION_FIELDS else ():
		changes.pop(implied, None)
	return told


def _with_names(change: dict) -> dict:
	if change["fieldname"] not in ASSIGNMENT_FIELDS:
		return change
	return {**change, **{side: change[side] and get_fullname(change[side]) for side in ("from", "to")}}


def _list(changes: dict) -> str:
	return ", ".join(
		_("{0} from {1} to {2}").format(
			escape_html(change["label"]), *(_bold(change[side] or "–") for side in ("from", "to"))
		)
		for change in changes.values()
	)


def _bold(text: str) -> str:
	return f"<b>{escape_html(text)}</b>"


def describe_duration(seconds: int) -> str:
	"""Return a duration in whole days, hours or minutes, whichever is the largest that fits; "" under a minute."""
	days, hours, minutes = (cint(seconds) // unit for unit in (86400, 3600, 60))
	texts = (
		(days, _("1 day"), _("{0} days")),
		(hours, _("1 hour"), _("{0} hours")),
		(minutes, _("1 minute"), _("{0} minutes")),
	)
	fitting = (one if count == 1 else many.format(count) for count, one, many in texts if count)
	return next(fitting, "")

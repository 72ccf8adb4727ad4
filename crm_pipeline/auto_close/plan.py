"""Auto-close: which opportunities wait too long for the customer, and what will become of them.

What is due is decided in domain/auto_close.py; auto_close_run.py carries it out.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import frappe
from frappe import _, _lt
from frappe.model.document import Document
from frappe.utils import cint, formatdate, get_datetime, getdate

from crm_pipeline.constants import OPPORTUNITY, SETTINGS
from crm_pipeline.domain import auto_close, lifecycle
from crm_pipeline.domain.auto_close import Cause, Rules, Silence, Step, Verdict
from crm_pipeline.record.changes import has_changed
from crm_pipeline.refusal import get_label, refuse

JOB = "crm_pipeline.tasks.auto_close"
BATCH_SIZE = 100
MOST_SHOWN = 200
FIELDS = (
	"name",
	"title",
	"status",
	"region",
	"sales_engineer",
	"awaiting_response_since",
	"auto_close_warned_on",
	"keep_open_until",
	"next_contact_date",
	"needs_details",
)
CAUSES = {
	Cause.NEEDS_DETAILS: _lt("Came by e-mail and lacks details"),
	Cause.ANSWERED: _lt("Nobody waits for the customer"),
	Cause.SILENCE: _lt("Not waiting long enough"),
	Cause.KEPT_OPEN: _lt("Kept open by its sales engineer"),
	Cause.CONTACT_AHEAD: _lt("A next contact lies ahead"),
	Cause.WARNED: _lt("Warned, days to closing not over"),
}


def get_rules() -> Rules | None:
	"""Return the days of the settings; None while auto-close is switched off."""
	settings = frappe.get_cached_doc(SETTINGS)
	if not settings.auto_close:
		return None
	return Rules(cint(settings.auto_close_after_days), cint(settings.auto_close_warning_days))


def judge(record, rules: Rules, today: date) -> Verdict:
	"""Tell what is to be done with a record (document or row with FIELDS) today."""
	silence = Silence(
		awaiting_since=_get_moment(record.awaiting_response_since),
		warned_on=_get_moment(record.auto_close_warned_on),
		keep_open_until=getdate(record.keep_open_until) if record.keep_open_until else None,
		next_contact=_get_moment(record.next_contact_date),
		needs_details=bool(record.needs_details),
		is_closed=lifecycle.is_closed(record.status),
	)
	return auto_close.judge(silence, rules, today)


def find_waiting(before: date) -> Iterator[list]:
	"""Yield batches of the open records that wait since before a day, the longest wait first, each record once.

	Goes by key along the index on status and awaiting_response_since, so that records which change meanwhile or stay
	as they are hold nothing up.
	"""
	table = frappe.qb.DocType(OPPORTUNITY)
	since = table.awaiting_response_since
	query = (
		frappe.qb.from_(table).select(*(table[name] for name in FIELDS)).orderby(since).orderby(table.name)
	)
	query = query.where(since < datetime.combine(before, time())).limit(BATCH_SIZE)
	for status in lifecycle.get_open_statuses():
		of_status = query.where(table.status == status)
		rows = of_status.run(as_dict=True)
		while rows:
			yield rows
			last = rows[-1].awaiting_response_since
			behind = (since > last) | (table.name > rows[-1].name)
			rows = of_status.where(since >= last).where(behind).run(as_dict=True)


def plan(limit: int) -> dict:
	"""Return what the job would do today (api/auto_close.py); while auto-close is off, with the days that are set."""
	settings = frappe.get_cached_doc(SETTINGS)
	rules = Rules(cint(settings.auto_close_after_days), cint(settings.auto_close_warning_days))
	today = getdate()
	found: dict[Step, list] = {Step.CLOSE: [], Step.WARN: []}
	counts = dict.fromkeys((Step.CLOSE, Step.WARN), 0)
	kept = dict.fromkeys(CAUSES, 0)
	kept[Cause.ANSWERED] = _count_answered()
	for row in (row for rows in find_waiting(today + timedelta(days=2)) for row in rows):
		verdict = judge(row, rules, today)
		if verdict.step is Step.KEEP:
			kept[verdict.cause] += 1
			continue
		counts[verdict.step] += 1
		if len(found[verdict.step]) < limit:
			found[verdict.step].append(_describe(row, verdict))
	return {
		"is_on": bool(settings.auto_close),
		**{step.value: rows for step, rows in found.items()},
		"counts": {step.value: count for step, count in counts.items()},
		"kept": [[str(CAUSES[cause]), count] for cause, count in kept.items() if count],
	}


def enqueue_job() -> bool:
	"""Start the job on the long queue; False when it waits or runs there already."""
	return frappe.get_doc("Scheduled Job Type", {"method": JOB}).enqueue(force=True)


def get_outlook(doc: Document) -> dict | None:
	"""Return for the form since when an open record waits and when it closes; None if it doesn't."""
	rules = get_rules()
	verdict = judge(doc, rules, getdate()) if rules else Verdict(Step.KEEP)
	if not verdict.closes_on:
		return None
	return {
		"awaiting_since": doc.awaiting_response_since,
		"closes_on": verdict.closes_on,
		"is_warned": verdict.step is Step.CLOSE or verdict.cause is Cause.WARNED,
	}


def validate_keep_open(doc: Document) -> None:
	"""A date to keep open until lies ahead when it is entered."""
	if not doc.keep_open_until or not has_changed(doc, "keep_open_until"):
		return
	if getdate(doc.keep_open_until) < getdate():
		message = _("{0} {1} is in the past. Choose a later one.")
		refuse(message, get_label(doc, "keep_open_until"), formatdate(doc.keep_open_until))


def _get_moment(value) -> datetime | None:
	return get_datetime(value) if value else None


def _describe(row, verdict: Verdict) -> dict:
	fieldnames = ("name", "title", "sales_engineer", "awaiting_response_since")
	return {**{name: row[name] for name in fieldnames}, "closes_on": verdict.closes_on}


def _count_answered() -> int:
	filters = {"status": ("in", lifecycle.get_open_statuses()), "awaiting_response_since": ("is", "not set")}
	return frappe.db.count(OPPORTUNITY, filters)

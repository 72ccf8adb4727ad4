"""Taking free text out of the log, on the record: the entry keeps its place and its seal, and a tombstone says what it holds now.

The tombstone is an entry "Redacted" of the same log. It names the redacted entry, who had it redacted and why, and seals
what was left of it; any other content of that entry is an altered one.
"""

import json
from collections.abc import Callable
from functools import partial

import frappe
from frappe import _
from frappe.utils import cstr

from crm_pipeline.audit import integrity, log, reading
from crm_pipeline.audit.trust import Trust
from crm_pipeline.constants import AUDIT_LOG, OPPORTUNITY, SETTINGS
from crm_pipeline.domain import audit_chain
from crm_pipeline.domain.text import as_words, is_blank
from crm_pipeline.exceptions import AppendOnlyError
from crm_pipeline.record import conflict
from crm_pipeline.record.input_values import validate_reason
from crm_pipeline.refusal import refuse

COPY = "Deleted Document"
TEXT_LEFT = "[Redacted]"
FREE_TEXT_FIELDS = ("outcome_detail",)  # of those that an entry's details tell of

Change = Callable[
	[dict, str, bool], str
]  # entry, a text of it, whether that is its reason → what is left of the text


def redact(name: str, why: str) -> bool:
	"""Take the free text out of an entry, and what it tells of an outcome out of the others of its log too.

	There the same words are found however they are laid out; names of lost reasons stay. The record itself shows the same from then on, closed ones too. Returns whether there was any; the caller checks who
	may.
	"""
	about = frappe.db.get_value(
		AUDIT_LOG, name, ["reference_doctype", "reference_name", "details"], as_dict=True
	)
	if not about:
		refuse(_("There is no entry {0}."), name, exception=frappe.DoesNotExistError)
	told = audit_chain.read_changes(about.details)
	outcomes = {as_words(text) for sides in _get_texts(told).values() for text in sides.values()} - {""}
	ends = tuple(f": {outcome}" for outcome in outcomes)

	def change(entry, text: str, is_reason: bool) -> str:
		words = as_words(text)
		is_told = words in outcomes or words.endswith(ends)
		if entry.name == name or (is_told and not (is_reason and _names_reasons_alone(entry))):
			return TEXT_LEFT
		return text

	with conflict.explain_conflict(None):
		return name in redact_log(about.reference_doctype, about.reference_name, why, change)


def _names_reasons_alone(entry) -> bool:
	"""Tell whether the reason of an entry is a list of lost reasons, in whatever order, and nobody's own words."""
	told = audit_chain.read_changes(entry.details)
	names = (told.get("lost_reasons") or {}).get("to") or []
	has_own_words = bool((told.get("outcome_detail") or {}).get("to"))
	is_list = isinstance(names, list) and sorted(", ".join(names).split(", ")) == sorted(
		entry.reason.split(", ")
	)
	return is_list and not has_own_words


def redact_log(doctype: str, reference_name: str, why: str, change: Change) -> list[str]:
	"""Replace each free text of a log by what `change(entry, text, is_reason)` returns; return which entries that concerned.

	The record and its log are locked and read as they are by then: of two at once, the second finds what the first left.
	"""
	if is_blank(cstr(why)):
		refuse(_("The reason is missing. Say why the text has to go."))
	validate_reason(_("The reason"), why)
	record = _get_locked_record(doctype, reference_name)
	chain = reading.get_entries(doctype, [reference_name], for_update=True)[reference_name]
	left = {entry.name: _get_left(entry, partial(change, entry)) for entry in chain}
	concerned = [
		entry for entry in chain if any(entry[field] != text for field, text in left[entry.name].items())
	]
	trust = Trust()
	_validate_are_as_written(concerned, chain, trust)
	if concerned and doctype == OPPORTUNITY:
		_follow(record, chain, left)
		_follow_in_copies(reference_name, chain, left)
	for entry in concerned:
		_write(entry, left[entry.name], why, trust.key, record.status if record else "")
	if concerned and not record and doctype != SETTINGS:
		log.remember_end(doctype, reference_name)
	return [entry.name for entry in concerned]


def _get_locked_record(doctype: str, name: str):
	"""Lock the record before its log, as everybody does; None where there is none."""
	if doctype != OPPORTUNITY:
		return None
	fields = ["name", "status", "outcome_detail", "reopen_reason"]
	return frappe.db.get_value(OPPORTUNITY, name, fields, as_dict=True, order_by=None, for_update=True)


def _get_left(entry, change: Callable[[str, bool], str]) -> dict:
	"""Return what stays of an entry's reason and details; what is no text is left as it is."""
	details, told = audit_chain.read_details(entry.details), audit_chain.read_changes(entry.details)
	texts = _get_texts(told)
	changed = {
		field: {side: change(text, False) for side, text in sides.items()} for field, sides in texts.items()
	}
	reason = change(entry.reason, True) if entry.reason else entry.reason
	if texts == changed:
		return {"reason": reason, "details": entry.details}
	sides = {field: {**told[field], **changed[field]} for field in changed}
	return {"reason": reason, "details": log.write_details({**details, **sides})}


def _get_texts(told: dict) -> dict[str, dict[str, str]]:
	"""Return the free texts in what an entry tells: field → side → text."""
	return {
		field: {side: text for side, text in told[field].items() if text and isinstance(text, str)}
		for field in FREE_TEXT_FIELDS
		if field in told
	}


def _validate_are_as_written(concerned: list, chain: list, trust: Trust) -> None:
	"""A redaction must not make an altered entry look like one that is in order."""
	believed = trust.find_believed(chain)
	for entry in concerned:
		is_checked = entry.key_id in (trust.key_id, *trust.accepted_keys)
		if not (is_checked and entry.name in believed):
			message = _(
				"{0} can't be checked or was altered, so it can't be redacted. See Pipeline Audit Integrity."
			)
			refuse(message, entry.name, exception=AppendOnlyError)


def _follow(record, chain: list, left: dict[str, dict]) -> None:
	if record and (values := _get_followed(record, chain, left)):
		frappe.db.set_value(OPPORTUNITY, record.name, values)


def _follow_in_copies(name: str, chain: list, left: dict[str, dict]) -> None:
	"""The framework keeps a copy of a deleted record, and makes a new one of it when somebody restores it."""
	filters = {"deleted_doctype": OPPORTUNITY, "deleted_name": name}
	for copy in frappe.get_all(COPY, filters=filters, pluck="name"):
		data = frappe.db.get_value(COPY, copy, "data", order_by=None, for_update=True)
		record = frappe._dict(audit_chain.read_details(data))
		if values := _get_followed(record, chain, left):
			frappe.db.set_value(COPY, copy, "data", json.dumps({**record, **values}, indent=1))


def _get_followed(record, chain: list, left: dict[str, dict]) -> dict:
	"""Return what a record has to show, as its log says now; what it was changed to since stays."""
	now, values = [frappe._dict(entry, **left[entry.name]) for entry in chain], {}
	for fieldname in FREE_TEXT_FIELDS:
		before, after = (integrity.fold(entries).get(fieldname, (None,))[0] for entries in (chain, now))
		if before != after and record.get(fieldname) == before:
			values[fieldname] = after
	reopened = next((entry for entry in reversed(chain) if entry.event == "Reopened"), None)
	if reopened and record.reopen_reason and record.reopen_reason == reopened.reason:
		values["reopen_reason"] = left[reopened.name]["reason"]
	return values


def _write(entry, left: dict, why: str, key: str, status: str) -> None:
	table = frappe.qb.DocType(AUDIT_LOG)
	query = frappe.qb.update(table).where(table.name == entry.name)
	for fieldname, value in left.items():
		query = query.set(table[fieldname], value)
	query.run()
	seals = {
		"former": audit_chain.get_content_seal(entry, key),
		"current": audit_chain.get_content_seal({**entry, **left}, key),
	}
	tombstone = log.Draft(audit_chain.REDACTED, {"entry": entry.name, **seals}, status, status, why)
	log.add(entry.reference_doctype, entry.reference_name, tombstone)

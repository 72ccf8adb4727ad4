"""Taking free text out of the log, on the record: the entry keeps its place and its seal, and a tombstone says what it holds now.

The tombstone is an entry "Redacted" of the same log. It names the redacted entry, who had it redacted and why, and seals
what was left of it; any other content of that entry is an altered one.
"""

from collections.abc import Callable
from functools import partial

import frappe
from frappe import _
from frappe.utils import cstr

from crm_pipeline.audit import integrity, log, reading
from crm_pipeline.audit.trust import Trust
from crm_pipeline.constants import AUDIT_LOG, OPPORTUNITY
from crm_pipeline.domain import audit_chain
from crm_pipeline.domain.text import is_blank
from crm_pipeline.exceptions import AppendOnlyError
from crm_pipeline.record import conflict
from crm_pipeline.record.input_values import validate_reason
from crm_pipeline.refusal import refuse

TEXT_LEFT = "[Redacted]"
FREE_TEXT_FIELDS = ("outcome_detail",)  # of those that an entry's details tell of


def redact(name: str, why: str) -> bool:
	"""Take the free text out of an entry, and what it tells of an outcome out of the others of its log too.

	The record itself shows the same from then on, closed ones too. Returns whether there was any; the caller checks who
	may.
	"""
	about = frappe.db.get_value(
		AUDIT_LOG, name, ["reference_doctype", "reference_name", "details"], as_dict=True
	)
	if not about:
		refuse(_("There is no entry {0}."), name, exception=frappe.DoesNotExistError)
	told = audit_chain.read_changes(about.details)
	outcomes = {told[field][side] for field in FREE_TEXT_FIELDS if field in told for side in ("from", "to")}
	ends = tuple(text for outcome in outcomes - {None, ""} for text in (outcome, f": {outcome}"))

	def change(entry, text: str) -> str:
		return TEXT_LEFT if entry.name == name or text in ends or text.endswith(ends[1::2]) else text

	with conflict.explain_conflict(None):
		return name in redact_log(about.reference_doctype, about.reference_name, why, change)


def redact_log(doctype: str, reference_name: str, why: str, change: Callable[[dict, str], str]) -> list[str]:
	"""Replace each free text of a log by what `change(entry, text)` returns; return which entries that concerned.

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
	if record and concerned:
		_follow(record, chain, left)
	for entry in concerned:
		_write(entry, left[entry.name], why, trust.key, record.status if record else "")
	return [entry.name for entry in concerned]


def _get_locked_record(doctype: str, name: str):
	"""Lock the record before its log, as everybody does; None where there is none."""
	if doctype != OPPORTUNITY:
		return None
	fields = ["name", "status", "outcome_detail", "reopen_reason"]
	return frappe.db.get_value(OPPORTUNITY, name, fields, as_dict=True, order_by=None, for_update=True)


def _get_left(entry, change: Callable[[str], str]) -> dict:
	"""Return what stays of an entry's reason and details; text that is none is left as it is."""
	details, told = audit_chain.read_details(entry.details), audit_chain.read_changes(entry.details)
	texts = {
		field: {side: _change(told[field][side], change) for side in ("from", "to")}
		for field in FREE_TEXT_FIELDS
		if field in told
	}
	is_same = all(told[field] == sides for field, sides in texts.items())
	left = entry.details if is_same else log.write_details({**details, **texts})
	return {"reason": _change(entry.reason, change), "details": left}


def _change(text, change: Callable[[str], str]):
	return change(text) if text and isinstance(text, str) else text


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
	"""Let the record show what its log says now; what it was changed to since stays."""
	now, values = [frappe._dict(entry, **left[entry.name]) for entry in chain], {}
	for fieldname in FREE_TEXT_FIELDS:
		before, after = (integrity.fold(entries).get(fieldname, (None,))[0] for entries in (chain, now))
		if before != after and record[fieldname] == before:
			values[fieldname] = after
	reopened = next((entry for entry in reversed(chain) if entry.event == "Reopened"), None)
	if reopened and record.reopen_reason and record.reopen_reason == reopened.reason:
		values["reopen_reason"] = left[reopened.name]["reason"]
	if values:
		frappe.db.set_value(OPPORTUNITY, record.name, values)


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

"""Writes the audit log: what changed in a save becomes entries, sealed and added in the same transaction.

A record carries its log's length and last hash (`audit_count`, `audit_hash`). Entries are planned just before the record's
row is written, so that it is written once, and inserted right after it, before anything else can save the record again.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import frappe
from frappe.model.document import Document
from frappe.utils import cint, cstr, flt, now_datetime
from frappe.utils.password import get_encryption_key

from crm_pipeline.audit.reading import END_FIELDS
from crm_pipeline.constants import AUDIT_LOG, OPPORTUNITY, SETTINGS
from crm_pipeline.domain import audit_chain, clock, lifecycle
from crm_pipeline.record import bulk
from crm_pipeline.record import clock as site_clock

END_NOTED = "End Of Log Noted"
ASSIGNMENT_FIELDS = ("sales_engineer", "application_engineer")
OFFER_FIELDS = ("offer",)
CONVERSION_FIELDS = ("customer", "opportunity_from", "party_name")
CONTENT_FIELDS = (
	"region",
	"product_line",
	"company",
	"currency",
	"potential_value",
	"won_value",
	"won_currency",
	"base_won_value",
	"lost_reasons",
	"outcome_detail",
)
AUDITED_FIELDS = ("status", *ASSIGNMENT_FIELDS, *OFFER_FIELDS, *CONVERSION_FIELDS, *CONTENT_FIELDS)


@dataclass
class Draft:
	"""An entry before it is sealed.

	`changes` maps fieldname → {"from": value, "to": value}; entries about the log itself hold other details there.
	"""

	event: str
	changes: dict
	from_status: str = ""
	to_status: str = ""
	reason: str = ""
	seconds_in_status: int = 0


def plan_entries(doc: Document) -> None:
	"""Seal the entries that this save calls for and let the record remember the end of its log."""
	drafts = _get_drafts(doc)
	entries = _seal(doc.doctype, doc.name, doc.audit_count, doc.audit_hash, drafts, _get_amount(doc))
	unwritten = doc.flags.audit_entries or [] if doc.flags.is_in_batch else []
	doc.flags.audit_entries = unwritten + entries
	if entries:
		doc.audit_count = cint(doc.audit_count) + len(entries)
		doc.audit_hash = entries[-1]["entry_hash"]


def write_entries(doc: Document) -> None:
	"""Add the planned entries to the log; a batch adds those of all its records itself."""
	if not doc.flags.is_in_batch:
		write_entries_of_batch([doc])


def write_entries_of_batch(docs: list[Document]) -> None:
	"""Add the planned entries of records that were saved with the flag `is_in_batch`, in the same transaction."""
	bulk.insert_many(
		AUDIT_LOG, [entry for doc in docs for entry in doc.flags.pop("audit_entries", None) or ()]
	)


def log_deletion(doc: Document, reason: str = "") -> None:
	"""Add the last entry of a record that is about to be deleted."""
	seconds = site_clock.get_seconds_in_stage(doc)
	draft = Draft("Deleted", {}, from_status=doc.status, reason=reason, seconds_in_status=seconds)
	entries = _seal(doc.doctype, doc.name, doc.audit_count, doc.audit_hash, [draft], _get_amount(doc))
	bulk.insert_many(AUDIT_LOG, entries)


def log_rename(doctype: str, old: str, new: str, is_merge: bool) -> None:
	"""Note that a user or master was renamed or merged, so that older entries can still be read and checked.

	Links on opportunities follow a rename, entries don't.
	"""
	event = "Merged" if is_merge else "Renamed"
	add(doctype, new, Draft(event, {"name": {"from": old, "to": new}}))


def log_conversion(lead: str, customer: str) -> None:
	"""Note in the lead's own log which customer it became."""
	add("Lead", lead, Draft("Lead Converted", {"customer": {"from": "", "to": customer}}))


def get_audited_values(doc: Document) -> dict:
	"""Return the audited fields of a document as plain JSON values."""
	return {fieldname: _get_plain_value(doc, fieldname) for fieldname in AUDITED_FIELDS}


def _get_drafts(doc: Document) -> list[Draft]:
	saved = doc.get_doc_before_save()
	before = get_audited_values(saved) if saved else dict.fromkeys(AUDITED_FIELDS)
	after = get_audited_values(doc)
	changes = {
		name: {"from": before[name], "to": value}
		for name, value in after.items()
		if (before[name] or None) != (value or None)
	}
	return _get_first_drafts(doc, changes) if saved is None else _get_change_drafts(doc, saved, changes)


def _get_first_drafts(doc: Document, changes: dict) -> list[Draft]:
	"""A new record's entry, and another one for who it was routed to."""
	event = doc.flags.audit_event or ("Imported" if doc.is_history else "Created")
	routed = {name: changes.pop(name) for name in ("sales_engineer",) if doc.flags.routed and name in changes}
	reason = doc.flags.audit_reason or get_outcome_reason(doc)
	drafts = [Draft(event, changes, to_status=doc.status, reason=reason)]
	if routed:
		drafts.append(Draft("Routed", routed, doc.status, doc.status, doc.flags.routing_reason))
	return drafts


def _get_change_drafts(doc: Document, saved: Document, changes: dict) -> list[Draft]:
	"""Split one save's changes into events; what no other event explains is a correction."""
	groups = (
		("status" in changes, ("status", *CONTENT_FIELDS), lambda: _get_stage_draft(doc, saved)),
		(True, ASSIGNMENT_FIELDS, lambda: _get_assignment_draft(doc)),
		(True, OFFER_FIELDS, lambda: Draft("Offer Linked" if doc.offer else "Offer Withdrawn", {})),
		(_is_conversion(doc, changes), CONVERSION_FIELDS, lambda: Draft("Lead Converted", {})),
		(True, AUDITED_FIELDS, lambda: Draft("Corrected", {})),
	)
	drafts = []
	for applies, fieldnames, make_draft in groups:
		taken = {name: changes.pop(name) for name in fieldnames if applies and name in changes}
		if taken:
			draft = make_draft()
			draft.changes = taken
			draft.from_status = draft.from_status or doc.status
			draft.to_status = doc.status
			draft.reason = draft.reason or cstr(doc.flags.audit_reason)
			drafts.append(draft)
	return drafts


def _get_assignment_draft(doc: Document) -> Draft:
	return Draft("Routed" if doc.flags.routed else "Reassigned", {}, reason=cstr(doc.flags.routing_reason))


def _is_conversion(doc: Document, changes: dict) -> bool:
	return bool(doc.lead and "customer" in changes and not changes["customer"]["from"])


def _get_stage_draft(doc: Document, saved: Document) -> Draft:
	reopened = lifecycle.is_reopening(saved.status, doc.status)
	event = doc.flags.audit_event or ("Reopened" if reopened else doc.status)
	reason = doc.reopen_reason if reopened else get_outcome_reason(doc)
	seconds = doc.flags.seconds_in_stage  # as the record itself adds them up
	return Draft(event, {}, from_status=saved.status, reason=reason, seconds_in_status=seconds)


def get_outcome_reason(doc: Document) -> str:
	"""Return why a record was closed: its lost reasons, then the detail."""
	reasons = ", ".join(cstr(row.lost_reason) for row in doc.lost_reasons)
	return ": ".join(part for part in (reasons, cstr(doc.outcome_detail).strip()) if part)


def _get_amount(doc) -> tuple[float, str]:
	if doc.won_currency:
		return flt(doc.won_value), doc.won_currency
	return flt(doc.potential_value), cstr(doc.currency)


def _get_plain_value(doc: Document, fieldname: str):
	value = doc.get(fieldname)
	if isinstance(value, list):
		return sorted(cstr(row.lost_reason) for row in value)
	if doc.meta.get_field(fieldname).fieldtype == "Currency":
		return flt(value, 9)
	return cstr(value)


def add(doctype: str, name: str, *drafts: Draft) -> None:
	"""Continue a log outside of a save; an opportunity that is there remembers the new end, as do the settings."""
	record = _get_locked_end(name) if doctype == OPPORTUNITY else None
	if record:
		entries = _seal(doctype, name, record.audit_count, record.audit_hash, drafts, _get_amount(record))
		end = (record.audit_count + len(entries), entries[-1]["entry_hash"])
		# a form that is open has to be loaded again
		frappe.db.set_value(OPPORTUNITY, name, dict(zip(END_FIELDS, end, strict=True)))
	else:
		name, position, last_hash = _get_end(doctype, name)
		entries = _seal(doctype, name, position, last_hash, drafts, (0.0, ""))
		if doctype == SETTINGS:
			remember_end_of_settings(position + len(entries), entries[-1]["entry_hash"])
	bulk.insert_many(AUDIT_LOG, entries)


def remember_end(doctype: str, name: str) -> None:
	"""Note in the settings' log where a log ends that no record remembers the end of: what stands there by now must stay."""
	written_as, count, last_hash = _get_end(doctype, name)
	told = {"doctype": doctype, "name": written_as, "count": count, "hash": last_hash}
	add(SETTINGS, SETTINGS, Draft(END_NOTED, told))


def remember_end_of_settings(count: int, last_hash: str) -> None:
	for fieldname, value in zip(END_FIELDS, (count, last_hash), strict=True):
		frappe.db.set_single_value(SETTINGS, fieldname, value)


def _get_locked_end(name: str):
	fields = ["audit_count", "audit_hash", "won_currency", "won_value", "potential_value", "currency"]
	return frappe.db.get_value(OPPORTUNITY, name, fields, as_dict=True, order_by=None, for_update=True)


def _get_end(doctype: str, name: str) -> tuple[str, int, str]:
	"""Return how a record that does not remember its log's end itself is written there, its last position and hash.

	A name that differs in case or accents alone is the same one to the database. A log that there is, is locked and read
	as it is by now; one that there is not leaves nothing to lock but the room of others.
	"""
	log = frappe.qb.DocType(AUDIT_LOG)
	query = frappe.qb.from_(log).select(log.name, log.reference_name, log.entry_hash)
	query = query.where((log.reference_doctype == doctype) & (log.reference_name == name))
	rows = query.run() and query.for_update().run()
	if not rows:
		return name, 0, ""
	last, written_as, last_hash = max(rows, key=lambda row: audit_chain.get_position(row[0]))
	return written_as, audit_chain.get_position(last), last_hash


def _seal(doctype, name, count, previous_hash, drafts: Sequence[Draft], amount) -> list[dict]:
	if not drafts:
		return []
	key = get_encryption_key()
	common = {
		"reference_doctype": doctype,
		"reference_name": name,
		"user": frappe.session.user,
		"at": now_datetime(),
		"at_utc": clock.get_microseconds(),
		"amount": amount[0],
		"currency": amount[1],
		"key_id": audit_chain.get_key_id(key),
	}
	entries = []
	for position, draft in enumerate(drafts, start=cint(count) + 1):
		entry = {**common, **_get_content(draft), "name": _get_entry_name(doctype, name, position)}
		entry["previous_hash"] = cstr(previous_hash)
		entry["entry_hash"] = previous_hash = audit_chain.get_entry_hash(entry, key)
		entries.append(entry)
	return entries


def _get_entry_name(doctype: str, name: str, position: int) -> str:
	"""A master may be called as another one of another DocType is."""
	return audit_chain.get_entry_name(name if doctype == OPPORTUNITY else f"{doctype} {name}", position)


def _get_content(draft: Draft) -> dict:
	return {
		"event": draft.event,
		"from_status": draft.from_status,
		"to_status": draft.to_status,
		"reason": cstr(draft.reason),
		"seconds_in_status": draft.seconds_in_status,
		"details": write_details(draft.changes),
	}


def write_details(details: dict) -> str:
	return json.dumps(details, ensure_ascii=False, sort_keys=True)

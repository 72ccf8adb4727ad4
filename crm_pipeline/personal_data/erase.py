"""Taking a person out of the opportunities: address, numbers and name, wherever they were copied to.

Closed records too, past their rules: a person's right does not end with a deal. The log follows by tombstones
(audit/redaction.py), so that no record differs from it. Contacts, leads and e-mails themselves are the framework's.
"""

import json
import re
from collections.abc import Callable
from typing import NamedTuple

import frappe
from frappe import _
from frappe.utils import cstr

from crm_pipeline.audit import redaction
from crm_pipeline.constants import AUDIT_LOG, OPPORTUNITY
from crm_pipeline.domain.text import is_blank
from crm_pipeline.exceptions import AppendOnlyError
from crm_pipeline.record import conflict, transactions
from crm_pipeline.record.input_values import validate_reason
from crm_pipeline.refusal import refuse

SHORTEST = 3  # a shorter name would be found in other words
# what a person may stand in, beside the log: the record's own texts follow the log where that tells of them (of the
# reason of a reopening it does not, where the record was restored)
TEXT_FIELDS = ("party_display_name", "title", "next_step", "notes", "reopen_reason")


class Person(NamedTuple):
	"""Whom to take out: the address, what stands in its place, and what else the site knows of whoever has it."""

	email: str
	stand_in: str
	contacts: tuple[str, ...]
	names: tuple[str, ...]
	numbers: tuple[str, ...]


class Result(NamedTuple):
	"""The opportunities that a person was taken out of, and the logs (deleted ones' too) that can't be redacted now."""

	records: list[str]
	kept_logs: list[str]


def erase(email: str, stand_in: str, why: str) -> Result:
	"""Take a person out of everything of ours; the caller checks who may.

	`stand_in` is an address too: the framework checks what stands in a field for addresses at each save.
	"""
	email = cstr(email).strip()
	frappe.utils.validate_email_address(email, throw=True)
	if is_blank(why):
		refuse(_("The reason is missing. Say why the person has to be taken out."))
	validate_reason(_("The reason"), why)
	person = find_person(email, stand_in)
	change = make_change(person)
	records = _find_records(person)
	with conflict.explain_conflict(None):
		kept_logs = [name for name in _find_logs(person, records) if not _redact(name, why, change)]
		for name in records:
			_change_record(name, person, change)
		_change_companions(person, records, change)
	return Result(records, kept_logs)


def find_person(email: str, stand_in: str) -> Person:
	"""Return what the site knows of whoever has an address."""
	contacts = frappe.get_all("Contact Email", filters={"email_id": email}, pluck="parent")
	contacts = list(dict.fromkeys([*contacts, *frappe.get_all("Contact", {"email_id": email}, pluck="name")]))
	fields = ["first_name", "last_name", "phone", "mobile_no"]
	rows = frappe.get_all("Contact", filters={"name": ("in", contacts or [""])}, fields=fields)
	names = [" ".join(filter(None, [row.first_name, row.last_name])) for row in rows]
	names += [part for name in contacts for part in (name, name.rpartition("-")[0]) if " " in part]
	names.append(frappe.db.get_value("User", {"email": email}, "full_name"))
	if frappe.db.exists("DocType", "Lead"):
		names += frappe.get_all("Lead", filters={"email_id": email}, pluck="lead_name")
	numbers = [number for row in rows for number in (row.phone, row.mobile_no)]
	named = (name for name in dict.fromkeys(names) if len(cstr(name)) >= SHORTEST and name != email)
	return Person(email, stand_in, tuple(contacts), tuple(named), tuple(filter(None, dict.fromkeys(numbers))))


def make_change(person: Person) -> Callable[[str], str]:
	"""Return a function that takes the person out of a text; the longest name first, which may hold a shorter one."""
	words = sorted((person.email, *person.names, *person.numbers), key=len, reverse=True)
	pattern = re.compile("|".join(rf"(?<!\w){re.escape(word)}(?!\w)" for word in words), re.IGNORECASE)
	return lambda text: pattern.sub(redaction.TEXT_LEFT, text)


def _find_records(person: Person) -> list[str]:
	record = frappe.qb.DocType(OPPORTUNITY)
	is_theirs = record.contact_email == person.email
	if person.contacts:
		is_theirs |= record.contact_person.isin(person.contacts)
	return [name for (name,) in frappe.qb.from_(record).select(record.name).where(is_theirs).run()]


def _find_logs(person: Person, records: list[str]) -> list[str]:
	"""Return those whose opportunity is the person's, and those that name the address, of deleted ones too."""
	log = frappe.qb.DocType(AUDIT_LOG)
	text = f"%{person.email}%"
	names_address = log.reason.like(text) | log.details.like(text)
	query = frappe.qb.from_(log).select(log.reference_name).distinct()
	found = query.where((log.reference_doctype == OPPORTUNITY) & names_address).run()
	return sorted({*records, *(name for (name,) in found)})


def _redact(name: str, why: str, change: Callable[[str], str]) -> bool:
	"""Tell whether the log could be redacted; one that can't be checked is left, and must be named."""
	with transactions.attempt(AppendOnlyError) as redacting:
		redaction.redact_log(OPPORTUNITY, name, why, lambda _entry, text, _is_reason: change(text))
	return redacting.error is None


def _change_record(name: str, person: Person, change: Callable[[str], str]) -> None:
	fields = ["contact_email", *TEXT_FIELDS]
	record = frappe.db.get_value(OPPORTUNITY, name, fields, as_dict=True, order_by=None, for_update=True)
	values = {fieldname: change(cstr(record[fieldname])) for fieldname in TEXT_FIELDS if record[fieldname]}
	values["contact_mobile"] = ""
	if cstr(record.contact_email).lower() == person.email.lower():
		values["contact_email"] = person.stand_in
	frappe.db.set_value(OPPORTUNITY, name, values)  # a form that is open has to be loaded again


def _change_companions(person: Person, records: list[str], change: Callable[[str], str]) -> None:
	"""Change what stands around the opportunities: to-dos, events, versions, and copies of deleted ones."""
	theirs = ("in", records or [""])
	participants = {"reference_doctype": OPPORTUNITY, "reference_docname": theirs, "parenttype": "Event"}
	events = frappe.get_all("Event Participants", filters=participants, pluck="parent")
	_change_texts("Event", {"name": ("in", events or [""])}, ("subject", "description"), change)
	_change_texts("ToDo", {"reference_type": OPPORTUNITY, "reference_name": theirs}, ("description",), change)
	_change_texts("Version", {"ref_doctype": OPPORTUNITY, "docname": theirs}, ("data",), change)
	deleted = {"deleted_doctype": OPPORTUNITY, "data": ("like", f"%{person.email}%")}
	_change_texts("Deleted Document", deleted, ("data",), change)


def _change_texts(
	doctype: str, filters: dict, fieldnames: tuple[str, ...], change: Callable[[str], str]
) -> None:
	"""Change texts where they name the person; somebody else may be taken out of the same ones at once."""
	for name in frappe.get_all(doctype, filters=filters, pluck="name"):
		texts = frappe.db.get_value(doctype, name, fieldnames, as_dict=True, order_by=None, for_update=True)
		changed = {field: _change_text(text, change) for field, text in (texts or {}).items() if text}
		if any(texts[field] != text for field, text in changed.items()):
			frappe.db.set_value(doctype, name, changed, update_modified=False)


def _change_text(text: str, change: Callable[[str], str]) -> str:
	"""Change a text, or the texts in JSON, where letters may be written as numbers."""
	try:
		content = json.loads(text)
	except ValueError:
		content = None
	if not isinstance(content, dict | list):
		return change(text)
	changed = _walk(content, change)
	return text if changed == content else json.dumps(changed, indent=1)


def _walk(value, change: Callable[[str], str]):
	if isinstance(value, dict):
		return {key: _walk(part, change) for key, part in value.items()}
	if isinstance(value, list):
		return [_walk(part, change) for part in value]
	return change(value) if isinstance(value, str) else value

"""Checks the audit log against itself and against the records, batch by batch.

What it can and can't prove is written in docs/audit.md.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import frappe
from frappe import _, _lt
from frappe.utils import cint, cstr, flt
from frappe.utils.password import get_encryption_key

from crm_pipeline.constants import AUDIT_LOG, LOST_REASON_ROW, OPPORTUNITY
from crm_pipeline.domain import audit_chain, lifecycle

BATCH_SIZE = 1000

NO_LOG = "Record without log"
DIFFERS = "Record differs from log"
VANISHED = "Record vanished"
# kind of problem → what a person is shown
KINDS = {
	NO_LOG: _lt("Record without log"),
	DIFFERS: _lt("Record differs from log"),
	VANISHED: _lt("Record vanished"),
	audit_chain.ALTERED: _lt("Altered entry"),
	audit_chain.MISSING: _lt("Missing entry"),
	audit_chain.CUT_TAIL: _lt("Cut tail"),
	audit_chain.UNKNOWN_KEY: _lt("Cannot be checked"),
}

# audited field → DocType whose renames it follows
COMPARED_FIELDS = {
	"status": None,
	"potential_value": None,
	"currency": None,
	"won_value": None,
	"won_currency": None,
	"base_won_value": None,
	"sales_engineer": "User",
	"application_engineer": "User",
	"lost_reasons": "Pipeline Lost Reason",
	"outcome_detail": None,
	**dict.fromkeys(lifecycle.EXIT_FIELDS),
}


class Problem(NamedTuple):
	"""One finding: its kind, the record, the log entry it shows in (may be empty) and a sentence about it."""

	kind: str
	reference_name: str
	entry: str
	message: str


def find_problems(names: list[str] | None = None) -> Iterator[Problem]:
	"""Yield every problem of the given records, of the whole site by default.

	Reads in batches of 1,000 records, so memory stays flat. Server-side only: the caller checks who may see it.
	"""
	key = get_encryption_key()
	renames = _get_renames(key)
	for records in _get_batches(names):
		entries = _get_entries(OPPORTUNITY, [record.name for record in records])
		reasons = _get_lost_reasons([record.name for record in records])
		for record in records:
			record.lost_reasons = sorted(reasons[record.name])
			yield from _check_record(record, entries[record.name], key, renames)
	if names is None:
		yield from _check_other_logs(key)


def _check_record(record, entries: list, key: str, renames: dict) -> Iterator[Problem]:
	if not entries:
		yield Problem(NO_LOG, record.name, "", _("{0} has no audit log.").format(record.name))
		return
	for finding in audit_chain.check_chain(entries, key, record.audit_count, record.audit_hash):
		yield Problem(finding.kind, record.name, finding.entry, _describe(finding))
	logged = _fold(entries)
	for fieldname, doctype in COMPARED_FIELDS.items():
		value, at = logged.get(fieldname, (None, None))
		expected = _follow_renames(value, at, renames[doctype])
		if not _is_same(record.get(fieldname), expected):
			yield Problem(
				DIFFERS, record.name, entries[-1].name, _describe_difference(record, fieldname, expected)
			)


def _describe(finding: audit_chain.Finding) -> str:
	sentences = {
		audit_chain.ALTERED: _("Entry {0} was altered after it was written."),
		audit_chain.MISSING: _(
			"Entry {0} does not follow the one before it: {1} is missing or was replaced."
		),
		audit_chain.CUT_TAIL: _("The log ends at {0}, but the record remembers {1} entries."),
		audit_chain.UNKNOWN_KEY: _("Entry {0} was made under another encryption key and can't be checked."),
	}
	return sentences[finding.kind].format(finding.entry, finding.expected)


def _describe_difference(record, fieldname: str, expected) -> str:
	label = _(frappe.get_meta(OPPORTUNITY).get_label(fieldname))
	return _("{0} of {1} is {2}, but the log says {3}.").format(
		label, record.name, _show(record.get(fieldname)), _show(expected)
	)


def _show(value) -> str:
	text = ", ".join(value) if isinstance(value, list) else cstr(value)
	return text or _("empty")


def _is_same(actual, expected) -> bool:
	if isinstance(actual, int | float):
		return flt(actual, 9) == flt(expected, 9)
	return (actual or None) == (expected or None)


def _fold(entries: list) -> dict[str, tuple]:
	"""Return each audited value after the last entry, and when it was logged; exits are those of all entries.

	An unreadable entry shows up as altered, not here.
	"""
	values = {}
	for entry in entries:
		changes = audit_chain.read_changes(entry.details)
		values.update({fieldname: (change["to"], entry.at) for fieldname, change in changes.items()})
	moves = ((entry.from_status, entry.to_status, cint(entry.seconds_in_status)) for entry in entries)
	return values | {name: (total, None) for name, total in lifecycle.add_up_exits(moves).items()}


def _follow_renames(value, at, renames: list[tuple]):
	"""Return what a logged name is called now: renames later than the entry apply, in their order."""
	if isinstance(value, list):
		return sorted({_follow_renames(item, at, renames) for item in value})  # merged ones stand there once
	for renamed_at, old, new in renames:
		if value == old and (at is None or renamed_at >= at):
			value = new
	return value


def _get_renames(key: str) -> dict[str | None, list[tuple]]:
	"""Return (when, old name, new name) per DocType in order, from the log's own entries that are sealed."""
	renames = defaultdict(list)
	for doctype in filter(None, set(COMPARED_FIELDS.values())):
		for entries in _get_entries(doctype).values():
			for entry in entries:
				change = audit_chain.read_changes(entry.details).get("name")
				if change and audit_chain.is_sealed(entry, key):
					renames[doctype].append((entry.at, change["from"], change["to"]))
		renames[doctype].sort()
	return renames


def _get_batches(names: list[str] | None) -> Iterator[list]:
	"""Yield records in order of name, by key and not by offset."""
	record = frappe.qb.DocType(OPPORTUNITY)
	fields = [
		record[name]
		for name in ("name", "audit_count", "audit_hash", *COMPARED_FIELDS)
		if name != "lost_reasons"
	]
	last = ""
	while True:
		query = frappe.qb.from_(record).select(*fields).where(record.name > last)
		if names is not None:
			query = query.where(record.name.isin(names or [""]))
		batch = query.orderby(record.name).limit(BATCH_SIZE).run(as_dict=True)
		if not batch:
			return
		yield batch
		last = batch[-1].name


def _get_entries(doctype: str, names: list[str] | None = None) -> dict[str, list]:
	"""Return the entries per record in the order of their positions."""
	log = frappe.qb.DocType(AUDIT_LOG)
	fields = [log[name] for name in (*audit_chain.SEALED_FIELDS, "entry_hash")]
	query = frappe.qb.from_(log).select(*fields).where(log.reference_doctype == doctype)
	if names is not None:
		query = query.where(log.reference_name.isin(names))
	entries = defaultdict(list)
	for row in sorted(query.run(as_dict=True), key=lambda row: audit_chain.get_position(row.name)):
		entries[row.reference_name].append(row)
	return entries


def _get_lost_reasons(names: list[str]) -> dict[str, list[str]]:
	child = frappe.qb.DocType(LOST_REASON_ROW)
	query = frappe.qb.from_(child).select(child.parent, child.lost_reason)
	reasons = defaultdict(list)
	query = query.where((child.parenttype == OPPORTUNITY) & (child.parentfield == "lost_reasons"))
	for row in query.where(child.parent.isin(names)).run(as_dict=True):
		reasons[row.parent].append(row.lost_reason)
	return reasons


def _check_other_logs(key: str) -> Iterator[Problem]:
	"""Check the logs that no record stands beside: of deleted opportunities, and of users, reasons and leads."""
	for doctype in frappe.get_all(AUDIT_LOG, distinct=True, pluck="reference_doctype"):
		for names in _get_names_without_record(doctype):
			for name, entries in _get_entries(doctype, names).items():
				for finding in audit_chain.check_chain(entries, key):
					yield Problem(finding.kind, name, finding.entry, _describe(finding))
				if doctype == OPPORTUNITY and not _is_deletion(entries[-1], key):
					message = _(
						"{0} has {1} log entries but no longer exists, and nothing says it was deleted."
					)
					yield Problem(VANISHED, name, entries[-1].name, message.format(name, len(entries)))


def _get_names_without_record(doctype: str) -> Iterator[list[str]]:
	"""Yield the names that a DocType's logs are about, in batches; of opportunities only those that are gone."""
	log, record = frappe.qb.DocType(AUDIT_LOG), frappe.qb.DocType(OPPORTUNITY)
	query = frappe.qb.from_(log).select(log.reference_name).distinct().where(log.reference_doctype == doctype)
	if doctype == OPPORTUNITY:
		query = query.left_join(record).on(record.name == log.reference_name).where(record.name.isnull())
	last = ""
	while True:
		rows = query.where(log.reference_name > last).orderby(log.reference_name).limit(BATCH_SIZE).run()
		if not rows:
			return
		yield [name for (name,) in rows]
		last = rows[-1][0]


def _is_deletion(entry, key: str) -> bool:
	return entry.event == "Deleted" and audit_chain.is_sealed(entry, key)

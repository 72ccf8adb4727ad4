"""Checks the audit log against itself and against the records, batch by batch.

What it can and can't prove is written in docs/audit.md.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import dropwhile

import frappe
from frappe import _
from frappe.utils import cint, cstr, flt
from pypika.functions import Cast

from crm_pipeline.audit import key_break, log, reading, renames
from crm_pipeline.audit.findings import DIFFERS, NO_LOG, VANISHED, Problem
from crm_pipeline.audit.trust import Trust
from crm_pipeline.constants import LOST_REASON_ROW, OPPORTUNITY, SETTINGS
from crm_pipeline.domain import audit_chain, lifecycle

BATCH_SIZE = 1000
DELETED = "Deleted"

COMPARED_FIELDS = (*log.AUDITED_FIELDS, *lifecycle.EXIT_FIELDS)
# audited field → DocType whose renames it follows; that of the party is said by the record
FOLLOWED = {
	"sales_engineer": "User",
	"application_engineer": "User",
	"lost_reasons": "Pipeline Lost Reason",
	"currency": "Currency",
	"won_currency": "Currency",
	"region": "Pipeline Region",
	"product_line": "Pipeline Product Line",
	"company": "Company",
	"customer": "Customer",
	"offer": "Quotation",
}
# what is compared from the first entry with a stamp on: former versions did not log how these were renamed
COMPARED_SINCE_STAMPS = frozenset(
	{"region", "product_line", "company", "customer", "opportunity_from", "party_name", "offer"}
)


def find_problems(names: list[str] | None = None) -> Iterator[Problem]:
	"""Yield every problem of the given records, of the whole site by default.

	Reads in batches of 1,000 records, so memory stays flat. Server-side only: the caller checks who may see it.
	"""
	trust = Trust()
	known = renames.get_renames(reading.MASTERS, trust)
	for records in _get_batches(names):
		entries = reading.get_entries(OPPORTUNITY, [record.name for record in records])
		reasons = _get_lost_reasons([record.name for record in records])
		for record in records:
			record.lost_reasons = sorted(reasons[record.name])
			chain = entries.pop(record.name, [])
			yield from _check_record(record, chain, trust, known)
			if names is not None:
				accepted = trust.get_accepted_seal(OPPORTUNITY, record.name)
				yield from key_break.check(record.name, chain, accepted, trust)
		yield from _show_strays(entry for misspelt in entries.values() for entry in misspelt)
	yield from _show_strays(reading.find_strays(names))
	if names is None:
		yield from _check_other_logs(trust)
		yield from key_break.find_changed(trust)


def _check_record(record, entries: list, trust: Trust, known_renames: dict) -> Iterator[Problem]:
	if not entries:
		yield Problem(
			NO_LOG, record.name, "", _("{0} has no audit log.").format(record.name), record.modified
		)
		return
	yield from _check_chain(record.name, entries, trust, record.audit_count, record.audit_hash)
	if any(entry.event == DELETED for entry in entries):
		message = _("{0} is there, but its log says that it was deleted.").format(record.name)
		yield Problem(DIFFERS, record.name, entries[-1].name, message, record.modified)
	for fieldname, (value, moment) in _get_logged(entries).items():
		doctype = record.opportunity_from if fieldname == "party_name" else FOLLOWED.get(fieldname)
		expected = renames.follow(value, moment, known_renames.get(doctype, []))
		if not _is_same(record.get(fieldname), expected):
			message = _describe_difference(record, fieldname, expected)
			yield Problem(DIFFERS, record.name, entries[-1].name, message, record.modified)


def _get_logged(entries: list) -> dict[str, tuple]:
	"""Return (value, moment) for each field that can be compared; what no entry tells of was empty from the first on."""
	logged, first = fold(entries), audit_chain.get_moment(entries[0])
	values = {fieldname: logged.get(fieldname, (None, first)) for fieldname in COMPARED_FIELDS}
	return {
		fieldname: (value, moment)
		for fieldname, (value, moment) in values.items()
		if fieldname not in COMPARED_SINCE_STAMPS or moment[0]
	}


def _check_chain(name: str, entries: list, trust: Trust, *expected) -> Iterator[Problem]:
	return _show_findings(name, entries, trust.check_chain(entries, *expected))


def _show_strays(entries: Iterable) -> Iterator[Problem]:
	"""An entry that is about a record in another spelling than its own, or about nothing, is none that the app has written."""
	for entry in entries:
		finding = audit_chain.Finding(audit_chain.ALTERED, entry.name)
		yield from _show_findings(cstr(entry.reference_name), [entry], [finding])


def _show_findings(name: str, entries: list, findings: Iterable[audit_chain.Finding]) -> Iterator[Problem]:
	dates = {entry.name: entry.at for entry in entries}
	for finding in findings:
		yield Problem(finding.kind, name, finding.entry, _describe(finding), dates.get(finding.entry))


def _describe(finding: audit_chain.Finding) -> str:
	sentences = {
		audit_chain.ALTERED: _("Entry {0} was altered after it was written."),
		audit_chain.MISSING: _(
			"Entry {0} does not follow the one before it: {1} is missing or was replaced."
		),
		audit_chain.CUT_TAIL: _("The log ends at {0}, but the record remembers {1} entries."),
		audit_chain.UNKNOWN_KEY: _("Entry {0} was made under another encryption key and can't be checked."),
	}
	return sentences[finding.kind].format(finding.entry or _("nothing"), finding.expected)


def _describe_difference(record, fieldname: str, expected) -> str:
	label = _(frappe.get_meta(OPPORTUNITY).get_label(fieldname))
	return _("{0} of {1} is {2}, but the log says {3}.").format(
		label, record.name, _show(record.get(fieldname)), _show(expected)
	)


def _show(value) -> str:
	texts = value if isinstance(value, list) else [cstr(value)]
	return ", ".join(text or _("empty") for text in texts) or _("empty")


def _is_same(actual, expected) -> bool:
	if isinstance(actual, int | float):
		return flt(actual, 9) == flt(expected, 9)
	return (actual or None) == (expected or None)


def fold(entries: list) -> dict[str, tuple]:
	"""Return each audited value after the last entry, and when it was logged; exits are those of all entries.

	An unreadable entry shows up as altered, not here.
	"""
	values = {}
	for entry in entries:
		changes = audit_chain.read_changes(entry.details)
		values.update(
			{
				fieldname: (change["to"], audit_chain.get_moment(entry))
				for fieldname, change in changes.items()
			}
		)
	moves = ((entry.from_status, entry.to_status, cint(entry.seconds_in_status)) for entry in entries)
	return values | {name: (total, None) for name, total in lifecycle.add_up_exits(moves).items()}


def _get_batches(names: list[str] | None) -> Iterator[list]:
	"""Yield records in order of name, by key and not by offset; the first may be called "" or what the database takes for it."""
	record = frappe.qb.DocType(OPPORTUNITY)
	fieldnames = [
		name for name in ("name", "audit_count", "audit_hash", *COMPARED_FIELDS) if name != "lost_reasons"
	]
	fields = [record[name] for name in fieldnames]
	query = frappe.qb.from_(record).select(*fields, Cast(record.modified, "CHAR").as_("modified"))
	if names is not None:
		query = query.where(record.name.isin(list(names) or [None]))
	query = query.orderby(record.name).limit(BATCH_SIZE)
	batch = query.run(as_dict=True)
	while batch:
		yield batch
		batch = query.where(record.name > batch[-1].name).run(as_dict=True)


def _get_lost_reasons(names: list[str]) -> dict[str, list[str]]:
	"""Return the reasons that each record shows: the database says which rows are whose, however they spell its name."""
	child, record = frappe.qb.DocType(LOST_REASON_ROW), frappe.qb.DocType(OPPORTUNITY)
	query = frappe.qb.from_(child).join(record).on(child.parent == record.name)
	query = query.where((child.parenttype == OPPORTUNITY) & (child.parentfield == "lost_reasons"))
	reasons = defaultdict(list)
	for name, reason in query.where(child.parent.isin(names)).select(record.name, child.lost_reason).run():
		reasons[name].append(cstr(reason))
	return reasons


def _check_other_logs(trust: Trust) -> Iterator[Problem]:
	"""Check the logs that no record stands beside: of deleted opportunities, of masters and of the log itself."""
	yield from _show_findings(SETTINGS, trust.chain, trust.check_own_log())
	gone = dict(trust.noted_ends)
	for doctype in (OPPORTUNITY, *reading.MASTERS):
		for names in reading.find_names_without_record(doctype):
			for name, entries in reading.get_entries(doctype, names).items():
				gone.pop((doctype, name), None)
				yield from _check_chain(name, entries, trust)
				yield from _show_findings(name, entries, trust.check_noted_end(doctype, name, entries))
				if doctype == OPPORTUNITY:
					yield from _check_deletion(name, entries, trust)
	for doctype, name in gone:
		yield from _show_findings(name, [], trust.check_noted_end(doctype, name, []))


def _check_deletion(name: str, entries: list, trust: Trust) -> Iterator[Problem]:
	if _is_deletion(entries, trust):
		return
	message = _("{0} has {1} log entries but no longer exists, and they do not end with its deletion.")
	yield Problem(VANISHED, name, entries[-1].name, message.format(name, len(entries)), entries[-1].at)


def _is_deletion(entries: list, trust: Trust) -> bool:
	"""Tell whether a log ends with its only deletion; what was redacted after it is no life."""
	since = list(dropwhile(lambda entry: entry.event != DELETED, entries))
	is_end = since and all(entry.event == audit_chain.REDACTED for entry in since[1:])
	return bool(is_end) and since[0].name in trust.find_believed(entries)

"""Reads the audit log as it stands, in batches; no permission is checked.

The database takes texts that differ in case, accents or spaces at the end for the same; whoever forges an entry may use that.
So what is read belongs to a log, a DocType or a key only where it is written exactly so. Dates are read as text: one that is
none, such as 2026-00-00, would break off the answer.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator

import frappe
from frappe.utils import cint, cstr
from pypika import CustomFunction
from pypika.functions import Cast, Coalesce, Count, Max, Min
from pypika.terms import Criterion, Term

from crm_pipeline.constants import AUDIT_LOG, OPPORTUNITY, SETTINGS
from crm_pipeline.domain import audit_chain

BATCH_SIZE = 1000
FEW = 20
END_FIELDS = ("audit_count", "audit_hash")  # what a record remembers of its log
FIELDS = (*audit_chain.SEALED_FIELDS, *audit_chain.LATER_FIELDS, "entry_hash")
# what there are logs of: opportunities, the masters whose renames are logged (hooks.py), and the log itself
MASTERS = (
	"User",
	"Customer",
	"Lead",
	"Company",
	"Currency",
	"Quotation",
	"Pipeline Region",
	"Pipeline Product Line",
	"Pipeline Lost Reason",
)
DOCTYPES = (OPPORTUNITY, *MASTERS, SETTINGS)

Hex = CustomFunction("HEX", ["text"])


def get_entries(
	doctype: str, names: Collection[str] | None = None, for_update: bool = False
) -> dict[str, list]:
	"""Return the entries per record in the order of their positions; locked and as they are by now for an update.

	For each name asked for, those are there too that the database takes for it, under the name that they are written with.
	"""
	log = frappe.qb.DocType(AUDIT_LOG)
	query = _select(log).where(log.reference_doctype == doctype)
	if names is not None:
		query = query.where(log.reference_name.isin(list(names) or [""]))
	if for_update:
		query = query.for_update()
	entries = defaultdict(list)
	for row in audit_chain.sort(query.run(as_dict=True)):
		if row.reference_doctype == doctype:
			entries[row.reference_name].append(row)
	return entries


def get_first_moments() -> dict[str, tuple]:
	"""Return the keys under which entries were made, each with the moment of its first."""
	log = frappe.qb.DocType(AUDIT_LOG)
	query = frappe.qb.from_(log).select(Hex(log.key_id), Min(Coalesce(log.at_utc, 0)), _as_text(Min(log.at)))
	query = query.where(_is_stray(log).negate() & log.key_id.isnotnull())
	firsts = {
		bytes.fromhex(key_id).decode(errors="replace"): audit_chain.get_moment({"at_utc": at_utc, "at": at})
		for key_id, at_utc, at in query.groupby(Hex(log.key_id)).run()
	}
	return {key_id: first for key_id, first in firsts.items() if audit_chain.is_key_id(key_id)}


def measure(key_ids: Collection[str]) -> tuple:
	"""Return how many entries of how many logs were made under some keys, and the dates of the first and the last."""
	log = frappe.qb.DocType(AUDIT_LOG)
	query = frappe.qb.from_(log).where(_is_one_of(log.key_id, key_ids) & _is_stray(log).negate())
	span = (_as_text(Min(log.at)), _as_text(Max(log.at)))
	query = query.select(Count(log.name), Count(log.reference_name).distinct(), *span)
	query = query.groupby(log.reference_doctype)
	entries, logs, firsts, lasts = zip(*query.run(), strict=True)
	first, last = min(filter(None, firsts), default=None), max(filter(None, lasts), default=None)
	return sum(entries), sum(logs), first, last


def get_oldest(key_id: str) -> Iterator[list[dict]]:
	"""Yield the entries of a key in batches, the oldest first: a few, then many."""
	log = frappe.qb.DocType(AUDIT_LOG)
	place = (Coalesce(log.at_utc, 0), Coalesce(_as_text(log.at), ""), log.name)
	query = _select(log).where(_is_one_of(log.key_id, [key_id])).orderby(*place)
	rows = query.limit(FEW).run(as_dict=True)
	while rows:
		yield rows
		last = (rows[-1].at_utc or 0, rows[-1].at or "", rows[-1].name)
		rows = query.where(_is_behind(place, last)).limit(BATCH_SIZE).run(as_dict=True)


def find_strays(names: Collection[str] | None = None) -> list[dict]:
	"""Return the entries that are in no log; those that the database takes for entries about some opportunities."""
	log = frappe.qb.DocType(AUDIT_LOG)
	query = frappe.qb.from_(log).select(log.name, log.reference_name, _as_text(log.at).as_("at"))
	if names is not None:
		query = query.where(
			(log.reference_doctype == OPPORTUNITY) & log.reference_name.isin(list(names) or [None])
		)
	return query.where(_is_stray(log)).run(as_dict=True)


def get_remembered_end(for_update: bool = False) -> tuple[int, str]:
	"""Return what Pipeline Settings remembers of the end of its own log: the number of entries, the last hash."""
	held = frappe.qb.DocType("Singles")
	query = frappe.qb.from_(held).select(held["field"], held["value"])
	query = query.where((held.doctype == SETTINGS) & held["field"].isin(list(END_FIELDS)))
	values = dict((query.for_update() if for_update else query).run())
	return cint(values.get("audit_count")), cstr(values.get("audit_hash"))


def find_names(
	doctype: str, key_ids: Collection[str], after: str = "", up_to: str | None = None
) -> Iterator[list[str]]:
	"""Yield the names with entries under some keys, in batches and in the order of the database."""
	log = frappe.qb.DocType(AUDIT_LOG)
	query = frappe.qb.from_(log).select(log.reference_name).distinct().where(log.reference_doctype == doctype)
	query = query.where(_is_one_of(log.key_id, key_ids))
	if up_to is not None:
		query = query.where(log.reference_name <= up_to)
	yield from _in_batches(query, after)


def find_names_without_record(doctype: str) -> Iterator[list[str]]:
	"""Yield the names that a DocType's logs are about, in batches; of opportunities only those that are gone."""
	log, record = frappe.qb.DocType(AUDIT_LOG), frappe.qb.DocType(OPPORTUNITY)
	query = frappe.qb.from_(log).select(log.reference_name).distinct().where(log.reference_doctype == doctype)
	if doctype == OPPORTUNITY:
		query = query.left_join(record).on(record.name == log.reference_name).where(record.name.isnull())
	yield from _in_batches(query, "")


def _in_batches(query, last: str) -> Iterator[list[str]]:
	name = frappe.qb.DocType(AUDIT_LOG).reference_name
	while rows := query.where(name > last).orderby(name).limit(BATCH_SIZE).run():
		yield [name_of_row for (name_of_row,) in rows]
		last = rows[-1][0]


def _select(log):
	dates = {"at": _as_text(log.at).as_("at")}
	return frappe.qb.from_(log).select(*(dates.get(name, log[name]) for name in FIELDS))


def _as_text(date: Term) -> Term:
	return Cast(date, "CHAR")


def _is_one_of(field: Term, texts: Collection[str]) -> Criterion:
	"""Compare texts sign by sign; what has no value is none of them."""
	return Coalesce(Hex(field), "").isin([text.encode().hex().upper() for text in texts])


def _is_stray(log) -> Criterion:
	"""Tell of an entry whether it says of nothing that has a log that it is about it."""
	is_of_settings = _is_one_of(log.reference_doctype, [SETTINGS])
	return (
		_is_one_of(log.reference_doctype, DOCTYPES).negate()
		| (Coalesce(log.reference_name, "") == "")
		| (is_of_settings & _is_one_of(log.reference_name, [SETTINGS]).negate())
	)


def _is_behind(fields: tuple, values: tuple) -> Criterion:
	"""Compare places one field after another, as they are ordered."""
	is_behind = fields[0] > values[0]
	if fields[1:]:
		is_behind |= (fields[0] == values[0]) & _is_behind(fields[1:], values[1:])
	return is_behind

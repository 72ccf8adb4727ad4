"""Reads the audit log as it stands, in batches; no permission is checked."""

from collections import defaultdict
from collections.abc import Collection, Iterator

import frappe
from frappe.utils import cint, cstr
from pypika.functions import Coalesce, Count, Max, Min

from crm_pipeline.constants import AUDIT_LOG, OPPORTUNITY, SETTINGS
from crm_pipeline.domain import audit_chain

BATCH_SIZE = 1000
FEW = 20
END_FIELDS = ("audit_count", "audit_hash")  # what a record remembers of its log
FIELDS = (*audit_chain.SEALED_FIELDS, *audit_chain.LATER_FIELDS, "entry_hash")


def get_entries(
	doctype: str, names: Collection[str] | None = None, for_update: bool = False
) -> dict[str, list]:
	"""Return the entries per record in the order of their positions; locked and as they are by now for an update."""
	log = frappe.qb.DocType(AUDIT_LOG)
	query = (
		frappe.qb.from_(log).select(*(log[name] for name in FIELDS)).where(log.reference_doctype == doctype)
	)
	if names is not None:
		query = query.where(log.reference_name.isin(list(names) or [""]))
	if for_update:
		query = query.for_update()
	entries = defaultdict(list)
	for row in audit_chain.sort(query.run(as_dict=True)):
		entries[row.reference_name].append(row)
	return entries


def get_doctypes() -> list[str]:
	"""Return what there are logs of: opportunities, and the masters that were renamed."""
	doctypes = frappe.get_all(
		AUDIT_LOG, distinct=True, pluck="reference_doctype", order_by="reference_doctype"
	)
	return list(filter(None, doctypes))


def get_first_moments() -> dict[str, tuple]:
	"""Return the keys under which entries were made, each with the moment of its first."""
	log = frappe.qb.DocType(AUDIT_LOG)
	query = frappe.qb.from_(log).select(log.key_id, Min(Coalesce(log.at_utc, 0)), Min(log.at))
	rows = query.groupby(log.key_id).run()
	return {
		key_id: audit_chain.get_moment({"at_utc": at_utc, "at": at})
		for key_id, at_utc, at in rows
		if audit_chain.is_key_id(key_id)
	}


def measure(key_ids: Collection[str]) -> tuple:
	"""Return how many entries of how many logs were made under some keys, and the dates of the first and the last."""
	log = frappe.qb.DocType(AUDIT_LOG)
	query = frappe.qb.from_(log).where(log.key_id.isin(list(key_ids))).groupby(log.reference_doctype)
	query = query.select(Count(log.name), Count(log.reference_name).distinct(), Min(log.at), Max(log.at))
	entries, logs, firsts, lasts = zip(*query.run(), strict=True)
	first, last = min(filter(None, firsts), default=None), max(filter(None, lasts), default=None)
	return sum(entries), sum(logs), first, last


def get_oldest(key_id: str) -> Iterator[dict]:
	"""Yield the entries of a key, the oldest first."""
	log = frappe.qb.DocType(AUDIT_LOG)
	query = frappe.qb.from_(log).select(*(log[name] for name in FIELDS)).where(log.key_id == key_id)
	query, start = query.orderby(log.at_utc, log.at, log.name).limit(FEW), 0
	while rows := query.offset(start).run(as_dict=True):
		yield from rows
		start += FEW


def find_without_log() -> list[dict]:
	"""Return the entries that say of no record that they are about it."""
	log = frappe.qb.DocType(AUDIT_LOG)
	is_about_none = log.reference_doctype.isnull() | (log.reference_doctype == "")
	is_about_none |= log.reference_name.isnull() | (log.reference_name == "")
	return frappe.qb.from_(log).select(log.name, log.at).where(is_about_none).run(as_dict=True)


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
	query = query.where(log.key_id.isin(list(key_ids)))
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

"""Reads the audit log as it stands, in batches; no permission is checked."""

from collections import defaultdict
from collections.abc import Collection, Iterator

import frappe

from crm_pipeline.constants import AUDIT_LOG, OPPORTUNITY
from crm_pipeline.domain import audit_chain

BATCH_SIZE = 1000
FIELDS = (*audit_chain.SEALED_FIELDS, *audit_chain.LATER_FIELDS, "entry_hash")


def get_entries(doctype: str, names: Collection[str] | None = None) -> dict[str, list]:
	"""Return the entries per record in the order of their positions."""
	log = frappe.qb.DocType(AUDIT_LOG)
	query = (
		frappe.qb.from_(log).select(*(log[name] for name in FIELDS)).where(log.reference_doctype == doctype)
	)
	if names is not None:
		query = query.where(log.reference_name.isin(list(names) or [""]))
	entries = defaultdict(list)
	for row in audit_chain.sort(query.run(as_dict=True)):
		entries[row.reference_name].append(row)
	return entries


def get_doctypes() -> list[str]:
	"""Return what there are logs of: opportunities, and the masters that were renamed."""
	return frappe.get_all(AUDIT_LOG, distinct=True, pluck="reference_doctype", order_by="reference_doctype")


def get_key_ids() -> set[str]:
	"""Return the keys under which entries were made."""
	return set(frappe.get_all(AUDIT_LOG, distinct=True, pluck="key_id", order_by="key_id"))


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

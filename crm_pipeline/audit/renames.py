"""Keeps old entries readable: when a user or master is renamed or merged, its own log says so."""

from collections import defaultdict

import frappe
from frappe import _
from frappe.model.document import Document

from crm_pipeline.audit import log, reading
from crm_pipeline.audit.trust import Trust
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.domain import audit_chain
from crm_pipeline.record.contained import contained

LOG_RENAME = "crm_pipeline.audit.log.log_rename"
ENGINEERS = ("sales_engineer", "application_engineer")

Rename = tuple[tuple, str, str]  # when (get_moment), the old name, the new one


def after_rename(doc: Document, method: str, old: str, new: str, merge: bool = False) -> None:
	"""A user whom no opportunity names stays unnamed here too: most are customers who log in."""
	if doc.doctype != "User" or any(frappe.db.exists(OPPORTUNITY, {name: new}) for name in ENGINEERS):
		what = _("The audit log does not know yet that {0} was renamed to {1}.").format(old, new)
		with contained(what, LOG_RENAME, doctype=doc.doctype, old=old, new=new, is_merge=merge):
			log.log_rename(doc.doctype, old, new, merge)


def get_renames(doctypes: set[str], trust: Trust) -> dict[str | None, list[Rename]]:
	"""Return the renames per DocType in their order, from the log's own entries that can be believed."""
	renames = defaultdict(list)
	for doctype in doctypes:
		for entries in reading.get_entries(doctype).values():
			believed = trust.find_believed(entries)
			for entry in entries:
				change = audit_chain.read_changes(entry.details).get("name")
				if change and _is_of_names(change) and entry.name in believed:
					renames[doctype].append((audit_chain.get_moment(entry), change["from"], change["to"]))
		renames[doctype].sort()
	return renames


def _is_of_names(change: dict) -> bool:
	return all(isinstance(change[side], str) for side in ("from", "to"))


def follow(value, moment: tuple | None, renames: list[Rename]):
	"""Return what a logged name is called now: renames later than the entry apply, in their order."""
	if isinstance(value, list):
		return sorted({follow(item, moment, renames) for item in value})  # merged ones stand there once
	for renamed_at, old, new in renames:
		if value == old and (moment is None or renamed_at >= moment):
			value = new
	return value

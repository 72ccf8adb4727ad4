"""Watches the database during a call, and the hidden rows around it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from unittest.mock import patch

import frappe

from crm_pipeline.constants import AUDIT_LOG, CHILD_TABLES, OPPORTUNITY
from crm_pipeline.custom_fields import LINKED_DOCTYPES
from crm_pipeline.tests.canary.marks import find_marks

# DocType → its fields that name an opportunity, or something that belongs to one
REFERENCES = {
	OPPORTUNITY: ("name",),
	**dict.fromkeys(CHILD_TABLES, ("parent",)),
	AUDIT_LOG: ("reference_name",),
	"Communication": ("reference_name",),
	"Communication Link": ("link_name",),
	"Comment": ("reference_name",),
	"Data Import": ("name",),
	"Document Follow": ("ref_docname",),
	"DocShare": ("share_name",),
	"Email Queue": ("reference_name",),
	"Event": ("name",),
	"Event Participants": ("reference_docname", "parent"),
	"File": ("attached_to_name",),
	"Notification Log": ("document_name",),
	"Prepared Report": ("name",),
	"Quotation": ("pipeline_opportunity",),
	"Request for Quotation": ("pipeline_opportunity",),
	"Sales Order": ("pipeline_opportunity",),
	"Supplier Quotation": ("pipeline_opportunity",),
	"Tag Link": ("document_name",),
	"ToDo": ("reference_name",),
	"Version": ("docname",),
}
HIDDEN_TABLE = re.compile(rf"`?tab({'|'.join(sorted(REFERENCES, key=len, reverse=True))})\b")
WRITE = re.compile(
	r"\s*(?:insert(?: ignore)? into|update|delete from|replace into)\s+(?:`tab([^`]+)`|tab(\w+))", re.I
)
# what people leave on these belongs to them, not to the opportunity
OF_OTHERS = {*LINKED_DOCTYPES, "Auto Email Report"}
# what nobody but a System Manager reads, and what is not kept
UNREAD = {"Error Log", "Scheduled Job Log", "Deleted Document", "Series", "Singles", "DefaultValue"}
# changes that say nothing: somebody has looked at a list
IGNORED_COLUMNS = {"_seen", "lft", "rgt"}


@dataclass
class Trace:
	"""What a call did in the database."""

	asked_hidden: bool = False
	written: set[str] = field(default_factory=set)
	kept_marks: set[str] = field(default_factory=set)
	committed: tuple[frozenset, frozenset] = (frozenset(), frozenset())
	touched: set[str] = field(default_factory=set)  # whatever was written, rolled back or not

	@property
	def changed_hidden(self) -> bool:
		return not self.written.isdisjoint(REFERENCES)

	def note(self, query: str, table: str | None, values) -> None:
		if not self.asked_hidden and HIDDEN_TABLE.search(query):
			self.asked_hidden = True
		if not table:
			return
		self.touched.add(table)
		self.written.add(table)
		if table not in UNREAD:
			self.kept_marks |= {f"{mark} in {table}" for mark in find_marks(f"{query} {values}")}


class Watch:
	trace = Trace()

	@classmethod
	def renew(cls) -> None:
		cls.trace = Trace()

	@classmethod
	def commit(cls) -> None:
		cls.trace.committed = (frozenset(cls.trace.written), frozenset(cls.trace.kept_marks))

	@classmethod
	def roll_back(cls) -> None:
		cls.trace.written, cls.trace.kept_marks = map(set, cls.trace.committed)


def get_lasting_tables() -> set[str]:
	"""Return the tables in which nothing can be undone: nothing is written to them in here."""
	engines = frappe.db.sql(
		"select table_name from information_schema.tables where table_schema = database() and engine != 'InnoDB'"
	)
	return {name.removeprefix("tab") for (name,) in engines}


@contextmanager
def watch_queries() -> Iterator[None]:
	real_sql, lasting = frappe.db.sql, get_lasting_tables()

	def sql(query, values=(), *arguments, **options):
		text = str(query)
		found = WRITE.match(text)
		table = found and (found[1] or found[2])
		if table in lasting:
			return ()
		Watch.trace.note(text, table, values)
		return real_sql(query, values, *arguments, **options) if values != () else real_sql(query, **options)

	with patch.object(frappe.db, "sql", sql):
		yield


class HiddenRows:
	"""The rows of what is hidden, and of whatever points at it."""

	def __init__(self, things: dict[str, tuple[str, str]]):
		self.names = tuple({name for doctype, name in things.values() if doctype not in OF_OTHERS})
		self.documents = tuple({name for doctype, name in things.values() if doctype in OF_OTHERS}) or ("",)

	def read(self) -> dict[tuple[str, str], dict]:
		"""Return (DocType, name) → row."""
		rows = {}
		for doctype, fields in REFERENCES.items():
			either = " or ".join(f"`{fieldname}` in %(names)s" for fieldname in {*fields, "name"})
			if doctype in LINKED_DOCTYPES:  # one that was taken away is there all the same
				either += " or `name` in %(documents)s"
			values = {"names": self.names, "documents": self.documents}
			for row in frappe.db.sql(f"select * from `tab{doctype}` where {either}", values, as_dict=True):
				rows[doctype, row.name] = {key: row[key] for key in row if key not in IGNORED_COLUMNS}
		return rows


def describe_changes(before: dict, after: dict) -> list[str]:
	changes = [f"{doctype} is gone" for doctype, name in before.keys() - after.keys()]
	changes += [f"a new {doctype}" for doctype, name in after.keys() - before.keys()]
	for key in before.keys() & after.keys():
		if fields := [column for column in before[key] if before[key][column] != after[key].get(column)]:
			changes.append(f"{key[0]}: {', '.join(sorted(fields))}")
	return sorted(changes)

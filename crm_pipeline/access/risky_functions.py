"""Functions of the framework and ERPNext that answer, or move, what the user doesn't see: each with what is done about it.

docs/permissions.md says for each how long it is needed.
"""

import re

import frappe
from frappe import _

from crm_pipeline.access.companions import COMPANIONS
from crm_pipeline.access.link_fields import get_link_fields
from crm_pipeline.access.names import find_companion_names
from crm_pipeline.access.permissions import require_write
from crm_pipeline.access.request import Asked
from crm_pipeline.constants import HIDDEN, OPPORTUNITY
from crm_pipeline.domain import requested
from crm_pipeline.refusal import refuse

AROUND = (*COMPANIONS, "Event")
# by module and DocType (version 2 of the API) alike
CALENDAR = re.compile(r"event\Wget_events$", re.IGNORECASE)
TAGGED = re.compile(r"tag\Wget_tagged_docs$", re.IGNORECASE)
RELINK = re.compile(r"\brelink$")
RESTORE = re.compile(r"\b(?:bulk_)?restore$")
GET = re.compile(r"^frappe\.client\.get$")
NEXT = re.compile(r"\butils\.get_next$")
REPORT = re.compile(r"^frappe\.desk\.query_report\.")
# those that are looked at when they are called, and which no other function has to call
LOOKED_AT = (CALENDAR, TAGGED, RELINK, RESTORE, GET, NEXT)
# ERPNext's reports that put a filter into their SQL as it is
RAW_REPORTS = frozenset(
	map(
		requested.fold,
		(
			"Lost Opportunity",
			"Inactive Customers",
			"Sales Partner Transaction Summary",
			"Sales Partner Commission Summary",
			"Asset Depreciations and Balances",
			"Budget Variance Report",
		),
	)
)
QUOTES = re.compile(r"['\"`\\]")
# what a template of the framework does with records is asked of nobody; these parts of it touch none
TEMPLATE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
READING_RECORDS = re.compile(
	r"frappe(?!\s*\.\s*(?:utils|format\w*|_|session|user|full_name|date_format|time_format|bold)\b)"
)


def look_at(asked: Asked) -> None:
	"""Refuse the request, or let it ask for what the user sees."""
	refuse_detours(asked)
	drop_switches(asked)
	refuse_mails_of_hidden_records(asked)
	refuse_restoring(asked)
	refuse_tagged_records(asked)
	refuse_next_to_hidden(asked)
	refuse_templates(asked)
	refuse_raw_filters(asked)
	look_for_name(asked)


def refuse_detours(asked: Asked) -> None:
	for pattern in LOOKED_AT:
		if asked.calls(pattern) and not asked.calls_itself(pattern):
			frappe.throw(_("This function is called by itself alone."), frappe.PermissionError)


def drop_switches(asked: Asked) -> None:
	"""Whoever searches what stands around opportunities, or asks for a calendar, is answered for themselves."""
	arguments = asked.arguments
	if arguments.get("doctype") in AROUND and arguments.get("ignore_user_permissions"):
		arguments["ignore_user_permissions"] = 0
	if arguments.get("user") and asked.calls(CALENDAR):
		arguments["user"] = frappe.session.user
	if asked.resource in AROUND:
		arguments.pop("expand_links", None)


def look_for_name(asked: Asked) -> None:
	"""Who asks for one record by filters is given one of those that they see; others would answer by being refused."""
	arguments = asked.arguments
	doctype = str(arguments.get("doctype"))
	if not asked.calls(GET) or arguments.get("name") or not arguments.get("filters"):
		return
	if not _is_around(doctype) and not _asks_through_links(arguments["filters"]):
		return
	filters = arguments.pop("filters")
	filters = requested.parse(filters) if isinstance(filters, str) else filters
	parent = {"parent_doctype": arguments["parent"]} if arguments.get("parent") else {}
	names = frappe.get_list(doctype, filters=filters or {"name": ""}, limit=1, pluck="name", **parent)
	if not names:
		frappe.throw(_("None of the records that you see is like that."), frappe.DoesNotExistError)
	arguments["name"] = names[0]


def refuse_mails_of_hidden_records(asked: Asked) -> None:
	"""Who links an e-mail to another document takes it from an opportunity only with write permission on that."""
	if not asked.calls(RELINK):
		return
	names = find_companion_names(list(asked.arguments.values()))
	reference = {"name": ("in", names), "reference_doctype": OPPORTUNITY}
	for name in frappe.get_all("Communication", reference, pluck="reference_name") if names else ():
		require_write(name)


def refuse_restoring(asked: Asked) -> None:
	"""What was deleted is restored by a manager: the copy would show it to whoever asks."""
	if not asked.calls(RESTORE):
		return
	names = find_companion_names(list(asked.arguments.values()))
	deleted = {"name": ("in", names), "deleted_doctype": ("in", list(HIDDEN))}
	if names and frappe.db.exists("Deleted Document", deleted):
		message = _("Only a Sales Manager or System Manager restores a deleted opportunity.")
		frappe.throw(message, frappe.PermissionError)


def refuse_tagged_records(asked: Asked) -> None:
	"""Which records bear a tag of some pattern is answered without asking who sees them: the list has a filter for it."""
	if asked.calls(TAGGED) and _is_around(str(asked.arguments.get("doctype"))):
		message = _("Opportunities of a tag are found in their list, with the filter Tags.")
		frappe.throw(message, frappe.PermissionError)


def refuse_next_to_hidden(asked: Asked) -> None:
	"""The record after another one tells how its values compare."""
	doctype, name = (str(asked.arguments.get(key)) for key in ("doctype", "value"))
	if asked.calls(NEXT) and _is_around(doctype) and frappe.db.exists(doctype, name):
		frappe.has_permission(doctype, "read", doc=name, throw=True)


def refuse_templates(asked: Asked) -> None:
	"""A template that calls the framework reads and writes any record, whoever has it rendered."""
	for text in asked.texts:
		if "{" in text and any(map(READING_RECORDS.search, TEMPLATE.findall(text))):
			message = _("A template that reads records is written by a System Manager.")
			frappe.throw(message, frappe.PermissionError)


def refuse_raw_filters(asked: Asked) -> None:
	"""Nothing honest is found by a filter with a quote in reports that put it into their SQL as it is."""
	if not asked.calls(REPORT):
		return
	named = {requested.fold(text) for text in asked.texts}
	if named.isdisjoint(RAW_REPORTS):
		return
	for _key, value in requested.find_pairs(asked.arguments.get("filters")):
		for text in requested.find_texts(value):
			if QUOTES.search(text):
				refuse(_("This report takes no filter with a quote: {0}. Choose another one."), text)


def _asks_through_links(filters) -> bool:
	"""Tell whether a field of an opportunity is meant (`pipeline_opportunity.notes`), which this function asks nobody for."""
	texts = [text for text in requested.find_texts(filters) if "." in text]
	return (
		any(f"{fieldname}." in text for fieldname in get_link_fields() for text in texts) if texts else False
	)


def _is_around(doctype: str) -> bool:
	return requested.fold(doctype).replace("_", " ") in FOLDED


FOLDED = frozenset(map(requested.fold, (*HIDDEN, *AROUND)))

"""Functions of the framework and ERPNext that answer, or move, what the user doesn't see: each with what is done about it.

docs/permissions.md says for each how long it is needed.
"""

import re

import frappe
from frappe import _
from frappe.utils import cstr

from crm_pipeline.access.companions import COMPANIONS, explain_hidden
from crm_pipeline.access.link_fields import get_link_fields
from crm_pipeline.access.names import find_companion_names
from crm_pipeline.access.permissions import get_readable, require_write
from crm_pipeline.access.request import Asked
from crm_pipeline.constants import HIDDEN, OPPORTUNITY
from crm_pipeline.domain import requested

AROUND = (*COMPANIONS, "Event")
# by module and DocType (version 2 of the API) alike
CALENDAR = re.compile(r"event\Wget_events$", re.IGNORECASE)
TAGGED = re.compile(r"tag\Wget_tagged_docs$", re.IGNORECASE)
RELINK = re.compile(r"\brelink$")
RESTORE = re.compile(r"\b(?:bulk_)?restore$")
GET = re.compile(r"^frappe\.client\.get$")
NEXT = re.compile(r"\butils\.get_next$")
REPORT = re.compile(r"^frappe\.desk\.query_report\.")
OVER_ALL = re.compile(r"\.(?:get_workflow_state_count|get_monthly_goal_graph_data|get_filtered_child_rows)$")
CHART = re.compile(r"\bdashboard_chart\.get$|^Dashboard Chart/get$")
INTERACTION = re.compile(r"\.get_last_interaction$")
CALLERS = re.compile(r"\.(?:map_docs|make_mapped_doc|get_all_nodes)$")
HARMLESS = frozenset({"frappe.desk.treeview.get_children"})
# those that are looked at when they are called, and which no other function has to call
LOOKED_AT = (CALENDAR, TAGGED, RELINK, RESTORE, GET, NEXT, REPORT, OVER_ALL, CHART, INTERACTION)
ANY_OF_THEM = re.compile("|".join(pattern.pattern for pattern in (*LOOKED_AT, CALLERS)), re.IGNORECASE)


def look_at(asked: Asked) -> None:
	"""Refuse the request, or let it ask for what the user sees."""
	drop_switches(asked)
	if not asked.calls(ANY_OF_THEM):
		return
	refuse_detours(asked)
	refuse_mails_of_hidden_records(asked)
	refuse_restoring(asked)
	refuse_tagged_records(asked)
	refuse_next_to_hidden(asked)
	refuse_uncounted(asked)
	refuse_interactions(asked)
	look_for_name(asked)


def refuse_detours(asked: Asked) -> None:
	"""A function that is looked at here is called by itself, and the framework's are no functions to map documents."""
	is_detour = any(asked.calls(pattern) and not asked.calls_itself(pattern) for pattern in LOOKED_AT)
	calls_framework = asked.calls_itself(CALLERS) and asked.named - HARMLESS
	if is_detour or any(name.startswith("frappe.") for name in calls_framework or ()):
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


def refuse_uncounted(asked: Asked) -> None:
	"""These count, sum or list the records of any DocType, and ask nobody."""
	if (asked.calls(OVER_ALL) and _names_ours(asked)) or (asked.calls(CHART) and _is_heatmap(asked)):
		message = _("This function answers past the rule of who sees what. Use the list or a report.")
		frappe.throw(message, frappe.PermissionError)


def _is_heatmap(asked: Asked) -> bool:
	"""Tell whether a chart, made up or stored, is a heatmap of what stands under the rule, or around it."""
	if "heatmap" in asked.folded and _names_ours(asked):
		return True
	stored = {"name": ("in", [text for text in asked.texts if len(text) <= 140]), "type": "Heatmap"}
	doctypes = frappe.get_all("Dashboard Chart", filters=stored, pluck="document_type")
	return any(_is_around(cstr(doctype)) for doctype in doctypes)


def refuse_interactions(asked: Asked) -> None:
	"""What was written last to or from a contact may belong to an opportunity."""
	contact = asked.arguments.get("contact")
	if not asked.calls(INTERACTION) or not contact:
		return
	link = {"parenttype": "Contact", "parent": str(contact), "link_doctype": OPPORTUNITY}
	names = frappe.get_all("Dynamic Link", filters=link, pluck="link_name")
	if set(names) - get_readable(names):
		frappe.throw(explain_hidden(str(contact)), frappe.PermissionError)


def _asks_through_links(filters) -> bool:
	"""Tell whether a field of an opportunity is meant (`pipeline_opportunity.notes`), which this function asks nobody for."""
	texts = [text for text in requested.find_texts(filters) if "." in text]
	return bool(texts) and any(f"{fieldname}." in text for fieldname in get_link_fields() for text in texts)


def _names_ours(asked: Asked) -> bool:
	return not FOLDED.isdisjoint(asked.folded)


def _is_around(doctype: str) -> bool:
	return requested.fold(doctype).replace("_", " ") in FOLDED


FOLDED = frozenset(map(requested.fold, (*HIDDEN, *AROUND)))

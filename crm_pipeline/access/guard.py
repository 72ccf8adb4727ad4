"""What the framework's own functions do with our records without asking who sees them, refused before they are called.

Some of those functions take any record by its name, or let a request lay the rule aside. Nothing honest asks for that
with an opportunity that the user may not read, so one look at what a request names shuts them together. Managers see
everything and are let through. docs/permissions.md says for each door how long it is needed.
"""

import re
from collections.abc import Iterable

import frappe
from frappe import _
from frappe.model.document import Document

from crm_pipeline import compat
from crm_pipeline.access import made_for_one
from crm_pipeline.access.companions import COMPANIONS, find_hidden
from crm_pipeline.access.permissions import (
	explain_no_read,
	get_readable,
	is_desk_user,
	is_manager,
	require_write,
)
from crm_pipeline.constants import AUDIT_LOG, HIDDEN, OPPORTUNITY
from crm_pipeline.domain import requested
from crm_pipeline.exceptions import InputError
from crm_pipeline.refusal import refuse

AROUND = (*COMPANIONS, "Event")
FUNCTIONS = re.compile(r"^/api/(?:v[12]/)?method/(.+?)/?$")
RESOURCES = re.compile(r"^/api/(?:v1/)?resource/([^/]+)|^/api/v2/document/([^/]+)")
OWN_FUNCTIONS, WEB_FORMS = "crm_pipeline.api.", "frappe.website.doctype.web_form.web_form."
# functions of the framework, by module and DocType (version 2 of its API) alike
CALENDAR = re.compile(r"event\Wget_events$", re.IGNORECASE)
TAGGED = re.compile(r"tag\Wget_tagged_docs$", re.IGNORECASE)
RELINK = re.compile(r"\brelink$")
RESTORE = re.compile(r"\b(?:bulk_)?restore$")
# the names of opportunities, and of what stands around them: by hash, events by number, imports by moment
OPPORTUNITY_NAME = re.compile(r"opp-.*")
COMPANION_NAME = re.compile(r"[0-9a-z]{10}|ev[0-9]+|pipeline .* import on .*")
MOST_NAMES = 1000
# arguments that are somebody's words, or look for something: they name nothing
WORDS = frozenset(
	("txt", "text", "content", "subject", "description", "value", "tag", "comment", "message", "title")
)
SEARCHES = frozenset(
	("filters", "or_filters", "current_filters", "fields", "fieldname", "order_by", "group_by")
)
LINK_FIELDS = "crm_pipeline_link_fields"


def guard_request() -> None:
	"""Look at the request of the user who has just been recognized. Hook auth_hooks."""
	if not getattr(frappe.local, "request", None) or is_manager():
		return
	arguments, function = frappe.form_dict, get_function()
	if function.startswith(OWN_FUNCTIONS):
		return
	refuse_portal(arguments, function)
	drop_switches(arguments, function)
	refuse_fields_through_links(arguments)
	refuse_prepared_reports_of_others(arguments)
	refuse_mails_of_hidden_records(arguments, function)
	refuse_restoring(arguments, function)
	refuse_tagged_records(arguments, function)
	refuse_companions(arguments)
	if not get_resource():  # those ask for each record, and their arguments are the values of a document
		refuse_hidden_records(arguments)


def get_function() -> str:
	"""Return the function that the request calls, as it is called; empty for pages and resources."""
	found = FUNCTIONS.match(frappe.request.path)
	return str(frappe.form_dict.get("cmd") or (found[1] if found else ""))


def get_resource() -> str:
	"""Return the DocType whose records the request asks for as resources; empty for anything else."""
	found = RESOURCES.match(frappe.request.path)
	return (found[1] or found[2]) if found and not frappe.form_dict.get("cmd") else ""


def refuse_portal(arguments: dict, function: str) -> None:
	"""Portal users and visitors make opportunities through a Web Form and meet them nowhere else."""
	if is_desk_user(frappe.session.user) or function.startswith(WEB_FORMS):
		return
	parts = [*frappe.request.path.split("/"), *requested.find_names(list(arguments.values()))]
	named = {requested.fold(part).replace("_", " ") for part in parts}
	if not named.isdisjoint(map(requested.fold, HIDDEN)):
		frappe.throw(_("Opportunities are for the users of the desk."), frappe.PermissionError)


def drop_switches(arguments: dict, function: str) -> None:
	"""Whoever searches what stands around opportunities, or asks for a calendar, is answered for themselves."""
	if arguments.get("doctype") in AROUND and arguments.get("ignore_user_permissions"):
		arguments["ignore_user_permissions"] = 0
	if arguments.get("user") and CALENDAR.search(function):
		arguments["user"] = frappe.session.user
	if get_resource() in AROUND:
		arguments.pop("expand_links", None)


def refuse_fields_through_links(arguments: dict) -> None:
	"""A field of an opportunity, asked for through a link to it (`pipeline_opportunity.notes`), is asked of itself."""
	if compat.asks_for_linked_records():
		return
	text = "\n".join(text for text in requested.find_texts(list(arguments.values())) if "." in text)
	for fieldname in get_link_fields() if text else ():
		if re.search(rf"(?<![\w.]){re.escape(fieldname)}\.\s*[`\"\w]", text):
			message = _("Fields of an opportunity are read from its own list, not through {0}.")
			refuse(message, fieldname, exception=frappe.PermissionError)


def refuse_prepared_reports_of_others(arguments: dict) -> None:
	"""A report that was prepared for somebody else holds what they see."""
	filters = arguments.get("filters")
	filters = requested.parse(filters) if isinstance(filters, str) else filters
	name = filters.get("prepared_report_name") if isinstance(filters, dict) else None
	if not name:
		return
	if not isinstance(name, str):
		refuse(_("{0} can't be {1}. Send it as text."), "prepared_report_name", name)
	made_for_one.refuse_of_others([requested.fold(name)])


def refuse_mails_of_hidden_records(arguments: dict, function: str) -> None:
	"""Who links an e-mail to another document takes it from an opportunity only with write permission on that."""
	if not RELINK.search(function):
		return
	names = _choose(COMPANION_NAME, requested.find_names(arguments.get("name")))
	reference = {"name": ("in", names), "reference_doctype": OPPORTUNITY}
	for name in frappe.get_all("Communication", reference, pluck="reference_name") if names else ():
		require_write(name)


def refuse_restoring(arguments: dict, function: str) -> None:
	"""What was deleted is restored by a manager: the copy would show it to whoever asks."""
	if not RESTORE.search(function):
		return
	names = _choose(COMPANION_NAME, requested.find_names(list(arguments.values())))
	deleted = {"name": ("in", names), "deleted_doctype": ("in", list(HIDDEN))}
	if names and frappe.db.exists("Deleted Document", deleted):
		message = _("Only a Sales Manager or System Manager restores a deleted opportunity.")
		frappe.throw(message, frappe.PermissionError)


def refuse_tagged_records(arguments: dict, function: str) -> None:
	"""Which records bear a tag of some pattern is answered without asking who sees them: the list has a filter for it."""
	if TAGGED.search(function) and requested.fold(str(arguments.get("doctype"))) in map(
		requested.fold, HIDDEN
	):
		message = _("Opportunities of a tag are found in their list, with the filter Tags.")
		frappe.throw(message, frappe.PermissionError)


def refuse_hidden_records(arguments: dict) -> None:
	"""Refuse a request that names opportunities which the user may not read; one that is not there is let through."""
	values = [value for key, value in arguments.items() if key not in WORDS | SEARCHES]
	names = _choose(OPPORTUNITY_NAME, requested.find_names(values))
	if not names:
		return
	names = sorted(set(names) - set(map(requested.fold, get_readable(names))))
	if not names:
		return
	stored = frappe.get_all(OPPORTUNITY, filters={"name": ("in", names)}, pluck="name")
	stored += frappe.get_all(AUDIT_LOG, filters={"name": ("in", names)}, pluck="reference_name")
	hidden = sorted(set(stored) - get_readable(stored))
	if hidden:
		frappe.throw(explain_no_read(hidden[0]), frappe.PermissionError, title=_("Not Permitted"))


def refuse_companions(arguments: dict) -> None:
	"""Refuse a request that names something (a file, a mail …) of an opportunity which the user may not read."""
	values = [value for key, value in arguments.items() if key not in WORDS]
	if frappe.request.path.startswith("/api/"):
		values += frappe.request.path.split("/")
	names = _choose(COMPANION_NAME, requested.find_names(values))
	made_for_one.refuse_of_others(names)
	hidden = find_hidden(names)
	if hidden:
		frappe.throw(explain_no_read(hidden), frappe.PermissionError, title=_("Not Permitted"))


def _choose(pattern: re.Pattern, texts: Iterable[str]) -> list[str]:
	"""Return the texts that may be such names, as the database compares them. Nothing honest names so many."""
	names = {name for name in map(requested.fold, texts) if len(name) <= 140 and pattern.fullmatch(name)}
	if len(names) > MOST_NAMES:
		message = _("One request may name up to {0} records. Send it in parts.").format(MOST_NAMES)
		frappe.throw(message, InputError)
	return sorted(names)


def get_link_fields() -> set[str]:
	"""Return the names of all fields of the site that link to an opportunity."""
	return set(frappe.cache.get_value(LINK_FIELDS, _read_link_fields))


def forget_link_fields(doc: Document, method: str | None = None) -> None:
	frappe.cache.delete_keys(LINK_FIELDS)


def _read_link_fields() -> list[str]:
	links = {"fieldtype": "Link", "options": OPPORTUNITY}
	return [
		name
		for doctype in ("DocField", "Custom Field")
		for name in frappe.get_all(doctype, links, pluck="fieldname")
	]

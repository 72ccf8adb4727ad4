"""What the framework's own functions do with our records without asking who sees them, refused before they are called.

Some of those functions take any record by its name, or let a request lay the rule aside. Nothing honest asks for that
with an opportunity that the user may not read, so one look at what a request names shuts them together. Managers see
everything and are let through. docs/permissions.md says for each door how long it is needed.
"""

import re
from collections.abc import Iterable, Iterator

import frappe
from frappe import _
from frappe.model.document import Document

from crm_pipeline import compat
from crm_pipeline.access.companions import COMPANIONS, find_hidden
from crm_pipeline.access.permissions import (
	explain_no_read,
	get_readable,
	is_desk_user,
	is_manager,
	require_write,
)
from crm_pipeline.constants import AUDIT_LOG, HIDDEN, OPPORTUNITY
from crm_pipeline.domain import json_text
from crm_pipeline.domain.text import is_storable
from crm_pipeline.refusal import refuse

FUNCTIONS = re.compile(r"^/api/(?:v[12]/)?method/([^/]+)")
RESOURCES = re.compile(r"^/api/(?:v1/)?resource/([^/]+)|^/api/v2/document/([^/]+)")
OWN_FUNCTIONS, WEB_FORMS = "crm_pipeline.", "frappe.website.doctype.web_form.web_form."
DELETED_DOCUMENTS = "frappe.core.doctype.deleted_document."
NAME_LENGTH = 140
# the names of opportunities, and of what stands around them: by hash, events by number
OPPORTUNITY_NAME = re.compile(r"OPP-.*", re.IGNORECASE)
COMPANION_NAME = re.compile(r"[0-9a-z]{10}|EV[0-9]+", re.IGNORECASE)
QUOTED = re.compile(r'"([^"]{1,40})"')
AROUND = (*COMPANIONS, "Event")
# what somebody types to look for something names nothing
TYPED = ("txt", "text")
LINK_FIELDS = "crm_pipeline_link_fields"
ESCAPED = re.compile(r"\\+u([0-9a-fA-F]{4})")


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
	refuse_companions(arguments)
	if not get_resource():  # those ask for each record, and their arguments are the values of a document
		refuse_hidden_records(arguments)


def get_function() -> str:
	"""Return the dotted path of the function that the request calls; empty for pages and resources."""
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
	named = {_fold(part) for part in (*frappe.request.path.split("/"), *_get_texts(arguments))}
	if not named.isdisjoint(map(_fold, HIDDEN)):
		frappe.throw(_("Opportunities are for the users of the desk."), frappe.PermissionError)


def drop_switches(arguments: dict, function: str) -> None:
	"""Whoever searches what stands around opportunities, or asks for a calendar, is answered for themselves."""
	if _get_text(arguments, "doctype") in AROUND and arguments.get("ignore_user_permissions"):
		arguments["ignore_user_permissions"] = 0
	if arguments.get("user") and function.endswith("event.get_events"):
		arguments["user"] = frappe.session.user
	if get_resource() in AROUND:
		arguments.pop("expand_links", None)


def refuse_fields_through_links(arguments: dict) -> None:
	"""A field of an opportunity, asked for through a link to it (`pipeline_opportunity.notes`), is asked of itself."""
	if compat.asks_for_linked_records():
		return
	text = "\n".join(_unescape(_write(value)) for value in arguments.values())
	for fieldname in get_link_fields() if "." in text else ():
		if re.search(rf"(?<![\w.]){re.escape(fieldname)}\.\w", text):
			message = _("Fields of an opportunity are read from its own list, not through {0}.")
			refuse(message, fieldname, exception=frappe.PermissionError)


def refuse_prepared_reports_of_others(arguments: dict) -> None:
	"""A report that was prepared for somebody else holds what they see."""
	found = re.search(r'"prepared_report_name"\s*:\s*"([^"]+)"', _unescape(_write(arguments.get("filters"))))
	name = found[1] if found else _get_text(arguments, "prepared_report_name")
	prepared = name and frappe.db.get_value("Prepared Report", name, ["owner", "report_name"], as_dict=True)
	if not prepared or prepared.owner == frappe.session.user:
		return
	if frappe.db.get_value("Report", prepared.report_name, "ref_doctype") in HIDDEN:
		frappe.throw(
			_("This report was prepared for somebody else. Run it yourself."), frappe.PermissionError
		)


def refuse_mails_of_hidden_records(arguments: dict, function: str) -> None:
	"""Who links an e-mail to another document takes it from an opportunity only with write permission on that."""
	if function != "frappe.email.relink":
		return
	mail = frappe.db.get_value(
		"Communication", _get_text(arguments, "name"), ["reference_doctype", "reference_name"], as_dict=True
	)
	if mail and mail.reference_doctype == OPPORTUNITY:
		require_write(mail.reference_name)


def refuse_restoring(arguments: dict, function: str) -> None:
	"""What was deleted is restored by a manager: the copy would show it to whoever asks."""
	if not function.startswith(DELETED_DOCUMENTS):
		return
	names = [text for text in _get_texts(arguments) if len(text) <= NAME_LENGTH]
	if frappe.db.exists("Deleted Document", {"name": ("in", names), "deleted_doctype": ("in", list(HIDDEN))}):
		message = _("Only a Sales Manager or System Manager restores a deleted opportunity.")
		frappe.throw(message, frappe.PermissionError)


def refuse_hidden_records(arguments: dict) -> None:
	"""Refuse a request that names opportunities which the user may not read; one that is not there is let through."""
	names = _choose(OPPORTUNITY_NAME, _get_texts(arguments))
	if not names:
		return
	stored = frappe.get_all(OPPORTUNITY, filters={"name": ("in", names)}, pluck="name")
	stored += frappe.get_all(AUDIT_LOG, filters={"name": ("in", names)}, pluck="reference_name")
	hidden = sorted(set(stored) - get_readable(stored))
	if hidden:
		frappe.throw(explain_no_read(hidden[0]), frappe.PermissionError, title=_("Not Permitted"))


def refuse_companions(arguments: dict) -> None:
	"""Refuse a request that names something (a file, a mail …) of an opportunity which the user may not read."""
	texts = [*_get_texts(arguments)]
	if frappe.request.path.startswith("/api/"):
		texts += frappe.request.path.split("/")
	for text in (_unescape(_write(value)) for value in arguments.values()):
		if text[:1] in ("{", "[") and any(f'"{doctype}"' in text for doctype in AROUND):
			texts += QUOTED.findall(text)
	hidden = find_hidden(_choose(COMPANION_NAME, texts))
	if hidden:
		frappe.throw(explain_no_read(hidden), frappe.PermissionError, title=_("Not Permitted"))


def _choose(pattern: re.Pattern, texts: Iterable[str]) -> list[str]:
	"""Return the texts that the database may take for such a name: it overlooks case, accents and invisible signs."""
	names = {text.strip() for text in texts if len(text) <= NAME_LENGTH}
	return sorted(
		name for name in names if pattern.fullmatch(name) or not (name.isascii() and name.isprintable())
	)


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


def _get_texts(arguments: dict) -> Iterator[str]:
	"""Yield the arguments that are texts, and the texts of those that are a list of them."""
	for value in (value for key, value in arguments.items() if key not in TYPED):
		if isinstance(value, str) and value.startswith("["):
			value = json_text.read(value, list) or value
		texts = value if isinstance(value, list) else [value]
		yield from (text for text in texts if isinstance(text, str) and is_storable(text))


def _get_text(arguments: dict, name: str) -> str:
	"""Return an argument that is a text; empty for anything else, which would be a filter or can't be looked for."""
	return next(_get_texts({name: arguments.get(name)}), "")


def _fold(text: str) -> str:
	return text.strip().replace("_", " ").casefold()


def _write(value) -> str:
	return value if isinstance(value, str) else frappe.as_json(value)


def _unescape(text: str) -> str:
	return ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "\\u" in text else text

"""Names of documents: hash, field, prompt, naming series or the controller's own."""

import base64
import re
from secrets import token_bytes

import frappe
from frappe.types import NotInSandbox
from frappe.utils.data import cstr, now_datetime


def set_new_name(doc):
	"""Set `doc.name` by the rules of its DocType."""
	meta = doc.meta
	autoname = meta.autoname or ""
	if autoname.lower() != "prompt" and not frappe.flags.in_import:
		doc.name = None
	if meta.issingle:
		doc.name = doc.doctype
	if not doc.name:
		doc.run_method("autoname")
	if not doc.name:
		doc.name = _get_name_by_rule(autoname, doc)
	doc.name = validate_name(doc.doctype, doc.name)


def _get_name_by_rule(autoname, doc):
	rule, _colon, argument = autoname.partition(":")
	rule = rule.lower()
	if rule in ("", "hash"):
		return base64.b32hexencode(token_bytes(10)).decode()[:10].lower()
	if rule == "field":
		name = cstr(doc.get(argument)).strip()
		return name or frappe.throw(f"{doc.meta.get_label(argument)} is required")
	if rule == "prompt":
		frappe.throw("Please set the document name")
	raise NotInSandbox(f"The sandbox does not know the naming rule {autoname}")


def validate_name(doctype, name):
	"""Return `name` if a document of that DocType may bear it."""
	if not name:
		frappe.throw(f"No Name Specified for {doctype}")
	name = name.strip()
	if doctype == name != "DocType" and not frappe.get_meta(doctype).issingle:
		frappe.throw(f"Name of {doctype} cannot be {name}", frappe.NameError)
	if re.search("[<>]", name):
		frappe.throw("Name cannot contain special characters like '<', '>'", frappe.NameError)
	return name

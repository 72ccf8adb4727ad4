"""Names of documents: hash, field, prompt, series, format, sequence or the controller's own."""

import base64
import re
from secrets import token_bytes

import frappe
from frappe.types import NotInSandbox
from frappe.utils.data import cint, cstr, now_datetime

SPECIAL_CHARACTERS = re.compile(r"[<>]")


def set_new_name(doc):
	"""Set `doc.name` by the rules of its DocType."""
	doc.run_method("before_naming")
	meta = doc.meta
	autoname = meta.autoname or ""
	if autoname.lower() != "prompt" and not frappe.flags.in_import:
		doc.name = None
	if autoname == "autoincrement" and not meta.issingle:
		doc.name = frappe.db.get_next_sequence_val(doc.doctype)
		return
	if doc.get("amended_from"):
		doc.name = _get_amended_name(doc)
		return
	if meta.issingle:
		doc.name = doc.doctype
	if not doc.name:
		doc.run_method("autoname")
	if not doc.name and autoname:
		_set_name_by_rule(autoname, doc)
	doc.name = validate_name(doc.doctype, doc.name or make_autoname("hash", doc.doctype))


def _set_name_by_rule(autoname, doc):
	rule, _colon, argument = autoname.partition(":")
	rule = rule.lower()
	if rule == "field":
		doc.name = cstr(doc.get(argument)).strip()
		if not doc.name:
			frappe.throw(f"{doc.meta.get_label(argument)} is required")
	elif rule == "naming_series":
		doc.naming_series = doc.naming_series or get_default_naming_series(doc.doctype)
		doc.name = make_autoname(f"{doc.naming_series}.#####", doc.doctype, doc)
	elif rule == "prompt":
		if not doc.name:
			frappe.throw("Please set the document name")
	elif rule == "format":
		doc.name = _fill_braces(argument, doc)
	elif "#" in autoname:
		doc.name = make_autoname(autoname, doc=doc)
	elif rule != "hash":
		raise NotInSandbox(f"The sandbox does not know the naming rule {autoname}")


def _fill_braces(pattern, doc):
	return re.sub(r"{([^{}]+)}", lambda brace: parse_naming_series([brace[1]], doc=doc), pattern)


def get_default_naming_series(doctype):
	options = frappe.get_meta(doctype).get_field("naming_series").options or ""
	return options.strip().split("\n")[0] or None


def make_autoname(key="", doctype="", doc="", *, ignore_validate=False):
	"""Return the next name of a series like "OPP-.YYYY.-.#####"."""
	if key == "hash":
		return base64.b32hexencode(token_bytes(10)).decode()[:10].lower()
	return parse_naming_series(key if "#" in key else f"{key}.#####", doc=doc)


def parse_naming_series(parts, doctype=None, doc=None, number_generator=None, key=None):
	"""Return the name that the parts of a series make, taking its next number."""
	moment = now_datetime()
	dates = {"YY": "%y", "MM": "%m", "DD": "%d", "YYYY": "%Y"}
	name, numbered = "", False
	for part in parts.split(".") if isinstance(parts, str) else parts:
		if part.startswith("#"):
			name += "" if numbered else (number_generator or getseries)(key or name, len(part))
			numbered = True
		elif part in dates:
			name += moment.strftime(dates[part])
		elif doc and part and doc.get(part.strip("{}")) is not None:
			name += cstr(doc.get(part.strip("{}"))).strip()
		else:
			name += part
	return name


def getseries(key, digits):
	"""Return the next number of a counter; a rollback takes it back."""
	current = frappe.db.sql("select current from `tabSeries` where name = %s", (key,))
	if current:
		frappe.db.sql("update `tabSeries` set current = current + 1 where name = %s", (key,))
	else:
		frappe.db.sql("insert into `tabSeries` (name, current) values (%s, 1)", (key,))
	return f"{(current[0][0] if current else 0) + 1:0{digits}d}"


def revert_series_if_last(key, name, doc=None):
	"""Give the last number of a series back when its document is deleted."""
	prefix = parse_naming_series(key.rpartition(".#")[0], doc=doc)
	count = cint(name.removeprefix(prefix))
	frappe.db.sql(
		"update `tabSeries` set current = current - 1 where name = %s and current = %s", (prefix, count)
	)


def _get_amended_name(doc):
	previous = doc.amended_from
	count = 1
	if frappe.db.get_value(doc.doctype, previous, "amended_from"):
		previous, _dash, number = previous.rpartition("-")
		count = cint(number) + 1
	return f"{previous}-{count}"


def validate_name(doctype, name):
	"""Return `name` if a document of that DocType may bear it."""
	if not name:
		frappe.throw(f"No Name Specified for {doctype}")
	if isinstance(name, int):
		return name
	if name.startswith(f"New {doctype}"):
		message = "There were some errors setting the name, please contact the administrator"
		frappe.throw(message, frappe.NameError)
	name = name.strip()
	if doctype == name != "DocType" and not frappe.get_meta(doctype).issingle:
		frappe.throw(f"Name of {doctype} cannot be {name}", frappe.NameError)
	if SPECIAL_CHARACTERS.search(name):
		frappe.throw("Name cannot contain special characters like '<', '>'", frappe.NameError)
	return name

"""DocTypes from their JSON files (or the short form of the sandbox's own) into the database."""

import json
import re
from pathlib import Path

import frappe
from frappe.types import NotInSandbox, _dict

COMMA = re.compile(r"(?<!\\),")
RIGHTS = {
	"r": "read", "w": "write", "c": "create", "d": "delete", "s": "submit", "C": "cancel", "a": "amend",
	"R": "report", "X": "export", "I": "import", "S": "share", "P": "print", "E": "email", "L": "select",
}  # fmt: skip
BOOTSTRAP = (
	"DocType",
	"DocField",
	"DocPerm",
	"Custom DocPerm",
	"Custom Field",
	"Property Setter",
	"DefaultValue",
)
OWN_TABLES = (
	"create table if not exists tabSingles (doctype VARCHAR(255), field VARCHAR(255), value TEXT)",
	"create index if not exists singles_doctype on tabSingles (doctype, field)",
	"create table if not exists tabSeries (name VARCHAR(100) primary key, current INT)",
)


def read_short_form(path):
	"""Return the DocTypes of a file in the short form (see doctypes/README.md), by name."""
	definitions = json.loads(Path(path).read_text())
	return {name: _expand(name, definition) for name, definition in definitions.items()}


def _expand(name, definition):
	fields = [_expand_field(text, idx) for idx, text in enumerate(definition["fields"], 1)]
	permissions = [_expand_rule(*rule) for rule in definition.get("permissions", {}).items()]
	return {**definition, "name": name, "fields": fields, "permissions": permissions}


def _expand_field(text, idx):
	fieldname, fieldtype, options, properties = (*text.split("|"), "", "")[:4]
	options = options.replace(";", "\n") if fieldtype == "Select" else options
	df = {"fieldname": fieldname, "fieldtype": fieldtype, "options": options or None, "idx": idx}
	df["label"] = frappe.unscrub(fieldname)
	for item in filter(None, COMMA.split(properties)):
		key, equals, value = item.replace("\\,", ",").partition("=")
		df[key] = value if equals else 1
	return df


def _expand_rule(role, letters):
	role, level = (role[:-2], 1) if role.endswith(" 1") else (role, 0)
	return {"role": role, "permlevel": level, **{RIGHTS[letter]: 1 for letter in letters}}


def create_bootstrap_tables(definitions):
	"""Create the tables that must exist before any DocType can be read."""
	for statement in OWN_TABLES:
		frappe.db.sql_ddl(statement)
	for name in BOOTSTRAP:
		_create_table(definitions[name])


def _create_table(definition):
	fields = [_dict(df) for df in definition["fields"]]
	meta = _dict(definition, fields=fields)
	if any(df.is_virtual for df in fields) or meta.is_virtual:
		raise NotInSandbox(f"The sandbox does not know virtual fields and DocTypes ({definition['name']})")
	frappe.db.updatedb(definition["name"], meta)


def sync_doctype(definition):
	"""Write a DocType's definition and bring its table up to date."""
	name = definition["name"]
	_create_table(definition)
	_replace_rows("DocType", "name", name, [definition])
	_replace_rows("DocField", "parent", name, _as_rows(name, "fields", definition["fields"]))
	_replace_rows("DocPerm", "parent", name, _as_rows(name, "permissions", definition.get("permissions", [])))
	frappe.clear_cache(doctype=name)
	_run_on_doctype_update(name)


def _as_rows(doctype, parentfield, children):
	if any(child.get("if_owner") for child in children):
		raise NotInSandbox(f"The sandbox does not know the permission If Owner ({doctype})")
	return [
		{**child, "name": f"{doctype}-{parentfield}-{idx}", "idx": idx, "parent": doctype, "parenttype": "DocType",
		 "parentfield": parentfield}
		for idx, child in enumerate(children, 1)
	]  # fmt: skip


def _replace_rows(doctype, column, value, rows):
	"""Write rows as they stand in a definition: what only the browser needs has no column and is left out."""
	frappe.db.sql(f"delete from `tab{doctype}` where `{column}` = %s", (value,))
	columns = frappe.db.get_table_columns(doctype)
	for row in rows:
		known = {
			key: row[key] for key in columns
			if row.get(key) is not None and not isinstance(row[key], list | dict)
		}  # fmt: skip
		frappe.db.bulk_insert(doctype, list(known), [list(known.values())])


def _run_on_doctype_update(doctype):
	from frappe.model.controllers import get_controller_module

	module = get_controller_module(frappe.get_meta(doctype))
	if hasattr(module, "on_doctype_update"):
		module.on_doctype_update()

"""DocTypes from their JSON files (or the short form of the sandbox's own) into the database."""

import json
import re

import frappe
from frappe.model.controllers import get_controller_module
from frappe.types import NotInSandbox, _dict

COMMA = re.compile(r"(?<!\\),")
RIGHTS = {
	"r": "read", "w": "write", "c": "create", "d": "delete", "s": "submit", "C": "cancel", "a": "amend",
	"R": "report", "X": "export", "I": "import", "S": "share", "P": "print", "E": "email", "L": "select",
}  # fmt: skip
BOOTSTRAP = ("DocType", "DocField", "DocPerm", "Custom DocPerm", "Custom Field", "DefaultValue")
OWN_TABLES = (
	"create table if not exists tabSingles (doctype VARCHAR(255), field VARCHAR(255), value TEXT)",
	"create index if not exists singles_doctype on tabSingles (doctype, field)",
)


def read_short_form(path):
	"""Return the DocTypes of a file in the short form (see doctypes/README.md), by name."""
	return {name: _expand(name, definition) for name, definition in json.loads(path.read_text()).items()}


def _expand(name, definition):
	permissions = [
		{"role": role.removesuffix(" 1"), "permlevel": int(role.endswith(" 1")), **{RIGHTS[letter]: 1 for letter in letters}}
		for role, letters in definition.get("permissions", {}).items()
	]  # fmt: skip
	fields = [_expand_field(text) for text in definition["fields"]]
	return {**definition, "name": name, "fields": fields, "permissions": permissions}


def _expand_field(text):
	fieldname, fieldtype, options, properties = (*text.split("|"), "", "")[:4]
	options = options.replace(";", "\n") if fieldtype == "Select" else options
	df = {"fieldname": fieldname, "fieldtype": fieldtype, "options": options or None}
	df["label"] = frappe.unscrub(fieldname)
	for item in filter(None, COMMA.split(properties)):
		key, equals, value = item.replace("\\,", ",").partition("=")
		df[key] = value if equals else 1
	return df


def create_bootstrap_tables(definitions):
	"""Create the tables that must exist before any DocType can be read."""
	for statement in OWN_TABLES:
		frappe.db.sql_ddl(statement)
	for name in BOOTSTRAP:
		_create_table(definitions[name])


def _create_table(definition):
	fields = [_dict(df) for df in definition["fields"]]
	is_app = "creation" in definition  # a DocType from its JSON file
	if is_app and any(df.permlevel or df.set_only_once for df in fields):
		raise NotInSandbox(
			f"The sandbox does not know permission levels and Set Only Once ({definition['name']})"
		)
	if any(df.is_virtual for df in fields) or any(rule.get("if_owner") for rule in definition["permissions"]):
		raise NotInSandbox(f"The sandbox does not know virtual fields and If Owner ({definition['name']})")
	frappe.db.updatedb(definition["name"], _dict(definition, fields=fields))


def sync_doctype(definition):
	"""Write a DocType's definition and bring its table up to date."""
	name = definition["name"]
	definition.setdefault("permissions", [])
	_create_table(definition)
	_replace_rows("DocType", "name", name, [definition])
	for doctype, table in (("DocField", "fields"), ("DocPerm", "permissions")):
		place = {"parent": name, "parenttype": "DocType", "parentfield": table}
		rows = [
			{**row, **place, "name": f"{name}-{table}-{idx}", "idx": idx}
			for idx, row in enumerate(definition[table], 1)
		]
		_replace_rows(doctype, "parent", name, rows)
	frappe.clear_cache(doctype=name)
	module = get_controller_module(frappe.get_meta(name))
	if hasattr(module, "on_doctype_update"):
		module.on_doctype_update()


def _replace_rows(doctype, column, value, rows):
	frappe.db.sql(f"delete from `tab{doctype}` where `{column}` = %s", (value,))
	columns = set(frappe.db.get_table_columns(doctype))
	for row in rows:
		kept = {
			key: item
			for key, item in row.items()
			if key in columns and not isinstance(item, list | dict | type(None))
		}
		frappe.db.bulk_insert(doctype, list(kept), [kept.values()])

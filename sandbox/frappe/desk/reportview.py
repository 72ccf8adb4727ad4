"""The list and report views of the desk."""

import csv
import io
import json

import frappe
from frappe.model import child_table_fields, default_fields, optional_fields
from frappe.model.db_query import TABLE, DatabaseQuery
from frappe.utils import cint

STANDARD = (*default_fields, *child_table_fields, *optional_fields)
FROM_BROWSER = ("cmd", "data", "ignore_permissions", "view", "user", "csrf_token", "join")


@frappe.whitelist()
@frappe.read_only()
def get():
	"""Return the rows of a list as keys and values."""
	rows = execute(**get_form_params())
	if not rows:
		return rows
	keys = list(rows[0])
	return {"keys": keys, "values": [[row[key] for key in keys] for row in rows], "user_info": {}}


@frappe.whitelist()
@frappe.read_only()
def get_list():
	return execute(**get_form_params())


@frappe.whitelist()
@frappe.read_only()
def get_count() -> int:
	"""Return how many rows a list has for the user."""
	args = get_form_params()
	distinct = "distinct " if args.pop("distinct", None) in (1, "1", "true", True) else ""
	args.pop("limit", None)
	args.update(fields=[f"count({distinct}`tab{args.doctype}`.name) as total_count"], order_by=None)
	return execute(**args)[0].total_count


@frappe.whitelist()
@frappe.read_only()
def export_query():
	"""Put a list as CSV into the response; needs the right to export."""
	args = get_form_params()
	args.limit_page_length = None
	title = args.pop("title", args.doctype)
	for key in ("file_format_type", "add_totals_row", "translate_values"):
		args.pop(key, None)
	if selection := args.pop("selected_items", None):
		args.filters = {"name": ("in", json.loads(selection))}
	rows = execute(**args, as_list=True)
	if not frappe.permissions.can_export(args.doctype):
		raise frappe.PermissionError(f"You are not allowed to export {args.doctype} doctype")
	meta = frappe.get_meta(args.doctype)
	labels = [meta.get_label(field.split(".")[-1].strip("`")) for field in args.fields]
	text = io.StringIO()
	csv.writer(text).writerows([["Sr", *labels], *([idx, *row] for idx, row in enumerate(rows, 1))])
	frappe.response.update(filename=f"{title}.csv", filecontent=text.getvalue().encode(), type="binary")


def execute(doctype, *args, **kwargs):
	return DatabaseQuery(doctype).execute(*args, **kwargs)


def get_form_params():
	data = frappe._dict(frappe.form_dict)
	for key in FROM_BROWSER:
		data.pop(key, None)
	return validate_args(data)


def validate_args(data):
	"""Read JSON in the arguments and refuse fields that the DocType does not have."""
	for key in ("filters", "or_filters", "fields", "docstatus"):
		if isinstance(data.get(key), str) and data[key] != "*":
			data[key] = json.loads(data[key])
	data.pop("docstatus", None)
	data.fields = ["*"] if data.fields == "*" else data.fields
	for field in data.fields or []:
		_validate_field(data.doctype, field)
	for key in ("filters", "or_filters"):
		_validate_filters(data.doctype, data.get(key))
	for key in ("limit_start", "start", "page_length"):
		if key in data:
			data[key] = cint(data[key])
	return data


def _validate_filters(doctype, filters):
	if isinstance(filters, dict):
		filters = [[key, "=", value] for key, value in filters.items()]
	for entry in filters or []:
		_validate_field(*((entry[0], entry[1]) if len(entry) > 3 else (doctype, entry[0])))


def _validate_field(doctype, field):
	if "(" in field or field == "*":
		return
	expression = field.lower().split(" as ")[0] if " as " in field.lower() else field
	table, _dot, fieldname = expression.rpartition(".")
	fieldname = fieldname.strip("` ")
	meta = frappe.get_meta(doctype)
	if named := TABLE.findall(table):
		meta = frappe.get_meta(named[0])
	elif table:
		df = meta.get_field(table)
		meta = frappe.get_meta(df.options) if df else meta
	if fieldname not in STANDARD and not meta.has_field(fieldname):
		frappe.throw(f"Field not permitted in query: {fieldname}", frappe.DataError)


def build_match_conditions(doctype, user=None, as_condition=True):
	"""Return the SQL condition of the records that the user sees in lists."""
	return DatabaseQuery(doctype, user).build_match_conditions()

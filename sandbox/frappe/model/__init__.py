"""Kinds of fields and the columns that every table has."""

TEXT_TYPES = (
	"Small Text", "Long Text", "Code", "Text Editor", "Markdown Editor", "HTML Editor", "Text", "Password",
	"Attach", "Attach Image", "JSON",
)  # fmt: skip
VARCHAR_TYPES = ("Data", "Link", "Dynamic Link", "Select", "Read Only", "Color", "Icon", "Phone")
float_like_fields = ("Currency", "Float", "Percent", "Duration", "Rating")
integer_fields = ("Int", "Long Int", "Check")
datetime_fields = ("Date", "Datetime", "Time")
numeric_fieldtypes = (*float_like_fields, *integer_fields)
data_fieldtypes = (*TEXT_TYPES, *VARCHAR_TYPES, *numeric_fieldtypes, *datetime_fields)
table_fields = ("Table", "Table MultiSelect")
display_fieldtypes = ("Section Break", "Column Break", "Tab Break", "HTML", "Button", "Image", "Heading")
no_value_fields = (*display_fieldtypes, *table_fields)

default_fields = ("doctype", "name", "owner", "creation", "modified", "modified_by", "docstatus", "idx")
child_table_fields = ("parent", "parentfield", "parenttype")
optional_fields = ("_user_tags", "_comments", "_assign", "_liked_by", "_seen")
STANDARD_FIELDTYPES = {
	**dict.fromkeys(("name", "parent", "parentfield", "parenttype"), "Data"),
	**dict.fromkeys(("owner", "modified_by"), "Link"),
	**dict.fromkeys(("creation", "modified"), "Datetime"),
	**dict.fromkeys(("docstatus", "idx"), "Int"),
	**dict.fromkeys(optional_fields, "Text"),
}


def cast_fieldtype(fieldtype, value):
	"""Return `value` as the Python type of the field type; an empty date stays None."""
	from frappe.utils.data import cint, cstr, flt, get_datetime, getdate

	if fieldtype in ("Date", "Datetime"):
		return (getdate if fieldtype == "Date" else get_datetime)(value) if value else None
	if fieldtype in float_like_fields:
		return flt(value)
	if fieldtype in integer_fields:
		return cint(value)
	return cstr(value) if fieldtype in (*VARCHAR_TYPES, *TEXT_TYPES) else value

"""Kinds of fields and the columns that every table has."""

TEXT_TYPES = (
	"Small Text", "Long Text", "Code", "Text Editor", "Markdown Editor", "HTML Editor", "Text", "Password",
	"Attach", "Attach Image", "JSON",
)  # fmt: skip
VARCHAR_TYPES = (
	"Data",
	"Link",
	"Dynamic Link",
	"Select",
	"Read Only",
	"Color",
	"Icon",
	"Phone",
	"Autocomplete",
)
float_like_fields = ("Currency", "Float", "Percent", "Duration", "Rating")
integer_fields = ("Int", "Long Int", "Check")
datetime_fields = ("Date", "Datetime", "Time")
data_fieldtypes = (*TEXT_TYPES, *VARCHAR_TYPES, *float_like_fields, *integer_fields, *datetime_fields)

table_fields = ("Table", "Table MultiSelect")
display_fieldtypes = (
	"Section Break", "Column Break", "Tab Break", "HTML", "Button", "Image", "Fold", "Heading",
)  # fmt: skip
no_value_fields = (*display_fieldtypes, *table_fields)
numeric_fieldtypes = ("Currency", "Int", "Long Int", "Float", "Percent", "Check")

default_fields = ("doctype", "name", "owner", "creation", "modified", "modified_by", "docstatus", "idx")
child_table_fields = ("parent", "parentfield", "parenttype")
optional_fields = ("_user_tags", "_comments", "_assign", "_liked_by", "_seen")
log_types = ("Version", "Error Log", "Notification Log", "DocShare")

STANDARD_FIELDTYPES = {
	"name": "Data", "owner": "Link", "modified_by": "Link", "creation": "Datetime", "modified": "Datetime",
	"docstatus": "Int", "idx": "Int", "parent": "Data", "parentfield": "Data", "parenttype": "Data",
	"_user_tags": "Text", "_comments": "Text", "_assign": "Text", "_liked_by": "Text", "_seen": "Text",
}  # fmt: skip

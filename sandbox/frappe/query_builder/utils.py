"""Where Frappe keeps `DocType`."""

from frappe.query_builder.builder import DocType

"""An opportunity that stands as a link on another document, in a REST answer that shows what links lead to.

The framework loads what is linked and asks nobody (`?expand_links=1`).
"""

import frappe
from frappe.model.document import Document


def empty_if_hidden(doc: Document) -> None:
	"""Leave the name alone of a record that is loaded to be shown to somebody who may not read it."""
	if not is_expanding() or doc.has_permission("read"):
		return
	tables = {field.fieldname for field in doc.meta.get_table_fields()}
	for fieldname in set(doc.as_dict()) - {"doctype", "name"}:
		doc.set(fieldname, [] if fieldname in tables else None)


def is_expanding() -> bool:
	"""Tell whether the request asks for a resource with what its links lead to. Such a request only reads."""
	request = getattr(frappe.local, "request", None)
	return bool(request and request.method == "GET" and frappe.form_dict.get("expand_links"))

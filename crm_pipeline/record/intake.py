"""What arrives to be saved, before the framework does anything with it."""

from frappe.model.document import Document

from crm_pipeline.record import given, input_values


def take_in(doc: Document) -> None:
	input_values.take_in(doc)
	_forget_the_original(doc)
	given.mark_rates(doc)


def _forget_the_original(doc: Document) -> None:
	"""A copy made with all values (a script's `copy_doc`) begins like any other: the place in the audit log tells it."""
	if not doc.is_new() or doc.flags.loaded_as or not doc.get("audit_hash"):
		return
	for row in (doc, *doc.get_all_children()):
		for df in row.meta.get("fields", {"no_copy": 1}):
			row.set(df.fieldname, [] if df.fieldtype.startswith("Table") else None)

"""A closed record stays as it is."""

from frappe import _
from frappe.model import display_fieldtypes
from frappe.model.document import Document

from crm_pipeline.exceptions import ClosedRecordError
from crm_pipeline.record.changes import is_same_value, stays_closed
from crm_pipeline.refusal import get_label, name_value, refuse

CORRECTABLE_FIELDS = frozenset({"won_value", "lost_reasons", "outcome_detail"})


def validate_closed_record(doc: Document) -> None:
	"""A closed record stays as it is, but for a correction and what the system itself keeps up to date."""
	if not stays_closed(doc):
		return
	saved = doc.get_doc_before_save()
	free = CORRECTABLE_FIELDS if doc.flags.correction else frozenset()
	for df in doc.meta.get("fields", {"fieldtype": ("not in", display_fieldtypes)}):
		if df.fieldname in free or df.get("is_custom_field") or doc.is_system_value(df.fieldname):
			continue  # a site's own fields are its own: some follow what they are fetched from
		if not is_same_value(doc, saved, df.fieldname):
			message = _("{0} is {1}, so {2} can't be changed to {3}. A manager can reopen it first.")
			refuse(
				message,
				doc.name,
				_(doc.status),
				get_label(doc, df.fieldname),
				name_value(doc.get(df.fieldname)),
				exception=ClosedRecordError,
			)

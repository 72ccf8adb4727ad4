"""Whether the framework's Version of a save tells anything that the audit log does not."""

import frappe
from frappe.model import display_fieldtypes
from frappe.model.document import Document
from frappe.utils import flt

from crm_pipeline.audit import log
from crm_pipeline.domain.fields import STARTED_AFRESH, SYSTEM_FIELDS
from crm_pipeline.record import money
from crm_pipeline.record.changes import has_changed, is_same_value

# the result of other fields, never typed
COMPUTED_FIELDS = ("base_potential_value", "weighted_value", "items_total")
# the query builder would take as long again
FOLLOWERS = "select name from `tabDocument Follow` where ref_doctype = %s and ref_docname = %s limit 1"
TOLD_BY_LOG = frozenset({*log.AUDITED_FIELDS, *SYSTEM_FIELDS, *COMPUTED_FIELDS})


def is_needed(doc: Document) -> bool:
	"""Tell whether a save needs a Version beside its audit entries; without such an entry it always does."""
	saved = doc.get_doc_before_save()
	if _has_special_cause(doc):
		return True
	if saved is None:
		return False  # the framework writes none for a new record either, after making one
	if doc.flags.told_in_words:
		return _is_followed(doc.doctype, doc.name)
	if doc.audit_count == saved.audit_count:
		return True
	return _tells_more(doc, saved) or _is_followed(doc.doctype, doc.name)


def _has_special_cause(doc: Document) -> bool:
	"""Where a change came from, and who acted in another's name, stands in the Version alone."""
	is_impersonated = bool(frappe.session.data and frappe.session.data.get("impersonated_by"))
	return bool(is_impersonated or doc.flags.via_data_import or doc.flags.updater_reference)


def _tells_more(doc: Document, saved: Document) -> bool:
	"""Tell whether a field changed that is neither audited nor follows from those that are."""
	explained = TOLD_BY_LOG
	if has_changed(doc, "status"):
		explained = TOLD_BY_LOG.union(_get_set_by_stage(doc))
	return any(
		df.fieldname not in explained
		and df.fieldtype not in display_fieldtypes
		and not is_same_value(doc, saved, df.fieldname)
		for df in doc.meta.fields
	)


def _get_set_by_stage(doc: Document) -> set[str]:
	"""Return the fields that have the value to which a change of stage sets them; a typed one is told."""
	fieldnames = {"reopen_reason"}  # the reason of the entry
	if flt(doc.probability) == money.get_default_probability(doc.status):
		fieldnames.add("probability")
	return fieldnames.union(name for name in STARTED_AFRESH if not doc.get(name))


def _is_followed(doctype: str, name: str) -> bool:
	"""Tell whether the framework's e-mails to followers, or its following of what one changes, rest on the Version."""
	if frappe.get_cached_value("User", frappe.session.user, "follow_created_documents"):
		return True
	return bool(frappe.db.sql(FOLLOWERS, (doctype, name)))

"""Somebody's personal data is deleted: what our records say of them goes as well, and goes first.

The framework writes past all rules; what it would redact on opportunities is gone by then.
"""

import frappe
from frappe import _
from frappe.model.document import Document

from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.personal_data import erase


def on_update(doc: Document, method: str | None = None) -> None:
	"""The deletion begins when its steps are first written down; the framework asks only System Managers to start it."""
	saved = doc.get_doc_before_save()
	if not doc.deletion_steps or (saved and saved.deletion_steps):
		return
	result = erase.erase(doc.email, doc.name, _("Personal Data Deletion Request {0}").format(doc.name))
	if result.kept_logs:
		message = _("These logs can't be checked, so nothing was redacted in them: {0}")
		frappe.log_error(
			title=_("Personal data left in the audit log"),
			message=message.format(", ".join(result.kept_logs)),
			reference_doctype=OPPORTUNITY,
		)

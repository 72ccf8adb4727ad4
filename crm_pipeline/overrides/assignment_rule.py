"""Assignment Rules made by hand for opportunities: the stock engine fails on an empty list and takes anybody."""

import frappe
from frappe import _
from frappe.model.document import Document

from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.refusal import refuse


def validate(doc: Document, method: str | None = None) -> None:
	if doc.document_type != OPPORTUNITY or doc.disabled or doc.rule == "Based on Field":
		return
	if not doc.users:
		refuse(_("Assignment Rule {0} has no users. Add one or disable the rule."), doc.name)
	for row in doc.users:
		if not frappe.db.get_value("User", row.user, "enabled"):
			message = _("User {0} of Assignment Rule {1} is disabled. Enable or remove the user.")
			refuse(message, row.user, doc.name)

"""Why a user may not do something with an opportunity, in a sentence of ours."""

import frappe
from frappe import _
from frappe.model.document import Document

from crm_pipeline.access.permissions import explain_no_write
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.refusal import show


class ExplainedPermission:
	"""For a controller: what the framework says of a hook that answered no is said in a sentence."""

	def has_permission(self, permtype="read", *args, **kwargs):
		shown = len(frappe.local.message_log)
		is_allowed = super().has_permission(permtype, *args, **kwargs)
		if not is_allowed and len(frappe.local.message_log) > shown:
			explain(self, permtype, shown)
		return is_allowed


def require(name: str, ptype: str = "read") -> Document:
	"""Return an opportunity, for a user who may do this with it."""
	doc = frappe.get_doc(OPPORTUNITY, name)
	doc.check_permission(ptype)
	return doc


def explain(doc: Document, ptype: str, shown: int) -> None:
	"""Put one sentence in the place of the messages that were shown since; who lacks the role is told so as ever."""
	if frappe.has_permission(doc.doctype, ptype):
		del frappe.local.message_log[shown:]
		message = explain_no_write(doc.name) if ptype == "write" else get_sentence(doc)
		frappe.msgprint(message, title=_("Not Permitted"), indicator="red")


def get_sentence(doc: Document) -> str:
	message = _("You may not see {0}, or not do this with it. Ask its sales engineer or a Sales Manager.")
	return message.format(show(doc.get("reference_name") or doc.name))

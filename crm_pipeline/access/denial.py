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
			self.flags.is_explained = explain(self, permtype, shown)
		return is_allowed

	def raise_no_permission_to(self, perm_type):
		if self.flags.pop("is_explained", False):
			raise frappe.PermissionError
		super().raise_no_permission_to(perm_type)


def require(name: str, ptype: str = "read") -> Document:
	"""Return an opportunity, for a user who may do this with it."""
	doc = frappe.get_doc(OPPORTUNITY, name)
	doc.check_permission(ptype)
	return doc


def explain(doc: Document, ptype: str, shown: int) -> bool:
	"""Put one sentence in the place of the messages that were shown since; who lacks the role is told so as ever."""
	if ptype != "delete" and not frappe.has_permission(doc.doctype, ptype):
		return False
	del frappe.local.message_log[shown:]
	frappe.msgprint(get_sentence(doc, ptype), title=_("Not Permitted"), indicator="red")
	return True


def get_sentence(doc: Document, ptype: str) -> str:
	if ptype == "write":
		return explain_no_write(doc.name)
	if ptype == "delete":
		return _("You may not delete {0}. Ask a Sales Manager.").format(show(doc.name))
	message = _("You may not see {0}, or not do this with it. Ask its sales engineer or a Sales Manager.")
	return message.format(show(doc.get("reference_name") or doc.name))

"""Customers that arise from a lead by ERPNext's own ways: the lead's open opportunities follow."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_link_to_form

from crm_pipeline.conversion import duplicates, takeover
from crm_pipeline.record import names_of_others
from crm_pipeline.record.contained import contained


def on_update(doc: Document, method: str | None = None) -> None:
	"""Where our own Convert blocks a second customer with the same e-mail, the other ways only warn."""
	if not doc.is_new() and doc.has_value_changed("customer_name"):
		names_of_others.follow_renaming(doc)
	if not doc.lead_name or doc.flags.converted_by_pipeline or not doc.has_value_changed("lead_name"):
		return
	what = _("The opportunities of lead {0} did not move to {1}.").format(doc.lead_name, doc.name)
	with contained(what, takeover.TAKE_OVER, lead=doc.lead_name, customer=doc.name):
		moved = takeover.take_over(doc.lead_name, doc.name)
		if moved:
			frappe.msgprint(_("{0} opportunities moved to {1}.").format(len(moved), doc.name), alert=True)
		_warn_of_duplicates(doc)


def _warn_of_duplicates(doc: Document) -> None:
	email = frappe.db.get_value("Lead", doc.lead_name, "email_id")
	for name in duplicates.find_by_email(email, exclude=doc.name):
		if frappe.has_permission("Customer", "read", doc=name):
			message = _("Customer {0} already has the e-mail {1}.")
			frappe.msgprint(message.format(get_link_to_form("Customer", name), email), indicator="orange")

import frappe

from crm_pipeline.constants import OPPORTUNITY


def execute() -> None:
	"""E-mails of opportunities stood on the timelines of customers and contacts as well, for whoever reads those."""
	link, mail = frappe.qb.DocType("Communication Link"), frappe.qb.DocType("Communication")
	mails = frappe.qb.from_(mail).select(mail.name).where(mail.reference_doctype == OPPORTUNITY)
	(
		frappe.qb.from_(link)
		.delete()
		.where(link.parent.isin(mails) & (link.parenttype == "Communication"))
		.where(link.link_doctype != OPPORTUNITY)
		.run()
	)

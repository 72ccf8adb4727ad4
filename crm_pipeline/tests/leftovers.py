"""Removes what tests had to commit, or what a run left behind that was killed."""

import frappe

from crm_pipeline.constants import AUDIT_LOG, OPPORTUNITY
from crm_pipeline.domain.mailbox import PROGRESS
from crm_pipeline.tests import personas


def remove_cast() -> None:
	"""Remove the users and masters of personas.py with all their opportunities, and commit."""
	remove_opportunities()
	for doctype, names in personas.get_records().items():
		for name in names:
			frappe.delete_doc(doctype, name, force=True, ignore_missing=True)
	for user in personas.ROLES:
		frappe.db.delete("Has Role", {"parent": user})
		frappe.db.delete("Notification Log", {"for_user": user})
		frappe.db.delete("User", {"name": user})
		frappe.clear_cache(user=user)  # roles that a test gave
	frappe.db.commit()


def remove_opportunities() -> None:
	"""Remove the opportunities of the cast's customers, past the rules that protect them, and commit."""
	parties = ("in", [personas.CUSTOMER, personas.OTHER_CUSTOMER])
	for name in frappe.get_all(OPPORTUNITY, filters={"party_name": parties}, pluck="name"):
		remove_opportunity(name)
	frappe.db.commit()


def remove_opportunity(name: str) -> None:
	frappe.db.delete(AUDIT_LOG, {"reference_name": name})
	frappe.db.delete("ToDo", {"reference_name": name})
	frappe.db.delete("DocShare", {"share_doctype": OPPORTUNITY, "share_name": name})
	participants = {"reference_doctype": OPPORTUNITY, "reference_docname": name}
	remove_rows("Event", frappe.get_all("Event Participants", participants, pluck="parent"))
	remove_rows("Communication", frappe.get_all("Communication", {"reference_name": name}, pluck="name"))
	remove_rows(OPPORTUNITY, [name])


def remove_rows(doctype: str, names: list[str]) -> None:
	"""Remove documents with their child rows, past every rule and hook."""
	for df in frappe.get_meta(doctype).get_table_fields():
		frappe.db.delete(df.options, {"parent": ("in", names), "parenttype": doctype})
	frappe.db.delete(doctype, {"name": ("in", names)})


def remove_mail(account: str, domain: str) -> None:
	"""Remove the e-mails of an account or with an address at `domain`, and all that came of them, and commit."""
	at_domain = ("like", f"%@{domain}%")
	mails = _get_mails(account, at_domain)
	for name in _get_opportunities_of(mails, at_domain):
		remove_rows("Quotation", frappe.get_all("Quotation", {"pipeline_opportunity": name}, pluck="name"))
		remove_opportunity(name)
	addresses = [["email_id", *at_domain], ["email_id", "in", list(personas.ROLES)]]
	remove_rows("Contact", frappe.get_all("Contact Email", or_filters=addresses, pluck="parent"))
	remove_rows("Lead", frappe.get_all("Lead", {"email_id": at_domain}, pluck="name"))
	attached = {"attached_to_doctype": "Communication", "attached_to_name": ("in", mails)}
	for name in frappe.get_all("File", attached, pluck="name"):
		frappe.delete_doc("File", name)
	remove_rows("Communication", mails)
	frappe.db.delete("Unhandled Email", {"email_account": account})
	frappe.db.delete("DefaultValue", {"defkey": PROGRESS})
	frappe.db.commit()


def remove_logs(since) -> None:
	"""Remove what the framework has noted about mails since a moment, and commit."""
	for doctype in ("Email Queue", "Notification Log", "Error Log"):
		remove_rows(doctype, frappe.get_all(doctype, {"creation": (">=", since)}, pluck="name"))
	frappe.db.commit()


def _get_mails(account: str, at_domain: tuple) -> list[str]:
	either = {"email_account": account, "sender": at_domain, "recipients": at_domain}
	return frappe.get_all("Communication", or_filters=either, pluck="name")


def _get_opportunities_of(mails: list[str], at_domain: tuple) -> set[str]:
	filters = {"name": ("in", mails), "reference_doctype": OPPORTUNITY}
	named = frappe.get_all("Communication", filters=filters, pluck="reference_name")
	return {*named, *frappe.get_all(OPPORTUNITY, filters={"contact_email": at_domain}, pluck="name")}

"""The inbox of an Email Account: the framework keeps no header of an e-mail but who, when and In-Reply-To."""

from frappe.email.doctype.email_account.email_account import EmailAccount

from crm_pipeline.mail import headers


class AccountWithHeaders(EmailAccount):
	"""Brings its e-mails in one by one, as ever, and lets us ask the present one for its headers."""

	def get_inbound_mails(self):
		return headers.Inbox(super().get_inbound_mails())

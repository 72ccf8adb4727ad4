"""E-mails that the framework could not bring in."""

from frappe import _
from frappe.model.document import Document

from crm_pipeline.mail import catch_up
from crm_pipeline.record.contained import contained


def after_insert(doc: Document, method: str | None = None) -> None:
	with contained(_("An e-mail that was put aside waits for the hourly job.")):
		catch_up.try_again_later(doc)

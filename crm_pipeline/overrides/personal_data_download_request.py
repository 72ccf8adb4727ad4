"""Somebody asks for their personal data: for their own, and of our records what is theirs."""

import json

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.website.doctype.personal_data_download_request.personal_data_download_request import (
	PersonalDataDownloadRequest,
)

from crm_pipeline.constants import OPPORTUNITY

# what an opportunity says of a person; the rest is the company's own
PERSONAL_FIELDS = (
	"name",
	"party_display_name",
	"contact_person",
	"contact_email",
	"contact_mobile",
	"city",
	"state",
)


def validate(doc: Document, method: str | None = None) -> None:
	"""Whoever made a request may read what is attached to it."""
	if frappe.session.user in ("Guest", doc.user) or "System Manager" in frappe.get_roles():
		return  # a visitor reads nothing: what was asked for is sent to its owner
	message = _("You may ask for your own personal data. A System Manager asks for {0}'s.")
	frappe.throw(message.format(frappe.utils.escape_html(doc.user)), frappe.PermissionError)


class OwnPersonalData(PersonalDataDownloadRequest):
	"""The framework puts whole records in."""

	def generate_file_and_send_mail(self, personal_data):
		data = json.loads(personal_data)
		for row in data.get(OPPORTUNITY, ()):
			for fieldname in row.keys() - set(PERSONAL_FIELDS):
				del row[fieldname]
		super().generate_file_and_send_mail(json.dumps(data, indent=2))

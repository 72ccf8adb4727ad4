import frappe
from frappe import _
from frappe.model.base_document import BaseDocument
from frappe.model.document import Document

from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.crm_pipeline.doctype.pipeline_opportunity import checks
from crm_pipeline.exceptions import InputError
from crm_pipeline.record.checked_input import CheckedInput


class OpportunityRow(CheckedInput, Document):
	"""A row of an opportunity's table. It changes with its opportunity, whose rules and log would miss it alone.

	The framework runs these events for a row that is saved by itself, never when its opportunity is saved.
	"""

	@BaseDocument.parent_doc.getter
	def parent_doc(self):
		"""The opportunity, whose permissions the framework asks for. It asks for the DocType's alone if this is empty."""
		held = super().parent_doc
		if held is None and self.parenttype == OPPORTUNITY and self.parent and not self.is_new():
			held = self.parent_doc = frappe.get_doc(OPPORTUNITY, self.parent)
		return held

	def before_insert(self):
		self.refuse()

	def validate(self):
		self.refuse()

	def on_trash(self):
		self.refuse()

	def get_invalid_links(self, is_submittable=False):
		invalid_links, cancelled_links = super().get_invalid_links(is_submittable)
		checks.validate_links(self, invalid_links)
		return invalid_links, cancelled_links

	def db_update(self):
		# what stands there already isn't written again
		if not self.flags.pop("is_unchanged", False):
			super().db_update()

	def refuse(self):
		message = _("Rows of {0} are changed with the opportunity itself: save {0} instead.")
		frappe.throw(message.format(frappe.utils.escape_html(self.parent or _("an opportunity"))), InputError)

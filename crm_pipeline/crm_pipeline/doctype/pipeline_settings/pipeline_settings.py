from frappe import _
from frappe.model.document import Document
from frappe.utils import flt

from crm_pipeline.crm_pipeline.refusal import get_label, refuse

PERCENTAGES = ("probability_open", "probability_offer_made")


class PipelineSettings(Document):
	"""Every switch of the pipeline. The defaults work untouched."""

	def validate(self):
		self.validate_percentages()

	def validate_percentages(self):
		for fieldname in PERCENTAGES:
			if not 0 <= flt(self.get(fieldname)) <= 100:
				refuse(
					_("{0} is {1}. Enter a percentage from 0 to 100."),
					get_label(self, fieldname),
					self.get(fieldname),
				)

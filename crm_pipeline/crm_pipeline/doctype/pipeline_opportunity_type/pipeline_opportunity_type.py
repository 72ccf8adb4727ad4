from frappe.model.document import Document

from crm_pipeline.record.checked_input import CheckedInput


class PipelineOpportunityType(CheckedInput, Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		disabled: DF.Check
		opportunity_type: DF.Data
	# end: auto-generated types
	pass

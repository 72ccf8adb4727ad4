from frappe.model.document import Document

from crm_pipeline.record.checked_input import CheckedInput


class PipelineLostReason(CheckedInput, Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		applies_to: DF.Literal["Both", "Lost", "Rejected"]
		category: DF.Literal["Price", "Delivery", "Technical", "Competition", "Customer", "Internal"]
		disabled: DF.Check
		needs_detail: DF.Check
		reason: DF.Data
	# end: auto-generated types
	pass

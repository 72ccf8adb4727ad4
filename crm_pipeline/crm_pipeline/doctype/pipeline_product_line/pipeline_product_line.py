from frappe.model.document import Document

from crm_pipeline.record.checked_input import CheckedInput


class PipelineProductLine(CheckedInput, Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		business_unit: DF.Link
		disabled: DF.Check
		item_group: DF.Link | None
		product_line: DF.Data
	# end: auto-generated types
	pass

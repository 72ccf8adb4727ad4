from frappe.model.document import Document

from crm_pipeline.record.checked_input import CheckedInput


class PipelineSalesTarget(CheckedInput, Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		company: DF.Link | None
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		quarter: DF.Literal["1", "2", "3", "4"]
		sales_engineer: DF.Link
		target: DF.Currency
		year: DF.Int
	# end: auto-generated types
	pass

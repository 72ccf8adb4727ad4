from frappe.model.document import Document

from crm_pipeline.record.checked_input import CheckedInput


class PipelineRegionMember(CheckedInput, Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		is_application_engineer: DF.Check
		out_of_office_from: DF.Date | None
		out_of_office_to: DF.Date | None
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		user: DF.Link
		weight: DF.Int
	# end: auto-generated types
	pass

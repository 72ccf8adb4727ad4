from crm_pipeline.crm_pipeline.doctype.pipeline_opportunity.row import OpportunityRow


class PipelineOpportunityLostReason(OpportunityRow):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		lost_reason: DF.Link
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
	# end: auto-generated types
	pass

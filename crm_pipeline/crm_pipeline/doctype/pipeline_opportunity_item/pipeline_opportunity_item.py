from crm_pipeline.compat import OwnDefaults
from crm_pipeline.crm_pipeline.doctype.pipeline_opportunity.row import OpportunityRow


class PipelineOpportunityItem(OwnDefaults, OpportunityRow):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		amount: DF.Currency
		brand: DF.Link | None
		conversion_factor: DF.Float
		description: DF.TextEditor | None
		item_code: DF.Link
		item_group: DF.Link | None
		item_name: DF.Data | None
		margin_percent: DF.Percent
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		qty: DF.Float
		rate: DF.Currency
		rate_is_given: DF.Check
		supplier_quotation: DF.Link | None
		supplier_rate: DF.Currency
		uom: DF.Link | None
	# end: auto-generated types
	left_to_the_rules = ("rate_is_given",)  # noted when the opportunity is taken in

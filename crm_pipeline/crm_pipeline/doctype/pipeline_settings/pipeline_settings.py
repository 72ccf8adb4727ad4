from frappe import _
from frappe.model.document import Document
from frappe.utils import flt

from crm_pipeline.crm_pipeline.refusal import get_label, refuse

PERCENTAGES = ("probability_open", "probability_offer_made")


class PipelineSettings(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from crm_pipeline.crm_pipeline.doctype.pipeline_integration_user.pipeline_integration_user import (
			PipelineIntegrationUser,
		)
		from crm_pipeline.crm_pipeline.doctype.pipeline_sales_target.pipeline_sales_target import (
			PipelineSalesTarget,
		)

		allow_zero_won_value: DF.Check
		auto_close: DF.Check
		auto_close_after_days: DF.Int
		auto_close_lost_reason: DF.Link | None
		auto_close_warning_days: DF.Int
		auto_reply_subject_patterns: DF.SmallText | None
		default_margin_percent: DF.Percent
		default_product_line: DF.Link | None
		default_region: DF.Link | None
		integration_users: DF.TableMultiSelect[PipelineIntegrationUser]
		keep_agreed_rates: DF.Check
		lose_when_all_quotations_lost: DF.Check
		minimum_margin_percent: DF.Percent
		probability_offer_made: DF.Percent
		probability_open: DF.Percent
		reminder_time: DF.Time | None
		stalled_after_days: DF.Int
		targets: DF.Table[PipelineSalesTarget]
		win_on_sales_order: DF.Check
		working_hours_from: DF.Time | None
		working_hours_to: DF.Time | None
	# end: auto-generated types
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

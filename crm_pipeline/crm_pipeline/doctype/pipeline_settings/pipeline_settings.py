import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, flt

from crm_pipeline.audit import reading
from crm_pipeline.auto_close import selling_settings
from crm_pipeline.domain import lifecycle, working_time
from crm_pipeline.record.checked_input import CheckedInput
from crm_pipeline.refusal import get_label, refuse

PERCENTAGES = ("probability_open", "probability_offer_made", "order_rate_tolerance")
WORKING_HOURS = ("working_hours_from", "working_hours_to")


class PipelineSettings(CheckedInput, Document):
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
		audit_count: DF.Int
		audit_hash: DF.Data | None
		auto_close: DF.Check
		auto_close_after_days: DF.Int
		auto_close_lost_reason: DF.Link | None
		auto_close_warning_days: DF.Int
		auto_reply_subject_patterns: DF.SmallText | None
		block_under_minimum_margin: DF.Check
		default_margin_percent: DF.Percent
		default_product_line: DF.Link | None
		default_region: DF.Link | None
		integration_users: DF.TableMultiSelect[PipelineIntegrationUser]
		keep_agreed_rates: DF.Check
		keep_files_for_days: DF.Int
		lose_when_all_quotations_lost: DF.Check
		minimum_margin_percent: DF.Percent
		order_rate_tolerance: DF.Percent
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

	def before_validate(self):
		"""The end of the log is the log's alone to say."""
		self.audit_count, self.audit_hash = reading.get_remembered_end()

	def validate(self):
		self.validate_percentages()
		self.validate_times()
		self.validate_auto_close()

	def on_update(self):
		selling_settings.hand_on(self)

	def validate_percentages(self):
		for fieldname in PERCENTAGES:
			if not 0 <= flt(self.get(fieldname)) <= 100:
				refuse(
					_("{0} is {1}. Enter a percentage from 0 to 100."),
					get_label(self, fieldname),
					self.get(fieldname),
				)

	def validate_times(self):
		opens, closes = (self.get_time(fieldname) for fieldname in WORKING_HOURS)
		self.get_time("reminder_time")
		if opens and closes and closes <= opens:
			message = _("{0} is {1}, which is not after {2}. Enter a later time.")
			refuse(message, get_label(self, "working_hours_to"), closes, opens)

	def get_time(self, fieldname):
		"""Return a time of day as time since midnight, None when it is empty."""
		try:
			return working_time.parse_time(self.get(fieldname))
		except ValueError:
			message = _("{0} is {1}, which is no time of day. Enter it as HH:MM.")
			refuse(message, get_label(self, fieldname), self.get(fieldname))

	def validate_auto_close(self):
		"""What auto-close needs while it is on: days of silence, a warning before, and a reason to close with."""
		if not self.auto_close:
			return
		after, warning = cint(self.auto_close_after_days), cint(self.auto_close_warning_days)
		if after < 2:
			message = _("{0} is {1}. Auto-close needs at least 2 days.")
			refuse(message, get_label(self, "auto_close_after_days"), after)
		if not 0 < warning < after:
			message = _(
				"{0} is {1}. Enter a number from 1 to {2}, so that the warning comes before the closing."
			)
			refuse(message, get_label(self, "auto_close_warning_days"), warning, after - 1)
		self.validate_auto_close_reason()

	def validate_auto_close_reason(self):
		label = get_label(self, "auto_close_lost_reason")
		if not self.auto_close_lost_reason:
			refuse(_("{0} is missing. Choose the reason with which auto-close closes."), label)
		if not frappe.db.exists("Pipeline Lost Reason", self.auto_close_lost_reason):
			refuse(_("{0} {1} does not exist. Choose another one."), label, self.auto_close_lost_reason)
		reason = frappe.get_cached_doc("Pipeline Lost Reason", self.auto_close_lost_reason)
		if reason.disabled:
			refuse(_("{0} {1} is disabled. Choose another one."), label, reason.name)
		if not lifecycle.reason_applies(reason.applies_to, lifecycle.LOST):
			message = _("{0} {1} applies to {2}, and auto-close closes as {3}. Choose another one.")
			refuse(message, label, reason.name, _(reason.applies_to), _(lifecycle.LOST))  # reason: a status

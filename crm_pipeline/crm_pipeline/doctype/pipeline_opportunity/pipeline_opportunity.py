from contextlib import contextmanager, nullcontext

import frappe
from frappe.model.document import Document

from crm_pipeline.access import expansion
from crm_pipeline.access.denial import ExplainedPermission
from crm_pipeline.access.permissions import is_manager
from crm_pipeline.audit import log, versions
from crm_pipeline.auto_close import plan as auto_close
from crm_pipeline.compat import OwnDefaults
from crm_pipeline.crm_pipeline.doctype.pipeline_opportunity import (
	checks,
	closed,
	items,
	link_names,
	party,
	people,
	stage,
)
from crm_pipeline.crm_pipeline.doctype.pipeline_opportunity.naming import get_next_name
from crm_pipeline.domain import lifecycle
from crm_pipeline.form import history
from crm_pipeline.mail import enquiry, incoming
from crm_pipeline.next_contact import event as next_contact
from crm_pipeline.offers import links, supplier_rates
from crm_pipeline.record import direct_writes, input_values, intake, intent, last_word, loaded, locking, money
from crm_pipeline.record.conflict import explain_loading
from crm_pipeline.record.dangling import KeepsSavedLinks
from crm_pipeline.record.given import KnowsWhatIsNamed
from crm_pipeline.record.one_save import one_save
from crm_pipeline.record.workflow import UnderWorkflow
from crm_pipeline.routing import rule


class PipelineOpportunity(
	ExplainedPermission, KeepsSavedLinks, UnderWorkflow, OwnDefaults, KnowsWhatIsNamed, Document
):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from crm_pipeline.crm_pipeline.doctype.pipeline_opportunity_competitor.pipeline_opportunity_competitor import (
			PipelineOpportunityCompetitor,
		)
		from crm_pipeline.crm_pipeline.doctype.pipeline_opportunity_item.pipeline_opportunity_item import (
			PipelineOpportunityItem,
		)
		from crm_pipeline.crm_pipeline.doctype.pipeline_opportunity_lost_reason.pipeline_opportunity_lost_reason import (
			PipelineOpportunityLostReason,
		)

		application_engineer: DF.Link | None
		assignment_due: DF.Check
		audit_count: DF.Int
		audit_hash: DF.Data | None
		auto_close_warned_on: DF.Datetime | None
		awaiting_response_since: DF.Datetime | None
		base_potential_value: DF.Currency
		base_won_value: DF.Currency
		business_unit: DF.Link | None
		city: DF.Data | None
		closed_by: DF.Data | None
		closed_on: DF.Datetime | None
		company: DF.Link
		competitors: DF.TableMultiSelect[PipelineOpportunityCompetitor]
		contact_email: DF.Data | None
		contact_mobile: DF.Data | None
		contact_person: DF.Link | None
		conversion_rate: DF.Float
		currency: DF.Link
		customer: DF.Link | None
		exits_offer_made: DF.Int
		exits_open: DF.Int
		expected_closing: DF.Date | None
		external_id: DF.Data | None
		first_responded_on: DF.Datetime | None
		is_history: DF.Check
		items: DF.Table[PipelineOpportunityItem]
		items_total: DF.Currency
		keep_open_until: DF.Date | None
		last_correspondence_on: DF.Datetime | None
		lead: DF.Link | None
		lost_reasons: DF.TableMultiSelect[PipelineOpportunityLostReason]
		margin_percent: DF.Percent
		mins_to_first_response: DF.Data | None
		needs_details: DF.Check
		next_contact_by: DF.Link | None
		next_contact_date: DF.Datetime | None
		next_contact_event: DF.Data | None
		next_contact_notified_on: DF.Datetime | None
		next_step: DF.SmallText | None
		notes: DF.TextEditor | None
		offer: DF.Link | None
		opened_on: DF.Datetime | None
		opened_utc: DF.Int
		opportunity_from: DF.Link
		opportunity_type: DF.Link | None
		ordered_value: DF.Currency
		outcome_detail: DF.SmallText | None
		party_address: DF.Link | None
		party_display_name: DF.Data | None
		party_name: DF.DynamicLink
		potential_value: DF.Currency
		probability: DF.Percent
		product_line: DF.Link
		region: DF.Link
		reopen_reason: DF.SmallText | None
		route_automatically: DF.Check
		routed_by: DF.Data | None
		routed_on: DF.Datetime | None
		routing_explanation: DF.SmallText | None
		sales_engineer: DF.Link | None
		sales_order: DF.Link | None
		seconds_offer_made: DF.Int
		seconds_open: DF.Int
		source: DF.Link | None
		state: DF.Data | None
		status: DF.Literal["Open", "Offer Made", "Won", "Lost", "Rejected"]
		status_changed_by: DF.Data | None
		status_changed_on: DF.Datetime | None
		status_changed_utc: DF.Int
		territory: DF.Link | None
		title: DF.Data | None
		weighted_value: DF.Currency
		with_items: DF.Check
		won_conversion_rate: DF.Float
		won_currency: DF.Link | None
		won_value: DF.Currency
		working_mins_to_first_response: DF.Data | None
	# end: auto-generated types
	"""A deal on its way from Open to Won, Lost or Rejected.

	The rules stand in the modules beside this one; this class says when each applies.
	"""

	left_to_the_rules = ("currency",)  # it is the company's, unless one is given

	def __setup__(self):
		# 0 must not stand in for a value that was left out
		self.dont_update_if_missing = ["potential_value"]

	def onload(self):
		may_write = bool(
			frappe.has_permission(self.doctype, "write", doc=self)
		)  # unlike the method, without a message
		self.set_onload("may_write", may_write)
		self.set_onload("moves", stage.get_offered_moves(self) if may_write else [])
		self.set_onload("steps", history.get_steps(self))
		self.set_onload("is_closed", lifecycle.is_closed(self.status))
		self.set_onload("auto_close", auto_close.get_outlook(self))
		self.set_onload("may_correct", lifecycle.is_closed(self.status) and is_manager())
		self.set_onload("may_route", may_write and is_manager() and not lifecycle.is_closed(self.status))

	def before_naming(self):
		# nobody chooses a name, and nothing is amended
		self.name = self.amended_from = None

	def autoname(self):
		self.name = get_next_name()

	def validate(self):
		last_word.follow_rules(self, self.apply_rules)

	def apply_rules(self):
		intent.validate_intent(self)
		checks.clear_system_fields(self)
		input_values.validate_values(self)
		stage.validate_status(self)
		checks.validate_system_fields(self)
		checks.keep_system_fields(self)
		checks.keep_derived_fields(self)
		input_values.set_dates(self)
		input_values.round_numbers(self)
		closed.validate_closed_record(self)
		party.set_party(self)
		party.set_product_line(self)
		items.set_items(self)
		checks.validate_required(self)
		checks.set_needs_details(self)
		money.set_values(self)
		supplier_rates.set_supplier_rates(self)
		people.set_sales_engineer(self)
		people.end_own_support(self)
		people.validate_people(self)
		checks.validate_masters(self)
		checks.validate_offer(self)
		checks.validate_follow_up(self)
		auto_close.validate_keep_open(self)
		next_contact.set_next_contact(self)
		stage.set_stage(self)
		money.set_weighted_value(self)
		party.set_title(self)

	def after_insert(self):
		people.tell_creator(self)

	def on_update(self):
		links.claim_offer(self)
		next_contact.follow(self)
		rule.follow(self)
		people.end_former_access(self)
		party.point_out_open_opportunity(self)

	def on_change(self):
		rule.complete(self)

	def on_trash(self):
		checks.validate_deletion(self)
		next_contact.delete_events(self)
		log.log_deletion(self)

	def before_rename(self, old, new, merge=False):
		checks.refuse_rename(self)

	def insert(self, ignore_permissions=None, *args, **kwargs):
		intake.take_in(self)
		input_values.leave_out_empty(self)
		loaded.validate_same_record(self)
		if incoming.is_mail(self, ignore_permissions):
			return incoming.receive(self)
		if enquiry.is_enquiry(self):
			return enquiry.receive(self)
		with one_save(self):
			return super().insert(ignore_permissions, *args, **kwargs)

	def save(self, *args, **kwargs):
		intent.take_given(self)
		intake.take_in(self)
		is_insert = self.is_new() and not self.flags.is_written
		with nullcontext() if is_insert or not self.name else one_save(self):
			loaded.validate_same_record(self)
			return super().save(*args, **kwargs)

	def db_insert(self, *args, **kwargs):
		with self.written_by_the_rules():
			super().db_insert(*args, **kwargs)
		self.flags.is_written = True

	def db_update(self):
		if self.is_new():  # the framework inserts it then
			super().db_update()
			return
		with self.written_by_the_rules():
			super().db_update()

	def db_set(self, fieldname, value=None, *args, **kwargs):
		values = fieldname if isinstance(fieldname, dict) else {fieldname: value}
		left = direct_writes.save_ruled(self, values)
		if left:
			super().db_set(left, None, *args, **kwargs)

	@contextmanager
	def written_by_the_rules(self):
		"""Last of all: the rules have the last word, and the row is written together with its log."""
		last_word.settle(self, self.apply_rules)
		locking.keep_unchanged_tables(self)
		log.plan_entries(self)
		yield
		log.write_entries(self)

	def load_from_db(self, *args, **kwargs):
		with explain_loading(), loaded.explain_missing(self):
			loading = super().load_from_db(*args, **kwargs)
		loaded.remember(self)
		expansion.empty_if_hidden(self)
		return loading

	def load_doc_before_save(self, **options):
		if not locking.use_locked_copy(self):
			super().load_doc_before_save(**options)
		loaded.make_foreign_rows_new(self, self.get_doc_before_save())

	def save_version(self):
		if not self.flags.ignore_version and versions.is_needed(self):
			super().save_version()

	def get_invalid_links(self, is_submittable=False):
		checks.validate_party_type(self)
		party.set_links(self)
		link_names.read_ahead(self)
		invalid_links, cancelled_links = super().get_invalid_links(is_submittable)
		checks.validate_links(self, invalid_links)
		return invalid_links, cancelled_links

	def set_system_value(self, fieldname, value):
		"""Set a field that only this app's own code may set, before insert() or save()."""
		self.set(fieldname, value)
		self.flags.setdefault("system_values", set()).add(fieldname)

	def get_stage_changes(self):
		"""For print formats: the stages so far, oldest first."""
		return history.get_stage_changes(self.name)

	def is_system_value(self, fieldname) -> bool:
		return fieldname in (self.flags.system_values or ())

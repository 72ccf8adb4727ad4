"""Random walks of a deal through ERPNext's own quotations and orders, in whatever order ERPNext allows."""

import json
from collections import Counter
from collections.abc import Callable

import frappe
from frappe.model.document import Document
from frappe.utils import add_days, flt, nowdate
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from crm_pipeline import exceptions
from crm_pipeline.api import opportunity as api
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.domain.deal import Deal
from crm_pipeline.tests import factories, offer_documents, personas
from crm_pipeline.tests.audit import get_events, get_problems
from crm_pipeline.tests.users import as_user

FOREIGN = "USD"
EXCHANGE_RATE = 80
MOST_DOCUMENTS = 4
PAUSES = ("Closed", "On Hold", "Draft")  # the last is how ERPNext says reopened
OURS = tuple(one for one in vars(exceptions).values() if isinstance(one, type))
numbers = st.integers(0, 11)
seldom = numbers.map(lambda number: number > 8)


# what the walks came by: how often
tally: Counter = Counter()


def has(doctype: str, **filters) -> Callable[["SellingWalk"], bool]:
	return lambda walk: bool(walk.get_names(doctype, **filters))


def make_cast() -> None:
	"""Insert what the walks of a class need beside the cast."""
	offer_documents.make_buying_cast()
	factories.make_exchange_rate(FOREIGN, "INR", EXCHANGE_RATE)
	factories.make("Quotation Lost Reason", order_lost_reason=personas.REASON)


class SellingWalk(RuleBasedStateMachine):
	"""`deal` is what the opportunity must show. What ERPNext refuses leaves everything as it was."""

	@initialize(is_of_lead=st.booleans(), is_foreign=st.booleans(), loses=st.booleans())
	def begin(self, is_of_lead, is_foreign, loses):
		frappe.db.savepoint("walk")
		with as_user("Administrator"):
			settings = {"lose_when_all_quotations_lost": int(loses)}
			frappe.get_doc("Pipeline Settings").update(settings).save()
		values, self.lead = {}, None
		if is_of_lead:
			self.lead = factories.make_lead(company=personas.COMPANY).name
			values = {"opportunity_from": "Lead", "party_name": self.lead}
		if is_foreign:
			values |= {"currency": FOREIGN, "conversion_rate": EXCHANGE_RATE}
		self.name = offer_documents.make_opportunity(**values).name
		self.deal = Deal(loses_with_its_quotations=loses, is_of_lead=is_of_lead)
		self.make_quotation()

	def teardown(self):
		frappe.db.rollback(save_point="walk")
		frappe.clear_messages()

	@precondition(lambda self: self.deal.is_in_play and len(self.deal.quotations) < MOST_DOCUMENTS)
	@rule()
	def make_quotation(self):
		offer_documents.make_quotation(self.name)
		self.see()

	@precondition(has("Quotation", docstatus=0))
	@rule(which=numbers)
	def submit_quotation(self, which):
		quotation = self.pick("Quotation", which, docstatus=0)
		if self.attempt(quotation.submit):
			self.deal.follow_quotation(quotation.name)

	@precondition(lambda self: self.deal.is_in_play and has("Quotation", docstatus=0)(self))
	@rule(which=numbers)
	def link_draft(self, which):
		quotation = self.pick("Quotation", which, docstatus=0)
		frappe.get_doc(OPPORTUNITY, self.name).update({"offer": quotation.name}).save()
		self.deal.link(quotation.name)

	@precondition(has("Quotation", docstatus=0))
	@rule(which=numbers)
	def delete_quotation(self, which):
		quotation = self.pick("Quotation", which, docstatus=0)
		self.attempt(quotation.delete)

	@precondition(has("Quotation", docstatus=1))
	@rule(which=numbers)
	def cancel_quotation(self, which):
		quotation = self.pick("Quotation", which, docstatus=1)
		if self.attempt(quotation.cancel):
			self.deal.follow_quotation()

	@precondition(has("Quotation", docstatus=2))
	@rule(which=numbers)
	def amend_quotation(self, which):
		quotation = self.pick("Quotation", which, docstatus=2)
		if not self.has_amendment(quotation):
			self.attempt(lambda: amend(quotation).insert())

	@precondition(has("Quotation", docstatus=1))
	@rule(which=numbers)
	def lose_quotation(self, which):
		quotation = self.pick("Quotation", which, docstatus=1)
		if self.attempt(lambda: offer_documents.lose(quotation, personas.REASON)):
			self.deal.follow_quotation()

	@precondition(has("Quotation", docstatus=1))
	@rule(which=numbers)
	def let_quotation_expire(self, which):
		quotation = self.pick("Quotation", which, docstatus=1)
		offer_documents.expire(quotation)
		tally["expired"] += 1

	@precondition(has("Quotation", docstatus=1))
	@rule(which=numbers, is_whole=st.booleans(), is_for_less=seldom, is_submitted=st.booleans())
	def make_order(self, which, is_whole, is_for_less, is_submitted):
		quotation = self.pick("Quotation", which, docstatus=1)
		if len(self.get_names("Sales Order")) >= MOST_DOCUMENTS:
			return
		order = self.attempt(lambda: insert_order(quotation.name, is_whole, is_for_less))
		if order and is_submitted:
			self.submit(order)

	@precondition(has("Sales Order", docstatus=0))
	@rule(which=numbers)
	def submit_order(self, which):
		order = self.pick("Sales Order", which, docstatus=0)
		self.submit(order)

	@precondition(has("Sales Order", docstatus=1))
	@rule(which=numbers)
	def cancel_order(self, which):
		order = self.pick("Sales Order", which, docstatus=1)
		if self.attempt(order.cancel):
			self.deal.follow_order()

	@precondition(has("Sales Order", docstatus=2))
	@rule(which=numbers)
	def amend_order(self, which):
		order = self.pick("Sales Order", which, docstatus=2)
		if not self.has_amendment(order):
			self.attempt(lambda: amend(order).insert())

	@precondition(has("Sales Order", docstatus=1))
	@rule(which=numbers, status=st.sampled_from(PAUSES))
	def pause_order(self, which, status):
		order = self.pick("Sales Order", which, docstatus=1)
		self.attempt(lambda: order.update_status(status))

	@precondition(has("Sales Order", docstatus=1))
	@rule(which=numbers, more=st.sampled_from((-1, 1)))
	def update_items_of_order(self, which, more):
		order = self.pick("Sales Order", which, docstatus=1)
		if self.attempt(lambda: update_items(order, more)):
			self.deal.follow_order()

	@precondition(has("Quotation", docstatus=1))
	@rule(which=numbers)
	def update_items_of_quotation(self, which):
		quotation = self.pick("Quotation", which, docstatus=1)
		if self.attempt(lambda: update_items(quotation, 1)):
			self.deal.follow_quotation()

	@precondition(lambda self: self.deal.is_in_play)
	@rule(which=numbers)
	def lose_by_hand(self, which):
		if which:
			return  # often enough it would end the walk
		api.mark_lost(self.name, [personas.REASON])
		self.deal.lose()

	@precondition(lambda self: not self.deal.is_in_play)
	@rule()
	def reopen(self):
		api.reopen(self.name, "They called")
		self.deal.reopen()

	@rule()
	def pass_a_day(self):
		offer_documents.run_daily_job()
		self.see()
		self.deal.pass_a_day()

	@invariant()
	def record_is_as_the_model_says(self):
		if not hasattr(self, "name"):
			return
		deal, doc = self.deal, frappe.get_doc(OPPORTUNITY, self.name)
		shown = (
			doc.status,
			doc.offer or None,
			doc.sales_order or None,
			flt(doc.won_value),
			flt(doc.ordered_value, 2),
		)
		expected = (deal.status, deal.offer, deal.order, deal.won_value, flt(deal.ordered_value, 2))
		assert shown == expected, f"{shown} is not {expected}: {self.describe()}"
		events = get_events(self.name)
		assert events == deal.events, f"{events} is not {deal.events}: {self.describe()}"
		assert get_problems(self.name) == []
		tally.update({("deal", deal.status), *(("quotation", status) for status in deal.quotations.values())})

	def submit(self, order: Document) -> None:
		is_for_less = bool(order.po_no)
		if self.attempt(order.submit):
			quotation = order.items[0].prevdoc_docname
			self.deal.follow_order(order.name, quotation, is_for_less, order.reload().net_total)

	def attempt(self, act):
		"""Do what a person would; undo it, and return None, where ERPNext refuses it. Nothing of ours may."""
		frappe.db.savepoint("attempt")
		try:
			done = act() or True
		except frappe.ValidationError as refusal:
			assert not isinstance(refusal, OURS), f"{refusal}: {self.describe()}"
			frappe.db.rollback(save_point="attempt")
			tally["refused"] += 1
			return None
		self.notice_customer()
		self.see()
		return done

	def notice_customer(self) -> None:
		"""ERPNext makes a lead's customer when an order is made from its quotation; a deal in play follows at once."""
		if self.lead and frappe.db.exists("Customer", {"lead_name": self.lead}):
			self.lead = None
			if self.deal.is_in_play:
				self.deal.follow_lead()

	def see(self) -> None:
		linked = {"pipeline_opportunity": self.name}
		fields = ["name", "status", "amended_from"]
		rows = frappe.get_all("Quotation", linked, fields, order_by="creation, name")
		orders = frappe.get_all(
			"Sales Order", {**linked, "docstatus": 1}, ["name", "base_net_total"], order_by="creation, name"
		)
		self.deal.see(
			{row.name: row.status for row in rows}, {row.name: row.base_net_total for row in orders}
		)
		self.deal.amendments = {row.name for row in rows if row.amended_from}

	def get_names(self, doctype: str, **filters) -> list[str]:
		filters["pipeline_opportunity"] = self.name
		return frappe.get_all(doctype, filters, pluck="name", order_by="creation, name")

	def pick(self, doctype: str, which: int, **filters) -> Document:
		names = self.get_names(doctype, **filters)
		return frappe.get_doc(doctype, names[which % len(names)])

	def has_amendment(self, doc: Document) -> bool:
		return bool(frappe.db.exists(doc.doctype, {"amended_from": doc.name}))

	def describe(self) -> str:
		return f"{self.deal.quotations}, {self.deal.orders}, {offer_documents.get_notes(self.name)}"


def amend(doc: Document) -> Document:
	"""Return the unsaved amendment of a cancelled document."""
	amended = frappe.copy_doc(doc)
	return amended.update({"amended_from": doc.name, "docstatus": 0, "status": "Draft"})


def insert_order(quotation: str, is_whole: bool, is_for_less: bool) -> Document:
	"""Create → Sales Order; one that is for less than was offered says so to its customer."""
	with as_user(personas.ENGINEER):  # who may create the customer that a lead becomes
		order = offer_documents.make_order(quotation, None if is_whole else 1)
	if is_for_less:
		for row in order.items:
			row.update({"rate": row.rate / 2, "price_list_rate": row.rate / 2})
		order.update({"po_no": f"half of {quotation}"}).save()
	return order


def update_items(doc: Document, more: int) -> None:
	"""Press *Update Items* and change the quantity of the first row."""
	from erpnext.controllers.accounts_controller import update_child_qty_rate

	rows = [
		{"docname": row.name, "name": row.name, "item_code": row.item_code, "qty": row.qty, "rate": row.rate}
		for row in doc.items
	]
	rows[0]["qty"] += more
	for row in rows if doc.doctype == "Sales Order" else ():
		row["delivery_date"] = add_days(nowdate(), 7)
	update_child_qty_rate(doc.doctype, json.dumps(rows), doc.name)

"""Every state of every document, as the table says it (docs/offers.md)."""

import unittest
from itertools import pairwise

import frappe

from crm_pipeline.domain import margin, offers
from crm_pipeline.domain.offers import Quotation, choose_offer
from crm_pipeline.tests.base import PipelineTestCase

Q = offers.STATES["Quotation"]
NEW_IN_16 = {"To Pay"}


def quotation(name: str, status: str, **values) -> Quotation:
	return Quotation(name, status, Q[status], is_draft=status == "Draft", **values)


class TestStatuses(PipelineTestCase):
	def test_every_status_that_erpnext_knows_has_its_state(self):
		for doctype, states in offers.STATES.items():
			known = set(frappe.get_meta(doctype).get_field("status").options.split("\n")) - {""}
			with self.subTest(doctype):
				self.assertEqual(set(states) - NEW_IN_16, known - NEW_IN_16)

	def test_the_documents_are_those_of_selling_and_buying(self):
		documents = {"Quotation", "Sales Order", "Supplier Quotation", "Request for Quotation"}
		self.assertEqual(set(offers.STATES), documents)


class TestStates(unittest.TestCase):
	def test_drafts_and_cancelled_documents_do_nothing_whatever_their_status_says(self):
		for doctype, states in offers.STATES.items():
			for status in states:
				for docstatus in (0, 2):
					self.assertEqual(offers.get_state(doctype, status, docstatus), offers.NO_EFFECT)

	def test_an_unknown_status_does_nothing(self):
		self.assertEqual(offers.get_state("Quotation", "On Ice", 1), offers.NO_EFFECT)

	def test_each_quotation_leads_to_one_stage_at_most(self):
		leads_to = {status: state.leads_to for status, state in Q.items()}
		self.assertEqual(
			leads_to,
			{
				"Draft": None,
				"Open": "Offer Made",
				"Replied": "Offer Made",
				"Partially Ordered": "Offer Made",
				"Ordered": "Offer Made",
				"Expired": None,
				"Lost": "Lost",
				"Cancelled": None,
			},
		)

	def test_every_order_that_was_not_cancelled_wins(self):
		states = offers.STATES["Sales Order"]
		self.assertEqual({name for name, state in states.items() if not state.counts}, {"Draft", "Cancelled"})
		self.assertEqual({state.leads_to for state in states.values() if state.counts}, {"Won"})
		self.assertTrue(offers.get_state("Sales Order", "To Pay", 1).counts)

	def test_a_person_decides_what_comes_after_an_expired_quotation_alone(self):
		asking = {
			(doctype, status)
			for doctype, states in offers.STATES.items()
			for status, state in states.items()
			if state.asks
		}
		self.assertEqual(asking, {("Quotation", "Expired")})

	def test_what_is_not_said_of_a_state_or_a_quotation_is_not_so(self):
		state = offers.State()
		self.assertEqual((state.counts, state.rank, state.leads_to, state.asks), (False, 0, None, False))
		quotation = Quotation("A", "Open", state)
		self.assertEqual((quotation.is_draft, quotation.is_amendment), (False, False))

	def test_only_a_submitted_supplier_quotation_gives_a_price(self):
		self.assertEqual(
			offers.get_statuses("Supplier Quotation", lambda state: state.counts), ("Submitted",)
		)


class TestChoiceOfOffer(unittest.TestCase):
	def assertOffer(self, expected, *quotations, current=None, moved=None, is_closed=False):
		self.assertEqual(choose_offer(quotations, current, moved, is_closed), expected)

	def test_the_one_just_submitted_or_ordered_is_it(self):
		self.assertOffer("B", quotation("A", "Ordered"), quotation("B", "Open"), current="A", moved="B")
		self.assertOffer("A", quotation("A", "Ordered"), quotation("B", "Open"), current="B", moved="A")

	def test_it_stays_while_it_is_live(self):
		for live in ("Open", "Replied", "Partially Ordered", "Ordered"):
			for other in Q:
				self.assertOffer("A", quotation("A", live), quotation("B", other), current="A")

	def test_the_further_one_takes_the_place_of_one_that_is_gone(self):
		for worse, better in pairwise(("Lost", "Expired", "Open")):
			self.assertOffer("B", quotation("A", worse), quotation("B", better), current="A")
			self.assertOffer("A", quotation("A", better), quotation("B", worse), current="B")
		self.assertOffer(
			"A", quotation("A", "Ordered"), quotation("B", "Open"), quotation("C", "Lost"), current="C"
		)

	def test_among_equals_the_current_one_stays_else_the_newest(self):
		pair = (quotation("A", "Open"), quotation("B", "Replied"))
		self.assertOffer("A", *pair, current="A")
		self.assertOffer("B", *pair)

	def test_cancelled_lost_and_draft_ones_are_none(self):
		for status in ("Cancelled", "Lost", "Draft"):
			self.assertOffer(None, quotation("A", status))
		for status in ("Cancelled", "Lost"):
			self.assertOffer(None, quotation("A", status), current="A")

	def test_a_draft_that_a_person_linked_stays_until_another_is_an_offer(self):
		self.assertOffer("A", quotation("A", "Draft"), current="A")
		self.assertOffer("B", quotation("A", "Draft"), quotation("B", "Open"), current="A")

	def test_a_closed_record_keeps_its_offer_but_a_cancelled_one(self):
		others = (quotation("B", "Open"), quotation("C", "Open", is_amendment=True))
		for status in ("Open", "Expired", "Lost", "Ordered", "Draft"):
			self.assertOffer("A", quotation("A", status), *others, current="A", moved="B", is_closed=True)
		self.assertOffer("C", quotation("A", "Cancelled"), *others, current="A", is_closed=True)
		self.assertOffer(None, quotation("A", "Cancelled"), others[0], current="A", is_closed=True)


class TestLoss(unittest.TestCase):
	def test_all_are_lost_when_none_stands_or_is_being_prepared(self):
		lost = quotation("A", "Lost")
		self.assertTrue(offers.are_all_lost([lost, quotation("B", "Cancelled"), quotation("C", "Lost")]))
		for status in ("Draft", "Open", "Replied", "Expired", "Partially Ordered", "Ordered"):
			self.assertFalse(offers.are_all_lost([lost, quotation("B", status)]))
		self.assertFalse(offers.are_all_lost([]))


class TestMargin(unittest.TestCase):
	def test_it_is_a_part_of_the_supplier_s_rate(self):
		self.assertEqual(margin.add_margin(50, 20), 60)
		self.assertAlmostEqual(margin.get_margin_percent(60, 50), 20)
		self.assertAlmostEqual(margin.get_margin_percent(45, 50), -10)
		self.assertAlmostEqual(margin.get_margin_percent(0.6, 0.5), 20)

	def test_without_a_supplier_s_rate_there_is_none(self):
		self.assertIsNone(margin.get_margin_percent(60, 0))

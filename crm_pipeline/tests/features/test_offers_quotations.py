"""What happens to a quotation comes back to its opportunity, state by state (docs/offers.md)."""

from unittest.mock import patch

import frappe

from crm_pipeline.api import opportunity as api
from crm_pipeline.api import routing as routing_api
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.exceptions import ConflictError
from crm_pipeline.offers import follow
from crm_pipeline.tests import factories, offer_documents, personas
from crm_pipeline.tests.audit import get_events, get_log, get_problems
from crm_pipeline.tests.offer_documents import OffersTestCase, expire, lose, make_quotation, submit_quotation
from crm_pipeline.tests.users import as_user


class TestEachState(OffersTestCase):
	def test_a_draft_does_nothing(self):
		make_quotation(self.opportunity)
		self.assertRecord(status="Open", offer=None)

	def test_a_submitted_one_is_the_offer(self):
		quotation = submit_quotation(self.opportunity)
		self.assertRecord(status="Offer Made", offer=quotation.name)
		self.assertEqual(get_events(self.opportunity), ["Created", "Offer Made", "Offer Linked"])
		self.assertEqual(get_log(self.opportunity)[-1].reason, f"Quotation {quotation.name} is Open")

	def test_an_opportunity_that_is_offered_already_gets_its_link(self):
		api.make_offer(self.opportunity)
		quotation = submit_quotation(self.opportunity)
		self.assertRecord(status="Offer Made", offer=quotation.name)

	def test_a_replied_one_stays_the_offer(self):
		quotation = submit_quotation(self.opportunity)
		quotation.db_set("status", "Replied")
		quotation.reload().save()
		self.assertRecord(status="Offer Made", offer=quotation.name)

	def test_a_cancelled_one_is_withdrawn_and_the_stage_stays(self):
		submit_quotation(self.opportunity).cancel()
		self.assertRecord(status="Offer Made", offer=None)
		self.assertEqual(get_events(self.opportunity)[-1], "Offer Withdrawn")

	def test_an_amended_one_keeps_the_link(self):
		quotation = submit_quotation(self.opportunity)
		amended = offer_documents.amend(quotation)
		amended.pipeline_opportunity = None  # a client may leave it out
		amended.insert().submit()
		self.assertEqual(amended.pipeline_opportunity, self.opportunity)
		self.assertRecord(status="Offer Made", offer=amended.name)

	def test_a_copied_one_is_not_linked(self):
		copy = frappe.copy_doc(submit_quotation(self.opportunity), ignore_no_copy=False)
		self.assertFalse(copy.pipeline_opportunity)

	def test_a_lost_one_leaves_a_to_do(self):
		lose(submit_quotation(self.opportunity), "Cast too slow")
		self.assertRecord(status="Offer Made", offer=None)
		self.assertEqual(
			offer_documents.get_todos(self.opportunity),
			[f"All quotations of {self.opportunity} are lost. Close it as Lost or make another offer."],
		)

	def test_a_lost_one_closes_the_opportunity_if_the_settings_say_so(self):
		self.set_settings(lose_when_all_quotations_lost=1)
		lose(submit_quotation(self.opportunity), personas.REASON, "Twice as dear")
		self.assertRecord(status="Lost", outcome_detail="Twice as dear", offer=None)
		doc = frappe.get_doc(OPPORTUNITY, self.opportunity)
		self.assertEqual([row.lost_reason for row in doc.lost_reasons], [personas.REASON])
		self.assertEqual(offer_documents.get_todos(self.opportunity), [])
		self.assertEqual(get_problems(self.opportunity), [])

	def test_reasons_that_do_not_map_leave_a_to_do(self):
		self.set_settings(lose_when_all_quotations_lost=1)
		for reason in ("Cast unknown reason", personas.REASON_FOR_REJECTED, personas.REASON_WITH_DETAIL):
			self.opportunity = offer_documents.make_opportunity().name
			lose(submit_quotation(self.opportunity), reason)
			with self.subTest(reason):
				self.assertRecord(status="Offer Made", offer=None)
				self.assertEqual(len(offer_documents.get_todos(self.opportunity)), 1)

	def test_an_ordered_one_is_the_offer_that_was_won(self):
		first, second = submit_quotation(self.opportunity), submit_quotation(self.opportunity)
		self.assertRecord(offer=second.name)
		offer_documents.submit_order(first.name)
		self.assertRecord(status="Won", offer=first.name)


class TestCombinations(OffersTestCase):
	def test_the_one_submitted_last_is_the_offer(self):
		submit_quotation(self.opportunity)
		second = submit_quotation(self.opportunity)
		self.assertRecord(status="Offer Made", offer=second.name)

	def test_another_live_one_takes_the_place_of_a_cancelled_one(self):
		first, second = submit_quotation(self.opportunity), submit_quotation(self.opportunity)
		second.cancel()
		self.assertRecord(status="Offer Made", offer=first.name)
		first.reload().cancel()
		self.assertRecord(status="Offer Made", offer=None)

	def test_one_lost_and_one_ordered_is_won(self):
		self.set_settings(lose_when_all_quotations_lost=1)
		first, second = submit_quotation(self.opportunity), submit_quotation(self.opportunity)
		lose(second, personas.REASON)
		self.assertRecord(status="Offer Made", offer=first.name)
		offer_documents.submit_order(first.name)
		self.assertRecord(status="Won", offer=first.name)

	def test_one_lost_and_one_in_preparation_is_open_still(self):
		self.set_settings(lose_when_all_quotations_lost=1)
		make_quotation(self.opportunity)
		lose(submit_quotation(self.opportunity), personas.REASON)
		self.assertRecord(status="Offer Made", offer=None)
		self.assertEqual(offer_documents.get_todos(self.opportunity), [])

	def test_two_lost_are_lost_for_the_reasons_of_both(self):
		self.set_settings(lose_when_all_quotations_lost=1)
		first, second = submit_quotation(self.opportunity), submit_quotation(self.opportunity)
		lose(first, personas.REASON)
		self.assertRecord(status="Offer Made", offer=second.name)
		lose(second, personas.REASON_FOR_LOST)
		doc = frappe.get_doc(OPPORTUNITY, self.opportunity)
		reasons = [row.lost_reason for row in doc.lost_reasons]
		self.assertEqual((doc.status, reasons), ("Lost", sorted([personas.REASON, personas.REASON_FOR_LOST])))

	def test_a_lost_one_that_is_cancelled_changes_nothing_more(self):
		first, second = submit_quotation(self.opportunity), submit_quotation(self.opportunity)
		lose(second, personas.REASON)
		second.reload().cancel()
		self.assertRecord(status="Offer Made", offer=first.name)


class TestExpiry(OffersTestCase):
	def test_it_reaches_the_opportunity_with_the_daily_job(self):
		first, second = submit_quotation(self.opportunity), submit_quotation(self.opportunity)
		expire(second)
		self.assertRecord(offer=second.name)
		offer_documents.run_daily_job()
		self.assertRecord(status="Offer Made", offer=first.name)
		self.assertEqual(offer_documents.get_todos(self.opportunity), [])

	def test_the_last_one_stays_the_offer_and_leaves_one_to_do(self):
		quotation = submit_quotation(self.opportunity)
		expire(quotation)
		for _day in range(2):
			offer_documents.run_daily_job()
		self.assertRecord(status="Offer Made", offer=quotation.name)
		sentence = f"Quotation {quotation.name} of {self.opportunity} has expired."
		todos = offer_documents.get_todos(self.opportunity)
		self.assertEqual([todo.startswith(sentence) for todo in todos], [True])


class TestDailyJob(OffersTestCase):
	def test_one_that_fails_is_logged_and_stops_no_other(self):
		names = [self.opportunity, offer_documents.make_opportunity().name]
		offers = [submit_quotation(name).name for name in names]
		for name in names:
			frappe.db.set_value(OPPORTUNITY, name, "offer", None)
		catch_up_one = follow.catch_up

		def fail_once(name: str) -> None:
			catch_up_one(name)
			if name == names[0]:
				raise ZeroDivisionError

		with patch.object(follow, "catch_up", fail_once):
			offer_documents.run_daily_job()
		linked = [frappe.db.get_value(OPPORTUNITY, name, "offer") for name in names]
		self.assertEqual(linked, [None, offers[1]])
		title = f"Offers of {names[0]} were not brought up to date"
		self.assertTrue(frappe.db.exists("Error Log", {"method": title}))


class TestNeverInTheWay(OffersTestCase):
	def test_a_closed_opportunity_is_not_moved(self):
		quotation = make_quotation(self.opportunity)
		api.mark_lost(self.opportunity, [personas.REASON])
		quotation.submit()
		self.assertEqual(quotation.docstatus, 1)
		self.assertRecord(status="Lost", offer=None)
		sentence = (
			f"{self.opportunity} is Lost and keeps its offer. Quotation {quotation.name} did not become it."
		)
		self.assertEqual(offer_documents.get_notes(self.opportunity), [sentence])
		self.assertIn(sentence, frappe.get_message_log()[-1]["message"])

	def test_a_won_one_follows_its_own_offer_only(self):
		first = submit_quotation(self.opportunity)
		other = make_quotation(self.opportunity)
		api.mark_won(self.opportunity, 500)
		other.submit()
		self.assertRecord(status="Won", offer=first.name)
		amended = offer_documents.amend(first)
		self.assertRecord(status="Won", offer=None)
		amended.insert().submit()
		self.assertRecord(status="Won", offer=amended.name)
		self.assertEqual(get_problems(self.opportunity), [])

	def test_one_that_can_not_move_tells_why_and_is_left_as_it_was(self):
		frappe.db.set_value(OPPORTUNITY, self.opportunity, "potential_value", -1)
		quotation = submit_quotation(self.opportunity)
		self.assertEqual(quotation.docstatus, 1)
		self.assertRecord(status="Open", offer=None)
		(note,) = offer_documents.get_notes(self.opportunity)
		self.assertTrue(note.startswith(f"{self.opportunity} was not brought up to date. "), note)
		self.assertIn("It can't be negative.", note)

	def test_a_locked_one_is_told_about_and_reached_by_the_daily_job(self):
		with patch.object(frappe, "get_doc", self.raise_when_locking(frappe.QueryTimeoutError)):
			quotation = submit_quotation(self.opportunity)
		self.assertEqual(frappe.db.get_value("Quotation", quotation.name, "docstatus"), 1)
		self.assertRecord(status="Open", offer=None)
		self.assertIn("was not brought up to date", offer_documents.get_notes(self.opportunity)[0])
		offer_documents.run_daily_job()
		self.assertRecord(status="Offer Made", offer=quotation.name)

	def test_a_deadlock_ends_the_submission_too_because_the_database_undid_it(self):
		quotation = make_quotation(self.opportunity)
		with (
			patch.object(frappe, "get_doc", self.raise_when_locking(frappe.QueryDeadlockError)),
			patch.object(frappe.db, "rollback") as rollback,
			self.assertRaises(ConflictError),
		):
			quotation.submit()
		savepoints = [call.kwargs for call in rollback.call_args_list if call.kwargs]
		self.assertEqual(savepoints, [], "none is left to return to")

	def raise_when_locking(self, error: type[Exception]):
		"""Return frappe.get_doc as it behaves while somebody else holds the opportunity."""
		get_doc = frappe.get_doc

		def get_or_raise(*arguments, for_update=None, **values):
			if for_update and arguments[0] == OPPORTUNITY:
				raise error
			return get_doc(*arguments, **values)

		return get_or_raise

	def test_a_reopened_one_stays_open_until_something_new_happens(self):
		self.set_settings(lose_when_all_quotations_lost=1)
		quotation = submit_quotation(self.opportunity)
		lose(quotation, personas.REASON)
		api.reopen(self.opportunity, "They called")
		offer_documents.run_daily_job()
		quotation.reload().save()
		self.assertRecord(status="Open", offer=None)
		second = submit_quotation(self.opportunity)
		self.assertRecord(status="Offer Made", offer=second.name)

	def test_a_user_who_may_not_see_it_moves_it_all_the_same(self):
		quotation = make_quotation(self.opportunity)
		with as_user(personas.OTHER_ENGINEER):
			frappe.get_doc("Quotation", quotation.name).submit()
		self.assertRecord(status="Offer Made", offer=quotation.name)

	def test_quotations_without_opportunity_are_none_of_our_business(self):
		quotation = factories.make_quotation()
		with as_user("Administrator"):
			quotation.submit().cancel()
		self.assertFalse(quotation.pipeline_opportunity)


class TestToDos(OffersTestCase):
	def test_they_give_the_former_engineer_no_access(self):
		routing_api.set_up_routing()
		self.opportunity = offer_documents.make_opportunity().name
		lose(submit_quotation(self.opportunity), "Cast too slow")
		doc = frappe.get_doc(OPPORTUNITY, self.opportunity)
		doc.update({"sales_engineer": personas.OTHER_ENGINEER}).save()
		self.assertFalse(frappe.has_permission(OPPORTUNITY, "read", doc=doc.name, user=personas.ENGINEER))

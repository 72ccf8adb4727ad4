"""What is sent in another shape than its field or argument is refused in a sentence, and nothing of it is asked for."""

from unittest.mock import patch

import frappe

from crm_pipeline.api import desk, lead, offers, routing
from crm_pipeline.api import opportunity as api
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.domain.text import is_blank, is_storable
from crm_pipeline.exceptions import ClosedRecordError, InputError, TransitionError
from crm_pipeline.tests import factories, personas
from crm_pipeline.tests.base import PipelineTestCase, site_only
from crm_pipeline.tests.users import as_user

BLANK = ("", "  ", "\u200b", "\u00a0\u00ad", "<p><br></p>", "&nbsp;", "\u3164\ufe0f", "\ufeff\n")


class ShapesCase(PipelineTestCase):
	def assertSentence(self, sentence: str, function, *arguments, exception=InputError, **values):
		with self.assertRaises(exception) as refusal:
			function(*arguments, **values)
		self.assertEqual(str(refusal.exception), sentence)


class TestText(PipelineTestCase):
	def test_what_nobody_sees_says_nothing(self):
		for text in (*BLANK, None):
			with self.subTest(text):
				self.assertTrue(is_blank(text))
		for text in ("x", "<p>x</p>", "5 < 6", "\u200bx", "😀", "."):
			with self.subTest(text):
				self.assertFalse(is_blank(text))

	def test_half_a_character_and_nul_cannot_be_stored(self):
		self.assertEqual([is_storable(text) for text in ("a😀", "a\0", "\ud800")], [True, False, False])


class TestFields(ShapesCase):
	def save(self, **values):
		return frappe.get_doc(OPPORTUNITY, factories.make_opportunity().name).update(values).save()

	def test_another_shape_than_the_field_has(self):
		rows = "Send a list of rows, each an object with the values of fields."
		for values, sentence in (
			({"status": ["Open"]}, "Status can't be [&quot;Open&quot;]. Send it as text."),
			({"region": {"a": 1}}, "Region can't be {&quot;a&quot;: 1}. Send it as text."),
			({"sales_engineer": 5}, "Sales Engineer can't be 5. Send it as text."),
			({"title": True}, "Title can't be true. Send text."),
			({"next_step": [1]}, "Next Step can't be [1]. Send text."),
			({"with_items": "yes"}, "With Items can't be yes. Send 1 or 0."),
			({"expected_closing": 5}, "Expected Closing can't be 5. Send it as YYYY-MM-DD."),
			({"idx": "x"}, "idx can't be x. Leave it out."),
			({"docstatus": "x"}, "docstatus can't be x. Leave it out."),
			({"items": "x"}, f"Items can't be x. {rows}"),
			({"items": [1]}, f"Items can't be 1. {rows}"),
			({"lost_reasons": "No budget"}, f"Lost Reasons can't be No budget. {rows}"),
			({"save": 1}, "There is no field save. Leave it out."),
			({"next_step": "a\0b"}, "Next Step “a�b” holds characters that can't be stored. Take them out."),
			({"title": "\ud800"}, "Title “?” holds characters that can't be stored. Take them out."),
		):
			with self.subTest(values):
				self.assertSentence(sentence, self.save, **values)

	def test_a_row_of_another_shape(self):
		with self.assertRefused(InputError, "Lost Reason can't be {"):
			self.save(status="Lost", lost_reasons=[{"lost_reason": {"a": 1}}])

	def test_a_filter_in_a_link_is_never_asked(self):
		doc = factories.make_opportunity()
		for value in ({"name": personas.ENGINEER, "api_key": ["like", "%"]}, {"name": "x"}):
			with patch.object(doc, "get_invalid_links") as asked, self.assertRaises(InputError):
				doc.update({"next_contact_by": value}).save()
			asked.assert_not_called()

	def test_a_number_in_a_text_is_its_digits(self):
		self.assertEqual(self.save(contact_mobile=9841012345).reload().contact_mobile, "9841012345")

	def test_a_boolean_is_no_number(self):
		with self.assertRefused(InputError, "is True, which is no number"):
			self.save(potential_value=True)
		name = factories.make_opportunity("Offer Made").name
		self.assertSentence("won_value can't be true. Send a number or text.", api.mark_won, name, True)

	def test_a_date_that_could_be_two(self):
		sentence = "Expected Closing is 03.04.2026, which is no date. Enter it as YYYY-MM-DD."
		self.assertSentence(sentence, self.save, expected_closing="03.04.2026")
		for value in ("0000-00-00", "2026-02-30", "0001-01-01", "10000-01-01"):
			with self.subTest(value), self.assertRefused(InputError, "which is no date"):
				self.save(expected_closing=value)
		self.assertEqual(str(self.save(expected_closing="2026-4-3").reload().expected_closing), "2026-04-03")

	def test_the_masters_and_settings(self):
		for doctype, values, sentence in (
			("Pipeline Lost Reason", {"reason": {"a": 1}}, "Reason can't be {"),
			("Pipeline Lost Reason", {"reason": "\u200b"}, "Reason is missing. Enter it."),
			("Pipeline Lost Reason", {"reason": "x" * 141}, "Shorten it to 140."),
			("Pipeline Source", {"source": "x", "disabled": [1]}, "Disabled can't be [1]. Send 1 or 0."),
			("Pipeline Region", {"region_name": "x", "territory": {"a": 1}}, "Territory can't be {"),
			("Pipeline Region", {"region_name": "x", "members": [5]}, "Members can't be 5."),
			("Pipeline Settings", {"stalled_after_days": 1.5}, "is 1.5, which is no whole number."),
			("Pipeline Settings", {"default_region": {"a": 1}}, "Default Region can't be {"),
		):
			with self.subTest(values), self.assertRefused(InputError, sentence):
				frappe.get_doc({"doctype": doctype, **values}).save()

	def test_nothing_of_ours_hangs_on_another_document(self):
		for doc in (factories.make_opportunity(), frappe.get_doc("Pipeline Lost Reason", personas.REASON)):
			doc.update({"parent": "Administrator", "parenttype": "User", "parentfield": "roles"})
			self.assertEqual([doc.get(name) for name in ("parent", "parenttype", "parentfield")], [None] * 3)


class TestArguments(ShapesCase):
	def test_a_missing_one(self):
		for function in (api.make_offer, api.get_history, lead.convert, routing.try_routing):
			argument = {"convert": "lead", "try_routing": "region"}.get(function.__name__, "name")
			self.assertSentence(f"{argument} is missing. Send it with the call.", function)
		for function in (api.get_history, offers.refresh, api.make_offer):
			self.assertSentence("name is missing. Send it with the call.", function, "")

	def test_one_of_another_type(self):
		self.assertSentence("name can't be 5. Send text.", api.make_offer, 5)
		self.assertSentence("name can't be {&quot;a&quot;: 1}. Send text.", api.make_offer, {"a": 1})
		self.assertSentence("names can't be 5. Send a list or text.", api.move_many, 5, "Lost")
		with self.assertRefused(InputError, "holds characters that can't be stored"):
			api.make_offer("\ud800")

	def test_moments(self):
		name = factories.make_opportunity().name
		for value in ("2026-02-30", "2026-03-02T10:00:00Z", "0001-01-01 00:00:00", "[]", "03.04.2026"):
			with self.subTest(value), self.assertRefused(InputError, f"{value} is no date and time."):
				api.log_activity(name, "Visit", "x", value)
		for start, end in (("", "2026-01-01"), ("5", "2026-01-01"), ("2026-01-01", "0000-00-00")):
			with self.subTest(start), self.assertRefused(InputError, "is no moment"):
				desk.get_events(start, end)
		self.assertSentence(
			"2026-01-01 is before 2026-01-02. Swap the two.", desk.get_events, "2026-01-02", "2026-01-01"
		)

	def test_filters(self):
		for filters in (
			*(
				"[null]",
				"[5]",
				"5",
				'"x"',
				"[[",
				[["User", "name", "=", "x"]],
				{"nofield": 1},
				[["status", "in", 5]],
			),
			*([["status", "x", "y"]], [["closed_on", "timespan", "someday"]], [["closed_on", ">", "soon"]]),
			*(
				[["closed_on", "between", ["x", "y"]]],
				[["status", "descendants of", "x"]],
				{"status": {"a": 1}},
			),
		):
			with (
				self.subTest(filters),
				self.assertRefused(InputError, "can't be read as filters. Send something"),
			):
				desk.get_matches(OPPORTUNITY, "", filters=filters)
			if isinstance(filters, str | list):
				with self.subTest(filters), self.assertRefused(InputError, "can't be read as filters"):
					desk.get_events("2026-01-01", "2026-02-01", filters)

	def test_limits(self):
		for values in ({"start": 10**12}, {"page_length": 10**30}):
			with self.subTest(values), self.assertRefused(InputError, "Send a number from 0 to"):
				desk.get_matches(OPPORTUNITY, "", **values)
		for start, length in ((-1, 5), (0, -1), (10**30, 5)):
			with self.subTest(start), self.assertRefused(InputError, "Send a number from 0 to"):
				routing.get_eligible_users("User", "", "name", start, length, {"fieldname": "sales_engineer"})
		for filters in ("x", "[]", {"fieldname": "region"}, {"fieldname": ["x"]}, {}):
			with (
				self.subTest(filters),
				self.assertRefused(InputError, "sales_engineer, application_engineer."),
			):
				routing.get_eligible_users("User", "", "name", 0, 5, filters)

	def test_a_card_that_is_none_is_told_with_all_there_are(self):
		for card in ("x", ["x"], {"a": 1}):
			with self.subTest(card), self.assertRefused(InputError, "Won Value This Quarter."):
				desk.get_card({"card": card})

	@site_only("ERPNext's quotation")
	def test_a_target_that_is_none(self):
		name = factories.make_opportunity().name
		for target in (
			"{}",
			"[]",
			"5",
			"x",
			'{"doctype": "Sales Order"}',
			'{"doctype": "Quotation", "items": "x"}',
		):
			with (
				self.subTest(target),
				self.assertRefused(InputError, "is no Quotation. Send its fields as JSON text"),
			):
				offers.make_quotation(name, target)


class TestActions(ShapesCase):
	def test_a_closed_record_is_not_routed_again(self):
		doc = factories.make_opportunity("Lost")
		sentence = f"{doc.name} is Lost and stays with its sales engineer. Reopen it first."
		self.assertSentence(sentence, api.route_again, doc.name, exception=ClosedRecordError)

	def test_an_unknown_status_for_many(self):
		sentence = "The status “x” is unknown. Choose one of Open, Offer Made, Won, Lost, Rejected."
		self.assertSentence(sentence, api.move_many, ["x"], "x", exception=TransitionError)

	def test_a_reason_that_says_nothing(self):
		name = factories.make_opportunity("Lost").name
		for text in BLANK:
			with self.subTest(text):
				with self.assertRefused(ClosedRecordError, "The reason is missing."):
					api.correct(name, text, outcome_detail="x")
				with self.assertRefused(frappe.ValidationError, "Reopen Reason"):
					api.reopen(name, text)
				with self.assertRefused(InputError, "The reason is missing."):
					routing.hand_over(personas.ENGINEER, text)
				with self.assertRefused(InputError, "The summary is missing."):
					api.log_activity(factories.make_opportunity().name, "Visit", text)

	def test_a_reason_that_is_too_long_or_holds_html(self):
		name = factories.make_opportunity("Lost").name
		with self.assertRefused(InputError, "has 200000 characters. Shorten it to 4000."):
			api.correct(name, "z" * 200_000, outcome_detail="x")
		with self.assertRefused(InputError, "contains HTML. Enter plain text."):
			api.correct(name, "<b>x</b>", outcome_detail="x")
		with self.assertRefused(InputError, "has 70000 characters. Shorten it to 4000."):
			routing.hand_over(personas.ENGINEER, "z" * 70_000)

	def test_a_correction_of_nothing(self):
		name = factories.make_opportunity("Lost").name
		self.assertSentence(
			f"Nothing of {name} is corrected. Send what it should say instead.", api.correct, name, "x"
		)

	def test_a_correction_to_what_it_says(self):
		name = factories.make_opportunity("Lost").name
		modified = frappe.db.get_value(OPPORTUNITY, name, "modified")
		reasons = [row.lost_reason for row in frappe.get_doc(OPPORTUNITY, name).lost_reasons]
		self.assertSentence(
			f"{name} says this already. Send what it should say instead.",
			api.correct,
			name,
			"x",
			lost_reasons=reasons,
		)
		self.assertEqual(frappe.db.get_value(OPPORTUNITY, name, "modified"), modified)

	def test_a_change_of_a_closed_record_is_told_in_words(self):
		doc = factories.make_opportunity("Lost", next_step="Call")
		with self.assertRefused(ClosedRecordError, "so Next Step can't be changed to nothing."):
			frappe.get_doc(OPPORTUNITY, doc.name).update({"next_step": ""}).save()
		rows = [{"lost_reason": personas.REASON_FOR_LOST}]
		with self.assertRefused(ClosedRecordError, f"can't be changed to {personas.REASON_FOR_LOST}."):
			frappe.get_doc(OPPORTUNITY, doc.name).update({"lost_reasons": rows}).save()

	def test_confirming_what_needs_nothing_changes_nothing(self):
		name = factories.make_opportunity().name
		before = frappe.db.get_value(OPPORTUNITY, name, "modified")
		api.confirm_details(name)
		self.assertEqual(frappe.db.get_value(OPPORTUNITY, name, "modified"), before)

	def test_a_party_without_its_kind(self):
		doc = factories.make_opportunity()
		with self.assertRefused(InputError, "Opportunity From is missing. Choose Customer or Lead."):
			doc.update({"opportunity_from": None}).save()

	def test_a_name_that_there_is_not_is_text(self):
		with self.assertRefused(
			frappe.DoesNotExistError, "There is no opportunity &lt;b&gt;x. Look for it in the list."
		):
			api.get_history("<b>x")

	@site_only("what the framework shows of a permission that is refused")
	def test_who_may_not_hears_one_sentence(self):
		name = factories.make_opportunity().name
		for ptype, sentence in (("read", "You may not see"), ("write", "You may not change")):
			with as_user(personas.OTHER_ENGINEER):
				frappe.clear_messages()
				self.assertFalse(frappe.get_doc(OPPORTUNITY, name).has_permission(ptype))
				self.assertEqual(len(frappe.local.message_log), 1)
				self.assertIn(f"{sentence} {name}", str(frappe.local.message_log[0]))


@site_only("ERPNext's documents")
class TestLinksOfOthers(PipelineTestCase):
	def test_a_filter_in_our_link_is_left_out_and_the_document_is_saved(self):
		name = factories.make_opportunity().name
		quotation = offers.make_quotation(name)
		with as_user(personas.MANAGER):
			quotation.append("items", {"item_code": personas.ITEM, "qty": 1, "rate": 10})
			quotation.items = [row for row in quotation.items if row.item_code]
			quotation.pipeline_opportunity = {"name": name, "potential_value": [">", 1]}
			quotation.insert()
			self.assertFalse(quotation.pipeline_opportunity)
			quotation.pipeline_opportunity = name
			quotation.save()
			quotation.pipeline_opportunity = ["x"]
			quotation.save()
			self.assertEqual(quotation.pipeline_opportunity, name)

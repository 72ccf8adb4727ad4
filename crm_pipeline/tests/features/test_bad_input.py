"""Every rejection is one clear sentence that names the field, the value and what to do."""

import frappe
from frappe.utils import add_days, now_datetime, nowdate

from crm_pipeline.api import opportunity as api
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.exceptions import InputError, TransitionError
from crm_pipeline.tests import factories, personas
from crm_pipeline.tests.base import PipelineTestCase

VALUE = "Opportunity Amount / Potential Value"
HTML = "<script>alert(1)</script>"

# what is typed → the whole sentence
BAD_NUMBERS = {
	-1: "{0} is -1. It can't be negative.",
	"-0.01": "{0} is -0.01. It can't be negative.",
	"a lot": "{0} is a lot, which is no number. Enter digits only.",
	"12 EUR": "{0} is 12 EUR, which is no number. Enter digits only.",
	"nan": "{0} is nan, which is no number. Enter digits only.",
	"-inf": "{0} is -inf, which is no number. Enter digits only.",
	float("inf"): "{0} is inf, which is no number. Enter digits only.",
	10**12: "{0} is 1000000000000, which is too large. Enter less than 1000000000000.",
	HTML: "{0} is &lt;script&gt;alert(1)&lt;/script&gt;, which is no number. Enter digits only.",
}
HAS_DEFAULT = ("opportunity_from", "company")
EMPTIED_WITH = {"opportunity_from": {"party_name": None}}
MISSING = {
	"opportunity_from": "Opportunity From is missing. Choose Customer or Lead.",
	"party_name": "Party Name is missing. Choose the customer or lead this opportunity is for.",
	"region": "Region is missing. Choose the region that handles it.",
	"product_line": "Product Line is missing. Choose a product line.",
	"company": "Company is missing. Choose the company that sells.",
	"potential_value": f"{VALUE} is missing. Enter 0 if it is not known yet.",
}
NOT_ON_THE_LIST = {
	"party_name": "Party Name Nobody does not exist. Choose one from the list.",
	"region": "Region Nobody does not exist. Choose one from the list.",
	"product_line": "Product Line Nobody does not exist. Choose one from the list.",
	"opportunity_type": "Opportunity Type Nobody does not exist. Choose one from the list.",
	"source": "Source Nobody does not exist. Choose one from the list.",
	"company": "Company Nobody does not exist. Choose one from the list.",
	"currency": "Currency Nobody does not exist. Choose one from the list.",
	"sales_engineer": "Sales Engineer Nobody does not exist. Choose one from the list.",
	"application_engineer": "Application Engineer Nobody does not exist. Choose one from the list.",
	"contact_person": "Contact Person Nobody does not exist. Choose one from the list.",
}


class BadInputTestCase(PipelineTestCase):
	def assertInsertRefused(self, sentence: str, exception=InputError, **values):
		with self.assertRaises(exception) as refusal:
			factories.new_opportunity(**values).insert()
		self.assertEqual(str(refusal.exception), sentence)

	def assertSaveRefused(self, sentence: str, values: dict, exception=InputError, saved_as: str = "Open"):
		"""`OPP` in the sentence stands for the record's name. Nothing of the record changes."""
		doc = factories.make_opportunity(saved_as)
		before = frappe.get_doc(OPPORTUNITY, doc.name).as_dict()
		with self.assertRaises(exception) as refusal:
			doc.update(values).save()
		self.assertEqual(str(refusal.exception), sentence.replace("OPP", doc.name))
		self.assertEqual(frappe.get_doc(OPPORTUNITY, doc.name).as_dict(), before)

	def assertMoveRefused(self, sentence: str, from_status: str, **values):
		self.assertSaveRefused(sentence, values, TransitionError, saved_as=from_status)

	def assertBothRefused(self, sentence: str, exception=InputError, **values):
		self.assertInsertRefused(sentence, exception, **values)
		self.assertSaveRefused(sentence, values, exception)


class TestNumbers(BadInputTestCase):
	def test_a_value_that_is_no_sensible_number(self):
		for value, sentence in BAD_NUMBERS.items():
			with self.subTest(value):
				self.assertBothRefused(sentence.format(VALUE), potential_value=value)

	def test_a_won_value_that_is_no_sensible_number(self):
		for value, sentence in BAD_NUMBERS.items():
			with self.subTest(value):
				sentence = sentence.format("Won Value")
				self.assertSaveRefused(sentence, {"status": "Won", "won_value": value}, saved_as="Offer Made")

	def test_a_rate_of_an_item_that_is_no_number(self):
		items = [{"item_code": personas.ITEM, "qty": 1, "rate": "cheap"}]
		self.assertInsertRefused("Row 1: Rate is cheap, which is no number. Enter digits only.", items=items)

	def test_a_probability_that_is_no_percentage(self):
		for value in (-1, 100.5):
			sentence = f"Probability is {value}. Enter a percentage from 0 to 100."
			self.assertBothRefused(sentence, probability=value)

		sentence = "Probability is half, which is no number. Enter digits only."
		self.assertBothRefused(sentence, probability="half")

	def test_a_negative_exchange_rate(self):
		sentence = "Exchange Rate is -80. It can't be negative."
		self.assertBothRefused(sentence, currency="USD", conversion_rate=-80)

	def test_a_product_that_is_too_large(self):
		for values in (
			{"potential_value": 9e11, "currency": "USD", "conversion_rate": 80},
			{"items": [{"item_code": personas.ITEM, "qty": 9e11, "rate": 9e11}]},
		):
			with self.assertRefused(InputError, "too large"):
				factories.make_opportunity(**values)

	def test_a_decimal_comma_is_no_thousands_separator(self):
		self.assertBothRefused(
			f"{VALUE} is 1,5, which is no number. Enter digits only.", potential_value="1,5"
		)

	def test_thousands_separators_are_understood(self):
		self.assertEqual(
			factories.make_opportunity(potential_value="1,250.50").reload().potential_value, 1250.5
		)


class TestText(BadInputTestCase):
	def test_a_title_of_10_000_characters(self):
		title = "A" * 10_000
		sentence = f"Title “{'A' * 57}…” has 10000 characters. Shorten it to 140."
		self.assertBothRefused(sentence, title=title)

	def test_html_in_a_title(self):
		sentence = "Title “&lt;script&gt;alert(1)&lt;/script&gt;” contains HTML. Enter plain text."
		self.assertBothRefused(sentence, title=HTML)

	def test_html_in_a_free_text(self):
		sentence = "Next Step “&lt;script&gt;alert(1)&lt;/script&gt;” contains HTML. Enter plain text."
		self.assertBothRefused(sentence, next_step=HTML)

	def test_a_script_in_the_notes_is_taken_out(self):
		doc = factories.make_opportunity(notes=f"<p>Call back</p>{HTML}").reload()
		self.assertIn("Call back", doc.notes)
		self.assertNotIn("<script", doc.notes)

	def test_a_smaller_than_sign_is_plain_text(self):
		self.assertEqual(
			factories.make_opportunity(title="Flow < 5 m³ & more").reload().title, "Flow < 5 m³ & more"
		)

	def test_other_alphabets_are_plain_text(self):
		title = "பம்ப் – Größe “ø 40” 泵"
		self.assertEqual(factories.make_opportunity(title=title).reload().title, title)


class TestDates(BadInputTestCase):
	def test_a_date_that_is_none(self):
		for value in ("soon", "31-31-31"):
			sentence = f"Expected Closing is {value}, which is no date. Enter it as YYYY-MM-DD."
			self.assertBothRefused(sentence, expected_closing=value)

	def test_a_next_contact_in_the_past(self):
		yesterday = str(add_days(now_datetime(), -1))
		sentence = f"Next Contact Date {yesterday} is in the past. Choose a later one."
		self.assertBothRefused(sentence, next_contact_date=yesterday)

	def test_a_next_contact_that_has_passed_meanwhile_stays(self):
		doc = factories.make_opportunity()
		yesterday = add_days(now_datetime(), -1).replace(microsecond=0)
		frappe.db.set_value(OPPORTUNITY, doc.name, "next_contact_date", yesterday, update_modified=False)
		doc.reload().update({"next_step": "Call"}).save()
		doc.update({"next_contact_date": str(yesterday), "next_step": "Visit"}).save()
		self.assertEqual(doc.reload().next_step, "Visit")

	def test_a_time_zone_is_no_crash(self):
		tomorrow = add_days(now_datetime(), 1)
		for fieldname in ("next_contact_date", "expected_closing"):
			for zone in ("Z", "+02:00"):
				doc = factories.new_opportunity(**{fieldname: tomorrow.isoformat() + zone})
				try:
					self.assertTrue(doc.insert().get(fieldname))
				except InputError as refusal:
					self.assertIn("which is no date", str(refusal))

	def test_a_closing_date_typed_by_a_caller(self):
		now = str(now_datetime())
		sentence = f"Closed On is set by the system and can't become {now}. Leave it out."
		self.assertSaveRefused(sentence, {"closed_on": now})
		self.assertSaveRefused(sentence, {"closed_on": now, "status": "Lost", **factories.OUTCOMES["Lost"]})

	def test_other_fields_of_the_system_typed_by_a_caller(self):
		for fieldname, value, label in (
			("opened_on", nowdate(), "Created"),
			("is_history", 1, "Is History"),
			("closed_by", personas.ENGINEER, "Closed By"),
			("audit_count", 9, "Audit Count"),
			("audit_hash", "0", "Audit Hash"),
			("exits_open", 9, "Times Left Open"),
			("needs_details", 1, "Needs Details"),
		):
			with self.subTest(fieldname):
				sentence = f"{label} is set by the system and can't become {value}. Leave it out."
				self.assertSaveRefused(sentence, {fieldname: value})


class TestLinks(BadInputTestCase):
	def test_what_is_missing(self):
		for fieldname, sentence in MISSING.items():
			with self.subTest(fieldname):
				self.assertSaveRefused(sentence, {fieldname: None, **EMPTIED_WITH.get(fieldname, {})})
				if fieldname not in HAS_DEFAULT:
					self.assertInsertRefused(sentence, **{fieldname: None})

	def test_what_is_not_on_the_list(self):
		for fieldname, sentence in NOT_ON_THE_LIST.items():
			with self.subTest(fieldname):
				self.assertBothRefused(sentence, frappe.LinkValidationError, **{fieldname: "Nobody"})

	def test_a_party_that_is_neither_customer_nor_lead(self):
		sentence = "Opportunity From is User. Choose Customer or Lead."
		self.assertBothRefused(sentence, opportunity_from="User", party_name=personas.ENGINEER)

	def test_a_disabled_customer(self):
		factories.make_customer("Closed Dairy", disabled=1)
		sentence = "Customer Closed Dairy is disabled. Enable it or choose another one."
		self.assertBothRefused(sentence, party_name="Closed Dairy")

	def test_a_group_region(self):
		sentence = f"Region {personas.GROUP_REGION} is a group. Choose one of the regions below it."
		self.assertBothRefused(sentence, region=personas.GROUP_REGION)

	def test_a_disabled_engineer(self):
		leaver = factories.make_user("lena.leaver@example.com", "Sales User", enabled=0)
		sentence = f"Sales Engineer {leaver} can't work on opportunities. "
		sentence += "Choose an enabled user with one of the roles Sales Manager, Sales User."
		self.assertBothRefused(sentence, sales_engineer=leaver)

	def test_an_engineer_without_the_role(self):
		for user in (personas.OUTSIDER, personas.APPLICATION_ENGINEER, "Administrator", "Guest"):
			sentence = f"Sales Engineer {user} can't work on opportunities. "
			sentence += "Choose an enabled user with one of the roles Sales Manager, Sales User."
			with self.subTest(user):
				self.assertBothRefused(sentence, sales_engineer=user)

	def test_an_application_engineer_who_may_not_use_the_desk(self):
		visitor = factories.make_user("vera.visitor@example.com", "Sales User", user_type="Website User")
		sentence = (
			f"Application Engineer {visitor} can't work on opportunities. Choose an enabled user with one of "
		)
		sentence += "the roles Application Engineer, Sales Manager, Sales User."
		self.assertBothRefused(sentence, application_engineer=visitor)


class TestOutcome(BadInputTestCase):
	def test_an_unknown_status(self):
		for status in ("Postponed", "won", ""):
			sentence = f"Status “{status}” is unknown. Choose one of Open, Offer Made, Won, Lost, Rejected."
			with self.subTest(status):
				self.assertSaveRefused(sentence, {"status": status}, TransitionError)
		self.assertInsertRefused(sentence.replace("“”", "“Postponed”"), TransitionError, status="Postponed")

	def test_an_unknown_status_of_a_closed_record(self):
		for closed, status in (("Won", "[[]]"), ("Lost", ""), ("Rejected", "Postponed")):
			sentence = f"Status “{status}” is unknown. Choose one of Open, Offer Made, Won, Lost, Rejected."
			with self.subTest(closed):
				self.assertMoveRefused(sentence, closed, status=status, notes="x")

	def test_a_won_value_of_nothing(self):
		for value in (0, "0", None, ""):
			sentence = "Won Value is 0. A won opportunity needs more than 0, or the setting that allows free-of-charge wins."
			with self.subTest(value):
				self.assertMoveRefused(sentence, "Offer Made", status="Won", won_value=value)

	def test_a_lead_can_not_be_won(self):
		lead = factories.make_lead()
		doc = factories.make_opportunity("Offer Made", opportunity_from="Lead", party_name=lead.name)
		sentence = f"{doc.name} is for the lead {lead.name}. Convert the lead to a customer first."
		with self.assertRefused(TransitionError, sentence):
			doc.update({"status": "Won", "won_value": 1}).save()

	def test_a_loss_without_a_reason(self):
		for status in ("Lost", "Rejected"):
			sentence = f"OPP needs at least one lost reason to become {status}."
			self.assertMoveRefused(sentence, "Open", status=status)

	def test_a_reason_that_does_not_apply(self):
		for status, reason, applies_to in (
			("Rejected", personas.REASON_FOR_LOST, "Lost"),
			("Lost", personas.REASON_FOR_REJECTED, "Rejected"),
		):
			sentence = f"Lost reason {reason} applies to {applies_to}, not to {status}. Choose another one."
			self.assertMoveRefused(sentence, "Open", status=status, lost_reasons=[{"lost_reason": reason}])

	def test_a_reason_that_asks_for_a_detail(self):
		reasons = [{"lost_reason": personas.REASON_WITH_DETAIL}]
		sentence = f"Lost reason {personas.REASON_WITH_DETAIL} needs an Outcome Detail. Say what happened."
		for detail in (None, "   "):
			self.assertMoveRefused(
				sentence, "Open", status="Lost", lost_reasons=reasons, outcome_detail=detail
			)

	def test_a_reason_that_does_not_exist(self):
		doc = factories.make_opportunity()
		with self.assertRefused(frappe.LinkValidationError, "Bad weather"):
			doc.update({"status": "Lost", "lost_reasons": [{"lost_reason": "Bad weather"}]}).save()

	def test_reasons_in_another_form(self):
		for reasons in (
			personas.REASON + " or so",
			"5",
			"{",
			[{"lost_reason": personas.REASON}],
			[None],
			[5],
		):
			name = factories.make_opportunity().name
			with self.subTest(reasons), self.assertRaises(frappe.ValidationError):
				api.mark_lost(name, reasons)

	def test_an_empty_row_of_reasons(self):
		doc = factories.make_opportunity()
		with self.assertRaises(frappe.ValidationError):
			doc.update({"status": "Lost", "lost_reasons": [{}]}).save()

	def test_an_outcome_that_does_not_belong_to_the_status(self):
		for status, values, label in (
			("Open", {"won_value": 5}, "Won Value"),
			("Open", factories.OUTCOMES["Lost"], "Lost Reasons"),
			("Offer Made", {"outcome_detail": "Too slow"}, "Outcome Detail"),
		):
			sentence = f"{label} does not belong to status {status}. Leave it empty."
			with self.subTest(label):
				self.assertMoveRefused(sentence, status, **values)

	def test_a_loss_does_not_carry_a_won_value(self):
		sentence = "Won Value does not belong to status Lost. Leave it empty."
		self.assertMoveRefused(
			sentence, "Offer Made", status="Lost", won_value=5, **factories.OUTCOMES["Lost"]
		)

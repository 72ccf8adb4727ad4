"""The timeline of the form tells the audit log, and a Version tells only what the log does not."""

from unittest.mock import patch

import frappe
import frappe.share
from frappe.utils import add_to_date, now_datetime

from crm_pipeline.api import opportunity as api
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.form import timeline
from crm_pipeline.tests import factories, offer_documents, personas
from crm_pipeline.tests.audit import get_events
from crm_pipeline.tests.base import PipelineTestCase, site_only
from crm_pipeline.tests.clocks import backdate
from crm_pipeline.tests.factories import make_opportunity
from crm_pipeline.tests.users import as_user

MANAGER, ENGINEER = "<b>Meera Manager</b>", "<b>Nikhil North</b>"
LOST = {"status": "Lost", "lost_reasons": [{"lost_reason": personas.REASON}]}


def tell(name: str) -> list[str]:
	return [line["content"] for line in timeline.get_lines(OPPORTUNITY, name)]


def make_older(name: str, **ago) -> None:
	"""Let a record stand in its stage for some time already."""
	since = add_to_date(now_datetime(), **{unit: -count for unit, count in ago.items()})
	backdate(name, status_changed_on=since)


class TestSentences(PipelineTestCase):
	def test_a_move_is_told_with_its_reason_and_the_time_before_it(self):
		name = make_opportunity().name
		make_older(name, days=3, hours=5)
		api.make_offer(name)
		self.assertEqual(tell(name), [f"{MANAGER} moved this to <b>Offer Made</b>, after 3 days in Open"])
		make_older(name, hours=1)
		api.mark_lost(name, [personas.REASON_WITH_DETAIL], "Wanted blue")
		text = "closed this as <b>Lost</b>, after 1 hour in Offer Made: Cast other: Wanted blue"
		self.assertEqual(tell(name)[0], f"{MANAGER} {text}")
		make_older(name, minutes=2)
		api.reopen(name, "They called")
		self.assertEqual(tell(name)[0], f"{MANAGER} reopened this, after 2 minutes in Lost: They called")

	def test_a_win_is_told_with_its_amount(self):
		name = make_opportunity("Offer Made").name
		api.mark_won(name, 1234.5)
		self.assertRegex(tell(name)[0], f"^{MANAGER} closed this as <b>Won</b> with ₹.?1,234.50$")

	def test_less_than_a_minute_is_not_told(self):
		name = make_opportunity().name
		make_older(name, seconds=20)
		api.make_offer(name)
		self.assertEqual(tell(name), [f"{MANAGER} moved this to <b>Offer Made</b>"])

	def test_an_automatic_closing_has_nobody_who_did_it(self):
		doc = make_opportunity("Offer Made")
		doc.flags.audit_event = "Auto Closed"
		doc.update(LOST).save()
		self.assertEqual(tell(doc.name)[0], "This was closed automatically as <b>Lost</b>: Cast price")

	def test_changes_are_told_with_labels_names_and_currency(self):
		doc = make_opportunity(potential_value=1000)
		doc.update({"region": personas.OTHER_REGION, "potential_value": 2000}).save()
		line = tell(doc.name)[0]
		self.assertIn(f"{MANAGER} changed ", line)
		self.assertIn("Region from <b>Testland North</b> to <b>Testland South</b>", line)
		self.assertRegex(line, "Potential Value from <b>₹.?1,000.00</b> to <b>₹.?2,000.00</b>")
		doc.update({"sales_engineer": personas.OTHER_ENGINEER}).save()
		text = "changed Sales Engineer from <b>Nikhil North</b> to <b>Sunita South</b>"
		self.assertEqual(tell(doc.name)[0], f"{MANAGER} {text}")

	def test_what_changes_with_a_move_is_told_with_it(self):
		doc = make_opportunity()
		doc.update({**LOST, "region": personas.OTHER_REGION}).save()
		text = "closed this as <b>Lost</b>, and changed Region from <b>Testland North</b> to <b>Testland South</b>: Cast price"
		self.assertEqual(tell(doc.name)[0], f"{MANAGER} {text}")

	def test_a_correction_says_why(self):
		doc = make_opportunity("Lost")
		api.correct(doc.name, "Typed wrong", lost_reasons=[personas.REASON_FOR_LOST])
		text = "changed Lost Reasons from <b>Cast price</b> to <b>Cast competitor</b>: Typed wrong"
		self.assertEqual(tell(doc.name)[0], f"{MANAGER} {text}")

	def test_history_and_routing_are_told(self):
		doc = factories.make_history()
		self.assertEqual(tell(doc.name), [f"{MANAGER} imported this as <b>Lost</b>: Cast price"])
		routed = make_opportunity(sales_engineer=None, route_automatically=1)
		self.assertEqual(get_events(routed.name), ["Created", "Routed"])
		self.assertIn(f"{MANAGER} had this routed to ", tell(routed.name)[0])

	@site_only("ERPNext's Quotation")
	def test_an_offer_comes_and_goes(self):
		offer_documents.make_buying_cast()
		doc = offer_documents.make_opportunity()
		quotation = offer_documents.make_quotation(doc.name)
		quotation.submit()
		self.assertIn(f"{MANAGER} linked the offer {quotation.name}", "\n".join(tell(doc.name)))
		quotation.cancel()
		self.assertIn(f"{MANAGER} withdrew the offer {quotation.name}", tell(doc.name)[0])

	def test_a_converted_lead_is_told_by_its_customer(self):
		doc = make_opportunity(opportunity_from="Lead", party_name=factories.make_lead().name)
		doc.update({"opportunity_from": "Customer", "party_name": personas.CUSTOMER}).save()
		self.assertEqual(tell(doc.name), [f"{MANAGER} moved this to the customer Northwind Waterworks"])

	def test_every_event_of_the_log_has_its_words(self):
		for event in ("Offer Made", "Won", "Lost", "Rejected", "Reopened", "Auto Closed", "Imported"):
			self.assertIn(event, timeline._get_sentences())

	def test_what_is_typed_is_text(self):
		doc = make_opportunity("Lost")
		reason = 'a < b & 3" <5'
		api.correct(doc.name, reason, lost_reasons=[personas.REASON_FOR_LOST])
		line = tell(doc.name)[0]
		self.assertIn("a &lt; b &amp; 3", line)
		self.assertIn("&lt;5", line)

	def test_names_are_text(self):
		names = {"first_name": "<i>Nik</i>", "last_name": None, "full_name": "<i>Nik</i>"}
		frappe.db.set_value("User", personas.ENGINEER, names)
		with patch.object(frappe.local, "fullnames", {}, create=True):
			doc = make_opportunity(sales_engineer=personas.OTHER_ENGINEER)
			doc.update({"sales_engineer": personas.ENGINEER}).save()
			self.assertIn("to <b>&lt;i&gt;Nik&lt;/i&gt;</b>", tell(doc.name)[0])


class TestWhoIsTold(PipelineTestCase):
	def test_only_whoever_reads_the_record(self):
		doc = make_opportunity("Lost", application_engineer=personas.APPLICATION_ENGINEER)
		readers = (personas.MANAGER, personas.ORG_ADMIN, personas.ENGINEER, personas.APPLICATION_ENGINEER)
		others = (personas.OTHER_ENGINEER, personas.OUTSIDER, personas.API_USER)
		for user in (*readers, *others):
			with as_user(user), self.subTest(user):
				self.assertEqual(bool(tell(doc.name)), user in readers)

	def test_somebody_it_was_shared_with_is_told(self):
		doc = make_opportunity("Lost")
		frappe.share.add(OPPORTUNITY, doc.name, personas.OTHER_ENGINEER, read=1)
		with as_user(personas.OTHER_ENGINEER):
			self.assertEqual(len(tell(doc.name)), 1)

	@site_only("the framework's answer for a form")
	def test_the_form_gets_it(self):
		from frappe.desk.form.load import get_docinfo

		doc = make_opportunity("Lost")
		with as_user(personas.ENGINEER):
			get_docinfo(doc=None, doctype=OPPORTUNITY, name=doc.name)
			lines = frappe.response.docinfo["additional_timeline_content"]
		self.assertEqual([line["content"] for line in lines], tell(doc.name))
		with as_user(personas.OUTSIDER), self.assertRaises(frappe.PermissionError):
			get_docinfo(doc=None, doctype=OPPORTUNITY, name=doc.name)

	def test_at_most_the_newest_are_told(self):
		doc = make_opportunity("Offer Made")
		doc.update(LOST).save()
		with patch.object(timeline, "ENTRIES_SHOWN", 1):
			self.assertEqual(len(tell(doc.name)), 1)
		self.assertIn("<b>Lost</b>", tell(doc.name)[0])
		self.assertEqual([len(tell(doc.name)), api.get_history(doc.name)["total"]], [2, 3])


@site_only("the framework's Version")
class TestVersions(PipelineTestCase):
	def save(self, doc, **values) -> int:
		"""Save as outside tests, where the framework writes versions, and return how many that made."""
		before = self.count(doc.name)
		doc.reload().update(values)
		doc.save(ignore_version=False)
		return self.count(doc.name) - before

	def count(self, name: str) -> int:
		return frappe.db.count("Version", {"ref_doctype": OPPORTUNITY, "docname": name})

	def test_what_the_log_tells_needs_none(self):
		doc = make_opportunity()
		self.assertEqual(self.count(doc.name), 0)
		for values in (
			{"status": "Offer Made"},
			{"status": "Won", "won_value": 5},
			{"status": "Open", "reopen_reason": "Order cancelled"},
			{"region": personas.OTHER_REGION, "potential_value": 12},
			{"sales_engineer": personas.OTHER_ENGINEER},
			LOST,
		):
			with self.subTest(values):
				self.assertEqual(self.save(doc, **values), 0)
		self.assertEqual(len(get_events(doc.name)), 7)

	def test_everything_else_has_one(self):
		doc = make_opportunity()
		for values in (
			{"notes": "Called"},
			{"next_step": "Send the data sheet"},
			{"probability": 33},
			{"items": [{"item_code": personas.ITEM, "qty": 2, "rate": 10}], "with_items": 1},
			{"next_contact_date": add_to_date(now_datetime(), days=3)},
		):
			with self.subTest(values):
				self.assertEqual(self.save(doc, **values), 1)

	def test_a_mixed_save_has_one_with_everything_in_it(self):
		for values in ({"notes": "Sent"}, {"probability": 77}, {"next_step": "Wait"}, {"title": "Big one"}):
			doc = make_opportunity()
			with self.subTest(values):
				self.assertEqual(self.save(doc, status="Offer Made", **values), 1)
				data = frappe.get_last_doc("Version", {"docname": doc.name}).get_data()
				self.assertLessEqual({"status", *values}, {change[0] for change in data["changed"]})

	def test_the_same_object_saved_again_is_judged_again(self):
		doc = make_opportunity()
		for values, versions in (({"status": "Offer Made"}, 0), ({"notes": "Sent"}, 1), (LOST, 1)):
			doc.update(values).save(ignore_version=False)
			self.assertEqual(self.count(doc.name), versions)

	def test_followers_hear_of_every_change(self):
		doc = make_opportunity()
		follow = {"ref_doctype": OPPORTUNITY, "ref_docname": doc.name, "user": personas.ENGINEER}
		frappe.get_doc({"doctype": "Document Follow", **follow}).db_insert()
		self.assertEqual(self.save(doc, status="Offer Made"), 1)

	def test_who_acts_in_anothers_name_is_noted(self):
		doc = make_opportunity()
		with patch.dict(frappe.session.data, {"impersonated_by": personas.ORG_ADMIN}):
			self.assertEqual(self.save(doc, status="Offer Made"), 1)
		data = frappe.get_last_doc("Version", {"docname": doc.name}).get_data()
		self.assertEqual(data["impersonated_by"], personas.ORG_ADMIN)

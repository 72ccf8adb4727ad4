"""Documents that are gone, past all rules: the records that still name them go on (docs/form.md)."""

import frappe
from frappe.utils import add_days, now_datetime

from crm_pipeline.api import opportunity as api
from crm_pipeline.constants import ITEM_ROW, LOST_REASON_ROW, OPPORTUNITY, SETTINGS
from crm_pipeline.exceptions import InputError, TransitionError
from crm_pipeline.routing import hand_over, rule
from crm_pipeline.tests import doors, factories, personas
from crm_pipeline.tests.audit import get_problems
from crm_pipeline.tests.base import PipelineTestCase, forget_cached_documents, site_only
from crm_pipeline.tests.users import as_user

GONE = "Gone for Good"
# what tells where the other link leads, and what no document stands behind
NOT_TRIED = ("opportunity_from",)


def lose_links(doc, *fieldnames: str) -> None:
	"""Let fields name a document that is not there, as if it had been deleted since."""
	frappe.db.set_value(OPPORTUNITY, doc.name, dict.fromkeys(fieldnames, GONE), update_modified=False)
	forget_cached_documents()


def lose_row_links(doc, doctype: str, fieldname: str) -> None:
	frappe.db.set_value(doctype, {"parent": doc.name}, fieldname, GONE, update_modified=False)
	forget_cached_documents()


def get_link_fields(doctype: str = OPPORTUNITY) -> list[str]:
	meta = frappe.get_meta(doctype)
	fields = (*meta.get_link_fields(), *meta.get_dynamic_link_fields())
	return [df.fieldname for df in fields if df.fieldname not in NOT_TRIED]


def lose_all(status: str, **overrides):
	"""Make a record of this status of which every link leads nowhere, its rows' links too."""
	items = [{"item_code": personas.ITEM, "qty": 2, "rate": 50}]
	doc = factories.make_opportunity(status, items=items, **overrides)
	filled = [name for name in get_link_fields() if doc.get(name)]
	lose_links(doc, *filled, "offer", "contact_person", "party_address", "source")
	if status == "Won":
		lose_links(doc, "sales_order")
	for fieldname in ("item_code", "item_group", "brand", "uom", "supplier_quotation"):
		lose_row_links(doc, ITEM_ROW, fieldname)
	lose_row_links(doc, LOST_REASON_ROW, "lost_reason")
	return doc


class TestClosedRecords(PipelineTestCase):
	def test_each_is_reopened_and_deleted(self):
		for status in ("Won", "Lost", "Rejected"):
			with self.subTest(status):
				doc = lose_all(status)
				api.reopen(doc.name, "They called again")
				self.assertEqual(frappe.db.get_value(OPPORTUNITY, doc.name, "status"), "Open")
				frappe.delete_doc(OPPORTUNITY, doc.name)
				self.assertFalse(frappe.db.exists(OPPORTUNITY, doc.name))

	def test_each_is_corrected(self):
		won, lost = lose_all("Won"), lose_all("Lost")
		api.correct(won.name, "Counted again", won_value=777)
		api.correct(lost.name, "Said otherwise", outcome_detail="They told us.")
		self.assertEqual(frappe.db.get_value(OPPORTUNITY, won.name, "won_value"), 777)
		self.assertEqual(frappe.db.get_value(OPPORTUNITY, lost.name, "outcome_detail"), "They told us.")
		self.assertEqual(frappe.db.get_value(LOST_REASON_ROW, {"parent": lost.name}, "lost_reason"), GONE)

	def test_a_lost_reason_that_is_gone_is_replaced(self):
		doc = factories.make_opportunity("Lost")
		lose_row_links(doc, LOST_REASON_ROW, "lost_reason")
		api.correct(doc.name, "The reason was deleted", lost_reasons=[personas.REASON])
		rows = frappe.get_all(LOST_REASON_ROW, {"parent": doc.name}, pluck="lost_reason")
		self.assertEqual(rows, [personas.REASON])


class TestOpenRecords(PipelineTestCase):
	def test_nobody_is_asked_about_a_field_that_nobody_changed(self):
		doors_of_a_field = {"save": doors.save, "form": doors.save_form, "PUT": doors.put}
		for label, door in {**doors_of_a_field, "client": doors.set_value}.items():
			with self.subTest(label):
				doc = lose_all("Open")
				before = frappe.get_doc(OPPORTUNITY, doc.name).as_dict()
				door(doc.name, {"next_step": "Call them"})
				after = frappe.get_doc(OPPORTUNITY, doc.name).as_dict()
				self.assertEqual(after.next_step, "Call them")
				links = [*get_link_fields(), "title", "party_display_name"]
				self.assertEqual([after[name] for name in links], [before[name] for name in links])
				self.assertEqual([row.item_code for row in after["items"]], [GONE])

	def test_each_moves_on(self):
		doc = lose_all("Open")
		api.make_offer(doc.name)
		api.mark_lost(doc.name, [personas.REASON])
		self.assertEqual(frappe.db.get_value(OPPORTUNITY, doc.name, "status"), "Lost")

	def test_each_link_by_itself_is_cleared_or_filled_again(self):
		required = {df.fieldname for df in frappe.get_meta(OPPORTUNITY).fields if df.reqd}
		filled = factories.make_opportunity(source=personas.SOURCE, territory="All Territories")
		names = set(get_link_fields()) - {"customer", "lead", "business_unit", "sales_order", "won_currency"}
		for fieldname in sorted(names):
			with self.subTest(fieldname):
				doc = factories.make_opportunity(source=personas.SOURCE, territory="All Territories")
				lose_links(doc, fieldname)
				value = filled.get(fieldname) if fieldname in required else None
				frappe.get_doc(OPPORTUNITY, doc.name).update({fieldname: value}).save()
				stored = frappe.db.get_value(OPPORTUNITY, doc.name, fieldname)
				self.assertNotEqual(stored, GONE)

	def test_another_name_that_leads_nowhere_is_refused(self):
		doc = factories.make_opportunity()
		lose_links(doc, "source")
		sentence = "Source Nowhere does not exist. Choose one from the list."
		with self.assertRefused(frappe.LinkValidationError, sentence):
			frappe.get_doc(OPPORTUNITY, doc.name).update({"source": "Nowhere"}).save()

	def test_a_row_that_moves_to_a_gone_item_is_refused(self):
		items = [{"item_code": personas.ITEM, "qty": 2, "rate": 50}]
		doc = factories.make_opportunity(items=items).reload()
		doc.items[0].item_code = GONE
		with self.assertRefused(frappe.LinkValidationError, f"{GONE} does not exist"):
			doc.save()

	def test_winning_needs_a_customer_who_is_there(self):
		doc = factories.make_opportunity("Offer Made")
		lose_links(doc, "party_name", "customer")
		sentence = (
			f"Customer {GONE} of {doc.name} does not exist any more. Choose the customer it is won with."
		)
		with self.assertRefused(TransitionError, sentence):
			api.mark_won(doc.name, 900)
		frappe.get_doc(OPPORTUNITY, doc.name).update({"party_name": personas.OTHER_CUSTOMER}).save()
		api.mark_won(doc.name, 900)
		self.assertEqual(frappe.db.get_value(OPPORTUNITY, doc.name, "customer"), personas.OTHER_CUSTOMER)

	def test_a_lead_that_is_gone_gives_way_to_a_customer(self):
		lead = factories.make_lead("Gone Prospect")
		doc = factories.make_opportunity("Offer Made", opportunity_from="Lead", party_name=lead.name)
		frappe.db.delete("Lead", {"name": lead.name})
		forget_cached_documents()
		frappe.get_doc(OPPORTUNITY, doc.name).update({"next_step": "Call"}).save()
		with self.assertRefused(TransitionError, f"Lead {lead.name} of {doc.name} does not exist any more."):
			api.mark_won(doc.name, 900)
		customer = {"opportunity_from": "Customer", "party_name": personas.CUSTOMER}
		doors.save_form(doc.name, customer)
		api.mark_won(doc.name, 900)
		self.assertEqual(frappe.db.get_value(OPPORTUNITY, doc.name, "status"), "Won")


class TestPeople(PipelineTestCase):
	def lose_engineer(self, **values):
		user = factories.make_user("leaver@example.com", "Sales User")
		frappe.clear_cache(user=user)
		doc = factories.make_opportunity(sales_engineer=user, **values)
		for doctype in ("User", "Has Role"):
			frappe.db.delete(doctype, {"name" if doctype == "User" else "parent": user})
		forget_cached_documents()
		frappe.clear_cache(user=user)
		return doc, user

	def test_a_manager_gives_the_record_to_somebody_else(self):
		doc, _user = self.lose_engineer()
		doors.save(doc.name, {"sales_engineer": personas.OTHER_ENGINEER})
		self.assertEqual(
			frappe.db.get_value(OPPORTUNITY, doc.name, "sales_engineer"), personas.OTHER_ENGINEER
		)

	def test_a_closed_one_is_reopened_and_routed(self):
		doc, _user = self.lose_engineer()
		api.mark_lost(doc.name, [personas.REASON])
		api.reopen(doc.name, "They called again")
		api.route_again(doc.name)
		self.assertEqual(frappe.db.get_value(OPPORTUNITY, doc.name, "sales_engineer"), personas.ENGINEER)

	@site_only("the stock engine of assignments, and what a user takes along")
	def test_a_user_deleted_by_force_leaves_records_that_go_on(self):
		rule.set_up_routing()
		user = factories.make_user("forced@example.com", "Sales User")
		frappe.clear_cache(user=user)
		at = add_days(now_datetime(), 3)
		names = [
			factories.make_opportunity(status, sales_engineer=user).name
			for status in ("Open", "Open", "Lost")
		]
		frappe.get_doc(OPPORTUNITY, names[0]).update({"next_contact_date": at}).save()
		with as_user("Administrator"):
			frappe.delete_doc("User", user, force=True)
		forget_cached_documents()
		frappe.clear_cache(user=user)
		for name in names[:2]:
			doors.save(name, {"next_step": "Call them"})
		api.reopen(names[2], "They called again")
		told = frappe.as_json(frappe.get_message_log())
		self.assertIn(f"Sales Engineer {user} of {names[2]} does not exist any more.", told)
		api.mark_lost(names[0], [personas.REASON])
		doors.save(names[1], {"sales_engineer": personas.OTHER_ENGINEER})
		statuses = [frappe.db.get_value(OPPORTUNITY, name, "status") for name in names]
		self.assertEqual(statuses, ["Lost", "Open", "Open"])
		self.assertEqual(get_problems(*names), [])

	def test_a_region_that_is_gone_routes_to_nobody_and_says_so(self):
		doc = factories.make_opportunity()
		lose_links(doc, "region")
		api.route_again(doc.name)
		explanation = frappe.db.get_value(OPPORTUNITY, doc.name, "routing_explanation")
		self.assertIn(f"region {GONE} does not exist any more", explanation)

	def test_what_they_left_is_handed_over(self):
		doc, user = self.lose_engineer(next_contact_date=add_days(now_datetime(), 3))
		self.assertEqual([row.name for row in hand_over.preview(user, None)["opportunities"]], [doc.name])

	def test_the_reminder_goes_to_the_sales_engineer(self):
		from crm_pipeline.next_contact import reminders

		doc = factories.make_opportunity()
		lose_links(doc, "next_contact_by")
		record = frappe.get_doc(OPPORTUNITY, doc.name)
		self.assertEqual(reminders._get_recipient(record), personas.ENGINEER)


class TestMasters(PipelineTestCase):
	"""What admins keep, with their rows, is saved on when what it names is gone."""

	def setUp(self):
		super().setUp()
		frappe.set_user("Administrator")

	def test_a_region_and_its_members(self):
		doc = frappe.get_doc("Pipeline Region", personas.REGION)
		self.assertTrue(doc.members)
		rows = {"parent": doc.name}
		frappe.db.set_value("Pipeline Region Member", rows, "user", GONE, update_modified=False)
		gone = {"territory": GONE, "sales_manager": GONE, "country": GONE}
		frappe.db.set_value("Pipeline Region", doc.name, gone, update_modified=False)
		frappe.get_doc("Pipeline Region", doc.name).update({"state": "Testland"}).save()
		doc = frappe.get_doc("Pipeline Region", doc.name)
		self.assertEqual((doc.state, doc.sales_manager), ("Testland", GONE))
		self.assertEqual({member.user for member in doc.members}, {GONE})
		doc.append("members", {"user": "nobody@example.com"})
		with self.assertRaises(frappe.LinkValidationError):
			doc.save()

	def test_a_product_line(self):
		gone = {"business_unit": GONE, "item_group": GONE}
		frappe.db.set_value("Pipeline Product Line", personas.PRODUCT_LINE, gone, update_modified=False)
		frappe.get_doc("Pipeline Product Line", personas.PRODUCT_LINE).update({"disabled": 1}).save()
		saved = frappe.db.get_value("Pipeline Product Line", personas.PRODUCT_LINE, [*gone, "disabled"])
		self.assertEqual(saved, (GONE, GONE, 1))

	def test_the_settings(self):
		links = [df.fieldname for df in frappe.get_meta(SETTINGS).get_link_fields()]
		for fieldname in links:
			frappe.db.set_single_value(SETTINGS, fieldname, GONE)
		forget_cached_documents()
		frappe.get_doc(SETTINGS).update({"auto_close": 0, "order_rate_tolerance": 7}).save()
		self.assertEqual(frappe.db.get_single_value(SETTINGS, "order_rate_tolerance"), 7)
		sentence = f"Lost Reason {GONE} does not exist. Choose another one."
		with self.assertRefused(InputError, sentence):
			frappe.get_doc(SETTINGS).update({"auto_close": 1, "auto_close_lost_reason": GONE}).save()

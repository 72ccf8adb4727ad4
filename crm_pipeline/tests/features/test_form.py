"""The form: its layout, the steps of the stage bar, the history and who sees the record and why."""

import frappe
import frappe.share
from frappe.desk.form import assign_to
from frappe.utils import add_to_date, get_datetime, now_datetime

from crm_pipeline.access.eligibility import is_eligible
from crm_pipeline.api import opportunity as api
from crm_pipeline.api.opportunity import explain_access, log_activity
from crm_pipeline.api.routing import get_eligible_users
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.crm_pipeline.doctype.pipeline_opportunity import stage
from crm_pipeline.domain import lifecycle
from crm_pipeline.exceptions import ClosedRecordError, InputError
from crm_pipeline.form import history
from crm_pipeline.tests import personas
from crm_pipeline.tests.base import PipelineTestCase, site_only
from crm_pipeline.tests.factories import make_history, make_opportunity
from crm_pipeline.tests.users import as_user

SECTIONS = ["Sales", "Items", "Source", "Follow Up", "Outcome"]
AT_THE_TOP = {
	*("opened_on", "party_name", "party_display_name", "sales_engineer", "application_engineer"),
	*("status", "lost_reasons", "won_value", "closed_on", "potential_value"),
}


def get_states(status: str, *has_passed: str) -> list[str]:
	return [state for _name, state in lifecycle.get_steps(status, frozenset(has_passed))]


class TestLayout(PipelineTestCase):
	def test_sections_stand_in_the_order_of_the_contract(self):
		labels = [df.label for df in frappe.get_meta(OPPORTUNITY).fields if df.fieldtype == "Section Break"]
		self.assertEqual([label for label in labels if label in SECTIONS], SECTIONS)

	def test_what_matters_most_stands_above_the_first_section(self):
		names = [df.fieldname for df in frappe.get_meta(OPPORTUNITY).fields]
		top = names[: names.index("sales_section")]
		self.assertLessEqual(AT_THE_TOP, set(top))

	def test_items_are_shown_by_with_items(self):
		self.assertEqual(frappe.get_meta(OPPORTUNITY).get_field("items").depends_on, "with_items")

	def test_nobody_is_offered_history(self):
		df = frappe.get_meta(OPPORTUNITY).get_field("is_history")
		self.assertTrue(df.read_only and df.depends_on == "is_history")


class TestSteps(PipelineTestCase):
	def test_the_way_leads_to_winning(self):
		self.assertEqual(lifecycle.get_main_way(), ("Open", "Offer Made", "Won"))

	def test_each_status_has_its_steps(self):
		self.assertEqual(get_states("Open"), ["current", "next", "later"])
		self.assertEqual(get_states("Offer Made"), ["done", "current", "next"])
		self.assertEqual(get_states("Won"), ["done", "done", "current"])
		self.assertEqual(get_states("Lost", "Open"), ["done", "skipped", "current"])
		self.assertEqual(get_states("Rejected", "Open", "Offer Made"), ["done", "done", "current"])

	def test_a_record_that_lacks_details_is_offered_no_move(self):
		doc = make_opportunity()
		doc.needs_details = 1
		self.assertEqual(stage.get_offered_moves(doc), [])

	def test_an_outcome_takes_the_place_of_winning(self):
		self.assertEqual(
			[name for name, _state in lifecycle.get_steps("Lost")], ["Open", "Offer Made", "Lost"]
		)

	def test_the_form_gets_them_with_dates(self):
		doc = frappe.get_doc(OPPORTUNITY, make_opportunity("Won").name)
		doc.run_method("onload")
		steps = doc.get("__onload")["steps"]
		self.assertEqual([step["status"] for step in steps], ["Open", "Offer Made", "Won"])
		self.assertTrue(all(step["at"] for step in steps))
		self.assertEqual(steps[-1]["at"], doc.closed_on)

	def test_an_offer_before_reopening_does_not_count(self):
		doc = make_opportunity("Won")
		doc.update({"status": "Open", "reopen_reason": "Order cancelled"}).save()
		self.assertEqual([step["at"] for step in history.get_steps(doc)], [doc.opened_on, None, None])
		doc.update({"status": "Lost", "lost_reasons": [{"lost_reason": personas.REASON}]}).save()
		self.assertEqual([step["state"] for step in history.get_steps(doc)], ["done", "skipped", "current"])

	def test_history_that_was_lost_has_its_two_dates(self):
		doc = make_history()
		steps = [(step["state"], bool(step["at"])) for step in history.get_steps(doc)]
		self.assertEqual(steps, [("done", True), ("skipped", False), ("current", True)])


class TestHistory(PipelineTestCase):
	def test_it_tells_what_happened_newest_first(self):
		doc = make_opportunity("Offer Made")
		doc.update({"sales_engineer": personas.OTHER_ENGINEER}).save()
		result = api.get_history(doc.name)
		self.assertEqual(result["total"], 3)
		self.assertEqual(
			[entry["event"] for entry in result["entries"]], ["Reassigned", "Offer Made", "Created"]
		)
		change = {"fieldname": "sales_engineer", "label": "Sales Engineer"}
		change |= {"from": personas.ENGINEER, "to": personas.OTHER_ENGINEER}
		self.assertEqual(result["entries"][0]["changes"], [change])

	def test_only_whoever_reads_the_record_gets_it(self):
		name = make_opportunity().name
		for user in (personas.OTHER_ENGINEER, personas.OUTSIDER):
			with as_user(user), self.assertRaises(frappe.PermissionError):
				api.get_history(name)
		with as_user(personas.ENGINEER):
			self.assertEqual(api.get_history(name)["total"], 1)

	def test_a_document_from_a_request_prints_no_foreign_stages(self):
		doc = make_opportunity("Lost")
		with as_user(personas.OTHER_ENGINEER):
			forged = frappe.get_doc({"doctype": OPPORTUNITY, "name": doc.name, "__islocal": 1})
			self.assertEqual(forged.get_stage_changes(), [])
		self.assertEqual([change["to_status"] for change in doc.get_stage_changes()], ["Open", "Lost"])


class TestAccess(PipelineTestCase):
	def get_reasons(self, name: str) -> dict:
		return {row["user"]: row["reasons"] for row in explain_access(name)["people"]}

	def test_it_names_everybody_and_why(self):
		doc = make_opportunity(application_engineer=personas.APPLICATION_ENGINEER)
		assign_to.add({"assign_to": [personas.API_USER], "doctype": OPPORTUNITY, "name": doc.name})
		frappe.share.add(OPPORTUNITY, doc.name, personas.OTHER_ENGINEER, write=1)
		reasons = self.get_reasons(doc.name)
		self.assertIn("Sales Engineer", reasons[personas.ENGINEER])
		self.assertEqual(reasons[personas.APPLICATION_ENGINEER], ["Application Engineer"])
		self.assertIn("To-do from Meera Manager", reasons[personas.API_USER])
		self.assertEqual(reasons[personas.OTHER_ENGINEER], ["Shared by Meera Manager"])
		self.assertIn("Meera Manager", explain_access(doc.name)["managers"])

	def test_what_it_says_is_what_the_rule_does(self):
		doc = make_opportunity(application_engineer=personas.APPLICATION_ENGINEER)
		frappe.share.add(OPPORTUNITY, doc.name, personas.OTHER_ENGINEER, write=1)
		people = {row["user"]: row for row in explain_access(doc.name)["people"]}
		may_write = {user for user, row in people.items() if row["may_write"]}
		self.assertEqual(may_write, {personas.ENGINEER, personas.OTHER_ENGINEER})
		for user in personas.ROLES:
			seen = (
				frappe.get_list(OPPORTUNITY, filters={"name": doc.name}, user=user) if user in people else []
			)
			self.assertEqual(bool(seen), bool(people.get(user, {}).get("may_read")), user)

	def test_an_engineer_without_a_role_may_nothing(self):
		doc = make_opportunity()
		frappe.db.set_value(OPPORTUNITY, doc.name, "sales_engineer", personas.OUTSIDER)
		row = explain_access(doc.name)["people"][0]
		self.assertEqual((row["user"], row["may_read"], row["may_write"]), (personas.OUTSIDER, False, False))

	def test_managers_stand_there_once_and_only_while_they_are_enabled(self):
		name = make_opportunity().name
		managers = explain_access(name)["managers"]
		self.assertEqual(len(managers), len(set(managers)))
		frappe.db.set_value("User", personas.ORG_ADMIN, "enabled", 0)
		self.assertEqual(explain_access(name)["managers"], [one for one in managers if one != "Olga Admin"])

	def test_a_disabled_engineer_may_nothing(self):
		doc = make_opportunity()
		frappe.db.set_value("User", personas.ENGINEER, "enabled", 0)
		row = explain_access(doc.name)["people"][0]
		self.assertEqual((row["may_read"], row["may_write"]), (False, False))

	def test_only_managers_ask(self):
		name = make_opportunity().name
		for user in (personas.ENGINEER, personas.APPLICATION_ENGINEER, personas.OUTSIDER):
			with as_user(user), self.assertRaises(frappe.PermissionError):
				explain_access(name)


class TestWhoCanBeNamed(PipelineTestCase):
	def search(self, fieldname: str, txt: str = "example.com") -> set[str]:
		with as_user(personas.ENGINEER):
			return {
				row[0] for row in get_eligible_users("User", txt, "name", 0, 50, {"fieldname": fieldname})
			}

	def test_only_those_whom_the_rule_accepts_are_offered(self):
		for fieldname in ("sales_engineer", "application_engineer"):
			offered = self.search(fieldname)
			accepted = {user for user in personas.ROLES if is_eligible(user, fieldname)}
			self.assertEqual(offered & set(personas.ROLES), accepted, fieldname)
			self.assertNotIn("Administrator", offered)

	def test_name_and_address_are_searched(self):
		self.assertEqual(self.search("sales_engineer", "Sunita S"), {personas.OTHER_ENGINEER})
		self.assertEqual(self.search("sales_engineer", "nikhil.north"), {personas.ENGINEER})

	def test_somebody_without_opportunities_gets_no_list_of_users(self):
		with as_user(personas.OUTSIDER), self.assertRaises(frappe.PermissionError):
			get_eligible_users("User", "", "name", 0, 50, {"fieldname": "sales_engineer"})


class TestActivity(PipelineTestCase):
	def log(self, name: str, user: str, medium: str = "Phone", **values) -> dict:
		with as_user(user):
			communication = log_activity(
				name, medium, values.pop("summary", "Asked for the data sheet"), **values
			)
		return frappe.get_doc("Communication", communication)

	@site_only("the framework's own Communication")
	def test_a_call_stands_in_the_timeline(self):
		doc = make_opportunity()
		yesterday = add_to_date(now_datetime(), days=-1, as_string=True)
		call = self.log(doc.name, personas.ENGINEER, happened_on=yesterday)
		self.assertEqual(
			(call.communication_medium, call.subject, call.sender), ("Phone", "Call", personas.ENGINEER)
		)
		self.assertEqual(get_datetime(call.communication_date), get_datetime(yesterday))
		with as_user(personas.ENGINEER):
			from frappe.desk.form.load import get_docinfo

			get_docinfo(doc.reload())
			names = [row.name for row in frappe.response.docinfo["communications"]]
		self.assertEqual(names, [call.name])

	@site_only("the framework's own Communication")
	def test_what_is_typed_is_text(self):
		doc = make_opportunity()
		visit = self.log(
			doc.name, personas.ENGINEER, "Visit", summary="<script>alert(1)</script>\nSaw <b>two</b> pumps"
		)
		self.assertNotIn("<script>", visit.content)
		self.assertIn("Saw &lt;b&gt;two&lt;/b&gt; pumps", visit.content)

	@site_only("the framework's own Communication")
	def test_the_record_itself_stays_as_it_is(self):
		doc = make_opportunity()
		modified = frappe.db.get_value(OPPORTUNITY, doc.name, "modified")
		self.log(doc.name, personas.ENGINEER)
		saved = frappe.db.get_value(OPPORTUNITY, doc.name, ["modified", "first_responded_on"], as_dict=True)
		self.assertEqual((saved.modified, saved.first_responded_on), (modified, None))

	@site_only("the framework's own Communication")
	def test_whoever_may_mail_from_the_record_may_log(self):
		doc = make_opportunity(application_engineer=personas.APPLICATION_ENGINEER)
		self.assertTrue(self.log(doc.name, personas.APPLICATION_ENGINEER, "Meeting").name)

	def test_nobody_else_may(self):
		name = make_opportunity().name
		for user in (personas.OTHER_ENGINEER, personas.APPLICATION_ENGINEER, personas.OUTSIDER):
			with as_user(user), self.assertRaises(frappe.PermissionError):
				log_activity(name, "Phone", "Nothing of mine")

	def test_nonsense_is_refused(self):
		name = make_opportunity().name
		tomorrow = add_to_date(now_datetime(), days=1, as_string=True)
		with self.assertRefused(InputError, "Fax is no kind of activity"):
			log_activity(name, "Fax", "Sent the drawing")
		with self.assertRefused(InputError, "The summary is missing"):
			log_activity(name, "Phone", "  ")
		with self.assertRefused(InputError, "is in the future"):
			log_activity(name, "Phone", "Will call", tomorrow)

	def test_a_closed_record_takes_comments_only(self):
		name = make_opportunity("Lost").name
		with self.assertRefused(ClosedRecordError, "Add a comment"):
			log_activity(name, "Phone", "Called again")

"""A Workflow that an administrator puts on opportunities (docs/form.md)."""

from unittest.mock import patch

import frappe

from crm_pipeline.api import opportunity as api
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.exceptions import InputError, TransitionError
from crm_pipeline.tests import factories, personas
from crm_pipeline.tests.audit import get_events, get_problems
from crm_pipeline.tests.base import PipelineTestCase, site_only
from crm_pipeline.tests.csv_files import commits_kept_in_test
from crm_pipeline.tests.users import as_user
from crm_pipeline.tests.workflows import MOVES, NAME, STATES, forget_workflow, make_workflow


@site_only("Workflow")
class WorkflowTestCase(PipelineTestCase):
	def setUp(self):
		super().setUp()
		self.addCleanup(forget_workflow)

	def apply(self, doc, action: str):
		from frappe.model.workflow import apply_workflow

		return apply_workflow(frappe.get_doc(OPPORTUNITY, doc.name).as_json(), action)

	def get_status(self, doc) -> str:
		return frappe.db.get_value(OPPORTUNITY, doc.name, "status")


class TestMoves(WorkflowTestCase):
	def test_they_go_through_our_rules(self):
		for override_status in (0, 1):
			with self.subTest(override_status=override_status):
				frappe.db.delete("Workflow", {"name": NAME})
				make_workflow(override_status=override_status)
				doc = factories.make_opportunity()
				self.apply(doc, "Offer")
				with self.assertRefused(
					TransitionError, "Won Value is 0. A won opportunity needs more than 0"
				):
					self.apply(doc, "Win")
				self.assertEqual(self.get_status(doc), "Offer Made")
				api.apply_workflow(doc.name, "Win", won_value=700)
				self.assertEqual(get_events(doc.name), ["Created", "Offer Made", "Won"])
				self.assertEqual(get_problems(doc.name), [])

	def test_a_loss_asks_for_its_reasons(self):
		make_workflow()
		doc = factories.make_opportunity()
		with self.assertRefused(TransitionError, f"{doc.name} needs at least one lost reason to become Lost"):
			self.apply(doc, "Give Up")
		self.assertEqual(get_events(doc.name), ["Created"])
		api.apply_workflow(doc.name, "Give Up", lost_reasons=[personas.REASON])
		self.assertEqual(self.get_status(doc), "Lost")

	def test_reopening_asks_a_manager_why(self):
		make_workflow()
		doc = factories.make_opportunity("Lost")
		with self.assertRefused(TransitionError, f"Say why {doc.name} is reopened."):
			self.apply(doc, "Begin Again")
		api.apply_workflow(doc.name, "Begin Again", reopen_reason="They called again")
		self.assertEqual(get_events(doc.name)[-1], "Reopened")

	def test_the_workflow_decides_who(self):
		make_workflow()
		doc = factories.make_opportunity()
		with as_user(personas.ENGINEER):
			api.apply_workflow(doc.name, "Offer")
			with self.assertRaises(frappe.ValidationError):
				api.apply_workflow(doc.name, "Win", won_value=700)
			with self.assertRaises(frappe.ValidationError):
				api.mark_won(doc.name, 700)
			form = frappe.get_doc(OPPORTUNITY, doc.name)
			form.run_method("onload")
		self.assertEqual(form.get_onload("moves"), ["Lost"])
		self.assertEqual(self.get_status(doc), "Offer Made")

	def test_who_may_not_write_moves_nothing(self):
		make_workflow()
		doc = factories.make_opportunity()
		with as_user(personas.OTHER_ENGINEER):
			with self.assertRaises(frappe.PermissionError):
				api.apply_workflow(doc.name, "Offer")
			with self.assertRaises(frappe.PermissionError):
				self.apply(doc, "Offer")

	def test_many_at_once(self):
		from frappe.model.workflow import bulk_workflow_approval

		make_workflow()
		docs = [factories.make_opportunity(status) for status in ("Open", "Open", "Lost")]
		with commits_kept_in_test():
			names = frappe.as_json([doc.name for doc in docs[:2]])
			bulk_workflow_approval(names, OPPORTUNITY, "Offer")
			bulk_workflow_approval(names, OPPORTUNITY, "Win")
		self.assertEqual([self.get_status(doc) for doc in docs], ["Offer Made", "Offer Made", "Lost"])

	def test_new_records_and_history_come_in(self):
		make_workflow()
		self.assertEqual(factories.make_opportunity().status, "Open")
		self.assertEqual(factories.make_history().status, "Lost")
		with self.assertRefused(TransitionError, "A new opportunity starts as Open, not as Won."):
			factories.new_opportunity(status="Won", won_value=5).insert()

	def test_a_status_that_it_leaves_out_is_ours_alone(self):
		rejected = factories.make_opportunity("Rejected")
		make_workflow(names=STATES[:4])
		api.reopen(rejected.name, "They called again")
		self.assertEqual(self.get_status(rejected), "Open")
		with self.assertRaises(frappe.ValidationError):
			api.mark_rejected(rejected.name, [personas.REASON])


class TestSaving(WorkflowTestCase):
	def test_a_state_outside_our_statuses_is_refused(self):
		with self.assertRefused(
			InputError, "Row 2: Negotiation is no status of an opportunity. Choose one of Open"
		):
			make_workflow(names=("Open", "Negotiation"), moves=(("Open", "Offer", "Negotiation", "All"),))

	def test_a_submitted_state_is_refused(self):
		states = [{"state": state, "doc_status": "0", "allow_edit": "All"} for state in STATES]
		states[2]["doc_status"] = "1"
		with self.assertRefused(InputError, "Row 3: state Won has Doc Status 1."):
			make_workflow(moves=MOVES[:2], **{"states": states})

	def test_another_beginning_is_refused(self):
		with self.assertRefused(
			InputError, "The first state is Offer Made. A new opportunity starts as Open"
		):
			make_workflow(names=("Offer Made", "Open"), moves=MOVES[:1])

	def test_moves_that_the_lifecycle_does_not_know_are_named(self):
		make_workflow(moves=(*MOVES, ("Open", "Win", "Won", "Sales Manager")))
		told = frappe.as_json(frappe.get_message_log())
		self.assertIn("Row 7: Open cannot go to Won. Allowed next: Offer Made, Lost, Rejected.", told)
		doc = factories.make_opportunity()
		with self.assertRefused(TransitionError, f"{doc.name} cannot go from Open to Won."):
			self.apply(doc, "Win")

	def test_workflows_of_other_doctypes_are_their_own(self):
		make_workflow(document_type="Lead", names=("Open", "Negotiation"), moves=())


class TestOtherFields(WorkflowTestCase):
	def test_a_workflow_on_another_field_is_left_alone(self):
		states = {"names": ("Requested", "Checked"), "moves": (("Requested", "Check", "Checked", "All"),)}
		with patch(
			"crm_pipeline.overrides.workflow.validate_field"
		):  # a field of the site's own would change the table
			make_workflow("city", **states)
		doc = factories.make_opportunity()
		self.assertEqual(doc.city, "Requested")
		self.apply(doc, "Check")
		api.make_offer(doc.name)
		api.mark_won(doc.name, 900)
		stored = frappe.db.get_value(OPPORTUNITY, doc.name, ["city", "status"])
		self.assertEqual(stored, ("Checked", "Won"))

	def test_a_field_of_the_app_is_no_place_for_another_state(self):
		for fieldname in ("application_engineer", "outcome_detail", "audit_hash", "city"):
			sentence = f"Workflow State Field can't be {fieldname}"
			with self.subTest(fieldname), self.assertRefused(InputError, sentence):
				make_workflow(fieldname, names=("Open", "Won"), moves=())

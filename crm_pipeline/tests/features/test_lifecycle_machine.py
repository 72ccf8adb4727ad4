"""Random people make random moves: whatever they try, the record and its log stay in order."""

import frappe
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from crm_pipeline.api import opportunity as api
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.tests import doors, factories, personas
from crm_pipeline.tests.audit import get_log, get_problems
from crm_pipeline.tests.base import IS_SANDBOX, PipelineTestCase
from crm_pipeline.tests.features.test_lifecycle import ALLOWED, get_move
from crm_pipeline.tests.users import as_user

MANAGERS = (personas.MANAGER, personas.ORG_ADMIN, "Administrator")
WRITERS = (*MANAGERS, personas.ENGINEER)
PEOPLE = (*WRITERS, personas.OTHER_ENGINEER, personas.APPLICATION_ENGINEER, personas.OUTSIDER)
DOORS = (doors.save, doors.press_button, doors.set_value, doors.put, doors.save_form)
CLOSED = ("Won", "Lost", "Rejected")
REFUSALS = (frappe.ValidationError, frappe.PermissionError)
OUTCOME_FIELDS = ("won_value", "lost_reasons", "outcome_detail", "closed_on", "closed_by")


class Pipeline(RuleBasedStateMachine):
	"""`status` and `entries` are what the record must show; refused attempts change neither."""

	@initialize()
	def open_one(self):
		frappe.db.savepoint("example")
		self.name = factories.make_opportunity().name
		self.status, self.entries = "Open", 1

	def teardown(self):
		frappe.db.rollback(save_point="example")

	@rule(
		person=st.sampled_from(PEOPLE), status=st.sampled_from(sorted(ALLOWED)), door=st.sampled_from(DOORS)
	)
	def move(self, person, status, door):
		if status == self.status:
			return
		group = MANAGERS if self.status in CLOSED else WRITERS
		is_allowed = person in group and status in ALLOWED[self.status]
		if self.attempt(person, is_allowed, door, self.name, get_move(self.status, status)):
			self.status = status

	@rule(person=st.sampled_from(PEOPLE), status=st.sampled_from(CLOSED))
	def close_without_outcome(self, person, status):
		if status != self.status:
			self.attempt(person, False, doors.save, self.name, {"status": status})

	@rule(person=st.sampled_from(PEOPLE))
	def change_the_value(self, person):
		is_allowed = person in WRITERS and self.status not in CLOSED
		self.attempt(person, is_allowed, doors.save, self.name, {"potential_value": 1000 + self.entries})

	@rule(person=st.sampled_from(PEOPLE))
	def correct(self, person):
		is_allowed = person in MANAGERS and self.status in CLOSED
		values = (
			{"won_value": 900 + self.entries}
			if self.status == "Won"
			else {"outcome_detail": str(self.entries)}
		)
		self.attempt(person, is_allowed, lambda: api.correct(self.name, "Typing error", **values))

	@rule(person=st.sampled_from(PEOPLE))
	def delete(self, person):
		if person not in MANAGERS or self.status != "Open":
			self.attempt(person, False, frappe.delete_doc, OPPORTUNITY, self.name)

	def attempt(self, person, is_allowed, function, *arguments) -> bool:
		"""Act as the person inside a savepoint; what happens must be what is allowed."""
		frappe.db.savepoint("attempt")
		with as_user(person):
			try:
				function(*arguments)
			except REFUSALS as refusal:
				frappe.db.rollback(save_point="attempt")
				assert not is_allowed, f"{person} was refused: {refusal}"
				return False
		assert is_allowed, f"{person} got through as {self.status}"
		self.entries += 1
		return True

	@invariant()
	def record_is_in_order(self):
		doc = frappe.get_doc(OPPORTUNITY, self.name)
		assert doc.status == self.status
		assert bool(doc.closed_on and doc.closed_by) == (self.status in CLOSED)
		assert bool(doc.won_value and doc.won_currency) == (self.status == "Won")
		assert bool(doc.lost_reasons) == (self.status in ("Lost", "Rejected"))

	@invariant()
	def log_is_in_order(self):
		log = get_log(self.name)
		assert len(log) == self.entries
		moves = [(entry.from_status, entry.to_status) for entry in log if entry.from_status]
		assert all(after in (before, *ALLOWED[before]) for before, after in moves)
		assert [after for _, after in moves[:-1]] == [before for before, _ in moves[1:]]
		assert get_problems(self.name) == []


class TestLifecycleMachine(PipelineTestCase):
	def test_no_sequence_of_attempts_breaks_the_rules(self):
		bounds = settings(
			max_examples=40 if IS_SANDBOX else 6,  # a site is slower
			stateful_step_count=12,
			deadline=None,
			database=None,
			derandomize=True,
			suppress_health_check=list(HealthCheck),
		)
		run_state_machine_as_test(Pipeline, settings=bounds)

"""Every move from every status, through every door, is allowed or refused by the same table."""

import frappe
import frappe.client

from crm_pipeline.api import opportunity as api
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.exceptions import ClosedRecordError, TransitionError
from crm_pipeline.tests import doors, factories, personas
from crm_pipeline.tests.base import PipelineTestCase, site_only
from crm_pipeline.tests.users import as_user

ALLOWED = {
	"Open": ["Offer Made", "Lost", "Rejected"],
	"Offer Made": ["Won", "Lost", "Rejected"],
	"Won": ["Open"],
	"Lost": ["Open"],
	"Rejected": ["Open"],
}


def get_move(from_status: str, to_status: str) -> dict:
	"""Return everything that the move asks for, so that only the table can refuse it."""
	reason = {"reopen_reason": "They called again"} if to_status == "Open" else {}
	return {"status": to_status, **factories.OUTCOMES[to_status], **reason}


class MoveTable:
	"""The table, tried through one door. `refusal`: the exception of that door."""

	refusal = TransitionError

	def open_door(self, name: str, values: dict) -> None:
		raise NotImplementedError

	def test_from_open(self):
		self.try_moves_from("Open")

	def test_from_offer_made(self):
		self.try_moves_from("Offer Made")

	def test_from_won(self):
		self.try_moves_from("Won")

	def test_from_lost(self):
		self.try_moves_from("Lost")

	def test_from_rejected(self):
		self.try_moves_from("Rejected")

	def try_moves_from(self, from_status: str) -> None:
		name = factories.make_opportunity(from_status).name
		for to_status in (status for status in ALLOWED if status != from_status):
			frappe.db.savepoint("move")
			with self.subTest(f"{from_status} → {to_status}"):
				if to_status in ALLOWED[from_status]:
					self.assertMoved(name, from_status, to_status)
				else:
					self.assertNotMoved(name, from_status, to_status)
			frappe.db.rollback(save_point="move")

	def assertMoved(self, name: str, from_status: str, to_status: str):
		self.open_door(name, get_move(from_status, to_status))
		self.assertEqual(frappe.db.get_value(OPPORTUNITY, name, "status"), to_status)

	def assertNotMoved(self, name: str, from_status: str, to_status: str):
		before = frappe.get_doc(OPPORTUNITY, name).as_dict()
		sentence = f"{name} cannot go from {from_status} to {to_status}. Allowed next: {', '.join(ALLOWED[from_status])}."
		with self.assertRefused(self.refusal, sentence):
			self.open_door(name, get_move(from_status, to_status))
		self.assertEqual(frappe.get_doc(OPPORTUNITY, name).as_dict(), before)


class TestMovesBySave(MoveTable, PipelineTestCase):
	def open_door(self, name, values):
		doors.save(name, values)


class TestMovesByAdministrator(MoveTable, PipelineTestCase):
	def open_door(self, name, values):
		doors.save_as_administrator(name, values)


class TestMovesByForm(MoveTable, PipelineTestCase):
	def open_door(self, name, values):
		doors.save_form(name, values)


class TestMovesByButton(MoveTable, PipelineTestCase):
	def open_door(self, name, values):
		doors.press_button(name, values)


class TestMovesBySetValue(MoveTable, PipelineTestCase):
	def open_door(self, name, values):
		doors.set_value(name, values)


class TestMovesByBulkEdit(MoveTable, PipelineTestCase):
	refusal = frappe.ValidationError

	def open_door(self, name, values):
		doors.edit_in_bulk(name, values)


class TestMovesByRest(MoveTable, PipelineTestCase):
	def open_door(self, name, values):
		doors.put(name, values)


@site_only("Data Import")
class TestMovesByDataImport(PipelineTestCase):
	def test_an_allowed_move(self):
		name = factories.make_opportunity().name
		doors.import_data(name, {"status": "Offer Made"})
		self.assertEqual(frappe.db.get_value(OPPORTUNITY, name, "status"), "Offer Made")

	def test_a_jump(self):
		name = factories.make_opportunity().name
		sentence = f"{name} cannot go from Open to Won. Allowed next: Offer Made, Lost, Rejected."
		with self.assertRefused(frappe.ValidationError, sentence):
			doors.import_data(name, {"status": "Won", "won_value": 900})
		self.assertEqual(frappe.db.get_value(OPPORTUNITY, name, "status"), "Open")

	def test_a_new_record_starts_open(self):
		messages = doors.run_data_import(
			"Insert New Records", {**factories.OPPORTUNITY_DEFAULTS, "status": "Won", "won_value": 900}
		)
		self.assertIn("A new opportunity starts as Open, not as Won.", messages)


class TestMove(PipelineTestCase):
	def test_it_is_stamped_with_who_and_when(self):
		doc = factories.make_opportunity()
		opened_on = frappe.utils.get_datetime(doc.status_changed_on)
		with as_user(personas.ENGINEER):
			api.make_offer(doc.name)
		doc.reload()
		self.assertEqual(doc.status_changed_by, personas.ENGINEER)
		self.assertGreater(doc.status_changed_on, opened_on)
		self.assertFalse(doc.closed_on or doc.closed_by)

	def test_closing_stamps_who_closed_it(self):
		for status in ("Won", "Lost", "Rejected"):
			doc = factories.make_opportunity("Offer Made")
			with as_user(personas.ENGINEER):
				doors.save(doc.name, {"status": status, **factories.OUTCOMES[status]})
			doc.reload()
			self.assertEqual((doc.closed_by, doc.closed_on), (personas.ENGINEER, doc.status_changed_on))

	def test_buttons_return_the_saved_document(self):
		name = factories.make_opportunity().name
		self.assertEqual(api.make_offer(name)["status"], "Offer Made")
		won = api.mark_won(name, "900")
		self.assertEqual((won["name"], won["status"], won["won_value"]), (name, "Won", 900))

	def test_reasons_come_as_a_list_or_as_json(self):
		for reasons in ([personas.REASON, personas.REASON_FOR_LOST], f'["{personas.REASON}"]'):
			lost = api.mark_lost(factories.make_opportunity().name, reasons, "Too late")
			self.assertEqual(lost["lost_reasons"][0]["lost_reason"], personas.REASON)
			self.assertEqual(lost["outcome_detail"], "Too late")

	def test_the_same_move_twice_is_refused_and_tells_who_was_first(self):
		name = factories.make_opportunity("Offer Made").name
		api.mark_won(name, 900)
		with self.assertRefused(
			TransitionError, f"{name} cannot go from Won to Lost. Allowed next: Open. It was set to Won by"
		):
			api.mark_lost(name, [personas.REASON])
		with self.assertRefused(TransitionError, f"{name} is already Won. It was set to Won by"):
			api.mark_won(name, 950)

	def test_a_free_win_needs_the_switch(self):
		settings = frappe.get_doc("Pipeline Settings")
		settings.update({"allow_zero_won_value": 1}).save()
		won = api.mark_won(factories.make_opportunity("Offer Made").name, 0)
		self.assertEqual((won["status"], won["won_value"]), ("Won", 0))

	def test_a_flag_sent_along_changes_nothing(self):
		doc = factories.make_opportunity("Lost")
		sent = {
			**doc.as_dict(),
			"flags": {"correction": 1, "system_values": ["closed_on"]},
			"outcome_detail": "x",
		}
		with self.assertRefused(ClosedRecordError, f"{doc.name} is Lost"):
			frappe.client.save(sent)

	def test_nothing_is_submitted(self):
		"""Submitting is another kind of save, in which other events run."""
		doc = factories.make_opportunity()
		move = {"docstatus": 1, "status": "Lost", **factories.OUTCOMES["Lost"]}
		for user in (personas.MANAGER, "Administrator"):
			for attempt in (
				lambda: doors.put(doc.name, move),
				lambda: frappe.get_doc(OPPORTUNITY, doc.name).submit(),
				lambda: factories.new_opportunity(docstatus=1).insert(),
			):
				with as_user(user), self.assertRaises((frappe.ValidationError, frappe.PermissionError)):
					attempt()
		self.assertEqual(frappe.db.get_value(OPPORTUNITY, doc.name, ["status", "docstatus"]), ("Open", 0))

	def test_a_record_that_came_by_mail_leaves_open_only_when_complete(self):
		doc = factories.new_opportunity(region=None, potential_value=None)
		doc.set_system_value("needs_details", 1)
		doc.insert()
		with self.assertRefused(TransitionError, f"{doc.name} came by e-mail and lacks details."):
			doors.save(doc.name, {"status": "Lost", **factories.OUTCOMES["Lost"]})
		doors.save(doc.name, {"region": personas.REGION, "potential_value": 5})
		doors.save(doc.name, {"status": "Lost", **factories.OUTCOMES["Lost"]})
		self.assertEqual(frappe.db.get_value(OPPORTUNITY, doc.name, ["status", "needs_details"]), ("Lost", 0))


class TestCloseMany(PipelineTestCase):
	def test_each_row_has_its_own_result(self):
		good = [factories.make_opportunity().name, factories.make_opportunity("Offer Made").name]
		won = factories.make_opportunity("Won").name
		result = api.move_many([*good, won, "OPP-0"], "Lost", [personas.REASON])
		self.assertEqual(result["changed"], sorted(good))
		refused = {row["name"]: row["reason"] for row in result["refused"]}
		self.assertEqual(set(refused), {won, "OPP-0"})
		self.assertIn(f"{won} cannot go from Won to Lost.", refused[won])
		for name in good:
			self.assertEqual(frappe.db.get_value(OPPORTUNITY, name, "status"), "Lost")

	def test_a_refused_row_leaves_nothing_behind(self):
		name = factories.make_opportunity().name
		before = frappe.get_doc(OPPORTUNITY, name).as_dict()
		frappe.clear_messages()
		api.move_many(f'["{name}"]', "Rejected", [personas.REASON_FOR_LOST])
		self.assertEqual(frappe.get_doc(OPPORTUNITY, name).as_dict(), before)
		self.assertEqual(frappe.get_message_log(), [])

	def test_somebody_else_s_rows_are_refused(self):
		name = factories.make_opportunity(sales_engineer=personas.OTHER_ENGINEER).name
		with as_user(personas.ENGINEER):
			result = api.move_many([name], "Lost", [personas.REASON])
		self.assertEqual([row["name"] for row in result["refused"]], [name])
		self.assertEqual(frappe.db.get_value(OPPORTUNITY, name, "status"), "Open")

	def test_it_does_not_jump(self):
		name = factories.make_opportunity().name
		result = api.move_many([name], "Won")
		self.assertIn("cannot go from Open to Won", result["refused"][0]["reason"])

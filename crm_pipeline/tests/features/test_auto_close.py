"""Opportunities whose customers don't answer are warned of, then closed, one by one (docs/follow-up.md)."""

from unittest.mock import patch

import frappe
from click.testing import CliRunner
from frappe.utils import add_days, getdate, now_datetime, nowdate

from crm_pipeline import commands, tasks
from crm_pipeline.api import auto_close as auto_close_api
from crm_pipeline.api import opportunity as api
from crm_pipeline.auto_close import plan as auto_close
from crm_pipeline.auto_close import run as auto_close_run
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.exceptions import InputError
from crm_pipeline.tests import doors, factories, personas
from crm_pipeline.tests.audit import get_events, get_log, get_problems
from crm_pipeline.tests.auto_close_case import (
	SETTINGS,
	AutoCloseTestCase,
	change_settings,
	days_ago,
	get_status,
	make_waiting,
)
from crm_pipeline.tests.base import PipelineTestCase, site_only
from crm_pipeline.tests.users import as_user

ENGINEER = personas.ENGINEER


class TestClosing(AutoCloseTestCase):
	def test_a_silent_record_is_closed_as_lost_with_the_reason_of_the_settings(self):
		for status in ("Open", "Offer Made"):
			name = make_waiting(status=status)
			self.assertEqual(self.run_job().closed, 1)
			doc = frappe.get_doc(OPPORTUNITY, name)
			self.assertEqual((doc.status, doc.closed_by), ("Lost", "Administrator"))
			self.assertEqual([row.lost_reason for row in doc.lost_reasons], [personas.REASON])
			self.assertIn("(20 days)", doc.outcome_detail)
			self.assertTrue(doc.closed_on)
			self.assertEqual(get_events(name)[-1], "Auto Closed")
			self.assertIn("(20 days)", get_log(name)[-1].reason)
			self.assertEqual(get_problems(name), [])

	def test_a_reason_that_needs_a_detail_gets_one(self):
		change_settings(auto_close_lost_reason=personas.REASON_WITH_DETAIL)
		doc = frappe.get_doc(OPPORTUNITY, make_waiting())
		self.assertEqual(self.run_job().closed, 1)
		doc.reload()
		self.assertEqual([row.lost_reason for row in doc.lost_reasons], [personas.REASON_WITH_DETAIL])
		self.assertIn("has not answered", doc.outcome_detail)

	def test_its_items_and_their_total_stay(self):
		items = [{"item_code": personas.ITEM, "qty": quantity, "rate": 100} for quantity in (1, 2)]
		doc = factories.make_opportunity(items=items)
		waiting = {"awaiting_response_since": days_ago(20), "auto_close_warned_on": days_ago(5)}
		frappe.db.set_value(OPPORTUNITY, doc.name, waiting, update_modified=False)
		self.assertEqual(self.run_job().closed, 1)
		doc.reload()
		self.assertEqual(([item.qty for item in doc.items], doc.items_total), ([1, 2], 300))

	def test_running_again_closes_nothing_twice(self):
		name = make_waiting()
		self.run_job()
		self.assertEqual(self.run_job().closed, 0)
		self.assertEqual(get_events(name).count("Auto Closed"), 1)

	def test_what_must_stay_open_stays_open(self):
		tomorrow, today = add_days(now_datetime(), 1), nowdate()
		kept = (
			make_waiting(awaiting_response_since=None),  # the customer spoke last
			make_waiting(next_contact_date=tomorrow),
			make_waiting(keep_open_until=today),
			make_waiting(needs_details=1),
			make_waiting(since=14, warned=1),
			make_waiting(warned=2),
		)
		self.assertEqual(self.run_job().closed, 0)
		self.assertEqual({get_status(name) for name in kept}, {"Open"})

	def test_nothing_happens_while_it_is_switched_off(self):
		change_settings(auto_close=0)
		name = make_waiting()
		self.assertEqual(self.run_job(), auto_close_run.Outcome())
		self.assertEqual(get_status(name), "Open")

	def test_one_bad_record_is_logged_and_stops_no_other(self):
		names = [make_waiting() for _number in range(3)]
		frappe.db.set_value(OPPORTUNITY, names[1], "region", None, update_modified=False)
		outcome = self.run_job()
		self.assertEqual((outcome.closed, outcome.failed), (2, 1))
		self.assertEqual([get_status(name) for name in names], ["Lost", "Open", "Lost"])
		((name, reason),) = outcome.failures
		self.assertEqual(name, names[1])
		self.assertIn("Region is missing.", reason)
		self.assertIn(f"{name} could not be closed: {reason}", outcome.describe())
		self.assertEqual(get_events(name), ["Created"])
		self.assertTrue(frappe.db.exists("Error Log", {"method": ("like", f"{name} could not be closed%")}))

	def test_it_goes_through_the_checks_of_every_save(self):
		names = [make_waiting() for _number in range(2)]
		with patch("crm_pipeline.crm_pipeline.doctype.pipeline_opportunity.stage.set_stage") as check:
			check.side_effect = InputError("No")
			self.assertEqual(self.run_job().failed, 2)
		self.assertEqual([get_status(name) for name in names], ["Open", "Open"])

	def test_batches_reach_every_record_once(self):
		names = [make_waiting(since=20 + number % 3) for number in range(7)]
		closed = []
		with patch.object(auto_close, "BATCH_SIZE", 2), patch.object(auto_close_run, "commit"):
			auto_close_run.run(lambda outcome: closed.append(outcome.closed))
		self.assertEqual(closed, [2, 4, 6, 7])
		self.assertEqual({get_status(name) for name in names}, {"Lost"})

	def test_a_run_ends_in_time_and_the_next_goes_on(self):
		names = [make_waiting() for _number in range(3)]
		with patch.object(auto_close, "BATCH_SIZE", 1), patch.object(auto_close_run, "LONGEST_RUN", -1):
			outcome = self.run_job()
		self.assertEqual((outcome.closed, outcome.is_complete), (1, False))
		self.assertEqual(self.run_job().closed, len(names) - 1)

	def test_a_manager_undoes_it_and_the_clock_starts_afresh(self):
		name = make_waiting()
		self.run_job()
		api.reopen(name, "They called")
		doc = frappe.get_doc(OPPORTUNITY, name)
		self.assertEqual(
			(doc.status, doc.awaiting_response_since, doc.auto_close_warned_on, doc.outcome_detail),
			("Open", None, None, None),
		)
		self.run_job()
		self.assertEqual(get_status(name), "Open")

	def test_a_reason_that_closes_nothing_any_more_stops_the_job_with_a_sentence(self):
		name = make_waiting()
		frappe.db.set_value("Pipeline Lost Reason", personas.REASON, "disabled", 1)
		frappe.clear_document_cache("Pipeline Lost Reason", personas.REASON)
		with self.assertRefused(
			InputError, f"Lost Reason {personas.REASON} is disabled. Choose another one."
		):
			self.run_job()
		self.assertEqual(get_status(name), "Open")


class TestWarning(AutoCloseTestCase):
	def get_told(self) -> list[str]:
		return [call.args[0] for call in self.tell.call_args_list]

	def test_the_owner_is_warned_once_and_told_the_day(self):
		name = make_waiting(since=13, warned=None)
		self.assertEqual((self.run_job().warned, self.run_job().warned), (1, 0))
		self.assertEqual(self.get_told(), [ENGINEER])
		_user, subject, document = self.tell.call_args.args
		day = frappe.utils.formatdate(add_days(nowdate(), 3))
		self.assertIn(f"is closed as Lost on {day}", subject)
		self.assertIn("Keep Open Until", self.tell.call_args.kwargs["body"])
		self.assertEqual(document, (OPPORTUNITY, name))

	def test_it_comes_on_the_day_of_the_settings_and_not_the_day_before(self):
		make_waiting(since=11, warned=None)
		self.assertEqual(self.run_job().warned, 0)
		make_waiting(since=12, warned=None)
		self.assertEqual(self.run_job().warned, 1)

	def test_nothing_is_closed_without_a_warning_however_old(self):
		name = make_waiting(since=400, warned=None)
		outcome = self.run_job()
		self.assertEqual((outcome.warned, outcome.closed, get_status(name)), (1, 0, "Open"))

	def test_several_make_one_message(self):
		for _number in range(3):
			make_waiting(warned=None)
		self.assertEqual(self.run_job().warned, 3)
		self.assertEqual(self.get_told(), [ENGINEER])
		self.assertIn("3 opportunities", self.tell.call_args.args[1])
		self.assertEqual(self.tell.call_args.kwargs["body"].count("<li>"), 3)

	def test_it_does_not_disturb_an_open_form(self):
		name = make_waiting(warned=None)
		modified = frappe.db.get_value(OPPORTUNITY, name, "modified")
		self.run_job()
		self.assertEqual(frappe.db.get_value(OPPORTUNITY, name, "modified"), modified)

	def test_where_the_engineer_has_left_a_manager_is_warned(self):
		name = make_waiting(warned=None)
		frappe.db.set_value("User", ENGINEER, "enabled", 0)
		frappe.clear_document_cache("User", ENGINEER)
		self.run_job()
		self.assertIn(personas.MANAGER, self.get_told())
		self.tell.reset_mock()
		with as_user("Administrator"):
			region = frappe.get_doc("Pipeline Region", personas.REGION)
			region.update({"sales_manager": personas.ORG_ADMIN}).save()
		frappe.db.set_value(OPPORTUNITY, name, "auto_close_warned_on", None)
		self.run_job()
		self.assertEqual(self.get_told(), [personas.ORG_ADMIN])

	def test_the_customers_answer_makes_it_worth_nothing(self):
		name = make_waiting(warned=5)
		values = {"awaiting_response_since": days_ago(4)}
		frappe.db.set_value(OPPORTUNITY, name, values, update_modified=False)
		outcome = self.run_job()
		self.assertEqual((outcome.warned, outcome.closed), (0, 0))

	def test_who_can_not_be_told_is_told_by_the_next_run(self):
		name = make_waiting(warned=None)
		self.tell.side_effect = OSError("No space left")
		with patch.object(frappe.db, "rollback"):
			self.assertEqual(self.run_job().warned, 0)
		self.assertIsNone(frappe.db.get_value(OPPORTUNITY, name, "auto_close_warned_on"))
		self.tell.side_effect = None
		self.assertEqual(self.run_job().warned, 1)


@site_only("Notification Settings and the Email Queue")
class TestMessage(AutoCloseTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.telling.stop()

	def test_it_comes_by_bell_and_by_email(self):
		name = make_waiting(warned=None)
		with patch("frappe.sendmail") as send:
			self.run_job()
		bell = frappe.get_last_doc("Notification Log", {"document_name": name})
		self.assertEqual((bell.for_user, bell.type), (ENGINEER, "Alert"))
		self.assertEqual(send.call_args.kwargs["recipients"], [ENGINEER])
		self.assertIn(name, send.call_args.kwargs["message"])

	def test_who_wants_no_email_gets_the_bell_alone(self):
		settings = {"doctype": "Notification Settings", "name": ENGINEER, "enable_email_notifications": 0}
		if not frappe.db.exists("Notification Settings", ENGINEER):
			frappe.get_doc({**settings, "enabled": 1}).insert(ignore_permissions=True)
		frappe.db.set_value("Notification Settings", ENGINEER, "enable_email_notifications", 0)
		make_waiting(warned=None)
		with patch("frappe.sendmail") as send:
			self.assertEqual(self.run_job().warned, 1)
		send.assert_not_called()

	def test_a_title_can_not_bring_html_along(self):
		make_waiting(warned=None, title="<img src=x onerror=alert(1)>")
		with patch("frappe.sendmail") as send:
			self.run_job()
		bell = frappe.get_last_doc("Notification Log", {"for_user": ENGINEER})
		self.assertNotIn("<img", bell.subject)
		self.assertNotIn("<img", send.call_args.kwargs["message"])


class TestKeepOpen(AutoCloseTestCase):
	def test_the_sales_engineer_puts_it_off(self):
		name = make_waiting()
		with as_user(ENGINEER):
			doors.save(name, {"keep_open_until": add_days(nowdate(), 10)})
		self.assertEqual(self.run_job().closed, 0)

	def test_a_past_day_is_refused_when_entered(self):
		name = make_waiting()
		with as_user(ENGINEER), self.assertRefused(InputError, "is in the past. Choose a later one."):
			doors.save(name, {"keep_open_until": add_days(nowdate(), -1)})

	def test_the_form_shows_the_day(self):
		doc = frappe.get_doc(OPPORTUNITY, make_waiting(since=10, warned=None))
		outlook = auto_close.get_outlook(doc)
		self.assertEqual(
			(outlook["closes_on"], outlook["is_warned"]), (getdate(add_days(nowdate(), 5)), False)
		)
		change_settings(auto_close=0)
		self.assertIsNone(auto_close.get_outlook(doc))


class TestPreview(AutoCloseTestCase):
	def test_it_tells_what_would_happen_and_why_others_stay(self):
		due, to_warn = make_waiting(), make_waiting(warned=None)
		make_waiting(needs_details=1)
		make_waiting(since=2, warned=None)
		make_waiting(keep_open_until=add_days(nowdate(), 9))
		make_waiting(next_contact_date=add_days(now_datetime(), 30))
		make_waiting(warned=1)
		plan = auto_close_api.preview()
		self.assertEqual([row["name"] for row in plan["close"]], [due])
		self.assertEqual([row["name"] for row in plan["warn"]], [to_warn])
		kept = dict(map(tuple, plan["kept"]))
		self.assertGreaterEqual(kept.pop("Nobody waits for the customer", 0), 0)
		self.assertEqual(
			kept,
			{
				"Came by e-mail and lacks details": 1,
				"Not waiting long enough": 1,
				"Kept open by its sales engineer": 1,
				"A next contact lies ahead": 1,
				"Warned, days to closing not over": 1,
			},
		)
		self.assertEqual({get_status(row["name"]) for row in (*plan["close"], *plan["warn"])}, {"Open"})

	def test_it_is_the_same_as_what_the_job_does_then(self):
		for since, warned in ((20, 5), (20, None), (14, 2), (3, None), (90, 60), (16, 3)):
			make_waiting(since=since, warned=warned)
		counts = auto_close_api.preview()["counts"]
		outcome = self.run_job()
		self.assertEqual(counts, {"close": outcome.closed, "warn": outcome.warned})

	def test_it_works_while_auto_close_is_off(self):
		change_settings(auto_close=0)
		make_waiting()
		plan = auto_close_api.preview()
		self.assertEqual((plan["is_on"], plan["counts"]["close"]), (False, 1))

	def test_it_is_for_managers(self):
		for user in (ENGINEER, personas.APPLICATION_ENGINEER, personas.OUTSIDER):
			for function in (auto_close_api.preview, auto_close_api.run_now):
				with as_user(user), self.assertRaises(frappe.PermissionError):
					function()


class TestCommand(AutoCloseTestCase):
	def run_command(self, *arguments: str):
		with patch.object(commands, "_connected"), patch.object(auto_close_run, "commit"):
			return CliRunner().invoke(
				commands.crm_pipeline, ["auto-close", *arguments], obj=frappe._dict(profile=False)
			)

	def test_the_dry_run_names_the_records_and_changes_nothing(self):
		name = make_waiting()
		make_waiting(needs_details=1)
		result = self.run_command("--dry-run")
		self.assertEqual(result.exit_code, 0, result.output)
		for text in (
			"1 to be closed as Lost",
			name,
			"0 to be warned of",
			"1 × Came by e-mail and lacks details",
		):
			self.assertIn(text, result.output)
		self.assertEqual(get_status(name), "Open")

	def test_the_real_run_says_what_it_did(self):
		name = make_waiting()
		result = self.run_command()
		self.assertIn("Closed 1, warned of 0, failed 0.", result.output)
		self.assertEqual((result.exit_code, get_status(name)), (0, "Lost"))

	def test_a_failure_shows_in_the_exit_code(self):
		frappe.db.set_value(OPPORTUNITY, make_waiting(), "region", None, update_modified=False)
		result = self.run_command()
		self.assertEqual(result.exit_code, 1)
		self.assertIn("Region is missing.", result.output)

	def test_it_says_when_auto_close_is_off(self):
		change_settings(auto_close=0)
		self.assertIn("Auto-close is switched off", self.run_command().output)


class TestJob(AutoCloseTestCase):
	def test_what_it_did_is_in_the_log_of_the_job(self):
		make_waiting()
		with patch.object(auto_close_run, "commit"), patch.object(frappe, "log") as log:
			tasks.auto_close()
		self.assertEqual([call.args for call in log.call_args_list], [("Closed 1, warned of 0, failed 0.",)])

	@site_only("the scheduler")
	def test_it_stands_in_the_long_queue_once_a_day(self):
		job = frappe.get_doc("Scheduled Job Type", {"method": auto_close.JOB})
		self.assertEqual((job.frequency, job.get_queue_name()), ("Daily Long", "long"))

	@site_only("the scheduler")
	def test_a_manager_starts_it_under_the_name_that_the_scheduler_uses(self):
		module = "frappe.core.doctype.scheduled_job_type.scheduled_job_type"
		with patch(f"{module}.enqueue") as enqueue, patch(f"{module}.is_job_enqueued") as waits:
			waits.return_value = False
			self.assertTrue(auto_close_api.run_now())
			waits.return_value = True
			self.assertFalse(auto_close_api.run_now())
		enqueue.assert_called_once()
		job = frappe.get_doc("Scheduled Job Type", {"method": auto_close.JOB})
		self.assertEqual(enqueue.call_args.kwargs["job_id"], job.rq_job_id)


class TestSettings(PipelineTestCase):
	ON = {"auto_close": 1, "auto_close_lost_reason": personas.REASON}

	def test_what_auto_close_needs_is_asked_for_while_it_is_on(self):
		for values, message in (
			({"auto_close_after_days": 1}, "Close after Days is 1. Auto-close needs at least 2 days."),
			({"auto_close_warning_days": 0}, "Warn Days Before is 0. Enter a number from 1 to 14"),
			({"auto_close_warning_days": 15}, "Warn Days Before is 15. Enter a number from 1 to 14"),
			({"auto_close_lost_reason": None}, "Lost Reason is missing. Choose the reason"),
			(
				{"auto_close_lost_reason": personas.REASON_FOR_REJECTED},
				f"Lost Reason {personas.REASON_FOR_REJECTED} applies to Rejected, and auto-close closes as Lost.",
			),
		):
			with self.subTest(values):
				values = {"auto_close_after_days": 15, "auto_close_warning_days": 3, **self.ON, **values}
				with self.assertRefused(InputError, message):
					change_settings(**values)
				change_settings(**{**values, "auto_close": 0})

	def test_the_days_are_the_same_in_selling_settings(self):
		change_settings(auto_close_after_days=21)
		selling = frappe.get_doc("Selling Settings")
		self.assertEqual(selling.pipeline_auto_close_after_days, 21)
		with as_user("Administrator"):
			selling.update({"pipeline_auto_close_after_days": 30}).save()
		self.assertEqual(frappe.get_doc(SETTINGS).auto_close_after_days, 30)

	def test_days_that_do_not_do_are_refused_in_selling_settings_too(self):
		change_settings(**self.ON, auto_close_after_days=15, auto_close_warning_days=3)
		selling = frappe.get_doc("Selling Settings").update({"pipeline_auto_close_after_days": 3})
		with as_user("Administrator"), self.assertRefused(InputError, "Warn Days Before is 3."):
			selling.save()

	def test_other_changes_of_selling_settings_leave_the_days_alone(self):
		change_settings(auto_close_after_days=21)
		with as_user("Administrator"):
			frappe.get_doc("Selling Settings").update({"so_required": "Yes"}).save()
		self.assertEqual(frappe.get_doc(SETTINGS).auto_close_after_days, 21)

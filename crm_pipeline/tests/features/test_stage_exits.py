"""How often a record left a stage, and after how long in all: it says the same as its log, whoever moved it."""

import frappe
from frappe.utils import add_to_date, now_datetime

from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.domain import lifecycle
from crm_pipeline.patches.v0_1 import fill_exit_fields
from crm_pipeline.tests import factories, personas
from crm_pipeline.tests.audit import get_log, get_problems
from crm_pipeline.tests.auto_close_case import AutoCloseTestCase, make_waiting
from crm_pipeline.tests.base import PipelineTestCase, site_only
from crm_pipeline.tests.csv_files import CsvTestCase, deal, lost_deal, to_lines
from crm_pipeline.tests.offer_documents import OffersTestCase, submit_order, submit_quotation
from crm_pipeline.tests.reports import FUNNEL, ReportTestCase, set_values

HOUR, DAY = 60 * 60, 24 * 60 * 60
REOPENED = {"reopen_reason": "Once more"}
NOTHING = dict.fromkeys(lifecycle.EXIT_FIELDS, 0)


def get_exits(name: str) -> dict:
	return dict(frappe.db.get_value(OPPORTUNITY, name, lifecycle.EXIT_FIELDS, as_dict=True))


def add_up_log(*names: str) -> dict:
	"""Return the exit fields as the log has them."""
	entries = (entry for name in names for entry in get_log(name))
	return lifecycle.add_up_exits(
		(entry.from_status, entry.to_status, entry.seconds_in_status) for entry in entries
	)


def move(doc, status: str, hours: int = 0, **values) -> None:
	"""Save the record in another stage, after so many hours in the one it is in."""
	set_values(doc, status_changed_on=add_to_date(now_datetime(), hours=-hours))
	doc.reload().update({"status": status, **factories.OUTCOMES[status], **values}).save()


def make_ways() -> list[str]:
	"""Make records that went every way there is, and return their names."""
	straight = factories.make_opportunity()
	move(straight, "Offer Made", 24)
	move(straight, "Won", 48)
	back_and_forth = factories.make_opportunity()
	for hours, status in enumerate(("Offer Made", "Lost", "Open", "Offer Made", "Rejected", "Open"), start=5):
		move(back_and_forth, status, hours, **(REOPENED if status == "Open" else {}))
	history, reopened = factories.make_history(), factories.make_history()
	move(reopened, "Open", 100, **REOPENED)
	move(reopened, "Lost", 7)
	lost = factories.make_opportunity()
	move(lost, "Lost", 3)
	return [
		doc.name for doc in (straight, back_and_forth, history, reopened, lost, factories.make_opportunity())
	]


class TestStageExits(PipelineTestCase):
	def test_a_new_record_left_no_stage(self):
		forged = dict.fromkeys(lifecycle.EXIT_FIELDS, 7)
		for doc in (factories.make_opportunity(**forged), factories.make_history(**forged)):
			self.assertEqual(get_exits(doc.name), NOTHING)

	def test_seconds_and_times_add_up_over_a_reopening(self):
		doc = factories.make_opportunity()
		move(doc, "Offer Made", 24)
		move(doc, "Lost", 48)
		move(doc, "Open", 1000, **REOPENED)
		move(doc, "Offer Made", 72)
		exits = get_exits(doc.name)
		self.assertEqual((exits["exits_open"], exits["exits_offer_made"]), (2, 1))
		self.assertAlmostEqual(exits["seconds_open"], 96 * HOUR, delta=60)
		self.assertAlmostEqual(exits["seconds_offer_made"], 48 * HOUR, delta=60)

	def test_every_way_adds_up_as_the_log_does_to_the_second(self):
		for name in make_ways():
			self.assertEqual(get_exits(name), add_up_log(name))
			self.assertEqual(get_problems(name), [])

	def test_a_save_that_moves_nothing_counts_nothing(self):
		doc = factories.make_opportunity("Offer Made")
		before = get_exits(doc.name)
		doc.update({"region": personas.OTHER_REGION, "next_step": "Call"}).save()
		self.assertEqual(get_exits(doc.name), before)

	def test_each_stage_in_play_has_its_fields(self):
		meta = frappe.get_meta(OPPORTUNITY)
		for name, stage in lifecycle.STAGES.items():
			self.assertEqual(bool(stage.exit_fields), not stage.is_closed, name)
		for name in lifecycle.EXIT_FIELDS:
			df = meta.get_field(name)
			self.assertEqual((df.fieldtype, df.hidden, df.read_only, df.no_copy), ("Int", 1, 1, 1))

	def test_the_check_of_the_log_sees_an_exit_that_never_was(self):
		doc = factories.make_opportunity("Won")
		set_values(doc, exits_offer_made=5)
		self.assertEqual([kind for kind, _entry in get_problems(doc.name)], ["Record differs from log"])


class TestFunnelOfExits(ReportTestCase):
	def test_the_report_says_what_the_log_says(self):
		names = make_ways()
		sums = add_up_log(*names)
		offered = {
			name for name in names if any(entry.to_status == "Offer Made" for entry in get_log(name))
		} | {frappe.db.get_value(OPPORTUNITY, {"name": ("in", names), "status": "Won"})}
		rows = self.get_rows(FUNNEL, "stage")
		self.assertEqual([rows[stage]["reached"] for stage in ("Open", "Offer Made", "Won")], [6, 2, 1])
		self.assertEqual(rows["Offer Made"]["reached"], len(offered))
		for stage, fields in (
			(stage, lifecycle.STAGES[stage].exit_fields) for stage in ("Open", "Offer Made")
		):
			self.assertGreater(sums[fields.count], 1)
			self.assertEqual(rows[stage]["days"], sums[fields.seconds] / DAY / sums[fields.count])
		self.assertEqual({rows[stage]["days"] for stage in ("Won", "Lost", "Rejected")}, {None})


class TestExitsOfJobs(AutoCloseTestCase):
	def test_a_batch_that_is_closed_counts_the_exits(self):
		names = [make_waiting(), make_waiting(status="Offer Made")]
		self.assertEqual(self.run_job().closed, 2)
		for name, exits in zip(names, ((1, 0), (1, 1)), strict=True):
			self.assertEqual(get_exits(name), add_up_log(name))
			self.assertEqual(
				tuple(get_exits(name)[field] for field in ("exits_open", "exits_offer_made")), exits
			)


class TestExitsOfImports(CsvTestCase):
	def test_an_offer_left_open_and_history_left_nothing(self):
		offer = deal("D1", status="Offer Made", opened_on=str(add_to_date(now_datetime(), days=-9).date()))
		self.run_import(*to_lines(offer, lost_deal("D2")))
		exits = get_exits(self.get_record("D1").name)
		self.assertEqual(exits, add_up_log(self.get_record("D1").name))
		self.assertGreater(exits["seconds_open"], 9 * DAY)
		self.assertEqual(get_exits(self.get_record("D2").name), NOTHING)


class TestExitsOfOffers(OffersTestCase):
	def test_quotation_and_order_count_the_exits(self):
		submit_order(submit_quotation(self.opportunity).name)
		exits = get_exits(self.opportunity)
		self.assertEqual((exits["exits_open"], exits["exits_offer_made"]), (1, 1))
		self.assertEqual(exits, add_up_log(self.opportunity))

	def test_a_withdrawn_offer_leaves_no_stage(self):
		quotation = submit_quotation(self.opportunity)
		before = get_exits(self.opportunity)
		quotation.reload().cancel()
		self.assertEqual(get_exits(self.opportunity), before)
		self.assertEqual(before, add_up_log(self.opportunity))


@site_only("an update with a join")
class TestFillingFromTheLog(PipelineTestCase):
	def test_older_records_say_what_their_log_says_however_often_it_runs(self):
		names = make_ways()
		before = {name: get_exits(name) for name in names}
		modified = frappe.get_all(
			OPPORTUNITY, filters={"name": ("in", names)}, pluck="modified", order_by="name"
		)
		frappe.db.set_value(OPPORTUNITY, {"name": ("in", names)}, NOTHING, update_modified=False)
		for _time in range(2):
			fill_exit_fields.execute()
			self.assertEqual({name: get_exits(name) for name in names}, before)
		self.assertEqual(
			frappe.get_all(OPPORTUNITY, filters={"name": ("in", names)}, pluck="modified", order_by="name"),
			modified,
		)

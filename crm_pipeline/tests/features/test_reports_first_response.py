"""Minutes to First Response for Opportunity: who was answered how soon, and who is still waiting."""

from crm_pipeline.tests import factories, personas
from crm_pipeline.tests.reports import FIRST_RESPONSE, ReportTestCase, days_ago, make_closed, set_values


def make_answered(minutes: int, working_minutes: int | None = None, **overrides):
	doc = factories.make_opportunity(**overrides)
	working = {} if working_minutes is None else {"working_mins_to_first_response": str(working_minutes)}
	set_values(doc, first_responded_on=days_ago(0), mins_to_first_response=str(minutes), **working)
	return doc


class TestFirstResponse(ReportTestCase):
	def test_answered_and_unanswered_are_told_apart(self):
		make_answered(30, 20)
		make_answered(90, 40)
		factories.make_opportunity()
		factories.make_opportunity("Lost")
		(row,) = self.run_report(FIRST_RESPONSE).result
		counts = [row[name] for name in ("opened", "answered", "unanswered", "waiting")]
		self.assertEqual(counts, [4, 2, 2, 1])
		self.assertEqual((row["average"], row["working_average"]), (60, 30))

	def test_an_average_of_nothing_is_empty_and_not_0(self):
		factories.make_opportunity()
		(row,) = self.run_report(FIRST_RESPONSE).result
		self.assertEqual((row["average"], row["working_average"], row["in_time"]), (None, None, 0))

	def test_an_answer_within_the_same_minute_counts(self):
		make_answered(0, 0)
		(row,) = self.run_report(FIRST_RESPONSE).result
		self.assertEqual((row["average"], row["working_average"], row["in_time"]), (0, 0, 100))

	def test_an_answer_without_working_minutes_is_in_no_average_of_them(self):
		make_answered(30, 20)
		make_answered(90)
		(row,) = self.run_report(FIRST_RESPONSE).result
		self.assertEqual((row["average"], row["working_average"]), (60, 20))

	def test_in_time_is_what_the_hours_say(self):
		for minutes in (60, 120, 121):
			make_answered(minutes)
		factories.make_opportunity()
		(row,) = self.run_report(FIRST_RESPONSE, within_hours=2).result
		self.assertEqual(row["in_time"], 50)

	def test_it_is_grouped_by_engineer_and_region(self):
		make_answered(10)
		make_answered(30, region=personas.OTHER_REGION, sales_engineer=personas.OTHER_ENGINEER)
		averages = {name: row["average"] for name, row in self.get_rows(FIRST_RESPONSE, "group").items()}
		self.assertEqual(averages, {"Nikhil North": 10, "Sunita South": 30})
		rows = self.get_rows(FIRST_RESPONSE, "group", group_by="Region")
		self.assertEqual(
			{name: row["average"] for name, row in rows.items()},
			{personas.REGION: 10, personas.OTHER_REGION: 30},
		)

	def test_the_day_of_opening_decides(self):
		set_values(make_answered(10), opened_on=days_ago(40))
		self.assertEqual(
			len(self.run_report(FIRST_RESPONSE, from_date=days_ago(45), to_date=days_ago(35)).result), 1
		)
		self.assertEqual(self.run_report(FIRST_RESPONSE, from_date=days_ago(30)).result, [])

	def test_history_knows_no_answers_and_is_left_out_unless_asked_for(self):
		make_closed()
		self.assertEqual(self.run_report(FIRST_RESPONSE).result, [])
		self.assertEqual(len(self.run_report(FIRST_RESPONSE, history="Included").result), 1)

	def test_the_footer_weighs_the_averages(self):
		for minutes in (10, 20, 30):
			make_answered(minutes)
		make_answered(100, region=personas.OTHER_REGION)
		totals = self.get_totals(self.run_report(FIRST_RESPONSE, group_by="Region"))
		self.assertEqual((totals["opened"], totals["average"]), (4, 40))

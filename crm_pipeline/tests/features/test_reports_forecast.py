"""Pipeline Forecast: what is expected, what was won, and the targets."""

from unittest import TestCase

import frappe
from frappe.utils import add_days, getdate

from crm_pipeline.domain import periods
from crm_pipeline.domain.forecast import Cell
from crm_pipeline.tests import factories, personas
from crm_pipeline.tests.reports import FORECAST, ReportTestCase, make_closed
from crm_pipeline.tests.users import as_user

TODAY = getdate()
QUARTER = periods.get_quarter(TODAY.year, TODAY.month)
NEXT = periods.get_quarter(*periods.add_months(QUARTER.from_date, 3).timetuple()[:2])


class TestFigures(TestCase):
	def test_they_are_added_up_and_compared_with_the_target(self):
		cell = Cell()
		for _deal in range(2):
			cell.add_open(1, value=100, weighted=25)
			cell.add_won(1, 50)
			cell.add_target(100)
		self.assertEqual(
			cell.get_figures(),
			{
				"open_count": 2,
				"value": 200,
				"weighted": 50,
				"won_count": 2,
				"won": 100,
				"target": 200,
				"forecast": 150,
				"won_percent": 50,
				"forecast_percent": 75,
			},
		)

	def test_without_a_target_nothing_is_said_about_reaching_it(self):
		figures = Cell(won=100).get_figures()
		self.assertEqual(
			(figures["target"], figures["won_percent"], figures["forecast_percent"]), (None,) * 3
		)


class TestForecast(ReportTestCase):
	def run_forecast(self, **filters):
		return self.run_report(FORECAST, **{"from_date": None, "to_date": None, **filters})

	def get_quarters(self, **filters) -> dict:
		return {row["period"]: row for row in self.run_forecast(group_by="Quarter", **filters).result}

	def test_open_deals_stand_where_they_are_expected_and_won_ones_where_they_were_closed(self):
		factories.make_opportunity(expected_closing=NEXT.from_date, potential_value=1000, probability=40)
		factories.make_opportunity("Won", expected_closing=NEXT.from_date)
		rows = self.get_quarters()
		self.assertEqual((rows[NEXT.label]["open_count"], rows[NEXT.label]["value"]), (1, 1000))
		self.assertEqual((rows[NEXT.label]["weighted"], rows[NEXT.label]["forecast"]), (400, 400))
		self.assertEqual((rows[QUARTER.label]["won_count"], rows[QUARTER.label]["won"]), (1, 900))

	def test_nothing_open_is_lost_sight_of(self):
		later = add_days(periods.look_ahead(None, None, TODAY)[1], 1)
		for day in (add_days(QUARTER.from_date, -1), TODAY, later, None):
			factories.make_opportunity(expected_closing=day)
		rows = self.get_quarters()
		counts = {label: row["open_count"] for label, row in rows.items() if row["open_count"]}
		self.assertEqual(counts, {"Before": 1, QUARTER.label: 1, "Later": 1, "No Date": 1})
		self.assertEqual(next(iter(rows)), "Before")
		self.assertEqual(list(rows)[-2:], ["Later", "No Date"])

	def test_months_are_whole(self):
		last = periods.get_month(TODAY.year, TODAY.month).to_date
		factories.make_opportunity(expected_closing=last)
		rows = {row["period"]: row for row in self.run_forecast(from_date=TODAY, to_date=TODAY).result}
		self.assertEqual(rows[f"{TODAY:%Y-%m}"]["open_count"], 1)

	def test_a_quarter_is_compared_with_the_targets_of_all(self):
		self.set_targets((personas.ENGINEER, 1000), (personas.OTHER_ENGINEER, 800))
		factories.make_opportunity("Won", region=personas.REGION)
		row = self.get_quarters(region=None)[QUARTER.label]
		self.assertEqual(row["target"], 1800)
		self.assertEqual(row["won_percent"], row["won"] * 100 / 1800)

	def test_engineers_are_compared_with_their_own(self):
		self.set_targets((personas.ENGINEER, 1800))
		factories.make_opportunity("Won")
		answer = self.run_forecast(group_by="Sales Engineer", sales_engineer=personas.ENGINEER, region=None)
		(row,) = answer.result
		self.assertEqual(
			(row["engineer"], row["target"], row["won"], row["won_percent"]), ("Nikhil North", 1800, 900, 50)
		)

	def test_a_target_without_a_deal_has_its_row(self):
		self.set_targets((personas.ENGINEER, 1800))
		filters = {"group_by": "Sales Engineer", "sales_engineer": personas.ENGINEER, "region": None}
		(row,) = self.run_forecast(**filters).result
		self.assertEqual((row["target"], row["won_percent"], row["open_count"]), (1800, 0, 0))

	def test_a_filter_that_leaves_sales_out_leaves_the_targets_out(self):
		self.set_targets((personas.ENGINEER, 1800))
		factories.make_opportunity("Won")
		answer = self.run_forecast(group_by="Quarter")
		self.assertNotIn("target", [column["fieldname"] for column in answer.columns])
		self.assertIn("left out while a filter", answer.message)

	def test_an_engineer_sees_their_own_target_alone(self):
		self.set_targets((personas.ENGINEER, 1000), (personas.OTHER_ENGINEER, 800))
		with as_user(personas.ENGINEER):
			rows = self.get_quarters(region=None)
		self.assertEqual(rows[QUARTER.label]["target"], 1000)

	def test_a_target_counts_for_its_company(self):
		self.set_targets((personas.ENGINEER, 1000), company="Cast Euro Works")
		with as_user("Administrator"):
			values = {"company_name": "Cast Euro Works", "abbr": "CEW", "default_currency": "EUR"}
			frappe.get_doc({"doctype": "Company", "name": "Cast Euro Works", **values}).db_insert()
		filters = {"region": None, "sales_engineer": personas.ENGINEER}
		self.assertEqual(self.get_quarters(company=personas.COMPANY, **filters), {})
		self.assertEqual(
			self.get_quarters(company="Cast Euro Works", **filters)[QUARTER.label]["target"], 1000
		)

	def test_the_chart_has_every_quarter(self):
		factories.make_opportunity(expected_closing=NEXT.from_date)
		data = self.run_forecast(group_by="Quarter").chart["data"]
		self.assertEqual((len(data["labels"]), data["labels"][0]), (4, QUARTER.label))

	def test_old_wins_and_lost_deals_are_no_forecast(self):
		make_closed(days=400)
		factories.make_opportunity("Lost", expected_closing=TODAY)
		self.assertEqual(self.run_forecast().result, [])

	def set_targets(self, *targets, company: str | None = None) -> None:
		"""Let the site have these targets, for this quarter, and no others."""
		frappe.db.delete("Pipeline Sales Target")
		for index, (user, target) in enumerate(targets, start=1):
			row = {"sales_engineer": user, "target": target, "company": company, "year": TODAY.year}
			place = {
				"parent": "Pipeline Settings",
				"parenttype": "Pipeline Settings",
				"parentfield": "targets",
			}
			quarter = str((TODAY.month + 2) // 3)
			frappe.get_doc(
				{"doctype": "Pipeline Sales Target", "quarter": quarter, "idx": index, **row, **place}
			).db_insert()

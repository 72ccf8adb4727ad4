"""Win Rate: closed opportunities, dated by their closing."""

from unittest.mock import patch

import frappe

from crm_pipeline.tests import factories, personas
from crm_pipeline.tests.reports import WIN_RATE, ReportTestCase, days_ago, make_closed
from crm_pipeline.tests.users import as_user


class TestWinRate(ReportTestCase):
	def test_it_is_the_share_of_the_won_among_the_closed(self):
		for status in ("Won", "Won", "Lost", "Rejected"):
			make_closed(status)
		factories.make_opportunity("Offer Made")
		(row,) = self.run_report(WIN_RATE).result
		self.assertEqual([row[name] for name in ("won", "lost", "rejected", "closed")], [2, 1, 1, 4])
		self.assertEqual((row["win_rate"], row["won_value"], row["average_deal"]), (50, 1800, 900))
		self.assertEqual((row["days_to_close"], row["currency"]), (20, "INR"))

	def test_the_day_of_closing_decides_not_that_of_opening_or_of_a_change(self):
		make_closed(days=40)
		make_closed(days=10)
		self.assertEqual(self.count_closed(from_date=days_ago(45), to_date=days_ago(35)), 1)
		self.assertEqual(self.count_closed(from_date=days_ago(65), to_date=days_ago(55)), 0)

	def test_both_days_of_the_period_count_whole(self):
		day = days_ago(9)
		for closed_on in (
			day.replace(hour=0, minute=0, second=0),
			day.replace(hour=23, minute=59, second=59),
		):
			make_closed(closed_on=closed_on)
		self.assertEqual(self.count_closed(from_date=day.date(), to_date=day.date()), 2)
		self.assertEqual(self.count_closed(from_date=days_ago(8).date()), 0)
		self.assertEqual(self.count_closed(to_date=days_ago(10).date()), 0)

	def test_a_reopened_opportunity_is_not_closed(self):
		doc = factories.make_opportunity("Won")
		self.assertEqual(self.count_closed(), 1)
		doc.update({"status": "Open", "reopen_reason": "Cast has second thoughts"}).save()
		self.assertEqual(self.count_closed(), 0)

	def test_history_can_be_left_out(self):
		make_closed()
		factories.make_opportunity("Won")
		self.assertEqual(self.count_closed(), 2)
		self.assertEqual(self.count_closed(history="Left Out"), 1)

	def test_a_group_of_regions_means_all_below_it(self):
		make_closed()
		make_closed(region=personas.OTHER_REGION, sales_engineer=personas.OTHER_ENGINEER)
		self.assertEqual(self.count_closed(region=personas.GROUP_REGION), 2)
		self.assertEqual(self.count_closed(region=personas.OTHER_REGION), 1)

	def test_other_filters_narrow_it(self):
		make_closed(source=personas.SOURCE)
		make_closed("Lost", product_line=personas.OTHER_PRODUCT_LINE)
		make_closed("Lost", opportunity_type=personas.OPPORTUNITY_TYPE)
		self.assertEqual(self.count_closed(source=personas.SOURCE), 1)
		self.assertEqual(self.count_closed(product_line=personas.OTHER_PRODUCT_LINE), 1)
		self.assertEqual(self.count_closed(opportunity_type=personas.OPPORTUNITY_TYPE), 1)
		self.assertEqual(self.count_closed(sales_engineer=personas.OTHER_ENGINEER), 0)

	def test_it_is_grouped_as_asked(self):
		make_closed(source=personas.SOURCE)
		make_closed("Lost", region=personas.OTHER_REGION, product_line=personas.OTHER_PRODUCT_LINE)
		groups = {
			"Region": {personas.REGION, personas.OTHER_REGION},
			"Product Line": {personas.PRODUCT_LINE, personas.OTHER_PRODUCT_LINE},
			"Business Unit": {personas.BUSINESS_UNIT},
			"Source": {personas.SOURCE, "Not set"},
			"Opportunity Type": {"Not set"},
			"Sales Engineer": {"Nikhil North"},
		}
		for group_by, expected in groups.items():
			with self.subTest(group_by):
				self.assertEqual(set(self.get_rows(WIN_RATE, "group", group_by=group_by)), expected)

	def test_months_and_quarters_stand_in_their_order(self):
		for days in (200, 100, 7):
			make_closed(days=days)
		months = [row["group"] for row in self.run_report(WIN_RATE, group_by="Month").result]
		self.assertEqual(months, [f"{days_ago(days):%Y-%m}" for days in (200, 100, 7)])
		quarters = [row["group"] for row in self.run_report(WIN_RATE, group_by="Quarter").result]
		self.assertEqual(quarters, sorted(quarters))
		self.assertEqual(
			len(quarters), len({(day.year, (day.month + 2) // 3) for day in map(days_ago, (200, 100, 7))})
		)

	def test_namesakes_are_told_apart(self):
		twin = factories.make_user("nikhil.north@north.example.com", "Sales User")
		make_closed()
		make_closed(sales_engineer=twin)
		names = set(self.get_rows(WIN_RATE, "group"))
		self.assertEqual(names, {f"Nikhil North ({user})" for user in (twin, personas.ENGINEER)})

	def test_the_footer_has_the_rate_of_all_and_no_mean_of_rates(self):
		for _number in range(3):
			make_closed()
		make_closed("Lost", region=personas.OTHER_REGION)
		answer = self.run_report(WIN_RATE, group_by="Region")
		totals = self.get_totals(answer)
		self.assertEqual((totals["closed"], totals["win_rate"], totals["won_value"]), (4, 75, 2700))
		figures = {figure["label"]: figure["value"] for figure in answer.report_summary}
		self.assertEqual((figures["Closed"], figures["Win Rate"]), (4, 75))

	def test_the_chart_shows_the_rows(self):
		make_closed()
		make_closed("Lost")
		data = self.run_report(WIN_RATE).chart["data"]
		self.assertEqual(data["labels"], ["Nikhil North"])
		self.assertEqual([series["values"] for series in data["datasets"]], [[1], [1], [0]])

	def count_closed(self, **filters) -> int:
		return sum(row["closed"] for row in self.run_report(WIN_RATE, **filters).result)


class TestCurrencies(ReportTestCase):
	def setUp(self):
		super().setUp()
		self.euro = "Cast Euro Works"
		values = {"company_name": self.euro, "abbr": "CEW", "default_currency": "EUR", "country": "India"}
		with as_user("Administrator"):
			frappe.get_doc({"doctype": "Company", "name": self.euro, **values}).db_insert()

	def test_amounts_of_two_currencies_are_never_added(self):
		make_closed(company=self.euro, currency="EUR", won_value=100)
		make_closed()
		with self.default_company(personas.COMPANY):
			answer = self.run_report(WIN_RATE)
		self.assertEqual([(row["won_value"], row["currency"]) for row in answer.result], [(900, "INR")])
		self.assertEqual(
			answer.message, f"{personas.COMPANY} only: the companies of this site use different currencies."
		)

	def test_a_company_is_reported_in_its_own_currency(self):
		make_closed(company=self.euro, currency="EUR", won_value=100)
		make_closed()
		answer = self.run_report(WIN_RATE, company=self.euro)
		self.assertEqual([(row["won_value"], row["currency"]) for row in answer.result], [(100, "EUR")])
		self.assertFalse(answer.message)

	def test_companies_of_one_currency_are_added_unless_one_is_chosen(self):
		with as_user("Administrator"):
			frappe.db.set_value("Company", self.euro, "default_currency", "INR")
		make_closed(company=self.euro, won_value=100)
		make_closed()
		for company, value in ((None, 1000), (self.euro, 100), (personas.COMPANY, 900)):
			answer = self.run_report(WIN_RATE, company=company)
			self.assertEqual(sum(row["won_value"] for row in answer.result), value)

	def test_without_a_default_company_one_must_be_chosen(self):
		make_closed()
		with self.default_company(None):
			answer = self.run_report(WIN_RATE)
		sentence = "Choose a Company: the companies of this site use different currencies."
		self.assertEqual((answer.result, answer.message), ([], sentence))

	def default_company(self, company: str | None):
		return patch("frappe.defaults.get_user_default", return_value=company)

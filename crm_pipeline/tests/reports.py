"""Running our reports as a person does, and looking behind their counts."""

import frappe
from frappe.desk import query_report
from frappe.utils import add_days, now_datetime, nowdate

from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.tests import factories, personas
from crm_pipeline.tests.base import PipelineTestCase
from crm_pipeline.tests.clocks import backdate

FIRST_RESPONSE = "Minutes to First Response for Opportunity"
LOST_TRENDS = "Lost Opportunity Trends"
FUNNEL = "Pipeline Funnel"
WIN_RATE = "Win Rate"
FORECAST = "Pipeline Forecast"
STALLED = "Stalled Opportunities"
REPORTS = (FIRST_RESPONSE, LOST_TRENDS, FUNNEL, WIN_RATE, FORECAST, STALLED)


def days_ago(days: int):
	return add_days(now_datetime(), -days).replace(microsecond=0)


def make_closed(status: str = "Won", days: int = 7, **overrides):
	"""Insert a deal of history that was closed so many days ago, 20 days after it was opened."""
	outcome = {"lost_reasons": [], **factories.OUTCOMES[status]}
	dates = {"opened_on": days_ago(days + 20), "closed_on": days_ago(days)}
	return factories.make_history(**{"status": status, **outcome, **dates, **overrides})


def set_values(doc, **values) -> None:
	"""Write what the app only writes as time goes by; a date with its stamp."""
	backdate(doc.name, **values)


class ReportTestCase(PipelineTestCase):
	"""Reports on the cast's region, whatever else the site holds."""

	def run_report(self, report: str, **filters) -> frappe._dict:
		given = {"region": personas.GROUP_REGION, "from_date": days_ago(365).date(), "to_date": nowdate()}
		given = {name: value for name, value in {**given, **filters}.items() if value is not None}
		return frappe._dict(query_report.run(report, frappe.as_json(given)))

	def get_rows(self, report: str, key: str, **filters) -> dict:
		"""Return the rows by the value of their column `key`."""
		return {row[key]: row for row in self.run_report(report, **filters).result}

	def get_totals(self, answer) -> dict:
		return {column["fieldname"]: column.get("total") for column in answer.columns}

	def assertCountsOpenTheirLists(self, answer) -> None:
		"""Every count with a list behind it is that list's length, in the rows and in the footer."""
		looked_at = 0
		for column in answer.columns:
			if "slice" not in column:
				continue
			fieldname = column["fieldname"]
			counts = [(column["total"], column["slice"])] + [
				(row[fieldname], {**column["slice"], **row.get("slice", {}), **row["slices"][fieldname]})
				if "slices" in row
				else (row[fieldname], {**column["slice"], **row.get("slice", {})})
				for row in answer.result
				if fieldname in row.get("slices", [fieldname])
			]
			for count, list_filters in counts:
				looked_at += 1
				self.assertEqual(count, count_list(list_filters), f"{fieldname}: {list_filters}")
		self.assertGreater(looked_at, 0)


def count_list(list_filters: dict) -> int:
	"""Return how many opportunities the list shows."""
	filters = []
	for key, value in list_filters.items():
		doctype, fieldname = key.split(".") if "." in key else (OPPORTUNITY, key)
		operator, operand = value if isinstance(value, list) else ("=", value)
		filters.append([doctype, fieldname, operator, operand])
	return len(frappe.get_list(OPPORTUNITY, filters=filters, pluck="name", limit_page_length=0))

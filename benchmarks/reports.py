"""Script reports, number cards and charts, for a manager and for the engineer with a fifth of the rows."""

from __future__ import annotations

import json
import re
import tracemalloc
from collections.abc import Iterator
from unittest.mock import patch

import frappe
from frappe.core.doctype.report.report import get_report_module_dotted_path
from frappe.desk.doctype.dashboard_chart import dashboard_chart
from frappe.desk.doctype.number_card.number_card import get_result
from frappe.utils import add_days, add_months, nowdate

from benchmarks import people
from benchmarks.data import DAYS
from benchmarks.measure import Sample, alternate, counted_statements, drop_failing
from benchmarks.site import fresh, get_company
from benchmarks.table import Row, make_row
from crm_pipeline.api.desk import get_card
from crm_pipeline.dashboard.cards import CARDS
from crm_pipeline.dashboard.charts import CHARTS, get_chart
from crm_pipeline.reporting import filters as report_filters

FAMILY = "reports"
MOST = 300
ADDS_UP = re.compile(
	r"^select .*?\b(?:count|sum|min)\(.*?( from `tabPipeline Opportunity`.*? where .*?)(?: group by .*)?(?: order by .*)?$",
	re.I,
)
USERS = {"manager": people.MANAGER, "owner of 20 %": people.BIG_OWNER}
STAGES_REPORT = "Opportunity Summary by Sales Stage"
# our report → the nearest of ERPNext's and its filters beside the period
REPORTS = {
	"Minutes to First Response for Opportunity": ("First Response Time for Opportunity", {}),
	"Lost Opportunity Trends": ("Lost Opportunity", {"company": None}),
	"Pipeline Funnel": (
		STAGES_REPORT,
		{"based_on": "Opportunity Owner", "data_based_on": "Amount", "company": None},
	),
	"Win Rate": (STAGES_REPORT, {"based_on": "Source", "data_based_on": "Number", "company": None}),
	"Pipeline Forecast": (
		"Sales Pipeline Analytics",
		{"pipeline_by": "Owner", "range": "Monthly", "based_on": "Amount", "company": None},
	),
	"Stalled Opportunities": (None, {}),
}
# our report → what both sides must agree on, as ours and as ERPNext's tell it
AGREED = {
	"Lost Opportunity Trends": (
		lambda ours: next(figure["value"] for figure in ours[4] if figure["label"] == "Lost"),
		lambda theirs: len(theirs[1]),
	),
	"Pipeline Funnel": (
		lambda ours: round(sum(row["value"] for row in ours[1])),
		lambda theirs: round(sum(value for row in theirs[1] for value in row.values() if is_number(value))),
	),
}
# our card → ERPNext's with the same meaning
CARD_PAIRS = {"Open": "Open Opportunity", "New This Month": "New Opportunity (Last 1 Month)"}
CHART_PAIRS = {
	"Pipeline by Region": "Territory Wise Opportunity Count",
	"Pipeline Won Value by Month": "Won Opportunities",
}


def run(repeats: int) -> Iterator[Row]:
	yield from measure_reports(repeats)
	yield from measure_one_company(repeats)
	yield from measure_cards(repeats)
	yield from measure_charts(repeats)


def measure_reports(repeats: int) -> Iterator[Row]:
	today = nowdate()
	periods = {"a year": add_months(today, -12), "five years": add_days(today, -DAYS)}
	for name, (theirs, more) in REPORTS.items():
		for title, first in periods.items():
			period = {"from_date": first, "to_date": today}
			for who, user in USERS.items():
				sides = {"ours": lambda name=name, period=period: run_report(name, period)}
				if theirs and user == people.MANAGER:
					more = {key: value or get_company().name for key, value in more.items()}
					filters = {**period, **more}
					sides["theirs"] = lambda theirs=theirs, filters=filters: run_report(theirs, filters)
				yield measure(f"{name}, {title}, {who}", sides, user, repeats, theirs or "", AGREED.get(name))


def measure_one_company(repeats: int) -> Iterator[Row]:
	"""Measure what a reader sees on a site with several companies who chooses one."""
	company = get_company()
	period = {"from_date": add_months(nowdate(), -12), "to_date": nowdate(), "company": company.name}
	chosen = (company.name, company.default_currency, "")
	with patch.object(report_filters, "choose_company", lambda _company: chosen):
		for name in REPORTS:
			sides = {"ours": lambda name=name: run_report(name, period)}
			yield measure(f"{name}, a year, one of several companies", sides, people.MANAGER, repeats, "")


def measure_cards(repeats: int) -> Iterator[Row]:
	for name in CARDS:
		for who, user in USERS.items():
			sides = {"ours": lambda name=name: get_card(json.dumps({"card": name}))}
			if name in CARD_PAIRS and user == people.MANAGER:
				sides["theirs"] = lambda name=name: get_their_card(CARD_PAIRS[name])
			yield measure(f"card {name}, {who}", sides, user, repeats, CARD_PAIRS.get(name, ""))


def measure_charts(repeats: int) -> Iterator[Row]:
	for name in CHARTS:
		for who, user in USERS.items():
			sides = {"ours": lambda name=name: get_chart(name)}
			if name in CHART_PAIRS and user == people.MANAGER:
				sides["theirs"] = lambda name=name: get_their_chart(CHART_PAIRS[name])
			yield measure(f"chart {name}, {who}", sides, user, repeats, CHART_PAIRS.get(name, ""))


def measure(work: str, sides: dict, user: str, repeats: int, pair: str, agreed: tuple | None = None) -> Row:
	failure = drop_failing(sides, lambda: fresh(user))
	samples = alternate(sides, repeats, before=lambda: fresh(user))
	if agreed and "theirs" in sides:
		assert_same(samples, agreed, work)
	note = f"{failure}floor = counting what it reads; ours takes {get_peak(sides['ours'], user):.1f} MB"
	if "theirs" in sides:
		note = f"against {pair}; {note}"
	floor = time_bare_counts(sides["ours"], user, repeats)
	return make_row(FAMILY, work, samples, most=MOST, floor=floor, note=note)


def assert_same(samples: dict[str, Sample], agreed: tuple, work: str) -> None:
	ours, theirs = (tell(sample.result) for tell, sample in zip(agreed, samples.values(), strict=True))
	if ours != theirs:
		raise AssertionError(f"{work}: {ours} here, {theirs} in ERPNext's report")


def is_number(value) -> bool:
	return isinstance(value, int | float)


def time_bare_counts(work, user: str, repeats: int) -> float:
	"""Return how long it takes to count the records, with joins, that the statements of some work add up."""
	fresh(user)
	with counted_statements() as seen:
		work()
	counts = [count for statement in seen if (count := get_bare_count(statement))]
	return alternate({"bare": lambda: [frappe.db.sql(count) for count in counts]}, repeats)["bare"].median


def get_bare_count(statement: str) -> str | None:
	"""Return the count of what a statement on opportunities reads, None for another statement."""
	found = ADDS_UP.search(" ".join(statement.split()))
	return f"select count(*) {found.group(1)}" if found else None


def get_peak(work, user: str) -> float:
	"""Return the MB of Python objects that a run holds at most."""
	fresh(user)
	tracemalloc.start()
	try:
		work()
		return tracemalloc.get_traced_memory()[1] / 1e6
	finally:
		tracemalloc.stop()


def run_report(name: str, filters: dict):
	"""Run what the report's page runs, without the page's own formatting."""
	module = frappe.get_cached_value("Report", name, "module")
	execute = frappe.get_attr(f"{get_report_module_dotted_path(module, name)}.execute")
	return execute(frappe._dict(filters))


def get_their_card(name: str):
	card = frappe.get_doc("Number Card", name)
	filters = [row for row in json.loads(card.filters_json) if row[3] is not None]
	if name == "Open Opportunity":  # as delivered it counts every status
		filters = [["Opportunity", "status", "=", "Open"]]
	return get_result(card.as_json(), filters)


def get_their_chart(name: str):
	return dashboard_chart.get(chart_name=name, refresh=1, timespan="Last Year")

"""What the browser does with cards, charts and lists, said in Python."""

import json
from collections.abc import Iterator
from pathlib import Path

import frappe
from frappe.desk import reportview

import crm_pipeline
from crm_pipeline.tests.permissions.doors import OPPORTUNITY, call_report_view

MODULE = Path(crm_pipeline.__file__).parent / "crm_pipeline"


def get_definitions(folder: str) -> list[dict]:
	"""Return the records that the app ships in a folder of its module."""
	return [json.loads(path.read_text()) for path in sorted(MODULE.glob(f"{folder}/*/*.json"))]


def get_list_filters(route_options: dict) -> list[list]:
	"""Return the filters that a list sets when it is opened with the options."""
	split = [(*key.split("."), *value) for key, value in route_options.items()]
	return [list(condition) for condition in split]


def count_list(route_options: dict) -> int:
	"""Return the number that the list shows for the current user."""
	filters = get_list_filters(route_options)
	distinct = any(doctype != OPPORTUNITY for doctype, *_ in filters)
	return call_report_view(
		reportview.get_count, filters=json.dumps(filters), distinct=json.dumps(distinct), fields="[]"
	)


def sum_list(route_options: dict, field: str) -> float:
	"""Return the sum of a column of the whole list for the current user."""
	filters = get_list_filters(route_options)
	return sum(frappe.get_list(OPPORTUNITY, filters=filters, pluck=field, limit_page_length=0))


def get_parts(chart: dict) -> Iterator[tuple[str, float, dict]]:
	"""Yield each part of a chart: its label, its value and what a click on it opens."""
	if chart:
		yield from zip(chart["labels"], chart["datasets"][0]["values"], chart["slices"], strict=True)

"""Records that wait for their customers, and the job that warns of and closes them."""

from collections import Counter
from unittest.mock import patch

import frappe
from frappe.utils import add_days, now_datetime

from crm_pipeline.auto_close import run as auto_close_run
from crm_pipeline.constants import OPPORTUNITY, SETTINGS
from crm_pipeline.notices import notice
from crm_pipeline.tests import factories, personas
from crm_pipeline.tests.base import PipelineTestCase
from crm_pipeline.tests.users import as_user

ON = {
	"auto_close": 1,
	"auto_close_after_days": 15,
	"auto_close_warning_days": 3,
	"auto_close_lost_reason": personas.REASON,
}


class AutoCloseTestCase(PipelineTestCase):
	"""Auto-close is on: 15 days, a warning 3 days before. Nothing else on the site waits for a customer.

	What people are told is noted in `self.tell` and not sent.
	"""

	def setUp(self) -> None:
		super().setUp()
		record = frappe.qb.DocType(OPPORTUNITY)
		frappe.qb.update(record).set(record.awaiting_response_since, None).run()
		change_settings(**ON)
		self.telling = patch.object(notice, "tell")
		self.tell = self.telling.start()
		self.addCleanup(self.telling.stop)

	def run_job(self) -> auto_close_run.Outcome:
		"""Run the job as the scheduler does, without its commits."""
		with as_user("Administrator"), patch.object(auto_close_run, "commit"):
			return auto_close_run.run()


def change_settings(**values) -> None:
	with as_user("Administrator"):
		frappe.get_doc(SETTINGS).update(values).save()


def make_waiting(since: int = 20, warned: int | None = 5, status: str = "Open", **overrides) -> str:
	"""Insert an opportunity whose customer has been silent for `since` days, warned of `warned` days ago."""
	name = factories.make_opportunity(status).name
	values = {"awaiting_response_since": days_ago(since), "auto_close_warned_on": days_ago(warned)}
	frappe.db.set_value(OPPORTUNITY, name, {**values, **overrides}, update_modified=False)
	return name


def days_ago(days: int | None):
	return None if days is None else add_days(now_datetime(), -days)


def get_status(name: str) -> str:
	return frappe.db.get_value(OPPORTUNITY, name, "status")


def get_contradictions(names: list[str]) -> list[str]:
	"""Return what does not go together on records with one to-do and one event: each is open, or closed completely."""
	fields = ["name", "status", "closed_on", "next_contact_event", "_assign"]
	records = frappe.get_all(OPPORTUNITY, filters={"name": ("in", names)}, fields=fields, order_by="name")
	about = {"reference_doctype": OPPORTUNITY, "reference_name": ("in", names)}
	reasons = _count("Pipeline Opportunity Lost Reason", "parent", parent=("in", names))
	entries = _count("Pipeline Audit Log", "reference_name", event="Auto Closed", **about)
	comments = _count("Comment", "reference_name", comment_type="Assignment Completed", **about)
	todos = _get_statuses("ToDo", "reference_name", names)
	events = _get_statuses("Event", "name", [record.next_contact_event for record in records])
	found = []
	for record in records:
		is_closed = record.status == "Lost"
		assignees = len(frappe.parse_json(record._assign or "[]"))
		actual = (bool(record.closed_on), reasons[record.name], entries[record.name], comments[record.name])
		companions = (todos.get(record.name), events.get(record.next_contact_event), assignees)
		expected = ("Closed", "Closed", 0) if is_closed else ("Open", "Open", 1)
		if actual != (is_closed,) * 4 or companions != expected:
			found.append(f"{record.name} is {record.status}: {actual}, {companions}")
	return found


def _count(doctype: str, fieldname: str, **filters) -> Counter:
	return Counter(frappe.get_all(doctype, filters=filters, pluck=fieldname))


def _get_statuses(doctype: str, fieldname: str, names: list[str]) -> dict[str, str]:
	"""Return the status per record; several make no status."""
	rows = frappe.get_all(doctype, filters={fieldname: ("in", names)}, fields=[fieldname, "status"])
	counts = Counter(row[fieldname] for row in rows)
	return {row[fieldname]: row.status for row in rows if counts[row[fieldname]] == 1}

"""Stalled opportunities by e-mail: a stock Auto Email Report per user, for what that user sees."""

import json

import frappe
from frappe import _
from frappe.model.document import Document

from crm_pipeline import compat
from crm_pipeline.access.permissions import is_manager
from crm_pipeline.constants import HIDDEN
from crm_pipeline.refusal import list_choices, refuse

REPORT = "Stalled Opportunities"
DIGEST = "Auto Email Report"
STOPPED = "Never"
FREQUENCIES = (STOPPED, "Daily", "Weekdays", "Weekly")
DAY = "Monday"
MOST_ROWS = 100


def get_frequency() -> str:
	"""Return how often the current user gets the digest: Never, Daily, Weekdays or Weekly (on Mondays)."""
	return frappe.db.get_value(DIGEST, {**_get_key(), "enabled": 1}, "frequency") or STOPPED


def set_frequency(frequency: str) -> str:
	"""Have the digest sent to the current user's own address, or no longer (Never); return it, refuse another one."""
	if frequency not in FREQUENCIES:
		refuse(
			_("{0} can't be {1}. Choose one of: {2}."), _("Frequency"), frequency, list_choices(FREQUENCIES)
		)
	for name in frappe.get_all(DIGEST, filters=_get_key(), pluck="name"):
		frappe.delete_doc(
			DIGEST, name, ignore_permissions=True
		)  # reason: the user's own, and made here again
	if frequency != STOPPED:
		make_digest(frequency).insert(ignore_permissions=True)  # reason: own address, own opportunities
	return frequency


def make_digest(frequency: str):
	"""Return the current user's digest, unsaved. Nothing is sent on days when nothing is stalled."""
	email = frappe.db.get_value("User", frappe.session.user, "email")
	values = {"email_to": email, "format": "HTML", "send_if_data": 1, "no_of_rows": MOST_ROWS, "enabled": 1}
	timing = {"frequency": frequency, "day_of_week": DAY}
	return frappe.get_doc(
		{"doctype": DIGEST, "report_type": "Script Report", **_get_key(), **values, **timing}
	)


def _get_key() -> dict:
	return {"report": REPORT, "user": frappe.session.user}


def limit_to_reader(digest) -> None:
	"""Let a report of ours that goes out by e-mail hold only what its user sees: the scheduler runs it as Administrator.

	Only a manager sets one up in the name of somebody else.
	"""
	report = frappe.db.get_value("Report", digest.report, ["ref_doctype", "report_type"], as_dict=True)
	if not report or report.ref_doctype not in HIDDEN:
		return
	if digest.user != frappe.session.user and not is_manager():
		message = _("This report can't be sent as {0} sees it. Choose yourself as the user.")
		refuse(message, digest.user, exception=frappe.PermissionError)
	if report.report_type == "Report Builder":
		return  # the framework runs it as that user
	filters = frappe.parse_json(digest.filters or "{}") or {}
	digest.filters = json.dumps({**filters, "for_user": digest.user})


def has_permission(doc: Document, ptype: str | None = None, user: str | None = None) -> bool | None:
	"""A report of ours by e-mail is its user's: whoever opens it would see what they see."""
	user = user or frappe.session.user
	is_ours = frappe.db.get_value("Report", doc.report, "ref_doctype") in HIDDEN if doc.report else False
	return False if is_ours and doc.user != user and not is_manager(user) else compat.no_objection()


def delete_digests(reports: list[str]) -> None:
	frappe.db.delete(DIGEST, {"report": ("in", reports)})

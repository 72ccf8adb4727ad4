"""Hands the open opportunities of one user to another, or back to routing: as one job, each with its audit entry."""

from hashlib import sha256

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_fullname
from frappe.utils.background_jobs import is_job_enqueued

from crm_pipeline.access.eligibility import ELIGIBLE_ROLES, is_eligible
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.domain import json_text, lifecycle
from crm_pipeline.domain.text import is_blank
from crm_pipeline.notices import notice
from crm_pipeline.record import locking, one_by_one
from crm_pipeline.record.input_values import validate_reason
from crm_pipeline.refusal import refuse
from crm_pipeline.routing import router

RUN = "crm_pipeline.routing.hand_over.run"


def preview(from_user: str, names: list[str] | None) -> dict:
	"""Return what a hand-over would move: {"opportunities": [rows], "todos": n, "events": n}."""
	_validate_user(from_user)
	rows = _get_records(from_user, names)
	found = [row.name for row in rows]
	return {
		"opportunities": rows,
		"todos": frappe.db.count("ToDo", _get_todo_filters(from_user, found)),
		"events": len([row for row in rows if row.next_contact_by == from_user]),
	}


def start(from_user: str, reason: str, to_user: str | None, names: list[str] | None) -> dict:
	"""Start the job that gives all (or the named) open opportunities of `from_user` to `to_user`, or routes them.

	Returns {"opportunities": how many}.
	"""
	_validate_user(from_user)
	if is_blank(reason):
		refuse(_("The reason is missing. Say why the opportunities of {0} are handed over."), from_user)
	validate_reason(_("The reason"), reason)
	if to_user and (to_user == from_user or not is_eligible(to_user, "sales_engineer")):
		refuse(_("{0} can't take over. Choose another enabled user with a sales role."), to_user)
	job = {
		"from_user": from_user,
		"to_user": to_user,
		"names": [row.name for row in _get_records(from_user, names)],
		"reason": reason,
	}
	job_id = f"crm_pipeline_hand_over|{sha256(json_text.write(job).encode()).hexdigest()}"
	if is_job_enqueued(job_id):
		refuse(_("The same hand-over of {0} is waiting already. You hear when it is done."), from_user)
	frappe.enqueue(
		RUN, queue="long", timeout=one_by_one.SIX_HOURS, job_id=job_id, enqueue_after_commit=True, **job
	)
	return {"opportunities": len(job["names"])}


def run(from_user: str, to_user: str | None, names: list[str], reason: str) -> dict:
	"""The job: one record after the other, each committed. What was done already is skipped when run again.

	Returns {"moved": [name, …], "refused": [{"name", "reason"}, …]}; the manager who started it is notified.
	"""

	def move(name: str) -> bool:
		return _move(name, from_user, to_user, reason)

	moved, refused = one_by_one.run(names, move, _("Handing Over"))
	result = {"moved": moved, "refused": refused}
	_report(result, from_user, to_user, len(names))
	return result


def _move(name: str, from_user: str, to_user: str | None, reason: str) -> bool:
	doc = locking.get_locked(name)
	if doc.status not in lifecycle.get_open_statuses():
		return False
	fieldnames = [fieldname for fieldname in ELIGIBLE_ROLES if doc.get(fieldname) == from_user]
	doc.flags.audit_reason = reason
	for fieldname in fieldnames:
		_replace(doc, fieldname, from_user, to_user)
	if fieldnames:
		doc.save(ignore_permissions=True)  # reason: the API let managers in only
	return bool(fieldnames)


def _replace(doc: Document, fieldname: str, from_user: str, to_user: str | None) -> None:
	if fieldname != "sales_engineer":
		doc.set(fieldname, to_user)
	elif to_user:
		doc.sales_engineer = to_user
	else:
		router.route(doc, excluded=from_user)


def _get_records(from_user: str, names: list[str] | None) -> list:
	record = frappe.qb.DocType(OPPORTUNITY)
	query = (
		frappe.qb.from_(record)
		.select(record.name, record.title, record.region, record.status, record.next_contact_by)
		.where((record.sales_engineer == from_user) | (record.application_engineer == from_user))
		.where(record.status.isin(lifecycle.get_open_statuses()))
		.orderby(record.name)
	)
	if names is not None:
		query = query.where(record.name.isin(names or [""]))
	return query.run(as_dict=True)


def _validate_user(user: str) -> None:
	"""Refuse a name that is nobody's; who was deleted may have left opportunities."""
	if not frappe.db.exists("User", user) and not _get_records(user, None):
		refuse(_("There is no user {0}. Choose one from the list."), user)


def _get_todo_filters(user: str, names: list[str]) -> dict:
	return {
		"reference_type": OPPORTUNITY,
		"reference_name": ("in", names or [""]),
		"allocated_to": user,
		"status": "Open",
	}


def _report(result: dict, from_user: str, to_user: str | None, asked: int) -> None:
	subject = _("Handed over from {0} to {1}: {2} moved, {3} refused.").format(
		get_fullname(from_user),
		get_fullname(to_user) if to_user else _("routing"),
		len(result["moved"]),
		len(result["refused"]),
	)
	if gone := asked - len(result["moved"]) - len(result["refused"]):
		subject += " " + _("{0} had been handed over or closed before.").format(gone)
	notice.tell_of_job(subject, result["refused"])

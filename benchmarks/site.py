"""The benchmark's hold on its site: connecting as a fresh request does, and cleaning up after measuring."""

from __future__ import annotations

import os
from datetime import datetime

import frappe

from crm_pipeline.constants import OPPORTUNITY

THEIRS = "Opportunity"
# what measuring makes, beside the opportunities themselves
MADE = (
	"Pipeline Opportunity Item",
	"Pipeline Opportunity Lost Reason",
	"Pipeline Audit Log",
	"Opportunity Item",
	"Opportunity Lost Reason Detail",
	"ToDo",
	"DocShare",
	"Version",
	"Comment",
	"Notification Log",
	"Event",
	"Error Log",
	"Access Log",
	"Activity Log",
	OPPORTUNITY,
	THEIRS,
)


def connect(site: str, user: str = "Administrator") -> None:
	"""Begin as a request does: nothing remembered but what Redis and the interpreter keep."""
	if getattr(frappe.local, "initialised", False):
		frappe.destroy()
	frappe.init(site=site, sites_path=".")
	frappe.connect()
	frappe.set_user(user)
	frappe.db.sql("select 1")  # the connection is made at the first statement
	# a request's mails and real-time messages go nowhere here
	frappe.flags.mute_emails = True


def fresh(user: str) -> None:
	"""Forget this request and begin another one as `user`."""
	connect(frappe.local.site, user)


def get_site() -> str:
	return os.environ["BENCHMARK_SITE"]


def get_company() -> dict:
	return frappe.get_all("Company", fields=["name", "default_currency"], order_by="creation", limit=1)[0]


def remove_made_since(start: datetime) -> None:
	"""Delete what was measured into being; the bulk data is older than the run."""
	frappe.db.rollback()
	for doctype in MADE:
		table = frappe.qb.DocType(doctype)
		frappe.qb.from_(table).delete().where(table.creation >= start).run()
		frappe.db.commit()

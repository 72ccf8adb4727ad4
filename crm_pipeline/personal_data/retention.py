"""Files and copies that the app leaves, and that go after a time: they hold personal data and are read for some days.

Of import files only those for DocTypes of ours; of rejects only those that the command wrote and nobody has written since.
"""

import json
from datetime import datetime
from pathlib import Path

import frappe
from frappe.utils import add_days, cint, get_datetime, now_datetime

from crm_pipeline.constants import OPPORTUNITY, SETTINGS
from crm_pipeline.record import transactions

MODULE = "CRM Pipeline"
REJECTS = "crm_pipeline_rejects"
BATCH_SIZE = 500


def remember_rejects(path: Path) -> None:
	"""Note a file that the command wrote, so that it goes in its time."""
	written = {"path": str(path), "size": path.stat().st_size, "at": str(now_datetime())}
	_write_rejects([*_read_rejects(), written])


def run() -> None:
	"""The daily job: remove what is older than the days of the settings; 0 keeps it."""
	days = cint(frappe.get_cached_doc(SETTINGS).keep_files_for_days)
	if not days:
		return
	before = add_days(now_datetime(), -days)
	_remove_import_files(before)
	_remove_deleted_documents(before)
	_remove_rejects(before)


def _remove_import_files(before: datetime) -> None:
	"""Remove what was imported by the framework's Data Import, and what it noted of each row."""
	doctypes = frappe.get_all("DocType", filters={"module": MODULE}, pluck="name")
	filters = {"reference_doctype": ("in", doctypes), "creation": ("<", before)}
	for name in frappe.get_all("Data Import", filters=filters, pluck="name"):
		frappe.db.delete("Data Import Log", {"data_import": name})
		attached = {"attached_to_doctype": "Data Import", "attached_to_name": name}
		for file in frappe.get_all("File", filters=attached, pluck="name"):
			with transactions.attempt():
				frappe.delete_doc(
					"File", file, ignore_permissions=True
				)  # reason: a job, for files of imports of ours


def _remove_deleted_documents(before: datetime) -> None:
	"""Remove the copies that the framework keeps of deleted opportunities; their log stays."""
	filters = {"deleted_doctype": OPPORTUNITY, "creation": ("<", before)}
	while names := frappe.get_all("Deleted Document", filters=filters, pluck="name", limit=BATCH_SIZE):
		frappe.db.delete("Deleted Document", {"name": ("in", names)})


def _remove_rejects(before: datetime) -> None:
	known = _read_rejects()
	old = [written for written in known if get_datetime(written["at"]) < before]
	for written in old:
		path = Path(written["path"])
		if path.is_file() and path.stat().st_size == written["size"]:
			path.unlink()
	if old:
		_write_rejects([written for written in known if written not in old])


def _read_rejects() -> list[dict]:
	return json.loads(frappe.db.get_global(REJECTS) or "[]")


def _write_rejects(files: list[dict]) -> None:
	frappe.db.set_global(REJECTS, json.dumps(files))

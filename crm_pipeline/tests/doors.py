"""The ways in which a person or a program changes a record: each takes its name and the new values.

All run inside the test's transaction. A door that commits or rolls back on its own is stopped at a savepoint.
"""

import csv
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from unittest.mock import patch

import frappe
import frappe.api
import frappe.client
from frappe.desk.doctype.bulk_update.bulk_update import submit_cancel_or_update_docs
from frappe.desk.form.save import savedocs
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from crm_pipeline.api import opportunity as api
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.tests.users import as_user

ACTIONS = {
	"Offer Made": api.make_offer,
	"Won": api.mark_won,
	"Lost": api.mark_lost,
	"Rejected": api.mark_rejected,
	"Open": api.reopen,
}


def save(name: str, values: dict) -> None:
	frappe.get_doc(OPPORTUNITY, name).update(values).save()


def save_as_administrator(name: str, values: dict) -> None:
	with as_user("Administrator"):
		save(name, values)


def save_form(name: str, values: dict) -> None:
	"""The form sends the whole document as JSON."""
	doc = json.loads(frappe.get_doc(OPPORTUNITY, name).as_json())
	frappe.local.response = frappe._dict(docs=[])
	savedocs(json.dumps({**doc, **values}), "Save")


def press_button(name: str, values: dict) -> None:
	arguments = {**values, "name": name}
	status = arguments.pop("status")
	if reasons := arguments.get("lost_reasons"):
		arguments["lost_reasons"] = json.dumps([row["lost_reason"] for row in reasons])
	ACTIONS[status](**arguments)


def set_value(name: str, values: dict) -> None:
	frappe.client.set_value(OPPORTUNITY, name, json.dumps(values))


def edit_in_bulk(name: str, values: dict) -> None:
	"""The list's Edit: it swallows what goes wrong and returns the names that failed."""
	with own_transaction():
		failed = submit_cancel_or_update_docs(OPPORTUNITY, [name], "update", json.dumps(values))
	if failed:
		raise frappe.ValidationError(*(message["message"] for message in frappe.get_message_log()[-1:]))


def put(name: str, values: dict) -> None:
	call_rest("PUT", f"/api/resource/{OPPORTUNITY}/{name}", **values)


def call_rest(method: str, path: str, **arguments):
	"""Return what the REST handler answers, as Python values. The caller is the current user."""
	body = {"query_string": arguments} if method == "GET" else {"json": arguments}
	request = Request(EnvironBuilder(path=path, method=method, **body).get_environ())
	with in_request(request, arguments):
		return frappe.api.handle(request).get_json()


@contextmanager
def in_request(request, arguments: dict) -> Iterator[None]:
	frappe.local.request = request
	frappe.local.form_dict = frappe._dict(arguments)
	frappe.local.response = frappe._dict(docs=[])
	try:
		yield
	finally:
		frappe.local.form_dict = frappe._dict()
		del frappe.local.request


def import_data(name: str, values: dict) -> None:
	"""Data Import, "Update Existing Records", with one row. Site only."""
	messages = run_data_import("Update Existing Records", {"name": name, **values})
	if messages:
		raise frappe.ValidationError(messages)


def run_data_import(import_type: str, row: dict) -> str:
	"""Return what the import log says went wrong, empty when nothing did."""
	from frappe.core.doctype.data_import.importer import Importer

	data_import = frappe.get_doc(
		{"doctype": "Data Import", "reference_doctype": OPPORTUNITY, "import_type": import_type}
	).insert(ignore_permissions=True)
	with tempfile.NamedTemporaryFile("w", suffix=".csv", newline="") as file, own_transaction():
		csv.writer(file).writerows([row, row.values()])
		file.flush()
		# it writes what failed into a file that nobody takes away
		with redirect_stdout(StringIO()), patch.object(Importer, "print_import_log"):
			Importer(OPPORTUNITY, data_import=data_import, file_path=file.name, console=True).import_data()
	log = frappe.get_all(
		"Data Import Log", filters={"data_import": data_import.name}, fields=["success", "messages"]
	)
	return "" if all(entry.success for entry in log) else str(log)


@contextmanager
def own_transaction() -> Iterator[None]:
	"""Let the door commit and roll back: neither reaches beyond its savepoint."""
	real_rollback = frappe.db.rollback
	frappe.db.savepoint("door")

	def rollback(*, save_point: str | None = None) -> None:
		real_rollback(save_point=save_point or "door")

	with patch.object(frappe.db, "commit"), patch.object(frappe.db, "rollback", rollback):
		yield

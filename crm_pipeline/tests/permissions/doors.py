"""Every door to an opportunity: each takes the record and tells whether it let the current user through.

A door is closed when it raises PermissionError or when its answer leaves the record out.
"""

import json

import frappe
import frappe.client
import frappe.share
from frappe.desk import calendar, query_report, reportview, search
from frappe.desk.form.load import getdoc

from crm_pipeline.api import opportunity as api
from crm_pipeline.constants import AUDIT_LOG, ITEM_ROW, OPPORTUNITY
from crm_pipeline.tests import doors as ways_in
from crm_pipeline.tests import factories, personas
from crm_pipeline.tests.base import IS_SANDBOX


def is_open(door, doc) -> bool:
	try:
		return bool(door(doc))
	except frappe.PermissionError:
		return False


def call_report_view(method, **arguments):
	frappe.local.form_dict = frappe._dict({"doctype": OPPORTUNITY, "fields": '["name"]', **arguments})
	try:
		return method()
	finally:
		frappe.local.form_dict = frappe._dict()


# --- reading one record


def load_form(doc) -> bool:
	return load(OPPORTUNITY, doc.name)


def load(doctype: str, name: str) -> bool:
	frappe.local.response = frappe._dict(docs=[])
	getdoc(doctype, name)
	return name in [loaded.name for loaded in frappe.local.response.docs]


def get_by_rest(doc) -> bool:
	return ways_in.call_rest("GET", f"/api/resource/{OPPORTUNITY}/{doc.name}")["data"]["name"] == doc.name


def get_by_client(doc) -> bool:
	return frappe.client.get(OPPORTUNITY, doc.name)["name"] == doc.name


def get_value_by_client(doc) -> bool:
	return bool(frappe.client.get_value(OPPORTUNITY, "party_name", {"name": doc.name}))


def ask_for_permission(doc) -> bool:
	rights = ("read", "print", "email")
	answers = {right: frappe.client.has_permission(OPPORTUNITY, doc.name, right) for right in rights}
	return all(answer["has_permission"] for answer in answers.values())


# --- finding it among others


def list_by_rest(doc) -> bool:
	answer = ways_in.call_rest("GET", f"/api/resource/{OPPORTUNITY}", limit_page_length="0")
	return {"name": doc.name} in answer["data"]


def list_by_client(doc) -> bool:
	rows = frappe.client.get_list(OPPORTUNITY, filters={"party_name": doc.party_name}, limit_page_length=0)
	return doc.name in [row.name for row in rows]


def open_report_view(doc) -> bool:
	filters = json.dumps([[OPPORTUNITY, "status", "=", doc.status]])
	answer = call_report_view(reportview.get, filters=filters, order_by="modified desc", start="0")
	return [doc.name] in (answer or {}).get("values", [])


def count(doc) -> bool:
	filters = json.dumps([[OPPORTUNITY, "name", "=", doc.name]])
	return call_report_view(reportview.get_count, filters=filters) == 1


def export(doc) -> bool:
	call_report_view(reportview.export_query, file_format_type="CSV", title=OPPORTUNITY)
	content = frappe.local.response.get("filecontent") or frappe.local.response.get("result")
	return doc.name in frappe.as_unicode(content)


def group_by(doc) -> bool:
	rows = frappe.get_list(OPPORTUNITY, fields=["party_name"], group_by="party_name")
	return doc.party_name in [row.party_name for row in rows]


def search_link(doc) -> bool:
	return doc.name in [row["value"] for row in search.search_link(OPPORTUNITY, doc.name)]


def open_calendar(doc) -> bool:
	field_map = json.dumps({"start": "opened_on", "end": "opened_on", "title": "title"})
	day = doc.opened_on[:10] if isinstance(doc.opened_on, str) else doc.opened_on.date().isoformat()
	events = calendar.get_events(OPPORTUNITY, f"{day} 00:00:00", f"{day} 23:59:59", field_map)
	return doc.name in [event.name for event in events]


def show_number_card(doc) -> bool:
	from frappe.desk.doctype.number_card.number_card import get_result

	card = json.dumps({"document_type": OPPORTUNITY, "function": "Count"})
	return get_result(card, [[OPPORTUNITY, "name", "=", doc.name]]) == 1


def show_chart(doc) -> bool:
	from frappe.desk.doctype.dashboard_chart.dashboard_chart import get_group_by_chart_config

	chart = frappe._dict(document_type=OPPORTUNITY, group_by_type="Count", group_by_based_on="party_name")
	slices = get_group_by_chart_config(chart, [[OPPORTUNITY, "name", "=", doc.name]])
	return bool(slices) and doc.party_name in slices["labels"]


def open_kanban(doc) -> bool:
	filters = json.dumps([[OPPORTUNITY, "status", "=", doc.status]])
	fields = json.dumps([f"`tab{OPPORTUNITY}`.`name`", f"`tab{OPPORTUNITY}`.`status`"])
	answer = call_report_view(reportview.get, view="Kanban", fields=fields, filters=filters) or {}
	return doc.name in [name for name, _status in answer.get("values", [])]


def list_rows(doc) -> bool:
	rows = frappe.client.get_list(
		ITEM_ROW, fields=["parent", "amount"], parent=OPPORTUNITY, limit_page_length=0
	)
	return doc.name in [row.parent for row in rows]


def filter_by_row(doc) -> bool:
	filters = [[ITEM_ROW, "item_code", "=", personas.ITEM], [OPPORTUNITY, "name", "=", doc.name]]
	return bool(frappe.get_list(OPPORTUNITY, filters=filters))


# --- the audit log


def load_log_entry(doc) -> bool:
	return load(AUDIT_LOG, f"{doc.name}-0001")


def get_log_entry_by_rest(doc) -> bool:
	return bool(ways_in.call_rest("GET", f"/api/resource/{AUDIT_LOG}/{doc.name}-0001")["data"])


def list_log(doc) -> bool:
	return bool(frappe.client.get_list(AUDIT_LOG, filters={"reference_name": doc.name}))


def count_log(doc) -> bool:
	filters = json.dumps([[AUDIT_LOG, "reference_name", "=", doc.name]])
	return call_report_view(reportview.get_count, doctype=AUDIT_LOG, filters=filters) > 0


# --- changing it


def write_by(way_in):
	def write(doc) -> bool:
		way_in(doc.name, {"next_step": "Call them"})
		return frappe.db.get_value(OPPORTUNITY, doc.name, "next_step") == "Call them"

	write.__name__ = way_in.__name__
	return write


def write_in_bulk(doc) -> bool:
	try:
		return write_by(ways_in.edit_in_bulk)(doc)
	except frappe.ValidationError:
		return False


def move_by(way_in):
	def move(doc) -> bool:
		way_in(doc.name, {"status": "Offer Made"})
		return frappe.db.get_value(OPPORTUNITY, doc.name, "status") == "Offer Made"

	move.__name__ = way_in.__name__
	return move


def call_move(doc) -> bool:
	method = f"/api/method/{api.__name__}.mark_lost"
	answer = ways_in.call_rest("POST", method, name=doc.name, lost_reasons=f'["{personas.REASON}"]')
	return answer["message"]["status"] == "Lost"


def move_many(doc) -> bool:
	return api.move_many([doc.name], "Lost", [personas.REASON])["changed"] == [doc.name]


def reopen_by(way_in):
	def reopen(doc) -> bool:
		way_in(doc.name, {"status": "Open", "reopen_reason": "They called again"})
		return frappe.db.get_value(OPPORTUNITY, doc.name, "status") == "Open"

	reopen.__name__ = way_in.__name__
	return reopen


def correct(doc) -> bool:
	return api.correct(doc.name, "Typing error", outcome_detail="Corrected")["outcome_detail"] == "Corrected"


def delete(doc) -> bool:
	frappe.delete_doc(OPPORTUNITY, doc.name)
	return not frappe.db.exists(OPPORTUNITY, doc.name)


def delete_by_rest(doc) -> bool:
	return ways_in.call_rest("DELETE", f"/api/resource/{OPPORTUNITY}/{doc.name}")["data"] == "ok"


def delete_by_client(doc) -> bool:
	frappe.client.delete(OPPORTUNITY, doc.name)
	return not frappe.db.exists(OPPORTUNITY, doc.name)


def share(doc) -> bool:
	return bool(frappe.share.add(OPPORTUNITY, doc.name, personas.API_USER))


def assign(doc) -> bool:
	"""Whoever assigns gives access away: a helper may read."""
	from frappe.desk.form import assign_to

	assign_to.add({"assign_to": [personas.API_USER], "doctype": OPPORTUNITY, "name": doc.name})
	return frappe.has_permission(OPPORTUNITY, "read", doc.name, user=personas.API_USER)


def run_integrity_report(doc) -> bool:
	return bool(query_report.run("Pipeline Audit Integrity", {"reference_name": doc.name})["columns"])


# --- making a new one


def insert(_doc) -> bool:
	return bool(factories.new_opportunity().insert().name)


def insert_by_client(_doc) -> bool:
	return bool(frappe.client.insert(factories.new_opportunity().as_dict()))


def insert_by_rest(_doc) -> bool:
	values = factories.new_opportunity().as_dict(no_nulls=True)
	return bool(ways_in.call_rest("POST", f"/api/resource/{OPPORTUNITY}", **values)["data"]["name"])


# action → its doors
DOORS = {
	"read": (
		load_form,
		get_by_rest,
		get_by_client,
		get_value_by_client,
		ask_for_permission,
		list_by_rest,
		list_by_client,
		open_report_view,
		count,
		export,
		group_by,
		search_link,
		open_calendar,
		show_number_card,
		show_chart,
		open_kanban,
		list_rows,
		filter_by_row,
	),
	"read log": (load_log_entry, get_log_entry_by_rest, list_log, count_log),
	"write": (
		write_by(ways_in.save),
		write_by(ways_in.save_form),
		write_by(ways_in.set_value),
		write_by(ways_in.put),
		write_in_bulk,
		assign,
	),
	"move": (
		move_by(ways_in.save),
		move_by(ways_in.press_button),
		move_by(ways_in.put),
		call_move,
		move_many,
	),
	"reopen": (reopen_by(ways_in.save), reopen_by(ways_in.press_button), reopen_by(ways_in.put)),
	"correct": (correct,),
	"delete": (delete, delete_by_rest, delete_by_client),
	"share": (share,),
	"check log": (run_integrity_report,),
	"create": (insert, insert_by_client, insert_by_rest),
}
# the desk's own doors; the sandbox has no desk
SITE_ONLY = (
	open_report_view,
	export,
	search_link,
	open_calendar,
	show_number_card,
	show_chart,
	open_kanban,
)
if IS_SANDBOX:
	DOORS = {action: [door for door in doors if door not in SITE_ONLY] for action, doors in DOORS.items()}
# actions that are tried on a closed record
ON_CLOSED = ("reopen", "correct")

"""What is sent to REST routes, and documents as a client would send them."""

import json
from collections.abc import Iterator

import frappe
import frappe.model

from crm_pipeline.constants import CHILD_TABLES, OPPORTUNITY
from crm_pipeline.tests import personas
from crm_pipeline.tests.canary import arguments, vocabulary
from crm_pipeline.tests.canary.arguments import Aim
from crm_pipeline.tests.canary.asking import Question
from crm_pipeline.tests.canary.doors import Route
from crm_pipeline.tests.canary.marks import MARKS, half

LIST_REPORT = "Canary list"
LINKS = {
	"Quotation": {"pipeline_opportunity": "own"},
	"Sales Order": {"pipeline_opportunity": "own"},
	"Supplier Quotation": {"pipeline_opportunity": "own"},
	"Request for Quotation": {"pipeline_opportunity": "own"},
	"Communication": {"reference_name": "own"},
	"Comment": {"reference_name": "own"},
	"File": {"attached_to_name": "own"},
	"ToDo": {"reference_name": "own"},
	"Tag Link": {"document_name": "own"},
	"DocShare": {"share_name": "own"},
	"Pipeline Opportunity Item": {"parent": "own"},
}


def get_counting(aim: Aim) -> dict:
	"""Ask how many there are, letter by letter."""
	field, mark = vocabulary.FILTER_FIELDS.get(aim.doctype, ("name", "title"))
	given = {
		"filters": json.dumps([[field, "like", f"%{half(mark)}%"]]),
		"fields": json.dumps([field, "count(*) as number"]),
		"group_by": field,
		"field": field,
		"order_by": f"{field} desc" if "." not in field else "modified desc",
		"distinct": "false",
		"current_filters": json.dumps([[aim.doctype, field, "like", f"%{half(mark)}%"]]),
	}
	if aim.doctype in CHILD_TABLES:
		given["parent"] = OPPORTUNITY
	return given


def get_changes(aim: Aim) -> Iterator[tuple[str, dict]]:
	"""What a client may send as changes of a document that it may not read."""
	mine = {"sales_engineer": aim.caller, "owner": aim.caller}
	yield (
		"a field",
		{"next_step": "planted", "description": "planted", "content": "planted", "subject": "planted"},
	)
	if aim.doctype != OPPORTUNITY:
		yield "is new", {"__islocal": 1}
		if aim.doctype in LINKS:
			yield "to own record", dict.fromkeys(LINKS[aim.doctype], aim.own)
			yield "without a record", dict.fromkeys(LINKS[aim.doctype], "")
		return
	yield "is new", {"__islocal": 1, **mine}
	yield "is new and unnamed", {"__islocal": 1, "name": "", **mine}
	for name in ("", None, 0):
		yield f"name {name!r}", {"name": name, **mine}
	yield "mine", {**mine, "application_engineer": aim.caller}
	yield "flags", {"flags": {"ignore_permissions": 1}, "ignore_permissions": 1, "next_step": "planted"}
	own = json.loads(frappe.get_doc(OPPORTUNITY, aim.own).as_json())
	secrets = (
		"notes",
		"title",
		"next_step",
		"contact_email",
		"contact_mobile",
		"external_id",
		"potential_value",
	)
	yield (
		"all of own but what is secret",
		{key: own[key] for key in own.keys() - {*secrets, "items", "competitors"}},
	)


def get_bodies(aim: Aim) -> Iterator[tuple[str, dict]]:
	"""Whole documents."""
	for label, changes in get_changes(aim):
		yield label, {"doctype": aim.doctype, "name": aim.name, **changes}
	if aim.label == "opportunity":
		yield from get_new_documents(aim)


def pack(door: str, body: dict) -> str:
	"""Write a document as the function wants it: some take several, and call the name otherwise."""
	if door.endswith(".bulk_update"):
		body = {**body, "docname": body.get("name")}
	return json.dumps([body] if door.endswith(("_update", "_many")) else body, default=str)


def get_new_documents(aim: Aim) -> Iterator[tuple[str, dict]]:
	"""New documents of the framework that would show, follow or plant something."""
	for doctype in (
		*LINKS,
		"Document Follow",
		"Event",
		"Note",
		"Email Queue",
		"Version",
		"Contact",
		"Address",
	):
		if doctype not in CHILD_TABLES and not doctype.endswith(("Quotation", "Order")):
			yield f"new {doctype}", {"doctype": doctype, **get_links(doctype, aim)}
	party = {"opportunity_from": aim.doctype, "party_name": aim.name, "company": personas.COMPANY}
	yield "new Opportunity from it", {"doctype": "Opportunity", **party}
	url = f"/private/files/{MARKS['file name']}.txt"
	yield (
		"new File of the same address",
		{"doctype": "File", "file_url": url, "file_name": "mine.txt", "is_private": 1},
	)
	yield "new Auto Email Report of the manager's", get_auto_email_report(aim)
	row = {"doctype": "Pipeline Opportunity Item", "parent": aim.name, "parenttype": OPPORTUNITY}
	yield "new row", {**row, "parentfield": "items", "item_code": "Cast Pump 100", "qty": 1}


def get_auto_email_report(aim: Aim) -> dict:
	"""A report that runs as the user whom it names."""
	return {
		"doctype": "Auto Email Report",
		"report": LIST_REPORT,
		"report_type": "Report Builder",
		"user": personas.MANAGER,
		"email_to": aim.caller,
		"format": "CSV",
		"frequency": "Daily",
		"no_of_rows": 100,
		"filters": "{}",
		"data_modified_till": 0,
	}


def get_links(doctype: str, aim: Aim) -> dict:
	"""Fill a new document's links with what is hidden."""
	values = {}
	for df in frappe.get_meta(doctype).fields:
		if df.options == "DocType" and df.fieldtype == "Link":
			values[df.fieldname] = aim.doctype
		elif df.fieldtype == "Dynamic Link" or (df.options == aim.doctype and df.fieldtype == "Link"):
			values[df.fieldname] = aim.name
		elif df.fieldtype == "Table" and df.options == "Dynamic Link":
			values[df.fieldname] = [{"link_doctype": aim.doctype, "link_name": aim.name}]
		elif df.fieldtype == "Table" and df.options == "Event Participants":
			values[df.fieldname] = [{"reference_doctype": aim.doctype, "reference_docname": aim.name}]
		elif df.fieldtype in frappe.model.table_fields:
			continue
		elif df.reqd or df.fieldname in ("subject", "content", "user", "for_user", "read", "everyone"):
			values[df.fieldname] = get_filling(df, aim)
	values |= {
		"reference_type": aim.doctype,
		"attached_to_doctype": aim.doctype,
		"attached_to_name": aim.name,
	}
	return values | {
		"docname": aim.name,
		"ref_docname": aim.name,
		"reference_name": aim.name,
		"file_name": "a.txt",
	}


def get_filling(df, aim: Aim):
	if df.fieldtype in ("Check", "Int", "Float", "Currency"):
		return 1
	if df.options == "User":
		return aim.caller
	if df.fieldtype == "Select":
		return next(filter(None, (df.options or "").split("\n")), "")
	return {"Datetime": "2030-01-01 10:00:00", "Date": "2030-01-01"}.get(df.fieldtype, "planted")


def ask_route(door: Route, aim: Aim) -> Iterator[Question]:
	rule, method = door.rule.rule, door.http_method
	path = rule.replace("<doctype>", aim.doctype).replace("<path:name>", aim.name).rstrip("/")
	if "<" not in rule:
		if aim.label == "opportunity":
			yield Question(door.name, "bare", method, path, arguments.get_generic(aim))
	elif "<method>" in path or "<path:method>" in path:
		yield from ask_method_route(door, path, aim)
	elif method == "GET":
		for label, given in get_queries(rule, aim):
			yield Question(door.name, label, method, path, given)
	elif method in ("PUT", "PATCH"):
		if (method, "/v2/" in rule) == ("PUT", True) and aim.label != "opportunity":
			return  # the same as PATCH
		for label, body in get_changes(aim):
			yield Question(door.name, label, method, path, body)
	elif method == "POST" and "name" not in rule:
		for label, body in get_bodies(aim):
			doctype = body.get("doctype", aim.doctype)
			yield Question(door.name, label, method, rule.replace("<doctype>", doctype), body)
	else:
		yield Question(door.name, "bare", method, path, {"run_method": "as_dict"})


def get_queries(rule: str, aim: Aim) -> Iterator[tuple[str, dict]]:
	if "name" in rule or "meta" in rule:
		yield "bare", {}
		yield "with links", {"expand_links": 1}
		yield "a method", {"run_method": "as_dict"}
		return
	parent = {"parent": OPPORTUNITY} if aim.doctype in CHILD_TABLES else {}
	yield "all", {"fields": json.dumps(arguments.get_fields(aim)), "limit": 0, **parent}
	yield (
		"by name",
		{"filters": json.dumps({"name": aim.name}), "expand": '["pipeline_opportunity"]', **parent},
	)
	counting = get_counting(aim)
	yield "counting", {**counting, "limit": 0, **parent}
	yield "either", {"or_filters": counting["filters"], "fields": '["*"]', "limit": 0, **parent}


def ask_method_route(door: Route, path: str, aim: Aim) -> Iterator[Question]:
	given = {"doctype": aim.doctype, "name": aim.name, "dt": aim.doctype, "dn": aim.name, "method": "as_dict"}
	methods = ("as_dict", "frappe.client.get", "check_permission", "get_list")
	for method in methods if aim.label == "opportunity" else methods[:1]:
		filled = path.replace("<path:method>", method).replace("<method>", method)
		yield Question(door.name, method, door.http_method, filled, given)

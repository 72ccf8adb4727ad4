"""The hidden opportunities with everything that stands around them, each thing with its marked word.

They are the north engineer's. The callers (callers.py) have nothing to do with them, and one record of their own.
"""

import gzip
import json

import frappe
import frappe.share
from frappe.model.document import Document
from frappe.utils import add_days, now_datetime

from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.tests import factories, mails, offer_documents, personas
from crm_pipeline.tests.canary.callers import FORMER_ENGINEER
from crm_pipeline.tests.canary.marks import MARKS, change
from crm_pipeline.tests.users import as_user

REPORT = "Stalled Opportunities"
MASTERS = {"Pipeline Lost Reason": "reason", "Competitor": "competitor"}
COPIED = [MARKS[mark] for mark in ("item", "title", "notes", "e-mail address", "mobile", "next step")]
SUPPLIER = offer_documents.SUPPLIER


def make_masters() -> None:
	"""Insert what rows may name, before and after their values are changed."""
	for word in (MARKS["reason"], change(MARKS["reason"])):
		factories.make_master("Pipeline Lost Reason", word, category="Price", applies_to="Both")
	for word in (MARKS["competitor"], change(MARKS["competitor"])):
		factories.make("Competitor", competitor_name=word)
	offer_documents.make_buying_cast()


def make_everything() -> dict[str, tuple[str, str]]:
	"""Insert all that is hidden, and one record that is the callers' own; return what → (DocType, name)."""
	make_masters()
	record, closed = make_record(), make_closed()
	things = {"opportunity": (OPPORTUNITY, record.name), "closed opportunity": (OPPORTUNITY, closed.name)}
	rows = {"item": record.items, "competitor": record.competitors, "reason": closed.lost_reasons}
	things |= {f"row of {what}": (row.doctype, row.name) for what, (row, *_others) in rows.items()}
	documents = [*make_documents(record.name)]
	documents += [
		*make_companions(record),
		*make_framework_rows(record.name),
		*make_found(record.name),
		*make_reports(),
	]
	for doc in documents:
		of_kind = sum(doctype == doc.doctype for doctype, _name in things.values())
		label = f"{doc.doctype} {of_kind + 1}" if of_kind else doc.doctype
		things[label] = (doc.doctype, doc.name)
	return things


def make_own() -> str:
	"""Insert the other engineer's record, which the application engineer supports."""
	values = {"region": personas.OTHER_REGION, "party_name": personas.OTHER_CUSTOMER, "title": "Own and open"}
	values["application_engineer"] = personas.APPLICATION_ENGINEER
	return factories.make_opportunity(sales_engineer=personas.OTHER_ENGINEER, **values).name


def make_record() -> Document:
	"""An open opportunity, which was taken from the former engineer, who had made sure to see what becomes of it."""
	record = factories.make_opportunity(
		sales_engineer=FORMER_ENGINEER,
		title=MARKS["title"],
		notes=f"<p>{MARKS['notes']}</p>",
		contact_email=MARKS["e-mail address"],
		contact_mobile=MARKS["mobile"],
		potential_value=float(MARKS["value"]),
		external_id=MARKS["external id"],
		with_items=1,
		items=[
			{
				"item_code": personas.ITEM,
				"qty": 1,
				"rate": float(MARKS["rate of an item"]),
				"description": MARKS["item"],
			}
		],
		competitors=[{"competitor": MARKS["competitor"]}],
	)
	with as_user(FORMER_ENGINEER):
		frappe.share.add(OPPORTUNITY, record.name, FORMER_ENGINEER, read=1, write=1, share=1)
	factories.make("Document Follow", ref_doctype=OPPORTUNITY, ref_docname=record.name, user=FORMER_ENGINEER)
	record.reload().update({"sales_engineer": personas.ENGINEER}).save()
	with as_user(personas.ENGINEER):
		record.reload().update(
			{
				"next_contact_by": personas.ENGINEER,
				"next_contact_date": add_days(now_datetime(), 3),
				"next_step": MARKS["next step"],
			}
		).save()
	return record.reload()


def make_closed() -> Document:
	closed = factories.make_opportunity(title=f"{MARKS['title']} closed", notes=MARKS["notes"])
	closed.update(
		{
			"status": "Lost",
			"lost_reasons": [{"lost_reason": MARKS["reason"]}],
			"outcome_detail": MARKS["detail of the outcome"],
		}
	).save()
	return closed.reload()


def make_documents(name: str) -> list[Document]:
	"""Make ERPNext's documents, and leave only their own words in them: ERPNext shows them to its own roles."""
	documents = list(make_linked(name))
	for doc in documents:
		doc.reload()
		for row in (doc, *doc.get_all_children()):
			for column, value in row.get_valid_dict().items():
				if isinstance(value, str) and any(word in value for word in COPIED):
					agreed = "agreed@example.com" if "@" in value else "as agreed"
					row.db_set(column, agreed, update_modified=False)
	return documents


def make_linked(name: str):
	"""Yield what ERPNext's documents say of it: a quotation, an order, and what suppliers were asked."""
	yield offer_documents.submit_supplier_quotation(name, 90, terms=MARKS["supplier quotation"])
	quotation = offer_documents.make_quotation(name, 80, terms=MARKS["quotation"])
	yield quotation.submit()
	yield offer_documents.make_quotation(name, 85, terms=MARKS["quotation"])
	yield offer_documents.make_order(quotation.name, terms=MARKS["sales order"])
	yield factories.make(
		"Request for Quotation",
		company=personas.COMPANY,
		pipeline_opportunity=name,
		message_for_supplier=MARKS["request for quotation"],
		suppliers=[{"supplier": SUPPLIER}],
		items=[
			{
				"item_code": personas.ITEM,
				"qty": 1,
				"conversion_factor": 1,
				"uom": "Nos",
				"warehouse": get_warehouse(),
			}
		],
	)


def get_warehouse() -> str:
	return frappe.db.get_value("Warehouse", {"is_group": 0, "company": personas.COMPANY})


def make_companions(record: Document):
	"""Yield what people leave on a record."""
	from frappe.desk.doctype.tag.tag import add_tag
	from frappe.desk.form.assign_to import add as assign
	from frappe.desk.form.utils import add_comment

	name, reference = record.name, {"reference_doctype": OPPORTUNITY, "reference_name": record.name}
	yield mails.receive(name, subject=MARKS["mail"], content=MARKS["mail"])
	call = {"communication_medium": "Phone", "content": MARKS["call"], "subject": "Call"}
	yield mails.make_mail(name, personas.ENGINEER, **call)
	with as_user(personas.ENGINEER):
		yield add_comment(OPPORTUNITY, name, MARKS["comment"], personas.ENGINEER, "Nikhil")
		yield make_file("Fenced.txt", MARKS["file"], name)
		yield make_file(f"{MARKS['file name']}.txt", f"{MARKS['file']} again", name)
		add_tag(MARKS["tag"], OPPORTUNITY, name)
		assign(
			{
				"doctype": OPPORTUNITY,
				"name": name,
				"assign_to": [personas.MANAGER],
				"description": MARKS["to-do"],
			}
		)
		frappe.share.add(OPPORTUNITY, name, personas.ORG_ADMIN, read=1)
	yield factories.make("Document Follow", ref_doctype=OPPORTUNITY, ref_docname=name, user=personas.ENGINEER)
	participant = {"reference_doctype": OPPORTUNITY, "reference_docname": name}
	event = {"subject": MARKS["event"], "starts_on": add_days(now_datetime(), 2), "event_type": "Private"}
	with as_user(personas.ENGINEER):
		yield frappe.get_doc({"doctype": "Event", **event, "event_participants": [participant]}).insert()
	yield factories.make("Email Queue", **reference, message=MARKS["mail"], sender=personas.ENGINEER)


def make_file(file_name: str, content: str, name: str, doctype: str = OPPORTUNITY) -> Document:
	attached = {"attached_to_doctype": doctype, "attached_to_name": name, "is_private": 1}
	return frappe.get_doc(
		{"doctype": "File", "file_name": file_name, "content": content, **attached}
	).insert()


def make_framework_rows(name: str):
	"""Yield what the framework keeps of a record."""
	data = json.dumps({"changed": [["notes", MARKS["version"], "b"]]})
	yield factories.make("Version", ref_doctype=OPPORTUNITY, docname=name, data=data)
	yield factories.make(
		"Notification Log",
		subject=MARKS["notification"],
		for_user=personas.ENGINEER,
		type="Alert",
		document_type=OPPORTUNITY,
		document_name=name,
	)
	with as_user(personas.MANAGER):
		frappe.db.set_value("Report", REPORT, "prepared_report", 1)
		prepared = frappe.get_doc(
			{"doctype": "Prepared Report", "report_name": REPORT, "status": "Completed"}
		)
		prepared.flags.ignore_links = True
		prepared.name = "canaryprep"
		prepared.flags.name_set = True
		prepared.db_insert()
		rows = {"columns": [], "result": [{"title": MARKS["prepared report"]}]}
		content = gzip.compress(json.dumps(rows).encode())
		yield make_file("prepared.json.gz", content, prepared.name, "Prepared Report")
		yield prepared
		imported = frappe.get_doc({"doctype": "Data Import", "reference_doctype": OPPORTUNITY})
		imported.import_type, imported.template_warnings = "Update Existing Records", MARKS["import"]
		imported.insert(ignore_permissions=True)
		yield imported
		file = make_file("import.csv", f"ID,Notes\n{name},{MARKS['import']}\n", imported.name, "Data Import")
		imported.db_set("import_file", file.file_url)
		yield file


def make_reports():
	"""Yield a list that somebody kept as a report, and an e-mail that brings it to the manager."""
	columns = [["name", OPPORTUNITY], ["title", OPPORTUNITY], ["notes", OPPORTUNITY]]
	report = {"report_name": "Canary list", "ref_doctype": OPPORTUNITY, "report_type": "Report Builder"}
	with as_user(personas.MANAGER):
		settings = json.dumps({"fields": columns, "filters": [], "order_by": "modified desc"})
		frappe.get_doc({"doctype": "Report", **report, "is_standard": "No", "json": settings}).insert(
			ignore_permissions=True
		)
		mail = {"user": personas.MANAGER, "email_to": personas.MANAGER, "format": "CSV", "frequency": "Daily"}
		yield frappe.get_doc(
			{"doctype": "Auto Email Report", "report": "Canary list", "report_type": "Report Builder", **mail}
		).insert(ignore_permissions=True)


def make_found(name: str):
	"""Yield what was made on the way, the latest of each kind."""
	for doctype, field in (
		("ToDo", "reference_name"),
		("Tag Link", "document_name"),
		("DocShare", "share_name"),
		("Pipeline Audit Log", "reference_name"),
	):
		doc = frappe.get_last_doc(doctype, {field: name})
		if doctype == "Pipeline Audit Log":
			frappe.db.set_value(doctype, doc.name, "details", json.dumps({"notes": MARKS["audit log"]}))
		yield doc

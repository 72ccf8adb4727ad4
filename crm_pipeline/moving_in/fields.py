"""Which fields of an opportunity an import may fill, and how a value reaches the document."""

import frappe
from frappe.model.document import Document

from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.domain import lifecycle
from crm_pipeline.moving_in.mapping import TargetField

# read-only on the form, but an import says what happened elsewhere
HAPPENED_ELSEWHERE = frozenset(
	{
		"status",
		"opened_on",
		"closed_on",
		"customer",
		"lead",
		"won_value",
		"won_currency",
		"lost_reasons",
		"outcome_detail",
	}
)
# own column → the party it stands for
PARTIES = {"customer": "Customer", "lead": "Lead"}


def get_target_fields() -> list[TargetField]:
	"""Return the fields that a column, a map or a default may fill."""
	return [
		TargetField(df.fieldname, df.label, df.fieldtype, get_linked_doctype(df))
		for df in frappe.get_meta(OPPORTUNITY).fields
		if df.fieldtype not in frappe.model.no_value_fields or df.fieldtype == "Table MultiSelect"
		if not (df.read_only or df.hidden) or df.fieldname in HAPPENED_ELSEWHERE
	]


def get_linked_doctype(df) -> str:
	"""Return the DocType whose names the field holds, empty for any other field."""
	if df.fieldtype == "Table MultiSelect":
		return _get_link_field(df.options).options
	return df.options if df.fieldtype == "Link" else ""


def insert_record(record: dict, audit_event: str = "Imported") -> Document:
	"""Insert one opportunity at its stage: a closed one as history, any other through the lifecycle.

	`record` holds parsed values by fieldname, links as names; `audit_event` is its first audit entry. Raises what
	the controller raises.
	"""
	stage = lifecycle.STAGES[record["status"]]
	doc = frappe.get_doc(
		{"doctype": OPPORTUNITY, **_get_document_values(record), "is_history": int(stage.is_closed)}
	)
	doc.flags.notify_update = False  # no browser needs to hear of every single row
	if stage.is_closed:
		return doc.insert()
	doc.status = lifecycle.FIRST_STAGE
	doc.set_system_value("opened_on", record.get("opened_on"))
	doc.flags.audit_event = audit_event
	doc.insert()
	doc.flags.probability_is_given = record.get("probability") is not None
	return doc if stage.name == doc.status else _move(doc, stage.name)


def _move(doc: Document, status: str) -> Document:
	doc.status = status
	return doc.save()


def _get_document_values(record: dict) -> dict:
	values = {fieldname: _get_rows(fieldname, value) for fieldname, value in record.items()}
	for fieldname, doctype in PARTIES.items():
		if party := values.pop(fieldname, None):
			return {**values, "opportunity_from": doctype, "party_name": party}
	return values


def _get_rows(fieldname: str, value):
	if not isinstance(value, list):
		return value
	link_field = _get_link_field(frappe.get_meta(OPPORTUNITY).get_field(fieldname).options).fieldname
	return [{link_field: name} for name in value]


def _get_link_field(child_doctype: str):
	return frappe.get_meta(child_doctype).get_link_fields()[0]

"""Which fields of an opportunity an import may fill, and how a value reaches the document."""

import frappe
from frappe.model.document import Document

from crm_pipeline.compat import get_number_separators
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.domain import lifecycle
from crm_pipeline.moving_in.errors import ImportInputError
from crm_pipeline.moving_in.mapping import TargetField
from crm_pipeline.moving_in.number_formats import NumberFormat
from crm_pipeline.moving_in.values import Currency

DEFAULT_NUMBER_FORMAT = "#,###.##"  # the framework's own, where a site names none

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
		TargetField(df.fieldname, df.label, df.fieldtype, get_linked_doctype(df), _get_currency_field(df))
		for df in frappe.get_meta(OPPORTUNITY).fields
		if df.fieldtype not in frappe.model.no_value_fields or df.fieldtype == "Table MultiSelect"
		if not (df.read_only or df.hidden) or df.fieldname in HAPPENED_ELSEWHERE
	]


def get_linked_doctype(df) -> str:
	"""Return the DocType whose names the field holds, empty for any other field."""
	if df.fieldtype == "Table MultiSelect":
		return _get_link_field(df.options).options
	return df.options if df.fieldtype == "Link" else ""


def _get_currency_field(df) -> str:
	is_fieldname = df.fieldtype == "Currency" and df.options and ":" not in df.options
	return df.options if is_fieldname else ""


def get_currency(code: str | None, company: str | None) -> Currency:
	"""Return the currency of that code, by default that of the company, by default that of the site's company."""
	company = company or frappe.defaults.get_user_default("Company")
	code = code or frappe.db.get_value("Company", company, "default_currency", cache=True) or ""
	symbol = frappe.db.get_value("Currency", code, "symbol", cache=True)
	return Currency(code, frozenset(filter(None, (code, symbol))))


def get_number_format(name: str | None) -> NumberFormat:
	"""Return the number format of that name, by default the site's. Raises ImportInputError for an unknown one."""
	separators = get_number_separators()
	name = name or frappe.defaults.get_global_default("number_format") or DEFAULT_NUMBER_FORMAT
	if name not in separators:
		raise ImportInputError(f"--number-format '{name}' is none of {'  '.join(separators)}.")
	return NumberFormat(name, *separators[name])


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

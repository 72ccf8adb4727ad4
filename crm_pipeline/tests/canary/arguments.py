"""Puts arguments together from the names of a function's parameters, aimed at something that is hidden."""

import inspect
import json
from dataclasses import dataclass

from crm_pipeline.constants import CHILD_TABLES, OPPORTUNITY
from crm_pipeline.tests.canary.marks import MARKS
from crm_pipeline.tests.canary.vocabulary import (
	CALLER_FIELDS,
	DOCTYPES,
	FILTER_FIELDS,
	LISTS_OF_NAMES,
	NAMES,
	SWITCHES,
	WORDS,
)


@dataclass(frozen=True)
class Aim:
	"""What is asked for: a hidden thing; `others` are all of them, `own` is the caller's own record."""

	label: str
	doctype: str
	name: str
	caller: str
	own: str
	others: dict

	def get_name(self, doctype: str) -> str | None:
		return next((name for found, name in self.others.values() if found == doctype), None)


def get_dates(parameter: str) -> str | None:
	if parameter.startswith("from_") or parameter in ("start", "start_date"):
		return "2020-01-01"
	if parameter.startswith("to_") or parameter in ("end", "end_date", "date", "posting_date"):
		return "2039-12-31"
	return None


def guess(parameter: str, aim: Aim, beside: frozenset):
	"""Return a value for a parameter; None where nothing says what it may be."""
	if parameter in DOCTYPES:
		return aim.doctype
	if parameter in NAMES:
		return aim.name
	if parameter in LISTS_OF_NAMES:
		return json.dumps([aim.name])
	if parameter in SWITCHES:
		return 1
	if parameter in CALLER_FIELDS:
		return json.dumps([aim.caller]) if parameter == "assign_to" else aim.caller
	if parameter == "filters" and aim.doctype == "Prepared Report":
		return json.dumps({"prepared_report_name": aim.name})
	if parameter == "filters":
		return json.dumps([[aim.doctype, "name", "=", aim.name]])
	if parameter in ("fields", "columns"):
		return json.dumps(get_fields(aim))
	if parameter in ("fieldname", "field", "based_on", "group_by_field", "workflow_state_field"):
		return FILTER_FIELDS.get(aim.doctype, ("name",))[0]
	if parameter in ("file_url", "file_path"):
		return f"/private/files/{MARKS['file name']}.txt"
	if "end" in beside and parameter in ("start", "end"):
		return get_dates(parameter)
	if parameter == "txt" and aim.doctype != OPPORTUNITY:
		return ""
	if parameter in WORDS:
		return WORDS[parameter]
	return get_dates(parameter) or guess_companion(parameter, aim)


def guess_companion(parameter: str, aim: Aim):
	"""A parameter that bears the name of a DocType (`quotation`, `communication_name`) is given such a thing."""
	words = parameter.removesuffix("_name").removesuffix("_id").replace("_", " ")
	for doctype, name in aim.others.values():
		if doctype.casefold() == words:
			return name
	return None


def get_fields(aim: Aim) -> list[str]:
	field = FILTER_FIELDS.get(aim.doctype, ("name",))[0]
	return ["name", field] if "." in field else ["*"]


def get_document(aim: Aim) -> dict:
	"""What a client may say of a hidden document: that it is new, and whose it is."""
	switches = {"__islocal": 1, "flags": {"ignore_permissions": 1}, "ignore_permissions": 1, "docstatus": 0}
	names = {"doctype": aim.doctype, "name": aim.name, "owner": aim.caller, "sales_engineer": aim.caller}
	return {**names, **switches}


def get_generic(aim: Aim) -> dict:
	"""Everything that functions commonly ask for, for those that read more than their signature says."""
	asked = "doctype name docname dt dn fields filters start page_length order_by user txt reference_doctype"
	asked += " reference_name ignore_permissions ignore_user_permissions company file_format_type"
	given = {parameter: guess(parameter, aim, frozenset()) for parameter in asked.split()}
	if aim.doctype in CHILD_TABLES:
		given["parent"] = given["parent_doctype"] = OPPORTUNITY
	return given


def fit(value, parameter: inspect.Parameter):
	"""Give a value the type that the function demands."""
	demanded = str(parameter.annotation)
	if parameter.annotation is inspect.Parameter.empty or "str" in demanded or "Any" in demanded:
		return value
	if isinstance(value, str) and ("list" in demanded or "dict" in demanded):
		try:
			return json.loads(value)
		except ValueError:
			return [value] if "list" in demanded else {"name": value}
	if isinstance(value, str) and ("int" in demanded or "float" in demanded or "bool" in demanded):
		return 1
	return value

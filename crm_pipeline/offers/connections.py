"""Shows opportunities under Connections of ERPNext's documents."""

from frappe import _

from crm_pipeline.constants import OPPORTUNITY


def show_on_linked_document(data: dict) -> dict:
	"""Add the one opportunity that a quotation, order or supplier document names itself."""
	data.setdefault("internal_links", {})[OPPORTUNITY] = "pipeline_opportunity"
	return _add_group(data)


def show_on_customer(data: dict) -> dict:
	return _show_on_party(data, "customer")


def show_on_lead(data: dict) -> dict:
	return _show_on_party(data, "lead")


def _show_on_party(data: dict, fieldname: str) -> dict:
	data.setdefault("non_standard_fieldnames", {})[OPPORTUNITY] = fieldname
	return _add_group(data)


def _add_group(data: dict) -> dict:
	data.setdefault("transactions", []).append({"label": _("Pipeline"), "items": [OPPORTUNITY]})
	return data

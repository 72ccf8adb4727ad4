"""The one stock Assignment Rule that carries routing out: it gives the sales engineer a to-do and closes it."""

import frappe
from frappe import _
from frappe.cache_manager import get_doctype_map
from frappe.desk.form import assign_to
from frappe.model.document import Document

from crm_pipeline.access.eligibility import is_eligible
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.domain import lifecycle
from crm_pipeline.domain.routing import RULE
from crm_pipeline.record.one_save import begin_assigning, end_assigning
from crm_pipeline.routing import router

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def set_up_routing() -> str:
	"""Make or mend the Assignment Rule and return its name."""
	rule = (
		frappe.get_doc("Assignment Rule", RULE) if frappe.db.exists("Assignment Rule", RULE) else _new_rule()
	)
	rule.update(_get_values())
	rule.save(
		ignore_permissions=True
	)  # reason: the API let managers in only, stock permissions name other ones
	return rule.name


def is_set_up() -> bool:
	"""Tell whether the rule is there and enabled."""
	return RULE in _get_active_rules()


def closes_todos_alone() -> bool:
	"""Tell whether the rule, closing as this app made it, is the only one for opportunities."""
	if _get_active_rules() != [RULE]:
		return False
	rule = frappe.get_cached_doc("Assignment Rule", RULE)
	is_as_made = rule.close_condition == _get_values()["close_condition"]
	return is_as_made and not rule.is_rule_not_applicable_today()


def follow(doc: Document) -> None:
	"""Before the stock engine runs: take every to-do, and with it access, from the former sales engineer."""
	begin_assigning(doc.name)
	saved = doc.get_doc_before_save()
	former = saved.sales_engineer if saved else None
	if not former or former == doc.sales_engineer:
		return
	filters = {"reference_type": doc.doctype, "reference_name": doc.name, "allocated_to": former}
	for todo in frappe.get_all("ToDo", filters={**filters, "status": "Open"}, pluck="name"):
		assign_to.set_status(
			doc.doctype, doc.name, todo, former, ignore_permissions=True
		)  # reason: validate allowed the change


def complete(doc: Document) -> None:
	"""After the stock engine ran: adopt the choice of a rule made by hand, or add the to-do it left out.

	The engine leaves a record alone on which somebody else has a to-do already.
	"""
	if doc.status in lifecycle.get_open_statuses():
		if not doc.sales_engineer:
			_adopt_assignee(doc)
		elif doc.assignment_due and is_set_up() and not _has_todo(doc):
			_add_todo(doc)
	end_assigning(doc.name)


def delete() -> None:
	"""Remove the rule, on uninstall."""
	frappe.delete_doc("Assignment Rule", RULE, force=True, ignore_missing=True)


def _new_rule() -> Document:
	return frappe.new_doc("Assignment Rule", name=RULE, __newname=RULE)


def _get_values() -> dict:
	is_open = f"status in {lifecycle.get_open_statuses()!r}"
	return {
		"document_type": OPPORTUNITY,
		"description": "{{ party_display_name }} – {{ product_line }}, {{ region }}",
		"rule": "Based on Field",
		"field": "sales_engineer",
		"priority": -1,  # rules made by hand come first
		"disabled": 0,
		"assign_condition": f"assignment_due and sales_engineer and {is_open}",
		"close_condition": f"not ({is_open})",
		"assignment_days": [{"day": day} for day in DAYS],
	}


def _adopt_assignee(doc: Document) -> None:
	"""Whom a rule made by hand assigned becomes the sales engineer of a record that has none."""
	todo = _get_open_todo(doc, assignment_rule=("is", "set"))
	if not todo or not is_eligible(todo.allocated_to, "sales_engineer"):
		return
	record = frappe.get_doc(doc.doctype, doc.name)
	router.apply(
		record, router.Decision(todo.allocated_to, _("Assignment Rule {0}").format(todo.assignment_rule))
	)
	record.save(ignore_permissions=True)  # reason: the rule chooses, whoever saved the record
	doc.reload()


def _add_todo(doc: Document) -> None:
	rule = frappe.get_cached_doc("Assignment Rule", RULE)
	values = {
		"doctype": doc.doctype,
		"name": doc.name,
		"assign_to": [doc.sales_engineer],
		"assignment_rule": RULE,
		"description": frappe.render_template(rule.description, doc.as_dict()),
	}
	assign_to.add(values, ignore_permissions=True)  # reason: validate allowed the change


def _get_active_rules() -> list[str]:
	"""Return the rules for opportunities from the engine's own cached list."""
	filters = {"document_type": OPPORTUNITY, "disabled": 0}
	rules = get_doctype_map("Assignment Rule", OPPORTUNITY, filters=filters, order_by="priority desc")
	return [rule.name for rule in rules]


def _has_todo(doc: Document) -> bool:
	"""A new record has its to-do from the engine, unless another rule came first."""
	is_new = doc.get_doc_before_save() is None
	if is_new and _get_active_rules() == [RULE]:
		return True
	return bool(_get_open_todo(doc, allocated_to=doc.sales_engineer))


def _get_open_todo(doc: Document, **filters):
	filters.update(reference_type=doc.doctype, reference_name=doc.name, status="Open")
	return frappe.db.get_value("ToDo", filters, ["allocated_to", "assignment_rule"], as_dict=True)

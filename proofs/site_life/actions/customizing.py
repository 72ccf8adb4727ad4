"""An administrator makes the form their own."""

from unittest.mock import patch

import frappe

from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.domain import lifecycle
from proofs.site_life.life import Life, NotNow

ASKED_FOR = (
	"city",
	"notes",
	"next_step",
	"source",
	"contact_person",
	"expected_closing",
	"application_engineer",
)
HIDDEN = ("city", "notes", "next_step", "probability", "competitors", "outcome_detail")
RESTRICTED = ("potential_value", "status", "sales_engineer", "notes", "won_value", "lost_reasons")
OWN_WORKFLOW, WORKFLOW = "Own review", "Pipeline by workflow"


def make_mandatory(life: Life) -> str:
	return set_property(life.random.choice(ASKED_FOR), "reqd", 1, "Check")


def hide(life: Life) -> str:
	return set_property(life.random.choice(HIDDEN), "hidden", 1, "Check")


def relabel(life: Life) -> str:
	return set_property(life.random.choice(RESTRICTED), "label", f"Label {life.done}", "Data")


def raise_level(life: Life) -> str:
	return set_property(life.random.choice(RESTRICTED), "permlevel", 1, "Int")


def set_property(fieldname: str, name: str, value, kind: str) -> str:
	setter = {"doctype": OPPORTUNITY, "fieldname": fieldname, "property": name, "value": value}
	frappe.make_property_setter({**setter, "property_type": kind})
	frappe.clear_cache(doctype=OPPORTUNITY)
	return f"{fieldname}: {name} is {value}"


def take_back_properties(life: Life) -> str:
	for name in life.pick_many("Property Setter", 1, doc_type=OPPORTUNITY):
		frappe.delete_doc("Property Setter", name)
	frappe.clear_cache(doctype=OPPORTUNITY)
	return "a property is as it was"


def add_fetched_field(life: Life) -> str:
	return add_field(life, fieldtype="Data", fetch_from="customer.customer_type", read_only=1)


def add_typed_fetched_field(life: Life) -> str:
	return add_field(life, fieldtype="Data", fetch_from="customer.customer_group", fetch_if_empty=1)


def add_mandatory_field(life: Life) -> str:
	return add_field(life, fieldtype="Select", options="A\nB", reqd=1)


def add_link_elsewhere(life: Life) -> str:
	return add_field(life, "Customer", fieldtype="Link", options=OPPORTUNITY)


def add_field(life: Life, doctype: str = OPPORTUNITY, **values) -> str:
	fieldname = f"own_{life.done}"
	field = {"doctype": "Custom Field", "dt": doctype, "fieldname": fieldname, "label": f"Own {life.done}"}
	frappe.get_doc({**field, **values}).insert()
	return f"{doctype} has {fieldname} {values}"


def rename_field(life: Life) -> str:
	from frappe.custom.doctype.custom_field.custom_field import rename_fieldname

	name = life.pick("Custom Field", dt=OPPORTUNITY, fieldname=("like", "own_%"))
	rename_fieldname(name, f"own_new_{life.done}")
	return f"{name} is own_new_{life.done}"


def set_workflow_on_status(life: Life) -> str:
	moves = [
		(stage.name, allowed, "Sales Manager" if stage.is_closed else "Sales User")
		for stage in lifecycle.STAGES.values()
		for allowed in stage.allowed_next
	]
	return set_workflow(WORKFLOW, "status", list(lifecycle.STAGES), moves)


def set_workflow_on_own_field(life: Life) -> str:
	field = frappe.db.get_value("Custom Field", f"{OPPORTUNITY}-own_review", "fieldname")
	if field and field != "own_review":
		raise NotNow(f"{field} was called own_review and keeps that name, which a new field would need")
	return set_workflow(OWN_WORKFLOW, "own_review", ["New", "Seen"], [("New", "Seen", "Sales User")])


def set_workflow(name: str, fieldname: str, states: list[str], moves: list[tuple[str, str, str]]) -> str:
	if frappe.db.exists("Workflow", name):
		raise NotNow(f"{name} is there")
	for state in states:
		make("Workflow State", workflow_state_name=state)
	for _from, target, _role in moves:
		make("Workflow Action Master", workflow_action_name=f"To {target}")
	workflow = frappe.new_doc("Workflow")
	workflow.update(
		{
			"workflow_name": name,
			"document_type": OPPORTUNITY,
			"workflow_state_field": fieldname,
			"is_active": 1,
		}
	)
	for state in states:
		workflow.append("states", {"state": state, "doc_status": "0", "allow_edit": "Sales User"})
	for state, target, role in moves:
		move = {"state": state, "action": f"To {target}", "next_state": target, "allowed": role}
		workflow.append("transitions", move)
	workflow.insert()
	return f"{name} runs on {fieldname}"


def stop_workflow(life: Life) -> str:
	name = life.pick("Workflow", document_type=OPPORTUNITY)
	frappe.delete_doc("Workflow", name)
	return f"{name} runs no more"


def add_notification(life: Life) -> str:
	values = {
		"subject": "Look",
		"document_type": OPPORTUNITY,
		"event": "Save",
		"channel": "System Notification",
	}
	values |= {"message": "x", "set_property_after_alert": "next_step", "property_value": "look again"}
	recipients = [{"receiver_by_document_field": "sales_engineer"}]
	make(
		"Notification",
		f"Look {life.done}",
		enabled=1,
		condition="doc.status == 'Open'",
		recipients=recipients,
		**values,
	)
	return "a Notification sets the next step"


def add_dated_notification(life: Life) -> str:
	values = {"subject": "Soon", "document_type": OPPORTUNITY, "event": "Days Before", "days_in_advance": 1}
	values |= {"date_changed": "expected_closing", "channel": "System Notification", "message": "x"}
	recipients = [{"receiver_by_document_field": "sales_engineer"}]
	make("Notification", f"Soon {life.done}", enabled=1, recipients=recipients, **values)
	return "a Notification goes out a day before the closing"


def add_server_script(life: Life) -> str:
	script = "if doc.city == 'Nowhere' and not doc.closed_on:\n    doc.potential_value = (doc.potential_value or 0) + 1\n"
	values = {
		"script_type": "DocType Event",
		"reference_doctype": OPPORTUNITY,
		"doctype_event": "Before Save",
	}
	with patch("frappe.utils.safe_exec.is_safe_exec_enabled", return_value=True):
		make("Server Script", f"Script {life.done}", script=script, **values)
	return "a Server Script changes values"


def add_webhook(life: Life) -> str:
	values = {"webhook_doctype": OPPORTUNITY, "webhook_docevent": "on_update", "request_method": "POST"}
	data = [{"fieldname": "name", "key": "name"}]
	make(
		"Webhook",
		f"Hook {life.done}",
		request_url="http://127.0.0.1:9/nobody",
		enabled=1,
		webhook_data=data,
		**values,
	)
	return "a Webhook waits for saves"


def allow_auto_repeat(life: Life) -> str:
	form = frappe.get_doc("Customize Form")
	form.doc_type = OPPORTUNITY
	form.fetch_to_customize()
	form.allow_auto_repeat = 1
	form.save_customization()
	name = life.pick(OPPORTUNITY, status="Open")
	values = {"reference_doctype": OPPORTUNITY, "reference_document": name, "frequency": "Monthly"}
	make("Auto Repeat", start_date=frappe.utils.add_days(frappe.utils.nowdate(), 1), **values)
	return f"{name} is repeated each month"


def add_web_form(life: Life) -> str:
	fields = [{"fieldname": "title", "fieldtype": "Data", "label": "What"}]
	route = f"ask-{life.done}"
	make(
		"Web Form",
		title=f"Ask {life.done}",
		route=route,
		doc_type=OPPORTUNITY,
		web_form_fields=fields,
		published=1,
	)
	return f"a Web Form at {route}"


def add_assignment_rule(life: Life) -> str:
	people = frappe.get_all("Pipeline Region Member", {"user": ("is", "set")}, pluck="user", distinct=True)
	values = {
		"document_type": OPPORTUNITY,
		"assign_condition": "status == 'Offer Made'",
		"rule": "Round Robin",
	}
	days = [
		{"day": day} for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
	]
	users = [{"user": user} for user in sorted(people)[:2]]
	make("Assignment Rule", f"Help {life.done}", assignment_days=days, users=users, description="x", **values)
	return "an Assignment Rule gives out offers"


def make(doctype: str, name: str | None = None, **values) -> None:
	key = values.get("workflow_state_name") or values.get("workflow_action_name") or name
	if not (key and frappe.db.exists(doctype, key)):
		frappe.get_doc(
			{"doctype": doctype, **({"name": name, "__newname": name} if name else {}), **values}
		).insert()


ACTIONS = (
	*(make_mandatory, hide, relabel, raise_level, take_back_properties),
	*(add_fetched_field, add_typed_fetched_field, add_mandatory_field, add_link_elsewhere, rename_field),
	*(set_workflow_on_status, set_workflow_on_own_field, stop_workflow),
	*(add_notification, add_dated_notification, add_server_script, add_webhook, allow_auto_repeat),
	*(add_web_form, add_assignment_rule),
)

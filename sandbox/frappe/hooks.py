"""The framework's own hooks, as far as the sandbox has them."""

app_name = "frappe"

permission_query_conditions = {
	"Event": "frappe.desk.doctype.event.event.get_permission_query_conditions",
	"Notification Log": "frappe.desk.doctype.notification_log.notification_log.get_permission_query_conditions",
	"ToDo": "frappe.desk.doctype.todo.todo.get_permission_query_conditions",
	"User": "frappe.core.doctype.user.user.get_permission_query_conditions",
}
has_permission = {
	"Communication": "frappe.core.doctype.communication.communication.has_permission",
	"Event": "frappe.desk.doctype.event.event.has_permission",
	"ToDo": "frappe.desk.doctype.todo.todo.has_permission",
}
doc_events = {
	"*": dict.fromkeys(
		("on_update", "on_cancel", "on_update_after_submit"),
		"frappe.automation.doctype.assignment_rule.assignment_rule.apply",
	)
}
ignore_links_on_delete = [
	"Comment", "Communication", "DocShare", "Email Queue", "File", "Notification Log", "ToDo", "Version",
]  # fmt: skip

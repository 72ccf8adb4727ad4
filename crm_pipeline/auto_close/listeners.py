"""Whether anybody but this app, ERPNext and the framework acts when a document of a kind is saved."""

import frappe

KNOWN_HANDLERS = ("crm_pipeline.", "erpnext.", "frappe.")
SAVE_EVENTS = ("before_validate", "validate", "before_save", "on_update", "on_change")
# DocType → filters under which its records act on saves of a DocType
ACTORS = {
	"Notification": {"document_type": None, "enabled": 1},
	"Server Script": {"reference_doctype": None, "disabled": 0},
	"Webhook": {"webhook_doctype": None, "enabled": 1},
	"Workflow": {"document_type": None, "is_active": 1},
}


def is_listened_to(doctype: str) -> bool:
	"""Tell whether another app's hook or a record made by an admin would act on a save."""
	return _has_foreign_hook(doctype) or any(
		frappe.db.exists(actor, {key: doctype if value is None else value for key, value in filters.items()})
		for actor, filters in ACTORS.items()
	)


def _has_foreign_hook(doctype: str) -> bool:
	hooks = frappe.get_doc_hooks()
	handlers = (
		handler
		for key in (doctype, "*")
		for event in SAVE_EVENTS
		for handler in hooks.get(key, {}).get(event, ())
	)
	return any(not handler.startswith(KNOWN_HANDLERS) for handler in handlers)

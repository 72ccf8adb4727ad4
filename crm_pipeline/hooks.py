from frappe.utils import get_absolute_url

app_name = "crm_pipeline"
app_title = "CRM Pipeline"
app_publisher = "CRM Pipeline contributors"
app_description = "A strict sales pipeline for the ERPNext desk"
app_email = "maintainers@crm-pipeline.example"
app_license = "GPL-3.0-or-later"
required_apps = ["frappe/erpnext"]

# installation

before_install = "crm_pipeline.install.before_install"
after_install = "crm_pipeline.install.after_install"
before_migrate = "crm_pipeline.install.before_migrate"
after_migrate = "crm_pipeline.install.after_migrate"
before_uninstall = "crm_pipeline.uninstall.before_uninstall"
after_uninstall = "crm_pipeline.uninstall.after_uninstall"

# desk

add_to_apps_screen = [
	{
		"name": app_name,
		"logo": "/assets/crm_pipeline/icons/desktop_icons/solid/crm_pipeline.svg",
		"title": app_title,
		"route": get_absolute_url(app_title, "").rstrip("/"),
		"has_permission": "crm_pipeline.access.permissions.has_app_permission",
	}
]
treeviews = ["Pipeline Region"]  # opens as a tree, and a filter on a group means every region below it
doctype_js = {
	"Lead": "client_scripts/lead.js",
	"Customer": "client_scripts/customer.js",
	"Quotation": "client_scripts/quotation.js",
	"Pipeline Opportunity": [
		"client_scripts/pipeline_opportunity.js",
		"client_scripts/opportunity_activity.js",
		"client_scripts/opportunity_auto_close.js",
		"client_scripts/opportunity_follow_up.js",
		"client_scripts/opportunity_history.js",
		"client_scripts/opportunity_help.js",
		"client_scripts/opportunity_items.js",
		"client_scripts/opportunity_mail.js",
		"client_scripts/opportunity_money.js",
	],
}
additional_timeline_content = {"Pipeline Opportunity": ["crm_pipeline.form.timeline.get_lines"]}
override_doctype_dashboards = {
	"Quotation": "crm_pipeline.offers.connections.show_on_linked_document",
	"Sales Order": "crm_pipeline.offers.connections.show_on_linked_document",
	"Supplier Quotation": "crm_pipeline.offers.connections.show_on_linked_document",
	"Request for Quotation": "crm_pipeline.offers.connections.show_on_linked_document",
	"Customer": "crm_pipeline.offers.connections.show_on_customer",
	"Lead": "crm_pipeline.offers.connections.show_on_lead",
}

# who sees what

permission_query_conditions = {
	"Pipeline Opportunity": "crm_pipeline.access.permissions.get_opportunity_conditions",
	"Pipeline Opportunity Item": "crm_pipeline.access.permissions.get_child_conditions",
	"Pipeline Opportunity Lost Reason": "crm_pipeline.access.permissions.get_child_conditions",
	"Pipeline Opportunity Competitor": "crm_pipeline.access.permissions.get_child_conditions",
	"Pipeline Audit Log": "crm_pipeline.access.permissions.get_audit_log_conditions",
	"File": "crm_pipeline.access.permissions.get_file_conditions",
	"Tag Link": "crm_pipeline.access.permissions.get_tag_link_conditions",
	"Document Follow": "crm_pipeline.access.permissions.get_follow_conditions",
	"Communication Link": "crm_pipeline.access.permissions.get_mail_link_conditions",
	"Event Participants": "crm_pipeline.access.permissions.get_participant_conditions",
}
# the framework's own link search can be asked on 15 to leave the conditions out
standard_queries = {
	"Pipeline Opportunity": "crm_pipeline.api.desk.get_matches",
	"Pipeline Opportunity Item": "crm_pipeline.api.desk.get_matches",
	"Pipeline Opportunity Lost Reason": "crm_pipeline.api.desk.get_matches",
	"Pipeline Opportunity Competitor": "crm_pipeline.api.desk.get_matches",
	"Pipeline Audit Log": "crm_pipeline.api.desk.get_matches",
}
has_permission = {
	"Pipeline Opportunity": "crm_pipeline.access.permissions.has_opportunity_permission",
	"Pipeline Audit Log": "crm_pipeline.access.permissions.has_audit_log_permission",
	"File": "crm_pipeline.access.companions.has_file_permission",
	"Auto Email Report": "crm_pipeline.reporting.digest.has_permission",
	"Document Follow": "crm_pipeline.access.companions.has_companion_permission",
	"Notification Log": "crm_pipeline.access.companions.has_companion_permission",
	"Tag Link": "crm_pipeline.access.companions.has_companion_permission",
	"Quotation": "crm_pipeline.overrides.link_guard.has_permission",
	"Sales Order": "crm_pipeline.overrides.link_guard.has_permission",
	"Supplier Quotation": "crm_pipeline.overrides.link_guard.has_permission",
	"Request for Quotation": "crm_pipeline.overrides.link_guard.has_permission",
	"Lead": "crm_pipeline.overrides.link_guard.has_permission",
}

auth_hooks = ["crm_pipeline.access.guard.guard_request"]

# other documents' events

doc_events = {
	"*": {"before_validate": "crm_pipeline.overrides.any_document.before_validate"},
	("Contact", "Address"): {"validate": "crm_pipeline.overrides.any_document.hide_titles"},
	"User": {
		"on_update": "crm_pipeline.overrides.user.on_update",
		"before_rename": "crm_pipeline.overrides.renames.before_rename",
	},
	"Lead": {
		"onload": "crm_pipeline.overrides.lead.onload",
		"validate": "crm_pipeline.overrides.lead.validate",
		"on_update": "crm_pipeline.overrides.lead.on_update",
	},
	"Customer": {"on_update": "crm_pipeline.overrides.customer.on_update"},
	("Lead", "Customer", "Pipeline Product Line", "Pipeline Lost Reason"): {
		"after_rename": "crm_pipeline.overrides.renames.after_rename"
	},
	"Quotation": {
		"onload": "crm_pipeline.overrides.quotation.onload",
		"before_insert": "crm_pipeline.overrides.quotation.before_insert",
		"validate": "crm_pipeline.overrides.quotation.validate",
		"before_submit": "crm_pipeline.overrides.quotation.before_submit",
		"on_update": "crm_pipeline.overrides.quotation.on_update",
		"on_submit": "crm_pipeline.overrides.quotation.on_submit",
		"on_cancel": "crm_pipeline.overrides.quotation.on_cancel",
		"on_update_after_submit": "crm_pipeline.overrides.quotation.on_update_after_submit",
	},
	"Sales Order": {
		"before_insert": "crm_pipeline.overrides.sales_order.before_insert",
		"validate": "crm_pipeline.overrides.sales_order.validate",
		"on_submit": "crm_pipeline.overrides.sales_order.on_submit",
		"on_cancel": "crm_pipeline.overrides.sales_order.on_cancel",
		"on_update_after_submit": "crm_pipeline.overrides.sales_order.on_update_after_submit",
	},
	"Supplier Quotation": {
		"before_insert": "crm_pipeline.overrides.supplier_quotation.before_insert",
		"validate": "crm_pipeline.overrides.supplier_quotation.validate",
		"on_submit": "crm_pipeline.overrides.supplier_quotation.on_submit",
		"on_cancel": "crm_pipeline.overrides.supplier_quotation.on_cancel",
		"on_update_after_submit": "crm_pipeline.overrides.supplier_quotation.on_update_after_submit",
	},
	"Request for Quotation": {
		"before_insert": "crm_pipeline.overrides.request_for_quotation.before_insert",
		"validate": "crm_pipeline.overrides.request_for_quotation.validate",
	},
	"ToDo": {
		"validate": "crm_pipeline.overrides.todo.validate",
		"on_update": "crm_pipeline.overrides.todo.on_update",
		"on_trash": "crm_pipeline.overrides.todo.on_trash",
	},
	"DocShare": {
		"after_insert": "crm_pipeline.overrides.docshare.after_insert",
		"on_update": "crm_pipeline.overrides.docshare.on_update",
	},
	"Unhandled Email": {"after_insert": "crm_pipeline.overrides.unhandled_email.after_insert"},
	"Comment": {"validate": "crm_pipeline.overrides.comment.validate"},
	"Communication": {
		"before_insert": "crm_pipeline.overrides.communication.before_insert",
		"validate": "crm_pipeline.overrides.communication.validate",
		"on_update": "crm_pipeline.overrides.communication.on_update",
	},
	"Event": {
		"validate": "crm_pipeline.overrides.event.validate",
		"on_update": "crm_pipeline.overrides.event.on_update",
	},
	"File": {"validate": "crm_pipeline.overrides.file.validate"},
	"Document Follow": {"validate": "crm_pipeline.overrides.document_follow.validate"},
	"Tag Link": {"validate": "crm_pipeline.overrides.tag_link.validate"},
	"Workflow": {"validate": "crm_pipeline.overrides.workflow.validate"},
	"Assignment Rule": {"validate": "crm_pipeline.overrides.assignment_rule.validate"},
	"Auto Email Report": {"validate": "crm_pipeline.overrides.auto_email_report.validate"},
	"Personal Data Download Request": {
		"validate": "crm_pipeline.overrides.personal_data_download_request.validate"
	},
	"Personal Data Deletion Request": {
		"on_update": "crm_pipeline.overrides.personal_data_deletion_request.on_update"
	},
	"Selling Settings": {"on_update": "crm_pipeline.overrides.selling_settings.on_update"},
	("Custom Field", "DocType"): {"on_update": "crm_pipeline.access.link_fields.forget_link_fields"},
	(
		"User",
		"Customer",
		"Lead",
		"Company",
		"Currency",
		"Quotation",
		"Pipeline Region",
		"Pipeline Product Line",
		"Pipeline Lost Reason",
	): {"after_rename": "crm_pipeline.audit.renames.after_rename"},
}

# ERPNext's own Create → Customer, Sales Order and Sales Invoice, for leads that Convert gave a customer
override_whitelisted_methods = {
	"erpnext.crm.doctype.lead.lead.make_customer": "crm_pipeline.api.erpnext.make_customer_of_lead",
	"erpnext.crm.doctype.opportunity.opportunity.make_customer": (
		"crm_pipeline.api.erpnext.make_customer_of_opportunity"
	),
	"erpnext.selling.doctype.quotation.quotation.make_sales_order": "crm_pipeline.api.erpnext.make_sales_order",
	"erpnext.selling.doctype.quotation.quotation.make_sales_invoice": "crm_pipeline.api.erpnext.make_sales_invoice",
}

override_doctype_class = {
	"Email Account": "crm_pipeline.overrides.email_account.AccountWithHeaders",
	"Personal Data Download Request": (
		"crm_pipeline.overrides.personal_data_download_request.OwnPersonalData"
	),
}

# scheduler

scheduler_events = {
	"cron": {"*/15 * * * *": ["crm_pipeline.tasks.remind_of_next_contacts"]},
	"hourly_long": ["crm_pipeline.tasks.catch_up_mails"],
	"daily_long": [
		"crm_pipeline.tasks.check_audit_log",
		"crm_pipeline.tasks.catch_up_leads",
		"crm_pipeline.tasks.catch_up_offers",
		"crm_pipeline.tasks.auto_close",
		"crm_pipeline.tasks.tell_of_ended_holidays",
		"crm_pipeline.tasks.remove_old_files",
	],
}

# promises to the framework

require_type_annotated_api_methods = True
company_data_to_be_ignored = ["Pipeline Opportunity", "Pipeline Sales Target"]
ignore_links_on_delete = ["Pipeline Audit Log"]
persistent_cache_keys = ["crm_pipeline_turn*"]
user_data_fields = [
	{
		"doctype": "Pipeline Opportunity",
		"filter_by": "contact_email",
		"redact_fields": ["contact_email", "contact_mobile"],
	}
]

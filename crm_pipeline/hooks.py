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
		"logo": f"/assets/{app_name}/icons/desktop_icons/solid/{app_name}.svg",
		"title": app_title,
		"route": get_absolute_url(app_title, "").rstrip("/"),
		"has_permission": "crm_pipeline.permissions.has_app_permission",
	}
]
treeviews = ["Pipeline Region"]  # opens as a tree, and a filter on a group means every region below it
doctype_js = {
	"Lead": "crm_pipeline/client_scripts/lead.js",
	"Customer": "crm_pipeline/client_scripts/customer.js",
	"Pipeline Opportunity": [
		f"crm_pipeline/client_scripts/{name}.js"
		for name in (
			"pipeline_opportunity",
			"opportunity_activity",
			"opportunity_auto_close",
			"opportunity_follow_up",
			"opportunity_history",
			"opportunity_help",
			"opportunity_items",
			"opportunity_mail",
			"opportunity_money",
		)
	],
}
additional_timeline_content = {"Pipeline Opportunity": ["crm_pipeline.crm_pipeline.form.timeline.get_lines"]}
override_doctype_dashboards = {
	"Quotation": "crm_pipeline.crm_pipeline.offers.connections.show_on_linked_document",
	"Sales Order": "crm_pipeline.crm_pipeline.offers.connections.show_on_linked_document",
	"Supplier Quotation": "crm_pipeline.crm_pipeline.offers.connections.show_on_linked_document",
	"Request for Quotation": "crm_pipeline.crm_pipeline.offers.connections.show_on_linked_document",
	"Customer": "crm_pipeline.crm_pipeline.offers.connections.show_on_customer",
	"Lead": "crm_pipeline.crm_pipeline.offers.connections.show_on_lead",
}

# who sees what

permission_query_conditions = {
	"Pipeline Opportunity": "crm_pipeline.permissions.get_opportunity_conditions",
	"Pipeline Opportunity Item": "crm_pipeline.permissions.get_child_conditions",
	"Pipeline Opportunity Lost Reason": "crm_pipeline.permissions.get_child_conditions",
	"Pipeline Opportunity Competitor": "crm_pipeline.permissions.get_child_conditions",
	"Pipeline Audit Log": "crm_pipeline.permissions.get_audit_log_conditions",
	"File": "crm_pipeline.permissions.get_file_conditions",
	"Tag Link": "crm_pipeline.permissions.get_tag_link_conditions",
}
# the framework's own link search can be asked on 15 to leave the conditions out
_SEARCH = "crm_pipeline.crm_pipeline.doctype.pipeline_opportunity.search.get_matches"
standard_queries = {name: _SEARCH for name in permission_query_conditions if name.startswith("Pipeline ")}
has_permission = {
	"Pipeline Opportunity": "crm_pipeline.permissions.has_opportunity_permission",
	"Pipeline Audit Log": "crm_pipeline.permissions.has_audit_log_permission",
}

# other documents' events

# the function is named for the event, its module in overrides/ for the DocType
_EVENTS = {
	"User": ("on_update",),
	"Lead": ("validate",),
	"Customer": ("on_update",),
	"Quotation": ("validate", "on_submit", "on_cancel", "on_update_after_submit"),
	"Sales Order": ("validate", "on_submit", "on_cancel", "on_update_after_submit"),
	"Supplier Quotation": ("validate", "on_submit", "on_cancel", "on_update_after_submit"),
	"Request for Quotation": ("validate",),
	"ToDo": ("validate", "on_update", "on_trash"),
	"DocShare": ("after_insert", "on_update"),
	"Unhandled Email": ("after_insert",),
	"Comment": ("validate",),
	"Communication": ("before_insert", "on_update"),
	"Event": ("on_update",),
	"Assignment Rule": ("validate",),
	"Auto Email Report": ("validate",),
	"Selling Settings": ("on_update",),
}
doc_events = {
	doctype: {
		event: f"crm_pipeline.crm_pipeline.overrides.{doctype.lower().replace(' ', '_')}.{event}"
		for event in events
	}
	for doctype, events in _EVENTS.items()
}
doc_events[("User", "Pipeline Lost Reason")] = {
	"after_rename": "crm_pipeline.crm_pipeline.audit.renames.after_rename",
}

# scheduler

scheduler_events = {
	"cron": {"*/15 * * * *": ["crm_pipeline.tasks.remind_of_next_contacts"]},
	"hourly_long": ["crm_pipeline.tasks.catch_up_mails"],
	"daily_long": [
		"crm_pipeline.tasks.check_audit_log",
		"crm_pipeline.tasks.catch_up_offers",
		"crm_pipeline.tasks.auto_close",
	],
}

# promises to the framework

require_type_annotated_api_methods = True
company_data_to_be_ignored = ["Pipeline Opportunity", "Pipeline Sales Target"]
ignore_links_on_delete = ["Pipeline Audit Log"]
persistent_cache_keys = ["crm_pipeline_turn*"]
_CONTACT = ["contact_email", "contact_mobile"]
user_data_fields = [
	{"doctype": "Pipeline Opportunity", "filter_by": _CONTACT[0], "redact_fields": _CONTACT, "partial": 1},
]

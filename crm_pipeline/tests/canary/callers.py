"""Who asks: each kind of user to whom the hidden record is hidden."""

import frappe

from crm_pipeline.tests import factories, personas

REPORT_MANAGER = "rita.reports@example.com"
FORMER_ENGINEER = "fiona.former@example.com"
CALLERS = {
	"other sales engineer": personas.OTHER_ENGINEER,
	"guest": "Guest",
	"portal user": personas.PORTAL_USER,
	"user without sales role": REPORT_MANAGER,
	"application engineer": personas.APPLICATION_ENGINEER,
	"former engineer": FORMER_ENGINEER,
	"API user": personas.API_USER,
}
# they have the roles of another caller, and stand to the record in a way of their own: asked for it by its name only
ALIKE = ("former engineer", "API user")


def make_more_users() -> None:
	"""Insert those who are not in the cast (personas.py)."""
	factories.make_user(REPORT_MANAGER, "Purchase User", "Report Manager")
	factories.make_user(FORMER_ENGINEER, "Sales User")
	# reads units of measure, without which ERPNext's documents don't answer in full
	frappe.get_doc("User", personas.OTHER_ENGINEER).add_roles("Stock User")
	frappe.get_doc(
		{
			"doctype": "Contact",
			"first_name": "Petra",
			"user": personas.PORTAL_USER,
			"email_ids": [{"email_id": personas.PORTAL_USER, "is_primary": 1}],
			"links": [{"link_doctype": "Customer", "link_name": personas.OTHER_CUSTOMER}],
		}
	).insert()

"""Takes away what install added beside the DocTypes, which the framework drops itself."""

import click
import frappe

from crm_pipeline import built_on, custom_fields, indexes, install, seeds
from crm_pipeline.crm_pipeline.doctype.pipeline_opportunity import naming
from crm_pipeline.dashboard import set_up as desk
from crm_pipeline.domain.mailbox import PROGRESS
from crm_pipeline.personal_data import retention
from crm_pipeline.reporting.digest import delete_digests
from crm_pipeline.routing import rule

MODULE = "CRM Pipeline"

# DocType of the framework → its field that names a DocType of ours
REFERENCES = {
	"Comment": "reference_doctype",
	"Communication Link": "link_doctype",
	"Custom DocPerm": "parent",
	"DocShare": "share_doctype",
	"Event Participants": "reference_doctype",
	"List Filter": "reference_doctype",
	"Notification Log": "document_type",
	"Property Setter": "doc_type",
	"Singles": "doctype",
	"ToDo": "reference_type",
	"User Permission": "allow",
	"Version": "ref_doctype",
	"View Log": "reference_doctype",
}


def before_uninstall() -> None:
	rule.delete()
	custom_fields.delete()
	desk.delete_boards()
	desk.delete_navigation()
	let_others_go()
	delete_references()
	delete_digests(frappe.get_all("Report", filters={"module": MODULE}, pluck="name"))
	delete_scheduled_jobs()
	frappe.db.delete("Patch Log", {"patch": ("like", "crm_pipeline.%")})
	delete_desk_records()
	frappe.db.delete("DefaultValue", {"defkey": ("in", [PROGRESS, retention.REJECTS])})
	delete_roles()


def after_uninstall() -> None:
	install.forget_install()  # first: what follows commits
	naming.drop_sequence()
	indexes.drop_from_others()


def let_others_go() -> None:
	"""Say what the site has built on our DocTypes, and what becomes of it."""
	for line in built_on.let_go(get_own_doctypes()):
		click.echo(f"  {line}")


def get_own_doctypes() -> list[str]:
	return frappe.get_all("DocType", filters={"module": MODULE}, pluck="name")


def delete_references() -> None:
	"""Delete what the framework keeps about records of ours. E-mails stay, without what they stood on."""
	ours = get_own_doctypes()
	delete_events(ours)
	emails, nothing = {"reference_doctype": ("in", ours)}, {"reference_doctype": None, "reference_name": None}
	frappe.db.set_value("Communication", emails, nothing, update_modified=False)
	for doctype, fieldname in REFERENCES.items():
		frappe.db.delete(doctype, {fieldname: ("in", ours)})


def delete_events(doctypes: list[str]) -> None:
	"""Delete the events in which nothing but records of these DocTypes takes part."""
	fields = ["parent", "reference_doctype"]
	rows = frappe.get_all("Event Participants", filters={"parenttype": "Event"}, fields=fields)
	others = {row.parent for row in rows if row.reference_doctype not in doctypes}
	ours = list({row.parent for row in rows} - others)
	for doctype, fieldname in (("Event", "name"), ("Event Participants", "parent")):
		frappe.db.delete(doctype, {fieldname: ("in", ours or [""])})


def delete_scheduled_jobs() -> None:
	frappe.db.delete("Scheduled Job Type", {"method": ("like", "crm_pipeline.%")})


def delete_desk_records() -> None:
	"""Delete what has no field for its module, so that the framework can't tell that it is ours."""
	steps = {"parent": MODULE, "parenttype": "Module Onboarding"}
	for step in frappe.get_all("Onboarding Step Map", filters=steps, pluck="step"):
		frappe.delete_doc("Onboarding Step", step, force=True)
	frappe.delete_doc("Email Template", seeds.EMAIL_TEMPLATE, force=True, ignore_missing=True)


def delete_roles() -> None:
	"""Delete the app's roles, also from users, but leave one that other DocTypes have rules for: the site needs it."""
	ours = get_own_doctypes()
	for role in seeds.ROLES:
		elsewhere = {"role": role, "parent": ("not in", ours)}
		if any(frappe.db.exists(doctype, elsewhere) for doctype in ("DocPerm", "Custom DocPerm")):
			continue
		for doctype in ("Has Role", "DocPerm"):
			frappe.db.delete(doctype, {"role": role})
		frappe.delete_doc("Role", role, force=True, ignore_missing=True)

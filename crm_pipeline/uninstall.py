"""Takes away what install added beside the DocTypes, which the framework drops itself."""

import frappe

from crm_pipeline import custom_fields, seeds
from crm_pipeline.crm_pipeline.doctype.pipeline_opportunity import naming
from crm_pipeline.crm_pipeline.routing import rule

MODULE = "CRM Pipeline"

# DocType of the framework → its field that names a DocType of ours
REFERENCES = {
	"Comment": "reference_doctype",
	"Custom DocPerm": "parent",
	"DocShare": "share_doctype",
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
	delete_references()
	delete_scheduled_jobs()
	delete_roles()


def after_uninstall() -> None:
	naming.drop_sequence()


def delete_references() -> None:
	"""Delete what the framework keeps about records of ours."""
	ours = frappe.get_all("DocType", filters={"module": MODULE}, pluck="name")
	for doctype, fieldname in REFERENCES.items():
		frappe.db.delete(doctype, {fieldname: ("in", ours)})


def delete_scheduled_jobs() -> None:
	frappe.db.delete("Scheduled Job Type", {"method": ("like", "crm_pipeline.%")})


def delete_roles() -> None:
	"""Delete the app's roles from users and permissions, then the roles themselves."""
	for role in seeds.ROLES:
		for doctype in ("Has Role", "DocPerm", "Custom DocPerm"):
			frappe.db.delete(doctype, {"role": role})
		frappe.delete_doc("Role", role, force=True, ignore_missing=True)

"""Takes away what install added beside the DocTypes, which the framework drops itself."""

import frappe

from crm_pipeline import custom_fields, seeds
from crm_pipeline.crm_pipeline.doctype.pipeline_opportunity import naming
from crm_pipeline.crm_pipeline.routing import rule


def before_uninstall() -> None:
	rule.delete()
	custom_fields.delete()
	delete_roles()


def after_uninstall() -> None:
	naming.drop_sequence()


def delete_roles() -> None:
	"""Delete the app's roles from users and permissions, then the roles themselves."""
	for role in seeds.ROLES:
		for doctype in ("Has Role", "DocPerm", "Custom DocPerm"):
			frappe.db.delete(doctype, {"role": role})
		frappe.delete_doc("Role", role, force=True, ignore_missing=True)

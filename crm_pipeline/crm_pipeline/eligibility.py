"""Which users may work on opportunities, and as what."""

import frappe

from crm_pipeline.permissions import APPLICATION_ROLES, SALES_ROLES

# field of the opportunity → the roles of which the user needs one
ELIGIBLE_ROLES = {"sales_engineer": SALES_ROLES, "application_engineer": APPLICATION_ROLES}


def is_eligible(user: str, fieldname: str) -> bool:
	"""Tell whether a user is an enabled system user with a role for the field; Administrator is nobody's engineer."""
	if user in frappe.STANDARD_USERS:
		return False
	enabled, user_type = frappe.get_cached_value("User", user, ["enabled", "user_type"])
	has_role = not ELIGIBLE_ROLES[fieldname].isdisjoint(frappe.get_roles(user))
	return bool(enabled) and user_type == "System User" and has_role

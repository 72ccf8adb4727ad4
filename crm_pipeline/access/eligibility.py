"""Which users may work on opportunities, and as what."""

import frappe

from crm_pipeline.access.permissions import APPLICATION_ROLES, SALES_ROLES

# field of the opportunity → the roles of which the user needs one
ELIGIBLE_ROLES = {"sales_engineer": SALES_ROLES, "application_engineer": APPLICATION_ROLES}


def is_eligible(user: str, fieldname: str) -> bool:
	"""Tell whether a user is an enabled system user with a role for the field; Administrator is nobody's engineer."""
	if user in frappe.STANDARD_USERS:
		return False
	enabled, user_type = frappe.get_cached_value("User", user, ["enabled", "user_type"]) or (0, "")
	if not enabled or user_type != "System User":
		return False
	return not ELIGIBLE_ROLES[fieldname].isdisjoint(frappe.get_roles(user))


def get_eligible_users(fieldname: str, txt: str, start: int, page_len: int) -> list:
	"""Return (user, full name) of those whom a field may name."""
	roles = ELIGIBLE_ROLES[fieldname]
	user, has_role = frappe.qb.DocType("User"), frappe.qb.DocType("Has Role")
	with_role = frappe.qb.from_(has_role).select(has_role.parent).where(has_role.role.isin(sorted(roles)))
	text = f"%{txt}%"
	return (
		frappe.qb.from_(user)
		.select(user.name, user.full_name)
		.where((user.enabled == 1) & (user.user_type == "System User") & user.name.isin(with_role))
		.where(user.name.notin(frappe.STANDARD_USERS) & (user.name.like(text) | user.full_name.like(text)))
		.orderby(user.full_name)
		.limit(page_len)
		.offset(start)
		.run()
	)

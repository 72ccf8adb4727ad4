"""Questions about users."""

import frappe


def get_users_with_role(role):
	"""Return the enabled users that have a role, without Administrator."""
	return frappe.db.sql(
		"""select distinct user.name from tabUser user join `tabHas Role` has_role on has_role.parent = user.name
		where has_role.role = %s and has_role.parenttype = 'User' and user.enabled = 1
		and user.name != 'Administrator'""",
		(role,),
		pluck=True,
	)

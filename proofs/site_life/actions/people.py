"""People come, go, and change their names."""

import frappe

from crm_pipeline.demo import team
from proofs.site_life.life import Life, NotNow

SALES_USERS = {"enabled": 1, "user_type": "System User", "email": ("like", f"%@{team.DOMAIN}")}


def hire(life: Life) -> str:
	email = f"new.{life.done}@{team.DOMAIN}"
	user = {"doctype": "User", "email": email, "first_name": f"New {life.done}", "send_welcome_email": 0}
	frappe.get_doc({**user, "roles": [{"role": "Sales User"}]}).insert()
	region = frappe.get_doc("Pipeline Region", life.pick("Pipeline Region", is_group=0))
	region.append("members", {"user": email})
	region.save()
	return f"{email} joins {region.name}"


def rename_user(life: Life) -> str:
	old = life.pick("User", **SALES_USERS)
	new = f"renamed.{life.done}@{team.DOMAIN}"
	frappe.rename_doc("User", old, new)
	return f"{old} is {new}"


def merge_users(life: Life) -> str:
	old, new = life.pick_many("User", 2, **SALES_USERS)
	_keep_some()
	frappe.rename_doc("User", old, new, merge=True)
	return f"{old} is merged into {new}"


def disable_user(life: Life) -> str:
	_keep_some()
	name = life.pick("User", **SALES_USERS)
	frappe.get_doc("User", name).update({"enabled": 0}).save()
	return f"{name} has left"


def delete_user(life: Life) -> str:
	_keep_some()
	name = life.pick("User", **SALES_USERS)
	frappe.delete_doc("User", name, force=True)
	return f"{name} is deleted by force"


def limit_user(life: Life) -> str:
	user, customer = life.pick("User", **SALES_USERS), life.pick("Customer")
	permission = {"doctype": "User Permission", "user": user, "allow": "Customer", "for_value": customer}
	frappe.get_doc(permission).insert(ignore_if_duplicate=True)
	return f"{user} is limited to {customer}"


def _keep_some() -> None:
	if frappe.db.count("User", SALES_USERS) < 4:
		raise NotNow("too few people")


ACTIONS = (hire, rename_user, merge_users, disable_user, delete_user, limit_user)

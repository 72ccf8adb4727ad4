"""Masters are renamed, merged, disabled, and deleted by force."""

from collections.abc import Callable

import frappe

from proofs.site_life.life import Life, NotNow

RENAMED = (
	*("Pipeline Region", "Pipeline Lost Reason", "Pipeline Product Line", "Pipeline Business Unit"),
	*("Pipeline Source", "Customer", "Contact", "Territory", "Item Group", "Company"),
)
MERGED = ("Pipeline Lost Reason", "Pipeline Product Line", "Customer", "Contact")
DISABLED = ("Pipeline Lost Reason", "Pipeline Product Line", "Pipeline Region", "Customer")
DELETED = ("Pipeline Lost Reason", "Pipeline Product Line", "Customer", "Contact", "Lead")


def make_action(verb: str, doctype: str, action: Callable[[Life, str], str]) -> Callable[[Life], str]:
	def act(life: Life) -> str:
		return f"{doctype}: {action(life, doctype)}"

	act.__name__ = f"{verb} {doctype}"
	return act


def rename(life: Life, doctype: str) -> str:
	old, new = life.pick(doctype, **get_leaves(doctype)), f"Renamed {life.done}"
	frappe.rename_doc(doctype, old, new)
	return f"{old} is called {new}"


def rename_there_and_back(life: Life) -> str:
	"""The same two names again and again."""
	doctype = life.random.choice(("Pipeline Lost Reason", "Pipeline Region", "Customer"))
	old, new = life.pick(doctype, **get_leaves(doctype)), f"For a while {life.done}"
	for _again in range(2):
		frappe.rename_doc(doctype, old, new)
		frappe.rename_doc(doctype, new, old)
	return f"{doctype} {old} was called otherwise for a while, twice"


def rename_currency(life: Life) -> str:
	used = filter(None, frappe.get_all("Pipeline Opportunity", pluck="currency", distinct=True))
	if not (found := life.pick_from(used, 1)):
		raise NotNow("no currency is used")
	old = found[0]
	frappe.rename_doc("Currency", old, f"{old[:3]}{life.done}")
	return f"{old} is called {old[:3]}{life.done}"


def merge(life: Life, doctype: str) -> str:
	old, new = life.pick_many(doctype, 2, **get_leaves(doctype))
	frappe.rename_doc(doctype, old, new, merge=True)
	return f"{old} is merged into {new}"


def disable(life: Life, doctype: str) -> str:
	name, _other = life.pick_many(doctype, 2, disabled=0, **get_leaves(doctype))
	frappe.get_doc(doctype, name).update({"disabled": 1}).save()
	return f"{name} is disabled"


def delete(life: Life, doctype: str) -> str:
	name, _other = life.pick_many(doctype, 2)
	frappe.delete_doc(doctype, name, force=True)
	return f"{name} is deleted by force"


def get_leaves(doctype: str) -> dict:
	return {"is_group": 0} if frappe.get_meta(doctype).has_field("is_group") else {}


ACTIONS = (
	rename_there_and_back,
	rename_currency,
	*(make_action("rename", doctype, rename) for doctype in RENAMED),
	*(make_action("merge", doctype, merge) for doctype in MERGED),
	*(make_action("disable", doctype, disable) for doctype in DISABLED),
	*(make_action("delete", doctype, delete) for doctype in DELETED),
)

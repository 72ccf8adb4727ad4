"""Trees: `lft` and `rgt` number the nodes so that the descendants of one lie between its two numbers."""

import frappe
from frappe.exceptions import ValidationError
from frappe.model.document import Document


class NestedSetRecursionError(ValidationError): ...


class NestedSet(Document):
	"""A document that has a parent of its own DocType."""

	def on_update(self):
		parent = self.get(get_parent_field(self.doctype))
		if parent and parent in [self.name, *get_descendants_of(self.doctype, self.name, True)]:
			frappe.throw("Item cannot be added to its own descendants", NestedSetRecursionError)
		rebuild_tree(self.doctype)
		self.lft, self.rgt = frappe.db.get_value(self.doctype, self.name, ["lft", "rgt"])

	def after_delete(self):
		rebuild_tree(self.doctype)

	def after_rename(self, olddn, newdn, merge=False):
		rebuild_tree(self.doctype)


def get_parent_field(doctype):
	return frappe.get_meta(doctype).nsm_parent_field or f"parent_{frappe.scrub(doctype)}"


def rebuild_tree(doctype):
	"""Number all nodes of a tree anew, siblings by name."""
	children = {}
	column = get_parent_field(doctype)
	for name, parent in frappe.db.sql(f"select name, `{column}` from `tab{doctype}` order by name"):
		children.setdefault(parent or "", []).append(name)
	_number(doctype, children, "", 1)


def _number(doctype, children, parent, number):
	for name in children.get(parent, ()):
		left, number = number, _number(doctype, children, name, number + 1)
		frappe.db.sql(f"update `tab{doctype}` set lft = %s, rgt = %s where name = %s", (left, number, name))
		number += 1
	return number


def get_descendants_of(doctype, name, ignore_permissions=False):
	"""Return the names of all nodes below a node."""
	left, right = frappe.db.get_value(doctype, name, ["lft", "rgt"]) or (0, 0)
	filters = [["lft", ">", left], ["rgt", "<", right]]
	options = {"pluck": "name", "order_by": "lft desc", "ignore_permissions": ignore_permissions}
	return frappe.get_list(doctype, filters=filters, limit_page_length=0, **options)


def get_ancestors_of(doctype, name):
	"""Return the names of all nodes above a node, the nearest first."""
	left, right = frappe.db.get_value(doctype, name, ["lft", "rgt"]) or (0, 0)
	filters = [["lft", "<", left], ["rgt", ">", right]]
	return frappe.get_all(doctype, filters=filters, pluck="name", order_by="lft desc")

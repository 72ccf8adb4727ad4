"""Trees: `lft` and `rgt` number the nodes so that the descendants of one lie between its two numbers."""

import frappe
from frappe.exceptions import ValidationError
from frappe.model.document import Document


class NestedSetRecursionError(ValidationError): ...


class NestedSetChildExistsError(ValidationError): ...


class NestedSetMultipleRootsError(ValidationError): ...


class NestedSetInvalidMergeError(ValidationError): ...


class NestedSet(Document):
	"""A document that has a parent of its own DocType."""

	@property
	def _parent_field(self):
		return getattr(self, "nsm_parent_field", None) or get_parent_field(self.doctype)

	def on_update(self):
		self.check_recursion()
		rebuild_tree(self.doctype)
		self.lft, self.rgt = frappe.db.get_value(self.doctype, self.name, ["lft", "rgt"])

	def check_recursion(self):
		"""Refuse a parent that lies below the node itself."""
		seen, parent = set(), self.get(self._parent_field)
		while parent and parent not in seen:
			if parent == self.name:
				frappe.throw("Item cannot be added to its own descendants", NestedSetRecursionError)
			seen.add(parent)
			parent = frappe.db.get_value(self.doctype, parent, self._parent_field)

	def on_trash(self, allow_root_deletion=False):
		parent = self.get(self._parent_field)
		if not parent and not allow_root_deletion:
			frappe.throw(f"Root {self.doctype} cannot be deleted.")
		if frappe.db.exists(self.doctype, {self._parent_field: self.name}):
			frappe.throw(f"Cannot delete {self.name} as it has child nodes", NestedSetChildExistsError)

	def after_delete(self):
		rebuild_tree(self.doctype)

	def after_rename(self, olddn, newdn, merge=False):
		rebuild_tree(self.doctype)

	def has_children(self):
		return bool(frappe.db.exists(self.doctype, {self._parent_field: self.name}))


def get_parent_field(doctype):
	return frappe.get_meta(doctype).nsm_parent_field or f"parent_{frappe.scrub(doctype)}"


def rebuild_tree(doctype, parent_field=None):
	"""Number all nodes of a tree anew, siblings by name."""
	column = parent_field or get_parent_field(doctype)
	children = {}
	for name, parent in frappe.db.sql(f"select name, `{column}` from `tab{doctype}` order by name"):
		children.setdefault(parent or "", []).append(name)
	_number(doctype, children, "", 1)


def _number(doctype, children, parent, number):
	for name in children.get(parent, ()):
		left = number
		number = _number(doctype, children, name, left + 1)
		query = f"update `tab{doctype}` set lft = %s, rgt = %s where name = %s"
		frappe.db.sql(query, (left, number, name))
		number += 1
	return number


def get_descendants_of(doctype, name, order_by="lft desc", limit=None, ignore_permissions=False):
	"""Return the names of all nodes below a node."""
	bounds = frappe.db.get_value(doctype, name, ["lft", "rgt"])
	if not bounds:
		return []
	return frappe.get_list(
		doctype,
		filters=[["lft", ">", bounds[0]], ["rgt", "<", bounds[1]]],
		pluck="name",
		order_by=order_by,
		limit_page_length=limit,
		ignore_permissions=ignore_permissions,
	)


def get_ancestors_of(doctype, name, order_by="lft desc", limit=None):
	"""Return the names of all nodes above a node, the nearest first."""
	bounds = frappe.db.get_value(doctype, name, ["lft", "rgt"])
	if not bounds:
		return []
	filters = [["lft", "<", bounds[0]], ["rgt", ">", bounds[1]]]
	return frappe.get_all(doctype, filters=filters, pluck="name", order_by=order_by, limit_page_length=limit)

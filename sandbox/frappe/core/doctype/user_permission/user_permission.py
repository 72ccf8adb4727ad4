"""User Permissions: a user sees only documents that link to the named records."""

import frappe
from frappe.model.document import Document
from frappe.types import _dict
from frappe.utils.nestedset import get_descendants_of


class UserPermission(Document):
	def validate(self):
		same = ["user", "allow", "for_value", "applicable_for", "apply_to_all_doctypes"]
		filters = {column: self.get(column) for column in same}
		if frappe.db.exists(self.doctype, {**filters, "name": ("!=", self.name)}):
			frappe.throw("User permission already exists", frappe.DuplicateEntryError)


def get_user_permissions(user=None):
	"""Return the permissions of a user by DocType; those on a tree's node hold for its descendants."""
	user = user or frappe.session.user
	permissions = _dict()
	if user in ("Administrator", "Guest"):
		return permissions
	columns = ["allow", "for_value", "applicable_for", "is_default", "hide_descendants"]
	for row in frappe.db.get_values(
		"User Permission", {"user": user}, columns, as_dict=True, order_by="creation"
	):
		rules = permissions.setdefault(row.allow, [])
		rules.append(_dict(doc=row.for_value, applicable_for=row.applicable_for, is_default=row.is_default))
		if frappe.get_meta(row.allow).is_nested_set() and not row.hide_descendants:
			below = get_descendants_of(row.allow, row.for_value, ignore_permissions=True)
			rules += [_dict(doc=name, applicable_for=row.applicable_for, is_default=0) for name in below]
	return permissions

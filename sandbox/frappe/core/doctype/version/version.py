"""What changed in a document."""

import json

import frappe
from frappe.model.document import Document

IGNORED = ("modified", "modified_by", "creation", "owner", "idx")


class Version(Document):
	def get_data(self):
		return json.loads(self.data)


def insert_version(old, new):
	"""Write a Version row if the document differs from the saved one."""
	if old and (diff := get_diff(old, new)):
		version = frappe.get_doc(doctype="Version", ref_doctype=new.doctype, docname=new.name)
		version.data = frappe.as_json(diff)
		version.insert(ignore_permissions=True)


def get_diff(old, new):
	"""Return the changed fields and the added and removed rows, or None."""
	diff = frappe._dict(changed=[], added=[], removed=[])
	for column in new.meta.column_types:
		before, after = old.get(column), new.get(column)
		if (
			column not in IGNORED
			and (before or after)
			and frappe.utils.cstr(before) != frappe.utils.cstr(after)
		):
			diff.changed.append([column, before, after])
	for df in new.meta.get_table_fields():
		before = {row.name: row for row in old.get(df.fieldname)}
		after = {row.name: row for row in new.get(df.fieldname)}
		diff.added += [[df.fieldname, row.as_dict()] for name, row in after.items() if name not in before]
		diff.removed += [[df.fieldname, row.as_dict()] for name, row in before.items() if name not in after]
	return diff if any(diff.values()) else None

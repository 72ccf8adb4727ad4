"""Records that the framework keeps in its cache."""

import frappe


def get_doctype_map(doctype, name, filters=None, order_by=None):
	"""Return the names of the records that match; not cached, reads are cheap here."""
	return frappe.get_all(doctype, filters=filters, order_by=order_by)


def clear_doctype_map(doctype, name=None):
	"""Nothing is cached."""

"""Records that the framework keeps in its cache; nothing is cached here, reads are cheap."""

import frappe


def get_doctype_map(doctype, name, filters=None, order_by=None):
	return frappe.get_all(doctype, filters=filters, order_by=order_by)


def clear_doctype_map(doctype, name=None): ...

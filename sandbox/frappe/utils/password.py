"""The site's encryption key."""

import frappe


def get_encryption_key():
	return frappe.conf.encryption_key

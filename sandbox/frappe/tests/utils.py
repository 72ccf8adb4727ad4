"""`FrappeTestCase` as of Frappe 15: the writes of a class are undone when it ends."""

import unittest

import frappe


class FrappeTestCase(unittest.TestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		frappe.db.commit()
		cls.addClassCleanup(_restore_request_state, frappe._dict(frappe.flags))
		cls.addClassCleanup(frappe.db.rollback)


def _restore_request_state(flags):
	frappe.local.flags, frappe.local.message_log, frappe.local.request = flags, [], None

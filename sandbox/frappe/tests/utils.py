"""`FrappeTestCase` as of Frappe 15: the writes of a class are undone when it ends."""

import unittest
from contextlib import contextmanager

import frappe
from frappe.utils import get_datetime


class FrappeTestCase(unittest.TestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		frappe.db.commit()
		cls.addClassCleanup(_restore_request_state, frappe._dict(frappe.flags))
		cls.addClassCleanup(frappe.db.rollback)

	@contextmanager
	def set_user(self, user):
		previous = frappe.session.user
		frappe.set_user(user)
		try:
			yield
		finally:
			frappe.set_user(previous)

	@contextmanager
	def freeze_time(self, time_to_freeze, *args, **kwargs):
		from freezegun import freeze_time

		moment = get_datetime(time_to_freeze).astimezone()
		with freeze_time(moment, *args, tz_offset=moment.utcoffset(), **kwargs):
			yield

	@contextmanager
	def change_settings(self, doctype, settings_dict=None, /, **settings):
		with change_settings(doctype, settings_dict, **settings):
			yield


def _restore_request_state(flags):
	frappe.local.flags = flags
	frappe.local.message_log, frappe.local.error_log = [], []
	frappe.local.request = None


@contextmanager
def change_settings(doctype, settings_dict=None, /, commit=False, **settings):
	"""Change a Single for a while."""
	changes = settings_dict or settings
	doc = frappe.get_doc(doctype)
	previous = {key: doc.get(key) for key in changes}
	_save_settings(doctype, changes)
	try:
		yield
	finally:
		_save_settings(doctype, previous)


def _save_settings(doctype, values):
	doc = frappe.get_doc(doctype)
	doc.update(values)
	doc.save(ignore_permissions=True)

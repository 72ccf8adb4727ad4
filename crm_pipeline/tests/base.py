"""The base class of the app's tests: a cast of users, one test's writes undone before the next, refusals by sentence."""

import unittest
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest.mock import patch

import frappe
from frappe.cache_manager import clear_doctype_map

from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.tests import leftovers, personas

try:
	from frappe.tests import IntegrationTestCase
except ImportError:  # Frappe 15
	from frappe.tests.utils import FrappeTestCase as IntegrationTestCase

try:
	from frappe.tests.utils import toggle_test_mode
except ImportError:  # Frappe 15

	def toggle_test_mode(enable: bool) -> None:
		frappe.flags.in_test = enable


IS_SANDBOX = frappe.db.db_type == "sqlite"
RULE = "Assignment Rule"


def site_only(reason: str):
	"""Skip a test (or class) on the sandbox, and say what it needs a real site for."""
	return unittest.skipIf(IS_SANDBOX, f"site only: {reason}")


class Stage:
	"""The cast on the site. It is made once and committed, and made anew after a class that committed something."""

	is_set = False

	@classmethod
	def set_anew(cls) -> None:
		if frappe.db.exists("User", personas.MANAGER):
			leftovers.remove_cast()
		personas.make_cast()
		frappe.db.commit()
		cls.is_set = True

	@classmethod
	def watch(cls) -> Callable[[], None]:
		"""Notice every commit of this connection, until the function that is returned is called."""
		commit = frappe.local.db.commit

		def notice(*arguments, **options):
			cls.is_set = False
			return commit(*arguments, **options)

		watcher = patch.object(frappe.local.db, "commit", notice)
		watcher.start()
		return watcher.stop


class PipelineTestCase(IntegrationTestCase):
	"""Starts each test as a manager, on a site that has the cast and its masters (personas.py)."""

	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.addClassCleanup(forget_cached_documents)
		cls.addClassCleanup(frappe.set_user, "Administrator")
		forget_cached_documents()
		frappe.set_user("Administrator")
		if not Stage.is_set:
			Stage.set_anew()
		cls.addClassCleanup(Stage.watch())
		cls.resting_rules = rest_assignment_rules()

	def setUp(self) -> None:
		super().setUp()
		self.addCleanup(self.undo_writes)
		frappe.db.savepoint("before_test")
		frappe.set_user(personas.MANAGER)

	def undo_writes(self) -> None:
		frappe.set_user("Administrator")
		frappe.db.rollback(save_point="before_test")
		forget_cached_documents()
		frappe.clear_messages()

	@contextmanager
	def assertRefused(self, exception: type[Exception], part_of_message: str) -> Iterator[None]:
		with self.assertRaises(exception) as refusal:
			yield
		self.assertIn(part_of_message, str(refusal.exception))


def forget_cached_documents() -> None:
	"""A savepoint that is rolled back clears no cache."""
	frappe.cache.delete_keys("document_cache::")
	clear_doctype_map(RULE, OPPORTUNITY)
	frappe.db.value_cache.clear()
	frappe.local.outgoing_email_account = {}
	frappe.local.incoming_email_account = {}


def rest_assignment_rules() -> list[str]:
	"""Disable and return the rules the site has been set up with: they must not decide a test."""
	names = frappe.get_all(RULE, filters={"document_type": OPPORTUNITY, "disabled": 0}, pluck="name")
	frappe.db.set_value(RULE, {"name": ("in", names)}, "disabled", 1)
	clear_doctype_map(RULE, OPPORTUNITY)
	return names

"""Tests with more than one connection to a real site: what they share has to be committed, and removed again."""

import os
import threading
from collections.abc import Callable
from contextlib import suppress

import frappe

from crm_pipeline.tests import personas
from crm_pipeline.tests.audit import LOG
from crm_pipeline.tests.base import OPPORTUNITY, RULE, PipelineTestCase, forget_cached_documents


class CommittedTestCase(PipelineTestCase):
	"""The cast, and what a test commits, is visible to other connections until the class is done."""

	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.addClassCleanup(remove_cast, cls.resting_rules)
		frappe.db.commit()

	def undo_writes(self) -> None:
		frappe.set_user("Administrator")
		frappe.db.rollback()
		for thread in threading.enumerate():
			if isinstance(thread, Connection):
				thread.join()
		remove_opportunities()
		forget_cached_documents()
		frappe.clear_messages()


class Connection(threading.Thread):
	"""Runs a function as a user on a connection of its own, and commits unless it fails."""

	def __init__(self, user: str, function: Callable, *arguments):
		super().__init__(daemon=True)
		self.site, self.sites_path = frappe.local.site, frappe.local.sites_path
		self.user, self.function, self.arguments = user, function, arguments
		self.result = self.error = None
		self.start()

	def run(self) -> None:
		connect(self.site, self.sites_path, self.user)
		try:
			self.result = self.function(*self.arguments)
			frappe.db.commit()
		except Exception as error:
			frappe.db.rollback()
			self.error = error
		finally:
			frappe.destroy()

	def wait(self):
		"""Return what the function returned, or raise what it raised."""
		self.join(timeout=60)
		if self.is_alive():
			raise TimeoutError(f"{self.function} still waits for a lock")
		if self.error:
			raise self.error
		return self.result


def connect(site: str, sites_path: str, user: str) -> None:
	frappe.init(site=site, sites_path=sites_path)
	frappe.connect()
	frappe.flags.in_test = True
	frappe.set_user(user)


def run_in_child(user: str, function: Callable, *arguments) -> int:
	"""Run a function in a process and on a connection of its own; return the signal that ended it, 0 for none."""
	site, sites_path = frappe.local.site, frappe.local.sites_path
	pid = os.fork()
	if pid == 0:
		with suppress(BaseException):
			connect(site, sites_path, user)
			function(*arguments)
			frappe.db.commit()
		os._exit(0)
	return os.WTERMSIG(os.waitpid(pid, 0)[1])


def remove_opportunities() -> None:
	parties = ("in", [personas.CUSTOMER, personas.OTHER_CUSTOMER])
	names = frappe.get_all(OPPORTUNITY, filters={"party_name": parties}, pluck="name")
	for name in names:
		for df in frappe.get_meta(OPPORTUNITY).get_table_fields():
			frappe.db.delete(df.options, {"parent": name})
		frappe.db.delete(LOG, {"reference_name": name})
		frappe.db.delete("ToDo", {"reference_name": name})
		frappe.db.delete(OPPORTUNITY, {"name": name})
	frappe.db.commit()


def remove_cast(resting_rules: list[str]) -> None:
	frappe.db.rollback()
	frappe.db.set_value(RULE, {"name": ("in", resting_rules)}, "disabled", 0)
	remove_opportunities()
	for doctype, names in personas.get_records().items():
		for name in names:
			frappe.delete_doc(doctype, name, force=True, ignore_missing=True)
	for user in personas.ROLES:
		frappe.db.delete("Has Role", {"parent": user})
		frappe.db.delete("Notification Log", {"for_user": user})
		frappe.db.delete("User", {"name": user})
	frappe.db.commit()

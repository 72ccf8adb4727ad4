"""Tests with more than one connection to a real site: what they share has to be committed, and removed again."""

import os
import threading
from collections.abc import Callable
from contextlib import suppress

import frappe

from crm_pipeline.tests import leftovers
from crm_pipeline.tests.base import RULE, PipelineTestCase, forget_cached_documents, toggle_test_mode


class CommittedTestCase(PipelineTestCase):
	"""The cast, and what a test commits, is visible to other connections until the class is done."""

	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.addClassCleanup(cls.remove_committed)
		frappe.db.commit()

	@classmethod
	def remove_committed(cls) -> None:
		frappe.db.rollback()
		frappe.db.set_value(RULE, {"name": ("in", cls.resting_rules)}, "disabled", 0)
		leftovers.remove_cast()

	def undo_writes(self) -> None:
		frappe.set_user("Administrator")
		frappe.db.rollback()
		for thread in threading.enumerate():
			if isinstance(thread, Connection):
				thread.join()
		leftovers.remove_opportunities()
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
	toggle_test_mode(True)
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

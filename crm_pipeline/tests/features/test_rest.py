"""REST as a client meets it: a token per user, a status code, and the same sentences as everywhere else."""

import json
import threading
from collections.abc import Callable
from typing import Any

import frappe

from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.tests import factories, personas
from crm_pipeline.tests.base import site_only
from crm_pipeline.tests.connections import CommittedTestCase

RESOURCE = f"/api/resource/{OPPORTUNITY}"
METHOD = "/api/method/crm_pipeline.api.opportunity."
SECRET = "a-secret-for-tests"


@site_only("the framework's own WSGI application")
class TestRest(CommittedTestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		from frappe.utils.password import remove_encrypted_password, set_encrypted_password

		for user in (personas.API_USER, personas.OUTSIDER):
			frappe.db.set_value("User", user, "api_key", user)
			set_encrypted_password("User", user, SECRET, "api_secret")
			cls.addClassCleanup(remove_encrypted_password, "User", user, "api_secret")
		frappe.db.commit()

	def make_committed(self, status: str = "Open") -> str:
		name = factories.make_opportunity(status, sales_engineer=personas.API_USER).name
		frappe.db.commit()
		return name

	def assertAnswer(self, answer, status_code: int, exc_type: str, sentence: str):
		body = answer.get_json()
		messages = [json.loads(message)["message"] for message in json.loads(body["_server_messages"])]
		self.assertEqual(
			(answer.status_code, body["exc_type"], messages), (status_code, exc_type, [sentence])
		)

	def test_a_client_creates_reads_and_moves_a_record(self):
		created = request("POST", RESOURCE, **factories.OPPORTUNITY_DEFAULTS)
		self.assertEqual(created.status_code, 200)
		name = created.get_json()["data"]["name"]
		self.assertEqual(
			request("GET", f"{RESOURCE}/{name}").get_json()["data"]["sales_engineer"], personas.API_USER
		)
		self.assertEqual(request("GET", RESOURCE).get_json()["data"], [{"name": name}])
		request("POST", f"{METHOD}make_offer", name=name)
		won = request("POST", f"{METHOD}mark_won", name=name, won_value=900)
		self.assertEqual((won.status_code, won.get_json()["message"]["status"]), (200, "Won"))
		frappe.db.rollback()
		self.assertEqual(frappe.db.get_value(OPPORTUNITY, name, "status"), "Won")

	def test_a_jump_is_answered_with_417_and_its_sentence(self):
		name = self.make_committed()
		sentence = f"{name} cannot go from Open to Won. Allowed next: Offer Made, Lost, Rejected."
		for answer in (
			request("PUT", f"{RESOURCE}/{name}", status="Won", won_value=900),
			request("POST", f"{METHOD}mark_won", name=name, won_value=900),
		):
			self.assertAnswer(answer, 417, "TransitionError", sentence)
		frappe.db.rollback()
		self.assertEqual(frappe.db.get_value(OPPORTUNITY, name, "status"), "Open")

	def test_bad_input_is_answered_with_417_and_its_sentence(self):
		values = {**factories.OPPORTUNITY_DEFAULTS, "region": None}
		sentence = "Region is missing. Choose the region that handles it."
		self.assertAnswer(request("POST", RESOURCE, **values), 417, "InputError", sentence)

	def test_an_outdated_copy_is_answered_with_409(self):
		name = self.make_committed()
		outdated = str(frappe.db.get_value(OPPORTUNITY, name, "modified"))
		request("PUT", f"{RESOURCE}/{name}", next_step="Call")
		answer = request("PUT", f"{RESOURCE}/{name}", next_step="Visit", modified=outdated)
		self.assertEqual((answer.status_code, answer.get_json()["exc_type"]), (409, "ConflictError"))

	def test_who_may_not_is_answered_with_403(self):
		name = self.make_committed("Lost")
		sentence = f"Only a manager may reopen {name}. Ask a Sales Manager."
		answer = request("POST", f"{METHOD}reopen", name=name, reopen_reason="They called")
		self.assertAnswer(answer, 403, "PermissionError", sentence)
		for path in (f"{RESOURCE}/{name}", RESOURCE):
			self.assertEqual(request("GET", path, user=personas.OUTSIDER).status_code, 403)

	def test_what_changes_something_is_not_done_by_get(self):
		name = self.make_committed()
		self.assertEqual(request("GET", f"{METHOD}make_offer?name={name}").status_code, 403)
		frappe.db.rollback()
		self.assertEqual(frappe.db.get_value(OPPORTUNITY, name, "status"), "Open")

	def test_what_is_not_there_is_answered_with_404(self):
		self.assertEqual(request("GET", f"{RESOURCE}/OPP-0").status_code, 404)

	def test_nobody_gets_in_without_a_token(self):
		self.assertEqual(request("GET", RESOURCE, user=None).status_code, 403)


def request(method: str, path: str, user: str | None = personas.API_USER, **values):
	"""Send a request to the framework's application, which connects and disconnects on its own, in a thread."""
	headers = {"X-Frappe-Site-Name": frappe.local.site}
	if user:
		headers["Authorization"] = f"token {user}:{SECRET}"
	arguments = {"method": method, "headers": headers, **({"json": values} if values else {})}
	return in_thread(lambda: send(path, arguments))


def in_thread(function: Callable) -> Any:
	"""Return what a function returns that has a connection of its own."""
	answers = []
	thread = threading.Thread(target=lambda: answers.append(function()))
	thread.start()
	thread.join()
	return answers[0]


def send(path: str, arguments: dict):
	from frappe.app import application
	from werkzeug.test import Client

	return Client(application).open(path, buffered=True, **arguments)  # which closes its connection

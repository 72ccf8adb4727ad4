"""docs/rest-api.md and the code say the same, both ways, and every example of the page works."""

import inspect
import json
import re
from contextlib import nullcontext
from types import UnionType
from typing import Union, get_args, get_origin
from unittest.mock import patch

import frappe

from crm_pipeline.tests import factories, personas
from crm_pipeline.tests.base import PipelineTestCase, site_only
from crm_pipeline.tests.connections import CommittedTestCase
from crm_pipeline.tests.features.test_rest import SECRET, request
from crm_pipeline.tests.rest_page import Request, read_page
from crm_pipeline.tests.test_wiring import get_stand_ins, get_whitelisted
from crm_pipeline.tests.workflows import committed_workflow

FUNCTIONS = {entry.path: entry for entry in read_page() if "/" not in entry.path}
METHOD = "/api/method/"


class TestPage(PipelineTestCase):
	def test_it_has_every_function_and_no_other(self):
		functions = {f"{function.__module__}.{function.__name__}" for function in get_own()}
		self.assertEqual(set(FUNCTIONS), functions)

	def test_it_says_how_each_is_called(self):
		for function in get_own():
			path = f"{function.__module__}.{function.__name__}"
			methods = frappe.allowed_http_methods_for_whitelisted_func[function]
			with self.subTest(path):
				self.assertEqual(FUNCTIONS[path].method, "POST" if methods == ["POST"] else "GET")

	def test_it_names_each_argument_with_its_type(self):
		for function in get_own():
			path = f"{function.__module__}.{function.__name__}"
			arguments = {
				parameter.name: (
					show(parameter.annotation),
					parameter.default is not inspect.Parameter.empty,
				)
				for parameter in inspect.signature(function).parameters.values()
			}
			with self.subTest(path):
				self.assertEqual(FUNCTIONS[path].arguments, arguments)

	def test_each_has_one_example_of_itself(self):
		for path, entry in FUNCTIONS.items():
			with self.subTest(path):
				(example,) = entry.examples
				self.assertEqual((example.method, example.path), (entry.method, METHOD + path))
				given = {*(example.body or ()), *(name for name, _value in example.query)}
				self.assertLessEqual(given, set(entry.arguments))


def get_own() -> list:
	"""Return the functions that are called at their own address."""
	return [function for function in get_whitelisted() if function not in get_stand_ins()]


def show(annotation) -> str:
	"""Return a type as the page writes it: `str | None` is a str that may be left out."""
	is_union = get_origin(annotation) in (Union, UnionType)
	kinds = [kind for kind in (get_args(annotation) if is_union else (annotation,)) if kind is not type(None)]
	return " or ".join(kind.__name__ for kind in kinds)


# function → status of the record in its example, where that is not Open
STATUSES = {
	"mark_won": "Offer Made",
	"apply_workflow": "Offer Made",
	"reopen": "Lost",
	"correct": "Won",
	"redact": "Lost",
}
WITH_ITEMS = ("make_quotation_from_supplier_rates", "make_supplier_quotation", "make_request_for_quotation")


@site_only("the framework's own WSGI application")
class TestExamples(CommittedTestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		from frappe.utils.password import remove_encrypted_password, set_encrypted_password

		user = frappe.get_doc("User", personas.MANAGER)
		user.add_roles("Sales User", "Purchase Manager", "Sales Master Manager", "System Manager")
		frappe.db.set_value("User", personas.MANAGER, "api_key", personas.MANAGER)
		set_encrypted_password("User", personas.MANAGER, SECRET, "api_secret")
		cls.addClassCleanup(remove_encrypted_password, "User", personas.MANAGER, "api_secret")
		frappe.db.commit()

	def test_every_example_is_answered(self):
		asked = 0
		with (
			patch("frappe.enqueue"),
			patch("crm_pipeline.auto_close.plan.enqueue_job", lambda: True),
			patch("crm_pipeline.audit.key_break.accept_now_or_later", lambda reason: {}),
			patch("crm_pipeline.audit.key_break.preview", lambda: ""),
		):
			for entry in read_page():
				for example in entry.examples:
					with self.subTest(f"{entry.method} {entry.path}"):
						answer = self.send(entry.path.rpartition(".")[2], example)
						expected = 202 if entry.method == "DELETE" else 200
						self.assertEqual(answer.status_code, expected, answer.get_data(as_text=True)[-600:])
						asked += 1
		self.assertEqual(asked, len(read_page()))

	def send(self, function: str, example: Request):
		with committed_workflow() if function == "apply_workflow" else nullcontext():
			return self.send_to(function, example)

	def send_to(self, function: str, example: Request):
		names = self.make_records(function)
		shown = re.compile("|".join(sorted(map(re.escape, names), key=len, reverse=True)))

		def name_on_site(text: str) -> str:
			return shown.sub(lambda found: names[found[0]], text)

		sent = Request(
			example.method,
			name_on_site(example.path),
			json.loads(name_on_site(json.dumps(example.body))),
			[(name, name_on_site(value)) for name, value in example.query],
		)
		return request(sent.method, sent.url, user=personas.MANAGER, **(sent.body or {}))

	def make_records(self, function: str) -> dict[str, str]:
		"""Return what the names of the page stand for in one example: name on the page → name on the site."""
		frappe.set_user("Administrator")
		status = STATUSES.get(function, "Open")
		names = [factories.make_opportunity(status, **self.get_items(function)).name for _number in range(2)]
		lead = factories.make_lead(
			email_id=f"{frappe.generate_hash(length=8)}@example.com", qualification_status="Qualified"
		)
		if function == "make_quotation_from_supplier_rates":
			frappe.db.set_value("Pipeline Opportunity Item", {"parent": names[0]}, "supplier_rate", 80)
		frappe.db.commit()
		return {
			"OPP-2026-00012": names[0],
			"OPP-2026-00013": names[1],
			"CRM-LEAD-2026-00003": lead.name,
			"Price too high": personas.REASON,
			"Chennai": personas.REGION,
			"Pump": personas.PRODUCT_LINE,
			"Example Pumps": personas.COMPANY,
			"Lakeside Dairy": personas.CUSTOMER,
			"nikhil@example.com": personas.ENGINEER,
			"sunita@example.com": personas.OTHER_ENGINEER,
		}

	def get_items(self, function: str) -> dict:
		if function not in WITH_ITEMS:
			return {}
		return {"with_items": 1, "items": [{"item_code": personas.ITEM, "qty": 1, "rate": 100}]}

"""Whatever is sent, by whom it may be: an answer, or one sentence; never an error of the program."""

import os
from collections import Counter

import frappe
from hypothesis import HealthCheck, given, seed, settings

from crm_pipeline.tests import factories, personas, wild
from crm_pipeline.tests.base import site_only
from crm_pipeline.tests.connections import CommittedTestCase
from crm_pipeline.tests.features.test_rest import SECRET
from crm_pipeline.tests.users import as_user

REQUESTS = int(os.environ.get("CRM_PIPELINE_WILD_REQUESTS") or 300)


class WildInputCase(CommittedTestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		from frappe.utils.password import remove_encrypted_password, set_encrypted_password

		frappe.get_doc("User", personas.MANAGER).add_roles(
			"Sales User", "Purchase Manager", "Sales Master Manager"
		)
		for user in wild.USERS:
			frappe.db.set_value("User", user, "api_key", user)
			set_encrypted_password("User", user, SECRET, "api_secret")
			cls.addClassCleanup(remove_encrypted_password, "User", user, "api_secret")
		frappe.db.commit()

	def setUp(self) -> None:
		super().setUp()
		with as_user("Administrator"):
			email = f"{frappe.generate_hash(length=8)}@example.com"
			lead = factories.make_lead(email_id=email, qualification_status="Qualified").name
			self.doors = wild.make_doors(lead)
		frappe.db.commit()
		self.addCleanup(remove_lead, lead)

	def send_wild(self, count: int, number: int) -> dict:
		"""Send requests, as the number draws them; return the faults found: what is wrong → the first such request."""
		faults, tally = {}, Counter()

		@seed(number)
		@settings(
			max_examples=count,
			deadline=None,
			database=None,
			suppress_health_check=list(HealthCheck),
			print_blob=False,
		)
		@given(wild.requests(self.doors))
		def send(sent):
			outcome = wild.send(sent)
			tally[outcome.status] += 1
			if fault := wild.find_fault(sent, outcome):
				faults.setdefault(fault[-160:], f"{fault}\n    {wild.describe(sent)}")

		send()
		print(dict(tally))
		return faults


def remove_lead(name: str) -> None:
	frappe.delete_doc("Lead", name, force=True)
	frappe.db.commit()


@site_only("the framework's own WSGI application")
class TestWildInput(WildInputCase):
	def test_every_request_has_an_answer_or_a_sentence(self):
		faults = self.send_wild(REQUESTS, 0)
		self.assertFalse(faults, "\n" + "\n".join(faults.values()))

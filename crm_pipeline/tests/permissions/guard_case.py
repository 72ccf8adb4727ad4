"""A hidden record and one's own, asked for over HTTP."""

import frappe

from crm_pipeline.tests import factories, leftovers, personas
from crm_pipeline.tests.connections import CommittedTestCase
from crm_pipeline.tests.features.test_rest import SECRET, request

STRANGER = personas.OTHER_ENGINEER
MARK = "Marzipan"
CALL = "/api/method/"


def remove(doctype: str, name: str) -> None:
	"""Remove what a test committed; it is run before the test's own writes are undone."""
	frappe.db.rollback()
	leftovers.remove_rows(doctype, [name])
	frappe.db.commit()


class GuardTestCase(CommittedTestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		from frappe.utils.password import remove_encrypted_password, set_encrypted_password

		for user in (STRANGER, personas.MANAGER):  # a quotation's links lead to stock and accounts
			frappe.get_doc("User", user).add_roles(
				"Item Manager", "Stock Manager", "Accounts Manager", "Purchase Manager"
			)
		for user in (STRANGER, personas.PORTAL_USER, personas.MANAGER):
			frappe.db.set_value("User", user, "api_key", user)
			set_encrypted_password("User", user, SECRET, "api_secret")
			cls.addClassCleanup(remove_encrypted_password, "User", user, "api_secret")
			cls.addClassCleanup(frappe.clear_cache, user=user)  # roles are kept there
		frappe.db.commit()

	def setUp(self):
		super().setUp()
		items = [{"item_code": personas.ITEM, "qty": 1, "rate": 77, "description": MARK}]
		self.hidden = factories.make_opportunity(
			sales_engineer=personas.ENGINEER, title=MARK, notes=MARK, items=items, with_items=1
		).name
		self.own = factories.make_opportunity(sales_engineer=STRANGER).name
		frappe.db.commit()

	def ask(self, function: str, user: str = STRANGER, **arguments):
		return request("POST", CALL + function, user=user, **arguments)

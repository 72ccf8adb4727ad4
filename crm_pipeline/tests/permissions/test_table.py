"""Who may do what (docs/permissions.md) as an executable table: relation × action × door."""

import frappe

from crm_pipeline.tests import factories, personas
from crm_pipeline.tests.base import PipelineTestCase
from crm_pipeline.tests.permissions.doors import DOORS, ON_CLOSED, is_open
from crm_pipeline.tests.permissions.table import EVERYTHING, RELATIONS
from crm_pipeline.tests.users import as_user


class TestPermissionTable(PipelineTestCase):
	cells = 0

	@classmethod
	def tearDownClass(cls) -> None:
		super().tearDownClass()
		print(f"permission table: {cls.cells} cells tried")

	def try_doors(self, description: str) -> None:
		relation = RELATIONS[description]
		records = {status: self.make_record(relation, status) for status in ("Open", "Lost")}
		with as_user(relation.user):
			for action, doors in DOORS.items():
				for door in doors:
					with self.subTest(f"{description}: {action} by {door.__name__}"):
						doc = records["Lost" if action in ON_CLOSED else "Open"]
						self.assertEqual(self.try_door(door, doc), action in relation.may)

	def try_door(self, door, doc) -> bool:
		type(self).cells += 1
		frappe.db.savepoint("door_tried")
		try:
			return is_open(door, doc)
		finally:
			frappe.db.rollback(save_point="door_tried")

	def make_record(self, relation, status: str):
		"""Lost ones are brought into their relation first, as nobody could afterwards."""
		doc = factories.make_opportunity(items=[{"item_code": personas.ITEM, "qty": 1}])
		relation.set_up(doc, relation.user)
		if status == "Lost":
			doc.reload().update({"status": "Lost", **factories.OUTCOMES["Lost"]}).save()
		return doc.reload()

	def test_the_table_speaks_of_every_action(self):
		self.assertEqual(set(DOORS), EVERYTHING)


def add_tests() -> None:
	"""One test per relation."""
	for description in RELATIONS:

		def test(self, description=description):
			self.try_doors(description)

		setattr(TestPermissionTable, f"test_{frappe.scrub(description)}", test)


add_tests()

"""Files, comments, mails, events, follows: left by who sees the opportunity, and ended with the assignment."""

import frappe

from crm_pipeline.constants import AUDIT_LOG, OPPORTUNITY
from crm_pipeline.tests import factories, personas
from crm_pipeline.tests.base import PipelineTestCase, site_only
from crm_pipeline.tests.users import as_user

STRANGER = personas.OTHER_ENGINEER
FOLLOW = "Document Follow"


def assign(name: str, user: str = STRANGER) -> None:
	with as_user(personas.MANAGER):
		frappe.get_doc(OPPORTUNITY, name).update({"sales_engineer": user}).save()


class TestOwnGrants(PipelineTestCase):
	def setUp(self):
		super().setUp()
		self.name = factories.make_opportunity(sales_engineer=personas.ENGINEER).name

	def sees(self, user: str) -> bool:
		return bool(frappe.has_permission(OPPORTUNITY, "read", doc=self.name, user=user))

	def test_what_an_engineer_gave_themselves_ends_with_the_assignment(self):
		with as_user(personas.ENGINEER):
			frappe.share.add(OPPORTUNITY, self.name, personas.ENGINEER, read=1, write=1)
			todo = {"reference_type": OPPORTUNITY, "reference_name": self.name, "description": "Mine"}
			frappe.get_doc({"doctype": "ToDo", "allocated_to": personas.ENGINEER, **todo}).insert()
			doc = frappe.get_doc(OPPORTUNITY, self.name)
			doc.update({"application_engineer": personas.ENGINEER}).save()
		factories.make(FOLLOW, ref_doctype=OPPORTUNITY, ref_docname=self.name, user=personas.ENGINEER)
		assign(self.name)
		self.assertFalse(self.sees(personas.ENGINEER))
		self.assertFalse(frappe.db.exists(FOLLOW, {"ref_docname": self.name}))
		self.assertFalse(frappe.db.get_value(OPPORTUNITY, self.name, "application_engineer"))

	def test_what_somebody_else_gave_them_stays(self):
		factories.make(
			"DocShare", share_doctype=OPPORTUNITY, share_name=self.name, user=personas.ENGINEER, read=1
		)
		factories.make(FOLLOW, ref_doctype=OPPORTUNITY, ref_docname=self.name, user=personas.ENGINEER)
		assign(self.name)
		self.assertTrue(self.sees(personas.ENGINEER))
		self.assertTrue(frappe.db.exists(FOLLOW, {"ref_docname": self.name}))

	def test_who_hands_it_over_may_make_them_its_application_engineer(self):
		doc = frappe.get_doc(OPPORTUNITY, self.name)
		doc.update({"sales_engineer": STRANGER, "application_engineer": personas.ENGINEER}).save()
		self.assertTrue(self.sees(personas.ENGINEER))


class TestPlanting(PipelineTestCase):
	"""Who doesn't see an opportunity leaves nothing on it."""

	def setUp(self):
		super().setUp()
		self.hidden = factories.make_opportunity(sales_engineer=personas.ENGINEER).name
		self.own = factories.make_opportunity(sales_engineer=STRANGER).name
		self.entry = frappe.db.get_value(AUDIT_LOG, {"reference_name": self.hidden})
		frappe.set_user(STRANGER)

	def get_documents(self, doctype: str, name: str) -> list[dict]:
		return [
			{
				"doctype": "ToDo",
				"allocated_to": STRANGER,
				"status": "Cancelled",
				"description": "Here",
				"reference_type": doctype,
				"reference_name": name,
			},
			{"doctype": "Document Follow", "ref_doctype": doctype, "ref_docname": name, "user": STRANGER},
		]

	def test_through_documents_of_the_framework(self):
		for doctype, name in ((OPPORTUNITY, self.hidden), (AUDIT_LOG, self.entry)):
			for values in self.get_documents(doctype, name):
				with (
					self.subTest(values["doctype"], doctype=doctype),
					self.assertRaises(frappe.PermissionError),
				):
					frappe.get_doc(values).insert()
		for values in self.get_documents(OPPORTUNITY, self.own):
			frappe.get_doc(values).insert()

	@site_only("the DocTypes of calendar, mail and files")
	def test_through_calendar_mail_and_files(self):
		participant = {"reference_doctype": OPPORTUNITY, "reference_docname": self.hidden}
		event = {"subject": "Here", "starts_on": "2030-01-01 10:00:00", "event_type": "Public"}
		reference = {"reference_doctype": OPPORTUNITY, "reference_name": self.hidden}
		attached = {"attached_to_doctype": OPPORTUNITY, "attached_to_name": self.hidden}
		for values in (
			{"doctype": "Event", **event, "event_participants": [participant]},
			{"doctype": "Communication", "subject": "Here", "content": "Here", **reference},
			{"doctype": "File", "file_name": "here.txt", "content": "Here", **attached},
		):
			with self.subTest(values["doctype"]), self.assertRaises(frappe.PermissionError):
				frappe.get_doc(values).insert()

	@site_only("files")
	def test_a_private_file_is_registered_again_by_who_may_read_it(self):
		with as_user(personas.ENGINEER):
			attached = {"attached_to_doctype": OPPORTUNITY, "attached_to_name": self.hidden, "is_private": 1}
			file = factories.make("File", file_name="secret.txt", content="Marzipan", **attached)
		again = {"doctype": "File", "file_url": file.file_url, "is_private": 1}
		attached = {"attached_to_doctype": OPPORTUNITY, "attached_to_name": self.own}
		for values in (again, {**again, **attached}):
			with self.assertRefused(frappe.PermissionError, f"You may not read the file {file.file_url}."):
				frappe.get_doc(values).insert()
		for folder in (
			"/private/files/./",
			"/private/files//",
			"/private/files/../files/",
			"/private/files/%2e/",
		):
			address = folder + file.file_url.rpartition("/")[2]
			with (
				self.subTest(address),
				self.assertRefused(frappe.PermissionError, "You may not read the file"),
			):
				frappe.get_doc({**again, "file_url": address}).insert()
		sent_on = {
			"attached_to_doctype": "Communication",
			"attached_to_name": "any",
		}  # as an attachment's id is
		with self.assertRefused(frappe.PermissionError, "You may not read the file"):
			frappe.get_doc({**again, **sent_on}).insert(ignore_permissions=True)
		copied = frappe.get_doc("File", file.name)
		copied.set("__islocal", 1)
		with self.assertRefused(frappe.PermissionError, "You may not read the file"):
			copied.save()
		same = frappe.get_doc(
			{"doctype": "File", "file_name": "own.txt", "content": "Marzipan", "is_private": 1}
		)
		same.insert()  # who has the content may keep it
		with as_user(personas.ENGINEER):
			frappe.get_doc(again).insert()

	def test_a_to_do_for_its_engineer_tells_no_stranger_who_that_is(self):
		for user in (personas.ENGINEER, personas.API_USER):
			reference = {"reference_type": OPPORTUNITY, "reference_name": self.hidden, "description": "Here"}
			todo = {"doctype": "ToDo", "allocated_to": user, "assigned_by": STRANGER, **reference}
			with self.assertRefused(
				frappe.PermissionError, "Only the sales engineer or a manager may assign"
			):
				frappe.get_doc(todo).insert()

	@site_only("mail")
	def test_a_mail_is_moved_by_who_may_write_the_record_that_loses_it(self):
		reference = {"reference_doctype": OPPORTUNITY, "reference_name": self.hidden}
		with as_user("Administrator"):
			mail = factories.make(
				"Communication", subject="Here", communication_type="Communication", **reference
			)
		mail.update({"reference_name": self.own})
		with self.assertRefused(frappe.PermissionError, ""):
			mail.save()


class TestDerivedFields(PipelineTestCase):
	def test_what_follows_from_something_else_is_set_by_nobody(self):
		doc = factories.make_opportunity(sales_engineer=personas.ENGINEER).reload()
		before = {name: doc.get(name) for name in ("party_display_name", "owner", "creation", "idx")}
		with as_user(personas.ENGINEER):
			doc.update(
				dict.fromkeys(before, "x") | {"creation": "2001-01-01", "idx": 7, "reopen_reason": "x"}
			)
			doc.save()
		doc.reload()
		self.assertEqual({name: doc.get(name) for name in before}, before)
		self.assertIsNone(doc.reopen_reason)


@site_only("User Permissions")
class TestUserPermissions(PipelineTestCase):
	"""Who is limited to one customer gets nothing of another by typing its name (case 10)."""

	def setUp(self):
		super().setUp()
		self.addCleanup(frappe.clear_cache, user=personas.ENGINEER)  # it outlives the rollback

	def test_a_party_that_the_user_may_not_read_is_refused(self):
		secret = factories.make_customer(
			"Cast Secret Steel", email_id="boss@secret.example", mobile_no="+919000000001"
		)
		frappe.db.set_value(
			"Customer", secret.name, {"email_id": "boss@secret.example", "mobile_no": "+919000000001"}
		)
		factories.make(
			"User Permission",
			user=personas.ENGINEER,
			allow="Customer",
			for_value=personas.CUSTOMER,
			apply_to_all_doctypes=1,
		)
		own = factories.make_opportunity(sales_engineer=personas.ENGINEER)
		sentence = "You may not read Customer Cast Secret Steel. Choose another one, or ask for permission."
		with as_user(personas.ENGINEER):
			for doc in (
				own.update({"party_name": secret.name}),
				factories.new_opportunity(party_name=secret.name),
			):
				with self.assertRefused(frappe.PermissionError, sentence):
					doc.save()
				self.assertFalse(doc.contact_email)
			factories.new_opportunity(party_name=personas.CUSTOMER).insert()

"""What is kept of a person goes when they ask, and copies go after a time (docs/personal-data.md)."""

import json
import tempfile
from pathlib import Path
from unittest.mock import patch

import frappe
from frappe.utils import add_days, now_datetime

from crm_pipeline import tasks
from crm_pipeline.api import opportunity as api
from crm_pipeline.api import personal_data as personal_data_api
from crm_pipeline.constants import OPPORTUNITY, SETTINGS
from crm_pipeline.personal_data import retention
from crm_pipeline.tests import doors, factories, personas
from crm_pipeline.tests.audit import get_log, get_problems, under_key
from crm_pipeline.tests.base import PipelineTestCase, site_only
from crm_pipeline.tests.users import as_user

EMAIL = "jo.smith@northwind.example"
NAME, MOBILE = "Joanna Smithson", "+44 20 7946 0958"
WHY = "Asked for by letter"


class PersonTestCase(PipelineTestCase):
	def setUp(self):
		super().setUp()
		first, last = NAME.split()
		with as_user("Administrator"):
			emails = [{"email_id": EMAIL, "is_primary": 1}]
			numbers = [{"phone": MOBILE, "is_primary_mobile_no": 1}]
			contact = {"first_name": first, "last_name": last, "email_ids": emails, "phone_nos": numbers}
			self.contact = factories.make("Contact", **contact).name
		self.open = self.make()
		self.lost = self.make()
		api.mark_lost(self.lost, [personas.REASON_WITH_DETAIL], f"{NAME} ({EMAIL}) was rude")
		self.reopened = self.make()
		api.mark_lost(self.reopened, [personas.REASON])
		api.reopen(self.reopened, f"{NAME} called again")

	def make(self) -> str:
		return factories.make_opportunity(
			contact_person=self.contact,
			contact_email=EMAIL,
			contact_mobile=MOBILE,
			title=f"Pumps for {NAME}",
			next_step=f"Call {NAME} at {MOBILE}",
			notes=f"<p>Met {NAME}, {EMAIL.upper()}</p>",
		).name

	@property
	def names(self) -> tuple:
		return self.open, self.lost, self.reopened

	def get_everything(self) -> str:
		"""Return all that stands on the records and in their logs and versions, but the link to the contact."""
		docs = [frappe.get_doc(OPPORTUNITY, name).as_dict() | {"contact_person": ""} for name in self.names]
		versions = frappe.get_all("Version", {"docname": ("in", self.names)}, pluck="data")
		return json.dumps([docs, [get_log(name) for name in self.names], versions], default=str)

	def assertGone(self):
		text = self.get_everything().lower()
		for word in (EMAIL, NAME, MOBILE, "smithson"):
			self.assertNotIn(word.lower(), text)
		self.assertEqual(get_problems(*self.names), [])

	def erase(self) -> dict:
		with as_user(personas.ORG_ADMIN):
			return personal_data_api.erase(EMAIL, WHY)


@site_only("contacts")
class TestErased(PersonTestCase):
	def test_nothing_of_the_person_is_left_and_all_is_in_order(self):
		result = self.erase()
		self.assertCountEqual(result["records"], self.names)
		self.assertEqual(result["kept_logs"], [])
		self.assertGone()

	def test_others_are_untouched(self):
		other = factories.make_opportunity(contact_email="other@northwind.example", notes="<p>Met Jo</p>")
		before = frappe.get_doc(OPPORTUNITY, other.name).as_dict()
		self.erase()
		self.assertEqual(frappe.get_doc(OPPORTUNITY, other.name).as_dict(), before)

	def test_work_goes_on(self):
		self.erase()
		doors.save(self.open, {"next_step": "Write to the new buyer"})
		api.reopen(self.lost, "A new buyer")
		self.assertEqual(get_problems(*self.names), [])

	def test_copies_of_deleted_records_and_their_log(self):
		frappe.delete_doc(OPPORTUNITY, self.reopened)
		self.erase()
		copies = frappe.get_all("Deleted Document", {"deleted_name": self.reopened}, pluck="data")
		self.assertTrue(copies)
		self.assertNotIn(EMAIL, "".join(copies).lower())

	def test_a_log_that_can_not_be_checked_is_named(self):
		with under_key("the old key"):
			doc = factories.make_opportunity(contact_email=EMAIL)
			api.mark_lost(doc.name, [personas.REASON_WITH_DETAIL], f"{NAME} was rude")
		self.assertEqual(self.erase()["kept_logs"], [doc.name])
		self.assertGone()

	def test_it_is_for_system_managers(self):
		for user in (personas.MANAGER, personas.ENGINEER, personas.OUTSIDER):
			with self.subTest(user), as_user(user), self.assertRaises(frappe.PermissionError):
				personal_data_api.erase(EMAIL, WHY)

	def test_it_needs_an_address_and_a_reason(self):
		with as_user(personas.ORG_ADMIN):
			for email, why in (
				(EMAIL, " "),
				("nobody", WHY),
				(EMAIL, "x" * 70_000),
				(EMAIL, f"<b>{WHY}</b>"),
			):
				with self.subTest(email), self.assertRaises(frappe.ValidationError):
					personal_data_api.erase(email, why)


@site_only("the framework's requests for personal data")
class TestDeletionRequest(PersonTestCase):
	def test_the_framework_s_own_request_runs_through(self):
		with as_user("Administrator"), patch("frappe.sendmail"):
			factories.make_user(EMAIL, "Customer")
			request = frappe.get_doc({"doctype": "Personal Data Deletion Request", "email": EMAIL}).insert()
			request.db_set("status", "Pending Approval")
			request.trigger_data_deletion()
		self.assertEqual(request.reload().status, "Deleted")
		stood_in = frappe.db.get_value(OPPORTUNITY, self.lost, "contact_email")
		self.assertEqual(stood_in, request.name)
		self.assertGone()
		redacted = [entry for entry in get_log(self.lost) if entry.event == "Redacted"]
		self.assertEqual(
			[entry.reason for entry in redacted], [f"Personal Data Deletion Request {request.name}"]
		)


@site_only("files of imports")
class TestRetention(PipelineTestCase):
	def setUp(self):
		super().setUp()
		frappe.db.set_single_value(SETTINGS, "keep_files_for_days", 30)
		frappe.clear_document_cache(SETTINGS, SETTINGS)
		self.addCleanup(frappe.clear_document_cache, SETTINGS, SETTINGS)
		folder = tempfile.TemporaryDirectory()
		self.addCleanup(folder.cleanup)
		self.folder = Path(folder.name)

	def write_rejects(self, name: str, days: int) -> Path:
		path = self.folder / name
		path.write_text("customer,reject_reason\nJoanna Smithson,no such region\n")
		written_on = add_days(now_datetime(), -days)
		with patch("crm_pipeline.personal_data.retention.now_datetime", return_value=written_on):
			retention.remember_rejects(path)
		return path

	def test_rejects_go_in_their_time(self):
		old, young = self.write_rejects("old.csv", 31), self.write_rejects("young.csv", 29)
		tasks.remove_old_files()
		self.assertEqual((old.exists(), young.exists()), (False, True))

	def test_what_was_written_since_stays(self):
		old = self.write_rejects("old.csv", 31)
		old.write_text("mine")
		for _day in range(2):
			tasks.remove_old_files()
		self.assertTrue(old.exists())

	def test_0_days_keep_them(self):
		old = self.write_rejects("old.csv", 31)
		frappe.db.set_single_value(SETTINGS, "keep_files_for_days", 0)
		frappe.clear_document_cache(SETTINGS, SETTINGS)
		tasks.remove_old_files()
		self.assertTrue(old.exists())

	def test_files_of_imports_of_ours_go_and_no_others(self):
		kept = {}
		with as_user("Administrator"):
			for doctype, days in ((OPPORTUNITY, 31), (OPPORTUNITY, 29), ("Customer", 31)):
				kept[doctype, days] = self.make_import(doctype, days)
		tasks.remove_old_files()
		left = {key for key, file in kept.items() if frappe.db.exists("File", file)}
		self.assertEqual(left, {(OPPORTUNITY, 29), ("Customer", 31)})

	def make_import(self, doctype: str, days: int) -> str:
		values = {"reference_doctype": doctype, "import_type": "Insert New Records"}
		record = frappe.get_doc({"doctype": "Data Import", **values}).insert()
		attached = {"attached_to_doctype": "Data Import", "attached_to_name": record.name}
		content = {"file_name": f"cast{days}{doctype}.csv", "content": f"{doctype} {days}", "is_private": 1}
		file = frappe.get_doc({"doctype": "File", **attached, **content}).insert()
		self.addCleanup(Path(file.get_full_path()).unlink, missing_ok=True)
		written = {"creation": add_days(now_datetime(), -days)}
		frappe.db.set_value("Data Import", record.name, written, update_modified=False)
		return file.name

	def test_copies_of_deleted_opportunities_go(self):
		names = [factories.make_opportunity().name for _number in range(2)]
		for name, days in zip(names, (31, 29), strict=True):
			frappe.delete_doc(OPPORTUNITY, name)
			written = {"creation": add_days(now_datetime(), -days)}
			frappe.db.set_value("Deleted Document", {"deleted_name": name}, written, update_modified=False)
		tasks.remove_old_files()
		left = frappe.get_all("Deleted Document", {"deleted_name": ("in", names)}, pluck="deleted_name")
		self.assertEqual(left, names[1:])

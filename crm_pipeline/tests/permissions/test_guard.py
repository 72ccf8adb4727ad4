"""Functions of the framework that ask nobody: what a request may not ask of a hidden opportunity, over HTTP."""

import json
from unittest.mock import patch
from urllib.parse import quote, urlencode

import frappe
from frappe.model import optional_fields

from crm_pipeline import compat
from crm_pipeline.access import companions
from crm_pipeline.constants import AUDIT_LOG, ITEM_ROW, OPPORTUNITY
from crm_pipeline.tests import factories, personas
from crm_pipeline.tests.base import site_only
from crm_pipeline.tests.features.test_rest import SECRET, in_thread, request, send
from crm_pipeline.tests.permissions.guard_case import CALL, MARK, STRANGER, GuardTestCase, remove

FORM = "application/x-www-form-urlencoded"
# function → arguments; the hidden record stands for {name}
BY_NAME = {
	"erpnext.crm.utils.get_open_activities": {"ref_doctype": OPPORTUNITY, "ref_docname": "{name}"},
	"frappe.desk.form.load.getdoc": {"doctype": OPPORTUNITY, "name": "{name}"},
	"frappe.desk.form.document_follow.update_follow": {
		"doctype": OPPORTUNITY,
		"doc_name": "{name}",
		"following": 1,
	},
	"frappe.desk.form.document_follow.get_follow_users": {"doctype": OPPORTUNITY, "doc_name": "{name}"},
	"frappe.desk.doctype.tag.tag.add_tags": {"tags": '["x"]', "dt": OPPORTUNITY, "docs": '["{name}"]'},
	"frappe.desk.like.toggle_like": {"doctype": OPPORTUNITY, "name": "{name}", "add": "Yes"},
}


def get_companions(name: str) -> dict[str, dict]:
	"""Return DocType → values of what may stand around a record."""
	reference = {"reference_doctype": OPPORTUNITY, "reference_name": name}
	participant = {"reference_doctype": OPPORTUNITY, "reference_docname": name}
	return {
		"Comment": {"comment_type": "Comment", "content": MARK, **reference},
		"Communication": {"subject": MARK, "communication_type": "Communication", **reference},
		"Document Follow": {"ref_doctype": OPPORTUNITY, "ref_docname": name, "user": personas.ENGINEER},
		"Event": {
			"subject": MARK,
			"starts_on": "2030-01-01 10:00:00",
			"event_participants": [participant],
		},
		"File": {
			"file_name": f"{MARK}.txt",
			"content": MARK,
			"is_private": 1,
			"attached_to_doctype": OPPORTUNITY,
			"attached_to_name": name,
		},
		"Notification Log": {
			"subject": MARK,
			"for_user": personas.ENGINEER,
			"document_type": OPPORTUNITY,
			"document_name": name,
		},
		"Tag Link": {
			"document_type": OPPORTUNITY,
			"document_name": name,
			"tag": MARK,
			"title": MARK,
		},
		"ToDo": {
			"description": MARK,
			"allocated_to": personas.ENGINEER,
			"reference_type": OPPORTUNITY,
			"reference_name": name,
		},
	}


@site_only("the framework's own WSGI application")
class TestGuard(GuardTestCase):
	def test_who_may_not_read_a_record_asks_no_function_for_it_by_name(self):
		for function, arguments in BY_NAME.items():
			for spelling in (self.hidden, self.hidden.lower(), self.hidden + " " * 150):
				text = json.dumps(arguments).replace("{name}", spelling)
				with self.subTest(function, name=spelling):
					answer = self.ask(function, **json.loads(text))
					self.assertEqual(answer.status_code, 403, answer.get_data(as_text=True)[-300:])
					self.assertNotIn(MARK, answer.get_data(as_text=True))

	def test_functions_answer_for_ones_own_records_and_for_managers(self):
		opened = BY_NAME["frappe.desk.form.load.getdoc"]
		text = json.dumps(opened).replace("{name}", self.own)
		self.assertEqual(self.ask("frappe.desk.form.load.getdoc", **json.loads(text)).status_code, 200)
		text = json.dumps(opened).replace("{name}", self.hidden)
		answer = self.ask("frappe.desk.form.load.getdoc", user=personas.MANAGER, **json.loads(text))
		self.assertIn(MARK, answer.get_data(as_text=True))

	def test_rows_are_asked_for_with_their_opportunity(self):
		row = frappe.db.get_value(ITEM_ROW, {"parent": self.hidden})
		for answer in (
			request("GET", f"/api/resource/{quote(ITEM_ROW)}/{row}", user=STRANGER),
			request("GET", f"/api/v2/document/{quote(ITEM_ROW)}/{row}", user=STRANGER),
			self.ask("frappe.client.get", doctype=ITEM_ROW, name=row, parent=OPPORTUNITY),
			self.ask("frappe.desk.form.load.getdoc", doctype=ITEM_ROW, name=row),
			request("GET", f"/printview?doctype={quote(ITEM_ROW)}&name={row}", user=STRANGER),
			request("PUT", f"/api/resource/{quote(ITEM_ROW)}/{row}", user=STRANGER, qty=2),
		):
			text = answer.get_data(as_text=True)
			self.assertEqual((answer.status_code, MARK in text), (403, False), text)
		answer = request("GET", f"/api/resource/{quote(ITEM_ROW)}/{row}", user=personas.MANAGER)
		self.assertIn(MARK, answer.get_data(as_text=True))

	def test_a_link_shows_no_more_than_the_record_itself(self):
		quotation = factories.make_quotation(party_name=personas.CUSTOMER)
		quotation.db_set("pipeline_opportunity", self.hidden)
		quotation.db_set("owner", STRANGER)
		frappe.db.commit()
		for path in (
			f"/api/resource/Quotation/{quotation.name}?expand_links=1",
			'/api/resource/Quotation?fields=["name","pipeline_opportunity.notes"]',
			'/api/resource/Quotation?fields=["name","pipeline_opportunity\\u002enotes"]',
			'/api/resource/Quotation?fields=["x. pipeline_opportunity.notes"]',
			'/api/resource/Quotation?fields=["name","pipeline_opportunity"]&expand=["pipeline_opportunity"]',
			'/api/method/frappe.desk.reportview.get?doctype=Quotation&fields=["pipeline_opportunity.notes as x"]',
			'/api/method/frappe.client.get_list?doctype=Quotation&fields=["pipeline_opportunity.title"]',
		):
			answer = request("GET", path, user=STRANGER)
			with self.subTest(path):
				self.assertNotIn(MARK, answer.get_data(as_text=True))
		answer = request(
			"GET", f"/api/resource/Quotation/{quotation.name}?expand_links=1", user=personas.MANAGER
		)
		self.assertIn(MARK, answer.get_data(as_text=True))
		answer = request("GET", f"/api/resource/Quotation/{quotation.name}?expand_links=1", user=STRANGER)
		self.assertEqual(answer.get_json()["data"]["pipeline_opportunity"]["name"], self.hidden)

	def test_a_comment_is_read_through_no_link(self):
		for column in optional_fields:
			answer = request(
				"GET", f'/api/resource/Quotation?fields=["pipeline_opportunity.{column}"]', user=STRANGER
			)
			self.assertEqual(answer.status_code, 200 if compat.asks_for_linked_records() else 403, column)

	def test_a_body_of_any_type_is_looked_at(self):
		template = {"title": MARK, "terms": "{{ frappe.get_all('Pipeline Opportunity', fields=['notes']) }}"}
		event = factories.make("Event", subject="Call", starts_on="2026-01-01", event_type="Private").name
		self.addCleanup(remove, "Event", event)
		participants = {"reference_doctype": OPPORTUNITY, "reference_docname": self.hidden}
		frappe.get_doc("Event", event).append("event_participants", participants).db_insert()
		frappe.db.commit()
		for kind in ("application/json", "text/plain", "application/octet-stream", FORM, None):
			for path, values in (
				("Terms and Conditions", template),
				("Appointment", {"calendar_event": event}),
			):
				with self.subTest(kind=kind, path=path):
					answer = send_body(f"/api/resource/{quote(path)}", f" {json.dumps(values)}", kind)
					self.assertEqual(answer.status_code, 403, answer.get_data(as_text=True))

	def test_the_portal_knows_no_opportunities(self):
		share = {"share_doctype": OPPORTUNITY, "share_name": self.hidden, "everyone": 1, "read": 1}
		factories.make("DocShare", **share)
		frappe.db.commit()
		for user in (personas.PORTAL_USER, None):
			for answer in (
				request("GET", f"/api/resource/{quote(OPPORTUNITY)}/{self.hidden}", user=user),
				request("GET", f"/api/resource/{quote(OPPORTUNITY)}", user=user),
				self.ask("frappe.client.get_count", user=user, doctype=OPPORTUNITY),
				self.ask("frappe.client.get_count", user=user, doctype=ITEM_ROW),
				self.ask("frappe.client.get", user=user, doctype=OPPORTUNITY, name=self.hidden),
			):
				text = answer.get_data(as_text=True)
				self.assertEqual((answer.status_code, MARK in text), (403, False), text[:200])

	def test_searching_what_stands_around_records_keeps_to_who_asks(self):
		factories.make(
			"ToDo",
			allocated_to=personas.ENGINEER,
			reference_type=OPPORTUNITY,
			reference_name=self.hidden,
			description=MARK,
		)
		frappe.db.commit()
		for doctype in ("ToDo", "Event", "Communication", "File", "Tag Link"):
			arguments = {"doctype": doctype, "txt": "", "ignore_user_permissions": 1, "page_length": 500}
			answer = self.ask(
				"frappe.desk.search.search_widget", **arguments, filter_fields='["description"]'
			)
			with self.subTest(doctype):
				self.assertNotIn(MARK, answer.get_data(as_text=True))

	def test_a_mail_is_taken_from_a_record_by_who_may_write_it(self):
		reference = {"reference_doctype": OPPORTUNITY, "reference_name": self.hidden}
		mail = factories.make(
			"Communication",
			subject=MARK,
			communication_type="Communication",
			sent_or_received="Sent",
			**reference,
		).name
		frappe.db.commit()
		moved = {"name": mail, "reference_doctype": OPPORTUNITY, "reference_name": self.own}
		for name in (mail, f"{mail} ", [[mail]]):
			answer = self.ask("frappe.email.relink", **{**moved, "name": name})
			self.assertIn(answer.status_code, (403, 417))
		frappe.db.rollback()
		self.assertEqual(frappe.db.get_value("Communication", mail, "reference_name"), self.hidden)
		self.assertEqual(self.ask("frappe.email.relink", user=personas.MANAGER, **moved).status_code, 200)

	def make_companions(self) -> dict[str, str]:
		"""Return DocType → name of what stands around the hidden record."""
		factories.make("Tag", name=MARK)
		names = {
			doctype: factories.make(doctype, **fields).name
			for doctype, fields in get_companions(self.hidden).items()
		}
		frappe.db.commit()
		names["Tag"] = MARK
		for doctype in ("Document Follow", "File", "Notification Log", "Tag Link", "Tag"):
			self.addCleanup(remove, doctype, names[doctype])
		del names["Tag"]
		return names

	def test_what_stands_around_a_record_is_as_hidden_by_its_own_name(self):
		for doctype, name in self.make_companions().items():
			for spelling in (name, name.upper(), f"{name} ", name + " " * 150, name.replace("a", "á")):
				path = f"{quote(doctype)}/{quote(spelling)}"
				requests = (
					lambda path=path: request("GET", f"/api/resource/{path}", user=STRANGER),
					lambda path=path: request("GET", f"/api/v2/document/{path}", user=STRANGER),
					lambda path=path: request("PUT", f"/api/resource/{path}", user=STRANGER, __islocal=1),
					lambda path=path: request("DELETE", f"/api/resource/{path}", user=STRANGER),
					lambda doctype=doctype, name=spelling: self.ask(
						"frappe.desk.like.toggle_like", doctype=doctype, name=name, add="Yes"
					),
					lambda doctype=doctype, name=spelling: self.ask(
						"frappe.client.bulk_update", docs=json.dumps([{"doctype": doctype, "docname": name}])
					),
				)
				for number, ask in enumerate(requests):
					answer = ask()
					with self.subTest(doctype, name=spelling, request=number):
						self.assertIn(answer.status_code, (403, 404))
						self.assertNotIn(MARK, answer.get_data(as_text=True))

	def test_what_stands_around_a_record_stays_there(self):
		names = self.make_companions()
		function = "erpnext.support.doctype.issue.issue.make_issue_from_communication"
		self.assertEqual(self.ask(function, communication=names["Communication"]).status_code, 403)
		moved = {"attached_to_doctype": OPPORTUNITY, "attached_to_name": self.own}
		answer = request("PUT", f"/api/resource/File/{names['File']}", user=STRANGER, **moved)
		self.assertEqual((answer.status_code, MARK in answer.get_data(as_text=True)), (403, False))

	def test_a_record_is_asked_for_what_a_request_says_of_its_state(self):
		docs = {"doctype": OPPORTUNITY, "name": self.hidden, "__islocal": 1, "sales_engineer": STRANGER}
		asked = {"docs": json.dumps(docs), "method": "add_comment", "args": json.dumps({"text": "Here"})}
		answer = request("POST", f"{CALL}run_doc_method?{urlencode(asked)}", user=STRANGER)
		self.assertEqual(answer.status_code, 403)
		self.assertFalse(frappe.db.exists("Comment", {"reference_name": self.hidden, "content": "Here"}))

	def test_entries_of_its_log_are_as_hidden(self):
		entry = frappe.db.get_value(AUDIT_LOG, {"reference_name": self.hidden})
		liked = {"doctype": AUDIT_LOG, "name": entry, "add": "Yes"}
		self.assertEqual(self.ask("frappe.desk.like.toggle_like", **liked).status_code, 403)

	def test_a_tag_is_put_on_a_record_by_who_sees_it(self):
		values = {"document_type": OPPORTUNITY, "document_name": self.hidden, "tag": MARK}
		frappe.set_user(STRANGER)
		with self.assertRefused(frappe.PermissionError, f"You may not read {self.hidden}."):
			companions.validate_reference(
				frappe.get_doc({"doctype": "Tag Link", **values}), OPPORTUNITY, self.hidden
			)

	def test_a_request_that_names_very_many_is_refused_at_once(self):
		names = [f"{number:010}" for number in range(2000)]
		for user in (STRANGER, None):
			self.assertEqual(self.ask("ping", user=user, x=names).status_code, 417)

	def test_a_public_event_is_everybodys(self):
		participant = {"reference_doctype": OPPORTUNITY, "reference_docname": self.hidden}
		event = {"subject": "Fair", "event_type": "Public", "starts_on": "2030-01-01 10:00:00"}
		name = factories.make("Event", **event, event_participants=[participant]).name
		self.addCleanup(remove, "Event", name)
		frappe.db.commit()
		self.assertEqual(request("GET", f"/api/resource/Event/{name}", user=STRANGER).status_code, 200)

	def test_who_takes_part_in_an_event_is_seen_with_it(self):
		self.make_companions()
		asked = {"doctype": "Event Participants", "parent": "Event", "fields": '["reference_docname"]'}
		listed = self.ask("frappe.client.get_list", **asked)
		self.assertEqual((listed.status_code, self.hidden in listed.get_data(as_text=True)), (200, False))

	def test_words_and_filters_name_nothing(self):
		quoted = {"reference_doctype": OPPORTUNITY, "reference_name": self.own, "content": self.hidden}
		people = {"comment_email": STRANGER, "comment_by": "Sunita"}
		self.assertEqual(self.ask("frappe.desk.form.utils.add_comment", **quoted, **people).status_code, 200)
		filters = json.dumps([["name", "=", self.hidden]])
		answer = self.ask("frappe.client.get_list", doctype=OPPORTUNITY, filters=filters)
		self.assertEqual((answer.status_code, answer.get_json()["message"]), (200, []))

	def test_mails_of_a_record_are_on_no_other_timeline(self):
		reference = {"reference_doctype": OPPORTUNITY, "reference_name": self.hidden}
		links = [{"link_doctype": "Customer", "link_name": personas.CUSTOMER}]
		mail = {
			"subject": MARK,
			"content": MARK,
			"communication_type": "Communication",
			"timeline_links": links,
		}
		file = {
			"file_name": "mail.txt",
			"content": MARK,
			"is_private": 1,
			"attached_to_doctype": "Communication",
		}
		name = factories.make("Communication", **mail, **reference).name
		attached = factories.make("File", **file, attached_to_name=name).name
		self.addCleanup(remove, "File", attached)
		frappe.db.commit()
		opened = self.ask("frappe.desk.form.load.getdoc", doctype="Customer", name=personas.CUSTOMER)
		self.assertEqual((opened.status_code, MARK in opened.get_data(as_text=True)), (200, False))
		listed = request("GET", "/api/resource/File?limit_page_length=0", user=STRANGER)
		self.assertNotIn(attached, listed.get_data(as_text=True))

	def test_what_somebody_types_to_look_for_something_names_nothing(self):
		answer = self.ask("frappe.desk.search.search_link", doctype=OPPORTUNITY, txt=self.hidden)
		self.assertEqual((answer.status_code, answer.get_json()["message"]), (200, []))

	def test_a_report_prepared_for_somebody_else_is_theirs(self):
		frappe.set_user("Administrator")
		prepared = frappe.get_doc(
			{"doctype": "Prepared Report", "report_name": "Win Rate", "status": "Completed", "filters": "{}"}
		)
		with patch("frappe.core.doctype.prepared_report.prepared_report.enqueue"):
			prepared.insert(ignore_permissions=True)
		self.addCleanup(remove, "Prepared Report", prepared.name)
		frappe.db.commit()
		own, name = '"prepared_report_name": "x"', json.dumps(prepared.name)
		for filters, status in (
			({"prepared_report_name": prepared.name}, 403),
			({"prepared_report_name": f"{prepared.name} "}, 403),
			(f'{{{own}, "prepared_report_name": {name}}}', 403),
			({"prepared_report_name": [prepared.name]}, 417),
			({"prepared_report_name": {"owner": "Administrator"}}, 417),
		):
			answer = self.ask("frappe.desk.query_report.run", report_name="Win Rate", filters=filters)
			with self.subTest(filters=filters):
				self.assertEqual(answer.status_code, status, answer.get_data(as_text=True)[-300:])

	def test_an_import_of_somebody_else_is_theirs_with_its_file(self):
		frappe.set_user("Administrator")
		made = frappe.get_doc({"doctype": "Data Import", "reference_doctype": OPPORTUNITY})
		made.import_type = "Update Existing Records"
		made.insert()
		attached = {"attached_to_doctype": "Data Import", "attached_to_name": made.name, "is_private": 1}
		file = frappe.get_doc({"doctype": "File", "file_name": "a.csv", "content": MARK, **attached}).insert()
		for doc in (made, file):
			self.addCleanup(remove, doc.doctype, doc.name)
		frappe.db.commit()
		for doctype, name in (
			("Data Import", made.name),
			("data import", made.name.lower()),
			("File", file.name),
		):
			answer = self.ask("frappe.desk.like.toggle_like", doctype=doctype, name=name, add="Yes")
			self.assertEqual(answer.status_code, 403, answer.get_data(as_text=True)[-300:])
			self.assertIn("somebody else", answer.get_data(as_text=True))

	def test_what_was_deleted_is_restored_by_a_manager(self):
		frappe.set_user(personas.MANAGER)
		frappe.delete_doc(OPPORTUNITY, self.hidden)
		deleted = frappe.db.get_value("Deleted Document", {"deleted_name": self.hidden})
		self.addCleanup(remove, "Deleted Document", deleted)
		frappe.db.commit()
		function = "frappe.core.doctype.deleted_document.deleted_document."
		for answer in (
			self.ask(function + "restore", name=deleted),
			self.ask(function + "bulk_restore", docnames=json.dumps([deleted])),
			request("POST", "/api/v2/method/Deleted Document/restore", user=STRANGER, name=deleted),
		):
			self.assertEqual(answer.status_code, 403)
			self.assertIn("restores a deleted opportunity", answer.get_data(as_text=True))

	def test_which_records_bear_a_tag_is_asked_of_the_list(self):
		for function in (
			f"{CALL}frappe.desk.doctype.tag.tag.get_tagged_docs",
			"/api/v2/method/Tag/get_tagged_docs",
		):
			for doctype in (OPPORTUNITY, "pipeline opportunity "):
				answer = request("GET", function, user=STRANGER, doctype=doctype, tag="%")
				self.assertEqual(answer.status_code, 403, answer.get_data(as_text=True)[-300:])
				self.assertIn("with the filter Tags", answer.get_data(as_text=True))

	def test_a_calendar_is_shown_to_its_user(self):
		event = {
			"subject": MARK,
			"event_type": "Private",
			"starts_on": "2030-01-05 10:00:00",
			"ends_on": "2030-01-05 11:00:00",
		}
		frappe.set_user(personas.ENGINEER)
		name = frappe.get_doc({"doctype": "Event", **event}).insert().name
		frappe.set_user("Administrator")
		self.addCleanup(remove, "Event", name)
		frappe.db.commit()
		asked = f"start=2030-01-01&end=2030-01-31&user={personas.ENGINEER}"
		for function in (
			f"{CALL}frappe.desk.doctype.event.event.get_events",
			"/api/v2/method/Event/get_events",
		):
			answer = request("GET", f"{function}?{asked}", user=STRANGER)
			self.assertEqual((answer.status_code, MARK in answer.get_data(as_text=True)), (200, False))

	def test_a_report_by_e_mail_is_sent_as_who_set_it_up_sees_it(self):
		frappe.set_user("Administrator")
		report = frappe.get_doc(
			{
				"doctype": "Report",
				"report_name": frappe.generate_hash(length=8),
				"ref_doctype": OPPORTUNITY,
				"report_type": "Report Builder",
				"is_standard": "No",
				"json": json.dumps({"fields": [["notes", OPPORTUNITY]]}),
			}
		).insert()
		digest = {
			"doctype": "Auto Email Report",
			"report": report.name,
			"user": personas.MANAGER,
			"email_to": STRANGER,
			"frequency": "Daily",
			"format": "HTML",
		}
		frappe.set_user(STRANGER)
		with self.assertRefused(frappe.PermissionError, "Choose yourself as the user."):
			frappe.get_doc(digest).insert(ignore_permissions=True)
		frappe.get_doc({**digest, "user": STRANGER}).insert(ignore_permissions=True)
		frappe.set_user("Administrator")


def send_body(path: str, body: str, kind: str | None):
	"""Send a body that is said to be of some kind."""
	headers = {"X-Frappe-Site-Name": frappe.local.site, "Authorization": f"token {STRANGER}:{SECRET}"}
	arguments = {"method": "POST", "headers": headers, "data": body.encode(), "content_type": kind}
	return in_thread(lambda: send(path, arguments))

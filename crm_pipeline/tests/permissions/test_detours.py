"""Ways around the rule that outsiders found: names that are none, functions called by others, templates, links."""

import json
from unittest.mock import patch
from urllib.parse import quote, urlencode

import frappe

from crm_pipeline.constants import AUDIT_LOG, OPPORTUNITY
from crm_pipeline.tests import factories, personas
from crm_pipeline.tests.base import site_only
from crm_pipeline.tests.features.test_rest import request
from crm_pipeline.tests.permissions.guard_case import CALL, MARK, STRANGER, GuardTestCase, remove
from crm_pipeline.tests.users import as_user

LIKE = {"notes": ["like", f"%{MARK[:5]}%"]}
EVENTS = "frappe.desk.doctype.event.event.get_events"
TAGGED = "frappe.desk.doctype.tag.tag.get_tagged_docs"
DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


@site_only("the framework's own WSGI application")
class TestDetours(GuardTestCase):
	def assert_refused(self, answer, *sentences: str, status: tuple = (403, 417)) -> None:
		text = answer.get_data(as_text=True)
		self.assertIn(answer.status_code, status, text[-300:])
		self.assertNotIn(MARK, text)
		for sentence in sentences:
			self.assertIn(sentence, text)

	def test_an_object_is_no_name(self):
		for function, arguments in (
			("frappe.client.get", {"doctype": OPPORTUNITY, "name": LIKE}),
			(
				"frappe.client.set_value",
				{"doctype": OPPORTUNITY, "name": LIKE, "fieldname": "city", "value": "x"},
			),
			("frappe.client.bulk_update", {"docs": json.dumps([{"doctype": OPPORTUNITY, "docname": LIKE}])}),
			("frappe.desk.form.load.getdoc", {"doctype": OPPORTUNITY, "name": json.dumps(LIKE)}),
			("frappe.desk.form.assign_to.add", {"doctype": OPPORTUNITY, "name": [["notes", "like", "%"]]}),
			(
				"erpnext.crm.doctype.lead.lead.make_lead_from_communication",
				{"communication": {"reference_name": ["like", "%"]}},
			),
			(
				"frappe.core.doctype.deleted_document.deleted_document.restore",
				{"name": {"deleted_doctype": OPPORTUNITY}},
			),
			("erpnext.crm.utils.get_open_activities", {"ref_doctype": OPPORTUNITY, "ref_docname": 0}),
		):
			with self.subTest(function):
				self.assert_refused(self.ask(function, **arguments), "Send it as text.", status=(417,))

	def test_who_asks_by_filters_is_answered_from_what_they_see(self):
		for filters in (LIKE, {"notes": ["like", "%no such words%"]}, [["name", "=", self.hidden]]):
			answer = self.ask("frappe.client.get", doctype=OPPORTUNITY, filters=json.dumps(filters))
			self.assert_refused(answer, "None of the records that you see is like that", status=(404,))
		own = {"name": self.own}
		answer = self.ask("frappe.client.get", doctype=OPPORTUNITY, filters=json.dumps(own))
		self.assertEqual(answer.get_json()["message"]["name"], self.own)
		log = {"reference_name": self.hidden}
		answer = self.ask("frappe.client.get", doctype=AUDIT_LOG, filters=json.dumps(log))
		self.assert_refused(answer, status=(404,))

	def test_who_asks_through_a_link_too(self):
		quotation = factories.make_quotation(pipeline_opportunity=self.hidden, party_name=personas.CUSTOMER)
		self.addCleanup(remove, "Quotation", quotation.name)
		frappe.db.commit()
		for words in (MARK[:5], "no such words"):
			filters = json.dumps([["pipeline_opportunity.notes", "like", f"%{words}%"]])
			answer = self.ask("frappe.client.get", doctype="Quotation", filters=filters)
			self.assert_refused(answer, status=(403, 404))

	def test_digits_of_other_scripts(self):
		name = self.hidden.translate(DIGITS)
		arguments = {"ref_doctype": OPPORTUNITY, "ref_docname": name}
		self.assert_refused(self.ask("erpnext.crm.utils.get_open_activities", **arguments))
		self.assert_refused(
			self.ask("frappe.desk.like.toggle_like", doctype=OPPORTUNITY, name=name, add="Yes")
		)

	def test_names_under_the_keys_of_an_object(self):
		order = json.dumps({MARK: [self.hidden]})
		function = "frappe.desk.doctype.kanban_board.kanban_board.update_order"
		for text in (order, json.dumps({"other": [self.hidden]})):
			answer = self.ask(function, board_name="x", order=text)
			self.assert_refused(answer, "You may not read")

	def test_a_function_called_by_another_way(self):
		user = personas.ENGINEER
		for path, arguments in (
			(
				"frappe.model.mapper.map_docs",
				{"method": EVENTS, "source_names": '["2029-12-01"]', "args": f'"{user}"'},
			),
			(
				"frappe.desk.treeview.get_all_nodes",
				{"tree_method": EVENTS, "doctype": "2029-12-01", "user": user},
			),
			("frappe.model.mapper.map_docs", {"method": TAGGED, "source_names": f'["{OPPORTUNITY}"]'}),
			("frappe.model.mapper.map_docs", {"method": "frappe.email.relink", "source_names": '["x"]'}),
		):
			with self.subTest(path=path, **arguments):
				answer = request("POST", f"{CALL}{path}?{urlencode(arguments)}", user=STRANGER)
				self.assert_refused(answer, "This function is called by itself alone.")
		answer = request("GET", f"{CALL}{TAGGED}/x", user=STRANGER, doctype=OPPORTUNITY, tag="%")
		self.assert_refused(answer, "with the filter Tags")

	def test_the_record_after_a_hidden_one(self):
		asked = {"doctype": OPPORTUNITY, "value": self.hidden, "prev": 0, "sort_field": "potential_value"}
		answer = self.ask("frappe.desk.form.utils.get_next", **asked, sort_order="asc")
		self.assert_refused(answer, status=(403,))

	def test_a_template_that_reads_records(self):
		reading = "{{ frappe.get_all('Pipeline Opportunity', fields=['notes']) }}"
		for text in (reading, "{% set f = frappe %}{{ f.get_all('X') }}", "{{ frappe['get_all']('X') }}"):
			answer = self.ask("frappe.client.validate_link", doctype="Customer", docname="x", template=text)
			self.assert_refused(answer, "is written by a System Manager")
		harmless = "{{ frappe.utils.fmt_money(doc.total) }} {{ doc.name }} {frappe}"
		answer = self.ask("frappe.client.get_list", doctype="Customer", filters={"name": harmless})
		self.assertEqual(answer.status_code, 200)

	def test_a_report_that_puts_filters_into_its_sql(self):
		filters = {"company": personas.COMPANY, "from_date": "2026-01-01", "to_date": "2027-01-01"}
		raw = {**filters, "lost_reason": "x' or extractvalue(1, concat(0x7e, version())) or '1'='2"}
		run = "frappe.desk.query_report.run"
		answer = self.ask(run, report_name="Lost Opportunity", filters=json.dumps(raw))
		self.assert_refused(answer, "takes no filter with a quote")
		answer = self.ask(run, report_name="Lost Opportunity", filters=json.dumps(filters))
		self.assertEqual(answer.status_code, 200, answer.get_data(as_text=True)[-300:])

	def test_portal_users_name_no_doctype_of_ours_inside_an_object(self):
		frappe.share.add(OPPORTUNITY, self.hidden, personas.PORTAL_USER, read=1, write=1)
		frappe.db.commit()
		change = [{"doctype": OPPORTUNITY, "docname": self.hidden, "next_step": "planted"}]
		answer = self.ask("frappe.client.bulk_update", user=personas.PORTAL_USER, docs=json.dumps(change))
		self.assert_refused(answer, "for the users of the desk")

	def test_a_link_to_a_hidden_record(self):
		link = {"link_doctype": OPPORTUNITY, "link_name": self.hidden}
		party = {"opportunity_from": OPPORTUNITY, "party_name": self.hidden, "company": personas.COMPANY}
		participant = {"reference_doctype": OPPORTUNITY, "reference_docname": self.hidden}
		with as_user(STRANGER):
			event = factories.make(
				"Event", subject="Own", starts_on="2030-01-01 10:00:00", event_type="Private"
			)
		self.addCleanup(remove, "Event", event.name)
		frappe.db.commit()
		for doctype, values in (
			("Contact", {"first_name": "P", "links": [link]}),
			(
				"Address",
				{
					"address_title": "P",
					"address_line1": "x",
					"city": "x",
					"country": "India",
					"links": [link],
				},
			),
			("Opportunity", party),
			(
				"Quotation",
				{"quotation_to": OPPORTUNITY, "party_name": self.hidden, "company": personas.COMPANY},
			),
			(
				"Event Participants",
				{
					"parent": event.name,
					"parenttype": "Event",
					"parentfield": "event_participants",
					**participant,
				},
			),
		):
			with self.subTest(doctype):
				answer = request("POST", f"/api/resource/{quote(doctype)}", user=STRANGER, **values)
				self.assert_refused(answer, "You may not read", status=(403,))

	def test_words_name_nothing(self):
		for arguments in (
			{
				"function": "frappe.desk.doctype.tag.tag.add_tags",
				"tags": json.dumps([self.hidden]),
				"dt": OPPORTUNITY,
				"docs": json.dumps([self.own]),
			},
			{"function": "frappe.client.get_count", "doctype": OPPORTUNITY, "filters": {"name": self.hidden}},
		):
			function = arguments.pop("function")
			answer = self.ask(function, **arguments)
			self.assertEqual(answer.status_code, 200, answer.get_data(as_text=True)[-300:])


@site_only("the framework's requests for personal data")
class TestPersonalData(GuardTestCase):
	def test_somebody_asks_for_their_own(self):
		with as_user(STRANGER), self.assertRaisesRegex(frappe.PermissionError, "your own personal data"):
			frappe.get_doc({"doctype": "Personal Data Download Request", "user": personas.ENGINEER}).insert(
				ignore_permissions=True
			)

	def test_of_an_opportunity_they_get_what_is_theirs(self):
		frappe.db.set_value(OPPORTUNITY, self.hidden, "contact_email", personas.PORTAL_USER)
		with as_user(personas.PORTAL_USER):
			asked = frappe.get_doc(
				{"doctype": "Personal Data Download Request", "user": personas.PORTAL_USER}
			)
			with patch("frappe.sendmail"):
				asked.insert(ignore_permissions=True)
		file = frappe.get_doc("File", {"attached_to_name": asked.name})
		self.addCleanup(file.delete, ignore_permissions=True)
		content = file.get_content()
		self.assertIn(personas.PORTAL_USER, content)
		self.assertNotIn(MARK, content)

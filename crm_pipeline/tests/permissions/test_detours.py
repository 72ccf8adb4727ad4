"""Ways around the rule that outsiders found: names that are none, functions called by others, templates, links."""

import json
from unittest.mock import patch
from urllib.parse import quote, urlencode

import frappe

from crm_pipeline.constants import AUDIT_LOG, ITEM_ROW, OPPORTUNITY
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
			(
				"frappe.model.mapper.map_docs",
				{"method": "frappe.desk.query_report.run", "source_names": '["x"]'},
			),
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

	def ask_anything(self, text: str):
		return self.ask("ping", anything=text)

	def test_a_template_that_calls_the_framework(self):
		for text in (
			"{{ frappe.get_all('Pipeline Opportunity', fields=['notes']) }}",
			"{% set f = frappe %}{{ f.get_all('X') }}",
			"{{ frappe['get_all']('X') }}",
			"{{ '}}' ~ frappe.get_all('X') }}",
			"{% set x = '%}' ~ frappe.db.get_value('X', 'y') %}{{ x }}",
			"{{ frappe.format_value(1, {'options': 'Pipeline ' ~ 'Opportunity:x:notes'}, _dict(x=1)) }}",
			"{% from 'templates/print_formats/standard_macros.html' import render_field %}{{ render_field(1, 2) }}",
			"{{ doc.load_from_db() }}",
			"{{ doc['db_' ~ 'set']('status', 'Won') }}",
			"{{ (doc | attr('reload'))() }}",
			"{% macro f() %}{% endmacro %}",
		):
			with self.subTest(text):
				self.assert_refused(self.ask_anything(text), "is written by a manager")
		for text in (
			"{{ frappe.utils.fmt_money(doc.total, currency=doc.currency) }} {{ doc.name }} {frappe}",
			"Dear {{ first_name or _('customer') }}, {% if doc.items %}{{ doc.items[0].item_code }}{% endif %}",
			"{{ doc.get_formatted('total') }} {% for row in doc.items %}{{ row.qty }}{% endfor %}",
			"50 {{ and {% of it",
		):
			with self.subTest(text):
				self.assertEqual(self.ask_anything(text).status_code, 200)

	def test_sql_that_names_a_table(self):
		for text in (
			"idx`=1 union select name, notes from `tabPipeline Opportunity` -- ",
			"x' or extractvalue(1, concat(0x7e, (select notes from `tabPipeline Opportunity` limit 1))) or '1'='2",
			json.dumps({"idx`=1 UNION/**/SELECT content from `tabCommunication`": 1}),
		):
			with self.subTest(text):
				self.assert_refused(self.ask_anything(text), "A request takes no SQL.")
		for text in (
			"O'Brien selects from a table",
			"`tabPipeline Opportunity`.`status` asc",
			"select the tab Items",
		):
			with self.subTest(text):
				self.assertEqual(self.ask_anything(text).status_code, 200)

	def test_functions_that_count_everything(self):
		count = "frappe.workflow.doctype.workflow.workflow.get_workflow_state_count"
		chart = {"type": "Heatmap", "document_type": OPPORTUNITY, "chart_type": "Count"}
		for function, arguments in (
			(count, {"doctype": OPPORTUNITY, "workflow_state_field": "notes", "states": "[]"}),
			(count, {"doctype": "Communication", "workflow_state_field": "content", "states": "[]"}),
			(
				"erpnext.controllers.queries.get_filtered_child_rows",
				{"doctype": ITEM_ROW, "filters": {"parent": "x"}},
			),
			("frappe.utils.goal.get_monthly_goal_graph_data", {"goal_doctype": OPPORTUNITY}),
			("frappe.desk.doctype.dashboard_chart.dashboard_chart.get", {"chart": json.dumps(chart)}),
		):
			for user in (STRANGER, personas.PORTAL_USER):
				with self.subTest(function, user=user):
					self.assert_refused(self.ask(function, user=user, **arguments), status=(403,))

	def test_what_was_written_last_to_a_contact(self):
		contact = factories.make(
			"Contact", first_name="Linked", links=[{"link_doctype": OPPORTUNITY, "link_name": self.hidden}]
		)
		self.addCleanup(remove, "Contact", contact.name)
		frappe.db.commit()
		function = "erpnext.crm.doctype.utils.get_last_interaction"
		self.assert_refused(self.ask(function, contact=contact.name), "You may not read", status=(403,))
		self.assertEqual(self.ask(function, contact="Nobody").status_code, 404)

	def test_the_address_of_a_hidden_file(self):
		attached = {"attached_to_doctype": OPPORTUNITY, "attached_to_name": self.hidden, "is_private": 1}
		file = frappe.get_doc(
			{"doctype": "File", "file_name": "serials.csv", "content": frappe.generate_hash(), **attached}
		).insert()
		self.addCleanup(remove, "File", file.name)
		frappe.db.commit()
		function = "erpnext.stock.doctype.serial_and_batch_bundle.serial_and_batch_bundle.upload_csv_file"
		answer = self.ask(function, item_code=personas.ITEM, file_path=file.file_url)
		self.assert_refused(answer, "You may not read", status=(403,))

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
			{
				"function": "frappe.model.utils.user_settings.save",
				"doctype": OPPORTUNITY,
				"user_settings": json.dumps({"List": {"filters": [[OPPORTUNITY, "name", "=", self.hidden]]}}),
			},
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

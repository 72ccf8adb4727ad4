"""A percent sign in who asks, or in what a User Permission names, is text: the framework runs conditions as format too."""

import json
from unittest.mock import patch

import frappe
import frappe.client
import frappe.share
from frappe.desk import query_report, reportview, search

from crm_pipeline import compat, hooks
from crm_pipeline.access import grants, visibility
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.tests import factories, personas
from crm_pipeline.tests.base import PipelineTestCase, site_only
from crm_pipeline.tests.permissions.doors import call_report_view
from crm_pipeline.tests.users import as_user

USER = "50%off@example.com"
NAME = "100% Pump"
COMPETITOR = "Cast Rival"
# DocType under the rule → the field that names the opportunity
FIELDS = {
	OPPORTUNITY: "name",
	"Pipeline Opportunity Item": "parent",
	"Pipeline Opportunity Lost Reason": "parent",
	"Pipeline Opportunity Competitor": "parent",
	"Pipeline Audit Log": "reference_name",
	"File": "attached_to_name",
	"Tag Link": "document_name",
}


class TestText(PipelineTestCase):
	def test_what_has_no_percent_sign_stays_as_it_is(self):
		sql = "`a` = 'o\\'brien' and `b` in ('x')"
		self.assertEqual(compat.without_percent(sql), sql)

	@site_only("MariaDB's way of escaping")
	def test_a_text_means_the_same_without_its_percent_sign(self):
		for text in (
			"50%",
			"%%",
			"o'%_brien",
			'a"%',
			"back\\slash%",
			"line\nbreak%",
			"Wärme 泵 %s",
			"%(name)s",
		):
			with self.subTest(text):
				sql = compat.without_percent(f"select 'plain', {frappe.db.escape(text, percent=False)}")
				self.assertNotIn("%", sql)
				self.assertEqual(frappe.db.sql(sql)[0], ("plain", text))

	@site_only("MariaDB's way of escaping")
	def test_a_pattern_stays_a_pattern(self):
		factories.make_user(USER)
		for pattern, matches in (("50%", 1), (r"50\%off%", 1), (r"50\_off%", 0), ("50_of%", 1)):
			with self.subTest(pattern):
				sql = compat.without_percent(f"select count(*) from `tabUser` where name like '{pattern}'")
				self.assertEqual(frappe.db.sql(sql)[0][0], matches)

	@site_only("MariaDB's way of escaping")
	def test_an_index_is_used_as_ever(self):
		factories.make_user(USER)
		sql = compat.without_percent(f"explain select name from `tabUser` where name = '{USER}'")
		self.assertEqual(frappe.db.sql(sql, as_dict=True)[0].key, "PRIMARY")


# rows of mails and events, whose conditions are put together like that of File
ALIKE = ("Communication Link", "Document Follow", "Event Participants")


@site_only("the framework's lists and User Permissions")
class TestPercent(PipelineTestCase):
	def setUp(self):
		super().setUp()
		factories.make_user(USER, "Sales User")
		factories.make_customer(NAME)
		factories.make("Competitor", competitor_name=COMPETITOR)
		factories.make_region(NAME, parent_pipeline_region=personas.GROUP_REGION, members=[{"user": USER}])
		self.seen = self.make_traced(party_name=NAME, region=NAME)
		self.hidden = self.make_traced(region=personas.REGION)
		for allow in ("Customer", "Pipeline Region"):
			factories.make("User Permission", user=USER, allow=allow, for_value=NAME)
		self.addCleanup(frappe.cache.hdel, "user_permissions", USER)

	def make_traced(self, **values) -> str:
		"""Make a lost opportunity of the user's with a row in every table under the rule."""
		from frappe.desk.doctype.tag.tag import add_tag

		values["items"] = [{"item_code": personas.ITEM, "qty": 1, "rate": 100}]
		values["competitors"] = [{"competitor": COMPETITOR}]
		name = factories.make_opportunity("Lost", sales_engineer=USER, **values).name
		attached = {"attached_to_doctype": OPPORTUNITY, "attached_to_name": name, "is_private": 1}
		factories.make("File", file_name="cast.txt", content=name, **attached)
		add_tag("cast", OPPORTUNITY, name)
		return name

	def test_every_list_and_count_is_limited_to_what_the_user_sees(self):
		self.assertEqual({*FIELDS, *ALIKE}, set(hooks.permission_query_conditions))
		self.check_lists()

	def test_so_it_is_in_whatever_shape_the_rule_is_asked(self):
		frappe.share.add(OPPORTUNITY, self.seen, USER)
		used = {grants.SALES_ENGINEER, grants.APPLICATION_ENGINEER, grants.SHARED}
		for is_frequent in (False, True):
			with (
				self.subTest(is_frequent=is_frequent),
				patch.object(visibility, "_get_used_grants", return_value=used),
				patch.object(visibility, "_is_frequent", return_value=is_frequent),
			):
				self.check_lists()

	def test_link_search_report_view_export_and_reports_too(self):
		with as_user(USER):
			for text in (self.seen, NAME, "% Pump"):
				found = [row["value"] for row in search.search_link(OPPORTUNITY, text)]
				self.assertEqual(found, [self.seen], text)
			answer = call_report_view(reportview.get, order_by="modified desc", start="0")
			self.assertEqual(answer["values"], [[self.seen]])
			call_report_view(reportview.export_query, file_format_type="CSV", title=OPPORTUNITY)
			result = query_report.run("Win Rate", {"group_by": "Region"})["result"]
		content = frappe.local.response.get("filecontent") or frappe.local.response.get("result")
		self.assertIn(self.seen, frappe.as_unicode(content))
		self.assertNotIn(self.hidden, frappe.as_unicode(content))
		self.assertEqual({row["group"] for row in result if row}, {NAME})

	def check_lists(self) -> None:
		for doctype, field in FIELDS.items():
			parent = {"parent_doctype": OPPORTUNITY} if frappe.get_meta(doctype).istable else {}
			filters = [[doctype, field, "in", [self.seen, self.hidden]]]
			with self.subTest(doctype), as_user(USER):
				found = frappe.get_list(doctype, filters=filters, pluck=field, limit=0, **parent)
				self.assertEqual(set(found), {self.seen})
				arguments = {"doctype": doctype, "filters": json.dumps(filters), **parent}
				self.assertEqual(call_report_view(reportview.get_count, **arguments), len(found))

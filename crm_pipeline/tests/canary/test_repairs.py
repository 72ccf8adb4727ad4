"""The canary test can fail: whatever repair is taken out, it finds what that hides. A part of `make canary`."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from unittest.mock import patch

import frappe
from frappe.model.base_document import BaseDocument

from crm_pipeline import compat
from crm_pipeline.tests.base import IS_SANDBOX, PipelineTestCase, forget_cached_documents, site_only

if IS_SANDBOX:  # the others begin with what only a site has
	CanaryTestCase = PipelineTestCase
else:
	from crm_pipeline.tests.canary import doors, report
	from crm_pipeline.tests.canary.case import IS_WHOLE, CanaryTestCase

ENGINEER, FORMER = "other sales engineer", "former engineer"
GUARD, COMPANIONS = "crm_pipeline.access.guard.", "crm_pipeline.access.companions."
RISKY = "crm_pipeline.access.risky_functions."
RULE = "crm_pipeline.access.permissions."
OVERRIDES = "crm_pipeline.overrides."


def do_nothing(*_arguments, **_options) -> None:
	pass


def limit_nothing(*_arguments, **_options) -> str:
	return ""


def allow(*_arguments, **_options) -> bool | None:
	return compat.no_objection()


@dataclass(frozen=True)
class Repair:
	"""Names of what is taken out → what stands there instead, and where something must be found then."""

	label: str
	replaced: dict[str, Callable]
	doors: tuple[str, ...]
	aims: tuple[str, ...] = ("opportunity",)
	caller: str = ENGINEER
	only_on: str = ""  # 15 or 16, where the other doesn't answer past the rule by itself


REPAIRS = (
	Repair(
		"1: what was loaded is what is saved",
		{
			"crm_pipeline.record.loaded.validate_same_record": do_nothing,
			f"{RULE}_is_saved": lambda doc: bool(doc.get("name")) and not doc.get("__islocal"),
		},
		("PUT /api/resource/", "frappe.client.set_value"),
	),
	Repair(
		"2: counted under the rule",
		{f"{RULE}get_opportunity_conditions": limit_nothing},
		(
			"frappe.client.get_count",
			"frappe.desk.listview.get_group_by_count",
			"frappe.desk.reportview.get_count",
		),
	),
	Repair(
		"2: an object is no name",
		{f"{GUARD}refuse_what_is_no_name": do_nothing},
		("frappe.client.", "frappe.desk.form.load.", "erpnext.crm.doctype.lead."),
		("opportunity", "Communication"),
	),
	Repair(
		"2: asked for by filters",
		{f"{RISKY}look_for_name": do_nothing},
		("frappe.client.get",),
	),
	Repair(
		"2: counted past the rule",
		{f"{RISKY}refuse_uncounted": do_nothing},
		("frappe.workflow.", "frappe.utils.goal."),
	),
	Repair(
		"3: rows ask for their opportunity",
		{
			"crm_pipeline.crm_pipeline.doctype.pipeline_opportunity.row.OpportunityRow.parent_doc": BaseDocument.parent_doc,
			f"{GUARD}refuse_companions": do_nothing,
		},
		("frappe.client.get", "GET /api/resource/<doctype>/"),
		("opportunity", "row of item"),
	),
	Repair(
		"4: what links lead to",
		{"crm_pipeline.access.expansion.empty_if_hidden": do_nothing},
		("GET /api/resource/<doctype>/",),
		("opportunity", "Quotation"),
	),
	Repair(
		"4: fields through links",
		{f"{GUARD}refuse_fields_through_links": do_nothing},
		("frappe.client.get_list", "GET /api/resource/<doctype>"),
		("opportunity", "Quotation"),
		only_on="15",
	),
	Repair(
		"5: link search of what stands around",
		{f"{RISKY}drop_switches": do_nothing},
		("frappe.desk.search.",),
		("opportunity", "Communication", "ToDo", "Event", "File", "Tag Link"),
		only_on="15",
	),
	Repair(
		"5: what names a hidden record",
		{f"{GUARD}refuse_hidden_records": do_nothing},
		(
			"frappe.crm.",
			"erpnext.crm.utils.get_open_activities",
			"frappe.desk.form.utils.",
			"frappe.desk.like.",
		),
	),
	Repair(
		"5: what stands around, by its own name",
		{f"{GUARD}refuse_companions": do_nothing},
		("frappe.client.", "frappe.core.doctype.communication.", "frappe.desk.doctype.", "frappe.desk.form."),
		("opportunity", "Communication", "Comment", "File", "Notification Log", "Tag Link", "Event"),
	),
	Repair(
		"5: digits of other scripts",
		{"crm_pipeline.domain.requested._get_digit": lambda sign: sign},
		("erpnext.crm.utils.get_open_activities", "frappe.desk.form.utils.", "frappe.desk.like."),
	),
	Repair(
		"5: what is linked to a hidden record",
		{f"{OVERRIDES}any_document.before_validate": do_nothing},
		("POST /api/resource/",),
	),
	Repair(
		"5: a file registered again",
		{
			f"{COMPANIONS}validate_file": do_nothing,
			f"{GUARD}refuse_files": do_nothing,
			f"{GUARD}refuse_companions": do_nothing,
		},
		("POST /api/resource/", "frappe.client.insert"),
	),
	Repair(
		"5: follows of strangers",
		{
			f"{OVERRIDES}document_follow.validate": do_nothing,
			f"{COMPANIONS}has_companion_permission": allow,
			f"{GUARD}refuse_hidden_records": do_nothing,
		},
		("POST /api/resource/", "frappe.client.insert", "frappe.desk.form.document_follow."),
	),
	Repair(
		"6: a report by e-mail in another's name",
		{
			f"{OVERRIDES}auto_email_report.validate": do_nothing,
			"crm_pipeline.reporting.digest.has_permission": allow,
		},
		("POST /api/resource/", "frappe.email.doctype.auto_email_report."),
		("opportunity", "Auto Email Report"),
		"user without sales role",
		only_on="16",  # 15 downloads what the asking user sees; what it sends is tried in test_guard
	),
	Repair(
		"6: a report that was prepared for another",
		{f"{GUARD}refuse_prepared_reports_of_others": do_nothing},
		("frappe.desk.query_report.", "frappe.core.doctype.prepared_report."),
		("opportunity", "Prepared Report"),
	),
	Repair(
		"8: a mail taken from its record",
		{
			f"{RISKY}refuse_mails_of_hidden_records": do_nothing,
			f"{GUARD}refuse_companions": do_nothing,
			f"{OVERRIDES}communication.require_write": do_nothing,
		},
		("frappe.email.relink",),
		("opportunity", "Communication"),
	),
	Repair(
		"8: a quotation taken from its record",
		{"crm_pipeline.offers.links.keep_link": do_nothing},
		("PUT /api/resource/", "frappe.client.set_value"),
		("opportunity", "Quotation 2"),
	),
	Repair(
		"9: what somebody gave themselves",
		{f"{COMPANIONS}end_of_former": do_nothing},
		("frappe.client.get", "GET /api/resource/"),
		caller=FORMER,
	),
)


@site_only("the framework's and ERPNext's own functions")
class TestRepairs(CanaryTestCase):
	def test_each_repair_is_missed(self):
		if not IS_WHOLE:
			self.skipTest("a part of make canary")
		doors.import_everything()
		functions, _left_out = doors.find_functions()
		everything = [*functions, *doors.find_routes()]
		host = "16" if compat.asks_for_linked_records() else "15"
		for repair in (repair for repair in REPAIRS if repair.only_on in ("", host)):
			with self.subTest(repair=repair.label):
				found = self.search_without(repair, everything)
				print(f"without {repair.label}: {len(found)} found")
				self.assertTrue(found)

	def search_without(self, repair: Repair, everything: list) -> list:
		"""Return what is found while the repair is out."""
		chosen = [door for door in everything if door.name.startswith(repair.doors)]
		frappe.db.savepoint("with_all_repairs")
		try:
			with ExitStack() as stack:
				for name, replacement in repair.replaced.items():
					stack.enter_context(patch(name, replacement))
				search = self.search(chosen, [repair.caller], repair.aims)
		finally:
			frappe.db.rollback(save_point="with_all_repairs")
			forget_cached_documents()
		found, _accepted = report.split(search.findings)
		return found

"""Who may not write is refused before anything is read or locked, and learns nothing on the way."""

from unittest.mock import patch

import frappe

from crm_pipeline.api import opportunity as api
from crm_pipeline.exceptions import InputError
from crm_pipeline.record import locking
from crm_pipeline.tests import factories, personas
from crm_pipeline.tests.base import PipelineTestCase
from crm_pipeline.tests.users import as_user

CALLS = {
	"make_offer": {},
	"mark_won": {"won_value": 5},
	"mark_lost": {"lost_reasons": [personas.REASON]},
	"mark_rejected": {"lost_reasons": [personas.REASON]},
	"reopen": {"reopen_reason": "They called"},
	"correct": {"correction_reason": "Typed wrong"},
	"route_again": {},
	"confirm_details": {},
	"wait_for_customer": {},
	"customer_answered": {},
}


class TestAskedFirst(PipelineTestCase):
	def setUp(self):
		super().setUp()
		self.hidden = factories.make_opportunity(sales_engineer=personas.ENGINEER).name

	def get_refusal(self, call: str, name: str) -> str:
		with (
			patch.object(locking, "get_locked", side_effect=AssertionError("locked")),
			self.assertRaises(frappe.PermissionError) as refused,
		):
			getattr(api, call)(name, **CALLS[call])
		return str(refused.exception).replace(name, "NAME")

	def test_a_stranger_locks_nothing_and_learns_no_name(self):
		for user in (personas.OTHER_ENGINEER, personas.OUTSIDER, personas.APPLICATION_ENGINEER):
			for call in CALLS:
				with self.subTest(user=user, call=call), as_user(user):
					hidden = self.get_refusal(call, self.hidden)
					self.assertEqual(hidden, self.get_refusal(call, "OPP-2026-99999"))

	def test_many_are_asked_for_at_once_before_any_is_locked(self):
		own = factories.make_opportunity(sales_engineer=personas.OTHER_ENGINEER).name
		names = [self.hidden, own, "OPP-2026-99999"]
		with as_user(personas.OTHER_ENGINEER), patch.object(locking, "hold", wraps=locking.hold) as hold:
			result = api.move_many(names, "Offer Made")
		hold.assert_called_once_with(own)
		self.assertEqual(result["changed"], [own])
		self.assertEqual([row["name"] for row in result["refused"]], [self.hidden, "OPP-2026-99999"])
		self.assertIn("You may not change", result["refused"][0]["reason"])

	def test_a_share_to_write_is_enough(self):
		frappe.share.add("Pipeline Opportunity", self.hidden, personas.OTHER_ENGINEER, write=1)
		with as_user(personas.OTHER_ENGINEER):
			self.assertEqual(api.move_many([self.hidden], "Offer Made")["changed"], [self.hidden])

	def test_one_request_takes_no_more_than_the_list_can_choose(self):
		names = [f"OPP-2026-{number:05d}" for number in range(api.MOST_AT_ONCE + 1)]
		with (
			as_user(personas.MANAGER),
			patch.object(locking, "hold") as hold,
			self.assertRaisesRegex(InputError, "5001 records are too many"),
		):
			api.move_many(names, "Lost")
		hold.assert_not_called()

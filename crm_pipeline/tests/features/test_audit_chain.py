"""The seal of an audit entry and what a broken chain looks like, as a rule on plain values (docs/audit.md)."""

from datetime import datetime
from unittest import TestCase

from crm_pipeline.domain.audit_chain import (
	Finding,
	check_chain,
	get_canonical_form,
	get_entry_hash,
	get_entry_name,
	get_key_id,
	get_position,
	is_sealed,
)

KEY = "a secret"
RECORD = "OPP-1"
ENTRY = {
	"name": "OPP-1-0001",
	"reference_doctype": "Pipeline Opportunity",
	"reference_name": RECORD,
	"event": "Won",
	"from_status": "Offer Made",
	"to_status": "Won",
	"user": "meera.manager@example.com",
	"at": datetime(2001, 3, 1, 16, 30),
	"reason": "Größte Pumpe",
	"amount": 1000,
	"currency": "INR",
	"seconds_in_status": 86400,
	"details": '{"won_value": 1000}',
	"key_id": "0123456789abcdef",
	"previous_hash": "abc",
}


def make_chain(length: int = 3) -> list[dict]:
	chain: list[dict] = []
	for position in range(1, length + 1):
		previous_hash = chain[-1]["entry_hash"] if chain else ""
		chain.append(
			seal({**ENTRY, "name": get_entry_name(RECORD, position), "previous_hash": previous_hash})
		)
	return chain


def seal(entry: dict, key: str = KEY) -> dict:
	entry = {**entry, "key_id": get_key_id(key)}
	return {**entry, "entry_hash": get_entry_hash(entry, key)}


def check(chain: list[dict], count: int | None = None, last_hash: str | None = None) -> list[tuple]:
	return [tuple(finding) for finding in check_chain(chain, KEY, count, last_hash)]


class TestSeal(TestCase):
	"""Entries of years ago must be found as they were sealed: these values never change."""

	def test_an_entry_has_the_form_that_it_always_had(self):
		form = (
			'["OPP-1-0001","Pipeline Opportunity","OPP-1","Won","Offer Made","Won","meera.manager@example.com",'
			'"2001-03-01 16:30:00.000000","Größte Pumpe","1000.000000000","INR","86400","{\\"won_value\\": 1000}",'
			'"0123456789abcdef","abc"]'
		)
		self.assertEqual(get_canonical_form(ENTRY), form.encode())

	def test_what_is_empty_has_the_form_that_it_always_had(self):
		form = '["","","","","","","","","","0.000000000","","0","","",""]'
		for value in (None, ""):
			self.assertEqual(get_canonical_form(dict.fromkeys(ENTRY, value)), form.encode())

	def test_the_seal_is_the_one_that_it_always_was(self):
		self.assertEqual(get_key_id(KEY), "5e6a3d45978cb976")
		self.assertEqual(
			get_entry_hash(ENTRY, KEY), "3c249c4ead35927dd74a5e9203889817e588740428a89519d7f6744dc3189033"
		)

	def test_a_stamp_is_sealed_in_the_entries_that_have_one(self):
		stamped = seal({**ENTRY, "at_utc": 983464200000000})
		self.assertTrue(is_sealed(stamped, KEY))
		for value in (983464200000001, None):
			self.assertFalse(is_sealed({**stamped, "at_utc": value}, KEY))
		self.assertFalse(is_sealed({**seal(ENTRY), "at_utc": 983464200000000}, KEY))

	def test_what_a_database_returns_in_another_form_is_the_same(self):
		returned = {"at": "2001-03-01 16:30:00", "amount": "1000.00", "seconds_in_status": "86400"}
		self.assertEqual(get_canonical_form({**ENTRY, **returned}), get_canonical_form(ENTRY))

	def test_an_entry_is_sealed_by_its_own_key_alone(self):
		entry = seal(ENTRY)
		self.assertTrue(is_sealed(entry, KEY))
		self.assertFalse(is_sealed(entry, "another secret"))
		self.assertFalse(is_sealed({**entry, "key_id": get_key_id("another secret")}, KEY))
		self.assertFalse(is_sealed({**entry, "entry_hash": None}, KEY))

	def test_a_name_says_the_position(self):
		self.assertEqual(get_entry_name(RECORD, 7), "OPP-1-0007")
		self.assertEqual((get_position("OPP-1-0007"), get_position("OPP-1-12345")), (7, 12345))
		self.assertEqual((get_position("OPP-1-last"), get_position("")), (0, 0))


class TestChain(TestCase):
	def test_nothing_is_found_in_a_whole_one_in_whatever_order(self):
		chain = make_chain()
		self.assertEqual(check(chain[::-1], 3, chain[-1]["entry_hash"]), [])
		self.assertEqual(check([], 3, "abc"), [])

	def test_an_altered_entry_is_named(self):
		chain = make_chain()
		chain[1]["amount"] = 5
		self.assertEqual(check(chain), [("Altered entry", "OPP-1-0002", "")])

	def test_an_entry_under_another_key_can_not_be_checked(self):
		chain = make_chain(1)
		chain[0] = seal(chain[0], "another secret")
		self.assertEqual(check(chain), [("Cannot be checked", "OPP-1-0001", "")])

	def test_a_gap_is_found_once_with_what_is_missing(self):
		for position in (1, 2):
			chain = make_chain(5)
			del chain[position - 1]
			found = [("Missing entry", f"OPP-1-000{position + 1}", f"OPP-1-000{position}")]
			self.assertEqual(check(chain), found)

	def test_an_entry_that_was_replaced_by_a_sealed_one_breaks_the_chain_behind_it(self):
		chain = make_chain()
		chain[1] = seal({**chain[1], "amount": 5})
		self.assertEqual(check(chain), [("Missing entry", "OPP-1-0003", "OPP-1-0003")])

	def test_an_entry_that_stands_twice_is_found(self):
		chain = make_chain()
		self.assertEqual(check([*chain, chain[2]]), [("Missing entry", "OPP-1-0003", "OPP-1-0004")])

	def test_a_cut_tail_is_found_by_count_and_by_hash(self):
		chain = make_chain()
		last_hash = chain[-1]["entry_hash"]
		found = [("Cut tail", "OPP-1-0002", "3")]
		self.assertEqual(check(chain[:2], 3, last_hash), found)
		self.assertEqual(check(chain[:2], 3, chain[1]["entry_hash"]), found)
		self.assertEqual(check(chain, 3, chain[1]["entry_hash"]), [("Cut tail", "OPP-1-0003", "3")])
		self.assertEqual(check(chain[:2]), [])

	def test_a_finding_expects_nothing_unless_it_is_said(self):
		self.assertEqual(Finding("Altered entry", "OPP-1-0001").expected, "")

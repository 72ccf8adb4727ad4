"""Whose turn it is, as a rule on plain values."""

from collections import Counter
from unittest import TestCase

from crm_pipeline.domain.routing import (
	LOAD_BALANCING,
	ROUND_ROBIN,
	Candidate,
	choose,
	get_order_at,
	get_schedule,
)

ANNA, BORIS, CHITRA = Candidate("anna", 1), Candidate("boris", 1), Candidate("chitra", 1)
TEAM = (ANNA, BORIS, CHITRA)


def take_turns(candidates: tuple[Candidate, ...], turns: int) -> list[str | None]:
	return [choose(ROUND_ROBIN, candidates, turn, {}) for turn in range(turns)]


class TestRoundRobin(TestCase):
	def test_members_come_in_the_order_of_the_region_and_then_anew(self):
		self.assertEqual(take_turns(TEAM, 4), ["anna", "boris", "chitra", "anna"])

	def test_who_comes_next_stands_before_who_has_just_been(self):
		self.assertEqual(get_order_at(TEAM, 1), [BORIS, CHITRA, ANNA])

	def test_turns_are_spread_and_not_taken_in_a_row(self):
		self.assertEqual(get_schedule((3, 1)), (0, 0, 1, 0))
		self.assertEqual(get_schedule((2, 1, 1)), (0, 1, 2, 0))

	def test_a_round_is_as_short_as_the_weights_allow(self):
		self.assertEqual(get_schedule((30, 10)), get_schedule((3, 1)))

	def test_everybody_gets_the_share_of_the_weight(self):
		for weights in ((5, 3, 2), (1, 7), (100, 1)):
			turns = Counter(get_schedule(weights))
			self.assertEqual(tuple(turns[index] for index in range(len(weights))), weights)

	def test_nobody_is_chosen_of_none(self):
		self.assertIsNone(choose(ROUND_ROBIN, (), 1, {}))


class TestLoadBalancing(TestCase):
	def choose(self, candidates: tuple[Candidate, ...], turn: int = 0, **load: int) -> str | None:
		return choose(LOAD_BALANCING, candidates, turn, load)

	def test_the_lightest_load_comes_first(self):
		self.assertEqual(self.choose(TEAM, anna=3, boris=1, chitra=2), "boris")

	def test_who_has_nothing_open_has_the_lightest_load(self):
		self.assertEqual(self.choose(TEAM, anna=1, boris=1), "chitra")

	def test_twice_the_weight_carries_twice_the_load(self):
		strong = Candidate("anna", 2)
		self.assertEqual(self.choose((strong, BORIS), anna=3, boris=2), "anna")
		self.assertEqual(self.choose((strong, BORIS), anna=5, boris=2), "boris")

	def test_between_equals_the_turn_decides(self):
		self.assertEqual([self.choose(TEAM, turn) for turn in range(3)], ["anna", "boris", "chitra"])

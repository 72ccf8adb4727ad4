"""Whose turn it is: weighted round robin and weighted open load, as plain arithmetic.

A member with twice the weight gets twice the turns, or carries twice the load; weight 0 gets none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import gcd

RULE = "CRM Pipeline: Route by Region"
ROUND_ROBIN = "Round Robin"
LOAD_BALANCING = "Load Balancing"


@dataclass(frozen=True)
class Candidate:
	"""A member who may be chosen; `weight` > 0."""

	user: str
	weight: int


def choose(method: str, candidates: Sequence[Candidate], turn: int, load: Mapping[str, int]) -> str | None:
	"""Return the user to choose, None without candidates.

	`turn` counts up by one per choice; `load` gives the open opportunities per user and matters to Load
	Balancing only, where the turn decides between equals.
	"""
	if not candidates:
		return None
	in_turn = get_order_at(candidates, turn)
	if method == LOAD_BALANCING:
		return min(in_turn, key=lambda candidate: load.get(candidate.user, 0) / candidate.weight).user
	return in_turn[0].user


def get_order_at(candidates: Sequence[Candidate], turn: int) -> list[Candidate]:
	"""Return the candidates in the order in which they come up from this turn on."""
	schedule = get_schedule(tuple(candidate.weight for candidate in candidates))
	start = turn % len(schedule)
	order = dict.fromkeys(schedule[start:] + schedule[:start])
	return [candidates[index] for index in order]


@lru_cache
def get_schedule(weights: tuple[int, ...]) -> tuple[int, ...]:
	"""Return one full round as indexes, the turns of each spread as evenly as its weight allows."""
	divisor = gcd(*weights)
	shares = [weight // divisor for weight in weights]
	credit = [0] * len(shares)
	schedule = []
	for _turn in range(sum(shares)):
		credit = [have + share for have, share in zip(credit, shares, strict=True)]
		index = credit.index(max(credit))
		credit[index] -= sum(shares)
		schedule.append(index)
	return tuple(schedule)

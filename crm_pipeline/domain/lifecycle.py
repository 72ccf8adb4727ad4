"""Stages of an opportunity, the moves between them and what each stage asks for.

The one place that says which status may follow which. Code asks a stage for its properties and never
compares status labels scattered about.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

OPEN = "Open"
OFFER_MADE = "Offer Made"
WON = "Won"
LOST = "Lost"
REJECTED = "Rejected"


class Outcome(Enum):
	"""How a closed stage ended."""

	WON = "won"
	NOT_WON = "not won"


class ExitFields(NamedTuple):
	"""Where a record adds up the times it left a stage: after how many seconds in all, and how often."""

	seconds: str
	count: str


@dataclass(frozen=True)
class Stage:
	"""One status: where it leads, how it ended (None while in play) and the outcome fields it carries.

	A stage in play has `exit_fields` too; they are added to at each exit and never cleared.
	"""

	name: str
	allowed_next: tuple[str, ...]
	outcome: Outcome | None = None
	outcome_fields: frozenset[str] = field(default_factory=frozenset)
	exit_fields: ExitFields | None = None

	@property
	def is_closed(self) -> bool:
		return self.outcome is not None


WON_FIELDS = frozenset({"won_value", "won_currency", "won_conversion_rate", "base_won_value", "sales_order"})
LOSS_FIELDS = frozenset({"lost_reasons", "outcome_detail"})
CLOSING_FIELDS = frozenset({"closed_on", "closed_by"})

STAGES = {
	stage.name: stage
	for stage in (
		Stage(OPEN, (OFFER_MADE, LOST, REJECTED), exit_fields=ExitFields("seconds_open", "exits_open")),
		Stage(
			OFFER_MADE,
			(WON, LOST, REJECTED),
			exit_fields=ExitFields("seconds_offer_made", "exits_offer_made"),
		),
		Stage(WON, (OPEN,), Outcome.WON, WON_FIELDS | CLOSING_FIELDS),
		Stage(LOST, (OPEN,), Outcome.NOT_WON, LOSS_FIELDS | CLOSING_FIELDS),
		Stage(REJECTED, (OPEN,), Outcome.NOT_WON, LOSS_FIELDS | CLOSING_FIELDS),
	)
}

FIRST_STAGE = OPEN
OUTCOME_FIELDS = WON_FIELDS | LOSS_FIELDS | CLOSING_FIELDS
EXIT_FIELDS = tuple(name for stage in STAGES.values() for name in stage.exit_fields or ())


def get_stage(status: str) -> Stage | None:
	"""Return the stage called `status`, or None when there is no such stage."""
	return STAGES.get(status)


def is_closed(status: str) -> bool:
	return STAGES[status].is_closed


def is_allowed(from_status: str, to_status: str) -> bool:
	"""Tell whether `to_status` may directly follow `from_status`."""
	return to_status in STAGES[from_status].allowed_next


def is_reopening(from_status: str, to_status: str) -> bool:
	return STAGES[from_status].is_closed and not STAGES[to_status].is_closed


def add_up_exits(entries: Iterable[tuple[str, str, int]]) -> dict[str, int]:
	"""Return what the exit fields hold after (from status, to status, seconds in it) of a record's log entries."""
	sums = dict.fromkeys(EXIT_FIELDS, 0)
	for from_status, to_status, seconds in entries:
		stage = STAGES.get(from_status)
		is_move = to_status in STAGES and to_status != from_status  # a deletion ends nowhere
		if stage and stage.exit_fields and is_move:
			sums[stage.exit_fields.seconds] += seconds
			sums[stage.exit_fields.count] += 1
	return sums


def get_open_statuses() -> tuple[str, ...]:
	return tuple(name for name, stage in STAGES.items() if not stage.is_closed)


def get_main_way() -> tuple[str, ...]:
	"""Return the stages from the first one to winning: of what may follow, the first."""
	way = [FIRST_STAGE]
	while not STAGES[way[-1]].is_closed:
		way.append(STAGES[way[-1]].allowed_next[0])
	return tuple(way)


def get_steps(status: str, has_passed: frozenset[str] = frozenset()) -> list[tuple[str, str]]:
	"""Return the way of a record in `status` as (stage, state) pairs.

	A stage before the current one is done, or skipped when it need not and did not stand in `has_passed`;
	one after it is next when it may follow at once, else later. An outcome takes the place of the last stage.
	"""
	way = get_main_way()
	if status not in way:
		way = (*way[:-1], status)
	here = way.index(status)
	steps = []
	for position, name in enumerate(way):
		may_be_skipped = any(status in STAGES[earlier].allowed_next for earlier in way[:position])
		if position < here:
			state = "skipped" if may_be_skipped and name not in has_passed else "done"
		elif position > here:
			state = "next" if is_allowed(status, name) else "later"
		else:
			state = "current"
		steps.append((name, state))
	return steps


def get_foreign_outcome_fields(status: str) -> frozenset[str]:
	"""Return the outcome fields that must be empty in `status`."""
	return OUTCOME_FIELDS - STAGES[status].outcome_fields


def reason_applies(applies_to: str, status: str) -> bool:
	"""Tell whether a lost reason that applies to Lost, Rejected or Both may close a record as `status`."""
	return applies_to in ("Both", status)

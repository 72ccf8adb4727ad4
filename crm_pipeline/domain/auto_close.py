"""When a silent opportunity is warned about and closed, and why not yet.

Days are calendar days of the site. An opportunity is closed on the first day on which nothing speaks against it, and
never unless its owner was warned, the given number of days before that very day.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import NamedTuple


class Step(Enum):
	"""What is to be done with an opportunity today."""

	KEEP = "keep"
	WARN = "warn"
	CLOSE = "close"


class Cause(Enum):
	"""Why an opportunity is kept."""

	CLOSED = "closed"
	NEEDS_DETAILS = "needs details"
	ANSWERED = "answered"
	SILENCE = "silence"
	KEPT_OPEN = "kept open"
	CONTACT_AHEAD = "contact ahead"
	WARNED = "warned"


@dataclass(frozen=True)
class Rules:
	"""Days of silence until closing, and days from the warning to it."""

	after_days: int
	warning_days: int


@dataclass(frozen=True)
class Silence:
	"""What counts of one opportunity."""

	awaiting_since: datetime | None
	warned_on: datetime | None = None
	keep_open_until: date | None = None
	next_contact: datetime | None = None
	needs_details: bool = False
	is_closed: bool = False


class Verdict(NamedTuple):
	"""What is to be done; when it closes (None: never as it stands); why it is kept."""

	step: Step
	closes_on: date | None = None
	cause: Cause | None = None


# what has no end of its own, in the order in which it is told
OBSTACLES = (
	(Cause.CLOSED, lambda silence: silence.is_closed),
	(Cause.NEEDS_DETAILS, lambda silence: silence.needs_details),
	(Cause.ANSWERED, lambda silence: not silence.awaiting_since),
)


def judge(silence: Silence, rules: Rules, today: date) -> Verdict:
	"""Tell what is to be done with an opportunity today."""
	for cause, applies in OBSTACLES:
		if applies(silence):
			return Verdict(Step.KEEP, cause=cause)
	closes_on, cause = _get_closing_day(silence, rules)
	notice = timedelta(days=rules.warning_days)
	if not _is_warned(silence, closes_on - notice):
		if today < closes_on - notice:
			return Verdict(Step.KEEP, closes_on, cause)
		return Verdict(Step.WARN, max(closes_on, today + notice))
	warned_day = silence.warned_on.date() + notice
	if today < max(closes_on, warned_day):
		return Verdict(Step.KEEP, max(closes_on, warned_day), Cause.WARNED)
	return Verdict(Step.CLOSE, today)


def get_warning_limit(rules: Rules, today: date) -> date:
	"""Return the first day that is too late: who waits since before it may have to be warned or closed today."""
	return today - timedelta(days=max(0, rules.after_days - rules.warning_days) - 1)


def _get_closing_day(silence: Silence, rules: Rules) -> tuple[date, Cause]:
	"""Return the first day on which the opportunity may be closed, and what it is put off by."""
	day_after = timedelta(days=1)
	days = [(silence.awaiting_since.date() + timedelta(days=rules.after_days), Cause.SILENCE)]
	if silence.keep_open_until:
		days.append((silence.keep_open_until + day_after, Cause.KEPT_OPEN))
	if silence.next_contact:
		days.append((silence.next_contact.date() + day_after, Cause.CONTACT_AHEAD))
	return max(days, key=lambda item: item[0])


def _is_warned(silence: Silence, from_day: date) -> bool:
	"""A warning counts only for the day it was about: when that moves, another one is due."""
	return bool(silence.warned_on) and silence.warned_on.date() >= from_day

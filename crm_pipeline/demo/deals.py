"""Invents the deals of the sample data: the same ones for the same day and masters. Knows nothing of Frappe."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from crm_pipeline.demo import team
from crm_pipeline.domain import lifecycle

SEED = 2026
COUNT = 300
DAYS = 548
SHORTEST_DEAL_DAYS, LONGEST_DEAL_DAYS = 12, 150
# share of each way to end, and of those still running that have an offer out
ENDINGS = {lifecycle.WON: 42, lifecycle.LOST: 46, lifecycle.REJECTED: 12}
OFFER_SHARE = 0.55
SUPPORTED_SHARE = 0.4
REOPENED_COUNT = 8
NEXT_STEPS = ("Send the pump curve", "Call about the budget", "Visit the plant", "Agree the delivery date")
DETAIL = "The customer told us on the phone."


class Masters(NamedTuple):
	"""What the site offers to choose from; `lost_reasons` is status → names that apply to it."""

	regions: Sequence[str]
	product_lines: Sequence[str]
	opportunity_types: Sequence[str]
	sources: Sequence[str]
	lost_reasons: dict[str, Sequence[str]]


class Deal(NamedTuple):
	"""One opportunity to be made: who inserts it, its values by fieldname, and whether it is reopened after all."""

	number: int
	values: dict
	is_reopened: bool = False


def invent_deals(masters: Masters, now: datetime, unit: int) -> list[Deal]:
	"""Return COUNT deals, oldest first; values are in multiples of `unit`, whatever the currency."""
	chance = random.Random(SEED)
	ages = sorted((chance.randint(1, DAYS) for _number in range(COUNT)), reverse=True)
	deals = [
		Deal(number, _invent_values(chance, masters, now, age, unit))
		for number, age in enumerate(ages, start=1)
	]
	lost = [deal.number for deal in deals if deal.values["status"] == lifecycle.LOST]
	reopened = set(lost[-REOPENED_COUNT:])
	return [deal._replace(is_reopened=deal.number in reopened) for deal in deals]


def _invent_moment(chance: random.Random, now: datetime, age: int) -> datetime:
	day = now - timedelta(days=age)
	return day.replace(hour=chance.randint(9, 17), minute=chance.randrange(60), second=0, microsecond=0)


def _invent_values(chance: random.Random, masters: Masters, now: datetime, age: int, unit: int) -> dict:
	opened_on = _invent_moment(chance, now, age)
	customer = chance.randrange(len(team.CUSTOMERS))
	engineer = team.ENGINEERS[customer % len(team.ENGINEERS)]
	value = unit * round(chance.lognormvariate(3.3, 0.9) + 2)
	values = {
		"customer": team.CUSTOMERS[customer],
		"region": masters.regions[customer % len(masters.regions)],
		"product_line": chance.choice(masters.product_lines),
		"opportunity_type": chance.choice([*masters.opportunity_types, None]),
		"source": chance.choice([*masters.sources, None]),
		"sales_engineer": engineer.email,
		"opened_on": opened_on,
		"potential_value": value,
	}
	if chance.random() < SUPPORTED_SHARE:
		values["application_engineer"] = team.APPLICATION_ENGINEER.email
	closed_on = opened_on + timedelta(days=chance.randint(SHORTEST_DEAL_DAYS, LONGEST_DEAL_DAYS))
	if closed_on < now:
		return {**values, "closed_on": closed_on, **_invent_outcome(chance, masters, value)}
	return {**values, **_invent_progress(chance, closed_on)}


def _invent_outcome(chance: random.Random, masters: Masters, value: int) -> dict:
	status = chance.choices(list(ENDINGS), weights=list(ENDINGS.values()))[0]
	if status == lifecycle.WON:
		return {"status": status, "won_value": round(value * chance.uniform(0.85, 1.05))}
	reason = chance.choice(masters.lost_reasons[status])
	return {"status": status, "lost_reasons": [reason], "outcome_detail": DETAIL}


def _invent_progress(chance: random.Random, expected: datetime) -> dict:
	has_offer = chance.random() < OFFER_SHARE
	return {
		"status": lifecycle.OFFER_MADE if has_offer else lifecycle.OPEN,
		"expected_closing": expected.date(),
		"next_step": chance.choice(NEXT_STEPS),
	}

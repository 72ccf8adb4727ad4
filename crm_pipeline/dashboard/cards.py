"""The number cards: each is a slice that is counted, or whose amounts are added up."""

from collections.abc import Callable
from typing import NamedTuple

import frappe
from frappe import _
from frappe.utils import add_days, cint, nowdate

from crm_pipeline.constants import SETTINGS
from crm_pipeline.dashboard import slices
from crm_pipeline.domain.json_text import write
from crm_pipeline.domain.lifecycle import LOST, OFFER_MADE, WON
from crm_pipeline.refusal import list_choices, refuse

EARLIEST = "2000-01-01"


class Card(NamedTuple):
	"""`get_filters` makes the slice, `field` is the amount that is added up (none: count)."""

	get_filters: Callable[[], slices.Filters]
	field: str | None = None


def get_stalled() -> slices.Filters:
	days = cint(frappe.db.get_single_value(SETTINGS, "stalled_after_days"))
	return {**slices.OPEN, "status_changed_on": ("Between", [EARLIEST, add_days(nowdate(), -days - 1)])}


def get_overdue() -> slices.Filters:
	# not "<": the list counts an empty date as the earliest one
	return {**slices.OPEN, "next_contact_date": ("Between", [EARLIEST, add_days(nowdate(), -1)])}


CARDS = {
	"Open": Card(lambda: slices.OPEN),
	"Offers Out": Card(lambda: {"status": ("=", OFFER_MADE)}),
	"New This Month": Card(lambda: {"opened_on": ("Timespan", "this month")}),
	"Waiting for Customer": Card(lambda: {**slices.OPEN, "awaiting_response_since": ("is", "set")}),
	"Overdue Contacts": Card(get_overdue),
	"Stalled": Card(get_stalled),
	"Needs Details": Card(lambda: {"needs_details": ("=", 1)}),
	"Without Sales Engineer": Card(lambda: {**slices.OPEN, "sales_engineer": ("is", "not set")}),
	"Won This Month": Card(lambda: {"status": ("=", WON), "closed_on": ("Timespan", "this month")}),
	"Lost This Month": Card(lambda: {"status": ("=", LOST), "closed_on": ("Timespan", "this month")}),
	"Weighted Open Value": Card(lambda: {**slices.OPEN, **slices.get_same_currency()}, "weighted_value"),
	"Won Value This Quarter": Card(
		lambda: {
			"status": ("=", WON),
			"closed_on": ("Timespan", "this quarter"),
			**slices.get_same_currency(),
		},
		"base_won_value",
	),
}


def get_card(filters: str | dict) -> dict:
	"""Return the number of the card that `filters` names, and the list it opens."""
	name = slices.read_object(filters, {"card": next(iter(CARDS))}).get("card")
	if not isinstance(name, str) or name not in CARDS:
		refuse(_("There is no card {0}. Choose one of: {1}."), write(name), list_choices(CARDS))
	card = CARDS[name]
	filters = card.get_filters()
	return {
		"value": slices.get_number(filters, card.field),
		"fieldtype": "Currency" if card.field else "Int",
		"route": slices.LIST,
		"route_options": slices.to_route_options(filters),
	}

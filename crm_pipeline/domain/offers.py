"""What the states of quotations, orders and supplier documents do to the opportunity they belong to.

The one place that says so. Everything else asks a document for its state and reads the answer off it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crm_pipeline.domain import lifecycle


@dataclass(frozen=True)
class State:
	"""One state of a document.

	`counts`: it stands, as an offer (a lost one too), an order or a supplier's price. `rank`: which quotation takes
	the place of an offer that is gone, the highest first; one of rank 0 never. `leads_to`: the stage it moves an opportunity in play to.
	`asks`: a person has to decide what comes next.
	"""

	counts: bool = False
	rank: int = 0
	leads_to: str | None = None
	asks: bool = False


NO_EFFECT = State()
OFFER = State(counts=True, rank=2, leads_to=lifecycle.OFFER_MADE)
ORDERED_OFFER = State(counts=True, rank=3, leads_to=lifecycle.OFFER_MADE)  # the order itself wins
EXPIRED_OFFER = State(counts=True, rank=1, asks=True)
LOST_OFFER = State(counts=True, leads_to=lifecycle.LOST)
ORDER = State(counts=True, leads_to=lifecycle.WON)
SUPPLIER_PRICE = State(counts=True)

STATES = {
	"Quotation": {
		"Draft": NO_EFFECT,
		"Open": OFFER,
		"Replied": OFFER,
		"Partially Ordered": ORDERED_OFFER,
		"Ordered": ORDERED_OFFER,
		"Expired": EXPIRED_OFFER,
		"Lost": LOST_OFFER,
		"Cancelled": NO_EFFECT,
	},
	"Sales Order": {
		"Draft": NO_EFFECT,
		"On Hold": ORDER,
		"To Pay": ORDER,
		"To Deliver and Bill": ORDER,
		"To Bill": ORDER,
		"To Deliver": ORDER,
		"Completed": ORDER,
		"Closed": ORDER,
		"Cancelled": NO_EFFECT,
	},
	"Supplier Quotation": {
		"Draft": NO_EFFECT,
		"Submitted": SUPPLIER_PRICE,
		"Stopped": NO_EFFECT,
		"Expired": NO_EFFECT,
		"Cancelled": NO_EFFECT,
	},
	"Request for Quotation": {
		"Draft": NO_EFFECT,
		"Submitted": NO_EFFECT,
		"Cancelled": NO_EFFECT,
	},
}


@dataclass(frozen=True)
class Quotation:
	"""A quotation of an opportunity: its status, what that does, and whether it amends an earlier one."""

	name: str
	status: str
	state: State
	is_draft: bool = False
	is_amendment: bool = False


def get_state(doctype: str, status: str, docstatus: int) -> State:
	"""Return what a document does; ERPNext marks drafts as Expired too, so `docstatus` goes first."""
	return STATES[doctype].get(status, NO_EFFECT) if docstatus == 1 else NO_EFFECT


def get_statuses(doctype: str, matches) -> tuple[str, ...]:
	"""Return the statuses of a DocType whose state fulfils the function `matches`."""
	return tuple(status for status, state in STATES[doctype].items() if matches(state))


def choose_offer(
	quotations: Sequence[Quotation], current: str | None, moved: str | None, is_closed: bool
) -> str | None:
	"""Return the name of the quotation that is the offer. `quotations` are in the order they were made.

	`moved` was just submitted or ordered and comes first. Then the current one stays while it is live, or a draft that a
	person linked with no live one beside it; else the one of the highest rank takes its place, the newest of several.
	A closed record keeps its offer as long as that is not cancelled; then only an amendment takes its place.
	"""
	kept = next(
		(one for one in quotations if one.name == current and (one.is_draft or one.state.counts)), None
	)
	if is_closed and kept:
		return current
	ranks = {one.name: one.state.rank for one in quotations if one.is_amendment or not is_closed}
	best_rank = max(ranks.values(), default=0)
	if ranks.get(moved):
		return moved
	if not best_rank:
		return current if kept and kept.is_draft else None
	if ranks.get(current, 0) >= min(best_rank, OFFER.rank):
		return current
	return [name for name, rank in ranks.items() if rank == best_rank][-1]


def are_all_lost(quotations: Iterable[Quotation]) -> bool:
	"""Tell whether every quotation that stands is lost, and none is being prepared."""
	standing = [quotation for quotation in quotations if quotation.state.counts or quotation.is_draft]
	return bool(standing) and all(quotation.state.leads_to == lifecycle.LOST for quotation in standing)

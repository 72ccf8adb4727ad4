"""A second opinion: what becomes of a deal, told event by event as docs/offers.md tells it.

`offers.py` says what the states of documents mean, and the app asks the database for these states after each event. The model
here remembers what happened instead. Random walks through ERPNext's own documents hold one against the other (the proof
selling-walks); nothing else uses it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from crm_pipeline.domain.lifecycle import LOST, OFFER_MADE, OPEN, WON

LIVE, ORDERED, EXPIRED = ("Open", "Replied"), ("Partially Ordered", "Ordered"), ("Expired",)
BEST_FIRST = (ORDERED, LIVE, EXPIRED)
IN_PLAY = (OPEN, OFFER_MADE)


@dataclass
class Deal:
	"""An opportunity as it must be by now.

	`quotations` maps names to ERPNext's statuses, in the order they were made; `amendments` are those of them that amend
	another one. `orders` maps the submitted ones to their net totals in company currency, in the order they were made.
	"""

	loses_with_its_quotations: bool = False
	is_of_lead: bool = False
	status: str = OPEN
	offer: str | None = None
	order: str | None = None
	won_value: float = 0
	ordered_value: float = 0
	events: list[str] = field(default_factory=lambda: ["Created"])
	quotations: dict[str, str] = field(default_factory=dict)
	amendments: set[str] = field(default_factory=set)
	orders: dict[str, float] = field(default_factory=dict)

	@property
	def is_in_play(self) -> bool:
		return self.status in IN_PLAY

	def see(self, quotations: Mapping[str, str], orders: Mapping[str, float]) -> None:
		"""Notice what stands in the documents by now; nothing follows from that alone."""
		self.quotations, self.orders = dict(quotations), dict(orders)

	def follow_quotation(self, submitted: str | None = None, ordered: str | None = None) -> None:
		"""A quotation was submitted or ordered (then it is named), lost, cancelled or changed."""
		moved = submitted or ordered
		if self.is_in_play:
			self._choose_offer(moved, is_new=bool(submitted))
		elif self.quotations.get(self.offer, "Cancelled") == "Cancelled":
			self._take_offer(moved if moved in self.amendments else self._get_best(self.amendments))

	def follow_order(
		self,
		submitted: str | None = None,
		quotation: str | None = None,
		is_for_less: bool = False,
		value: float = 0,
	) -> None:
		"""An order was submitted, changed or cancelled.

		A submitted one has its name, the quotation that it is of, and its net total in its own currency.
		"""
		self.follow_quotation(ordered=quotation)
		self.ordered_value = sum(self.orders.values())
		if submitted and self.is_in_play and not is_for_less:
			self._win(submitted, value)
		elif self.status == WON and self.order not in self.orders:
			self.order = next(iter(self.orders), None)

	def link(self, draft: str) -> None:
		"""A person named a draft as the offer."""
		self._take_offer(draft)

	def follow_lead(self) -> None:
		"""Its lead became a customer."""
		self.is_of_lead = False
		self.events.append("Lead Converted")

	def lose(self) -> None:
		"""A person closed it."""
		self._move(LOST)

	def reopen(self) -> None:
		"""A manager did."""
		self.status, self.order, self.won_value = OPEN, None, 0
		self.events.append("Reopened")

	def pass_a_day(self) -> None:
		"""What changed without an event is found."""
		if self.is_in_play:
			self.follow_quotation()

	def _choose_offer(self, moved: str | None, is_new: bool) -> None:
		former = self.offer
		offer = moved or self._get_best(self.quotations)
		if offer == former and not is_new:
			return
		if offer and self.quotations[offer] in (*LIVE, *ORDERED) and self.status == OPEN:
			self._move(OFFER_MADE)
		elif not offer and self._is_lost(former):
			self._move(LOST)
		self._take_offer(offer)

	def _get_best(self, candidates) -> str | None:
		"""Return the present offer if it is live, else the furthest one, the newest of several."""
		if self.offer in candidates and self.quotations[self.offer] in (*LIVE, *ORDERED):
			return self.offer
		for statuses in BEST_FIRST:
			names = [
				name for name, status in self.quotations.items() if name in candidates and status in statuses
			]
			if names:
				return self.offer if self.offer in names else names[-1]
		return self.offer if self.quotations.get(self.offer) == "Draft" else None

	def _is_lost(self, former: str | None) -> bool:
		standing = set(self.quotations.values()) - {"Cancelled"}
		return (
			self.loses_with_its_quotations and standing == {"Lost"} and self.quotations.get(former) == "Lost"
		)

	def _take_offer(self, offer: str | None) -> None:
		if offer != self.offer:
			self.events.append("Offer Linked" if offer else "Offer Withdrawn")
			self.offer = offer

	def _win(self, order: str, value: float) -> None:
		self.order, self.won_value = order, value
		for status in (OFFER_MADE, WON) if self.status == OPEN else (WON,):
			self._move(status)
			if self.is_of_lead:
				self.follow_lead()

	def _move(self, status: str) -> None:
		self.status = status
		self.events.append(status)

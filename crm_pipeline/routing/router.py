"""Finds the sales engineer of an opportunity by its region and says why.

Reads cached masters only; one aggregate query where the region balances by load.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder.functions import Count
from frappe.utils import cint, formatdate, get_fullname, getdate, now_datetime

from crm_pipeline.access.eligibility import is_eligible
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.domain import lifecycle, routing
from crm_pipeline.exceptions import ClosedRecordError
from crm_pipeline.record import intent, locking
from crm_pipeline.record.input_values import REASON_LENGTH
from crm_pipeline.refusal import refuse
from crm_pipeline.routing import turns

REGION = "Pipeline Region"
SKIPPED_NAMED = 20


@dataclass
class Decision:
	"""Who gets an opportunity (None when nobody can), by what, and who was skipped: (user, why)."""

	user: str | None
	by: str
	skipped: list[tuple[str, str]] = field(default_factory=list)

	def explain(self) -> str:
		chosen = get_fullname(self.user) if self.user else _("Nobody")
		lines = [_("Chosen: {0} ({1}).").format(chosen, self.by)]
		named, others = self.skipped[:SKIPPED_NAMED], self.skipped[SKIPPED_NAMED:]
		lines += [_("Skipped: {0}, {1}.").format(get_fullname(user), why) for user, why in named]
		if others:
			lines.append(_("Skipped: {0} others.").format(len(others)))
		return "\n".join(lines)[:REASON_LENGTH]


def route(doc: Document, excluded: str | None = None) -> None:
	"""Give the opportunity to whom its region chooses. Trouble is logged and explained, never raised."""
	taken = doc.flags.setdefault(
		"routing_turns", {}
	)  # the rules may run twice in a save, which takes one turn
	try:
		decision = taken[doc.region, excluded] = taken.get((doc.region, excluded)) or decide(
			doc.region, excluded
		)
	except Exception:  # reason: whatever is wrong with a region, the record is saved
		frappe.log_error(_("Routing of {0} failed").format(doc.name))
		decision = Decision(None, _("routing failed, see the Error Log"))
	apply(doc, decision)


def route_again(name: str) -> Document:
	"""Let the region choose the sales engineer of an open record anew; needs write permission on it."""
	doc = locking.get_writable(name)
	if lifecycle.is_closed(doc.status):
		message = _("{0} is {1} and stays with its sales engineer. Reopen it first.")
		refuse(message, name, _(doc.status), exception=ClosedRecordError)
	route(doc)
	return intent.save_as_it_is(doc, ["sales_engineer"])


def apply(doc: Document, decision: Decision) -> None:
	"""Put a decision on the record, with its explanation."""
	doc.flags.routed = True
	doc.flags.routing_reason = decision.explain()
	if decision.user:
		doc.sales_engineer = decision.user
	doc.set_system_value("routed_by", decision.by[:140])
	doc.set_system_value("routed_on", now_datetime())
	doc.set_system_value("routing_explanation", decision.explain())


def decide(region: str | None, excluded: str | None = None) -> Decision:
	"""Take the region's next turn; without an available member, go up the chain of sales managers."""
	if not region:
		return Decision(None, _("no region"))
	if not frappe.db.exists(REGION, region, cache=True):
		return Decision(None, _("region {0} does not exist any more").format(region))
	doc = frappe.get_cached_doc(REGION, region)
	candidates, skipped = _get_candidates(doc, excluded)
	if not candidates:
		return _decide_by_managers(doc, skipped, excluded)
	load = get_open_load([candidate.user for candidate in candidates]) if _balances(doc) else {}
	user = routing.choose(doc.routing_method, candidates, turns.take(region), load)
	return Decision(user, _("{0} in {1}").format(_(doc.routing_method), region), skipped)


def describe_next(region: str, count: int) -> list[dict]:
	"""Tell who the next `count` opportunities would go to, and why (api/routing.py)."""
	return [
		{
			"user": decision.user,
			"full_name": get_fullname(decision.user) if decision.user else None,
			"explanation": decision.explain(),
		}
		for decision in preview(region, count)
	]


def preview(region: str, count: int) -> list[Decision]:
	"""Return whom the next `count` opportunities would go to, without taking a turn."""
	doc = frappe.get_cached_doc(REGION, region)
	candidates, skipped = _get_candidates(doc)
	if not candidates:
		return [_decide_by_managers(doc, skipped)] * count
	load = get_open_load([candidate.user for candidate in candidates]) if _balances(doc) else {}
	decisions = []
	first = turns.peek(region)
	for turn in range(first, first + count):
		user = routing.choose(doc.routing_method, candidates, turn, load)
		load[user] = load.get(user, 0) + 1
		decisions.append(Decision(user, _("{0} in {1}").format(_(doc.routing_method), region), skipped))
	return decisions


def get_open_load(users: list[str]) -> dict[str, int]:
	"""Return the number of open opportunities per user, with one query."""
	record = frappe.qb.DocType(OPPORTUNITY)
	rows = (
		frappe.qb.from_(record)
		.select(record.sales_engineer, Count("*"))
		.where(record.sales_engineer.isin(users) & record.status.isin(lifecycle.get_open_statuses()))
		.groupby(record.sales_engineer)
		.run()
	)
	return dict(rows)


def get_unavailability(user: str) -> str:
	"""Say why a user can't be a sales engineer; empty when they can."""
	if not cint(frappe.get_cached_value("User", user, "enabled")):
		return _("disabled")
	return "" if is_eligible(user, "sales_engineer") else _("without a sales role")


def _balances(region: Document) -> bool:
	return region.routing_method == routing.LOAD_BALANCING


def _get_candidates(region: Document, excluded: str | None = None) -> tuple[list[routing.Candidate], list]:
	candidates, skipped = [], []
	for member in region.members:
		why = (
			_("hands over")
			if member.user == excluded
			else _get_absence(member) or get_unavailability(member.user)
		)
		if why:
			skipped.append((member.user, why))
		else:
			candidates.append(routing.Candidate(member.user, cint(member.weight)))
	return candidates, skipped


def _get_absence(member: Document) -> str:
	if member.is_application_engineer:
		return _("application engineer")
	if cint(member.weight) <= 0:
		return _("weight 0")
	if is_out_of_office(member):
		if not member.out_of_office_to:
			return _("out of office until further notice")
		return _("out of office until {0}").format(formatdate(member.out_of_office_to))
	return ""


def is_out_of_office(member: Document) -> bool:
	"""Tell whether today lies in the member's absence; an open end counts."""
	if not member.out_of_office_from and not member.out_of_office_to:
		return False
	today = getdate()
	starts = getdate(member.out_of_office_from) if member.out_of_office_from else today
	ends = getdate(member.out_of_office_to) if member.out_of_office_to else today
	return starts <= today <= ends


def _decide_by_managers(region: Document, skipped: list, excluded: str | None = None) -> Decision:
	"""Nobody is available: the region's sales manager, else the parent region's, and so on."""
	for ancestor in _get_chain(region):
		manager = ancestor.sales_manager
		if not manager:
			continue
		why = _("hands over") if manager == excluded else get_unavailability(manager)
		if not why:
			return Decision(
				manager, _("sales manager of {0}, no member available").format(ancestor.name), skipped
			)
		skipped = [*skipped, (manager, why)]
	return Decision(None, _("nobody available in {0} or above").format(region.name), skipped)


def _get_chain(region: Document) -> Iterator[Document]:
	while region:
		yield region
		parent = region.parent_pipeline_region
		is_there = parent and frappe.db.exists(REGION, parent, cache=True)
		region = frappe.get_cached_doc(REGION, parent) if is_there else None

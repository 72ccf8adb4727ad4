"""Accepting a key break: the entries of a former key are taken as they stand, and sealed under the new one.

From then on they are no finding; one that is altered, taken away or added later is.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

import frappe
from frappe import _
from frappe.utils import cstr, format_datetime

from crm_pipeline.audit import log, reading
from crm_pipeline.audit.findings import Problem
from crm_pipeline.audit.trust import KEY_BREAK_ACCEPTED, Trust
from crm_pipeline.constants import SETTINGS
from crm_pipeline.domain import audit_chain, clock
from crm_pipeline.domain.text import is_blank
from crm_pipeline.record import conflict
from crm_pipeline.record.input_values import validate_reason
from crm_pipeline.refusal import refuse

MOST_AT_ONCE = 20_000
JOB = "crm_pipeline.audit.key_break.accept"


class Scope(NamedTuple):
	"""What an acceptance takes as it stands."""

	key_ids: list[str]
	entries: int
	logs: int
	first: datetime | str | None
	last: datetime | str | None

	def describe(self) -> str:
		message = _("{0} entries of {1} logs, written from {2} to {3} under the keys {4}.")
		span = (cstr(format_datetime(clock.read_date(at))) for at in (self.first, self.last))
		return message.format(f"{self.entries:,}", f"{self.logs:,}", *span, ", ".join(self.key_ids))


def preview() -> str:
	"""Say what an acceptance would take as it stands; refuses where there is nothing to accept."""
	return _get_scope(Trust()).describe()


def accept_now_or_later(reason: str) -> dict:
	"""Accept the key break, in a background job where there are many entries; say whether it is done, and of what."""
	_validate_reason(reason)
	scope = _get_scope(Trust())
	is_small = scope.entries <= MOST_AT_ONCE
	if is_small:
		scope = accept(reason)
	else:
		frappe.enqueue(JOB, queue="long", timeout=4 * 3600, job_id=JOB, deduplicate=True, reason=reason)
	return {"is_done": is_small, "accepted": scope.describe()}


def accept(reason: str) -> Scope:
	"""Accept the key break and return what that took as it stands; the caller checks who may."""
	_validate_reason(reason)
	with conflict.explain_conflict(None):
		frappe.db.get_value("DocType", SETTINGS, "name", order_by=None, for_update=True)  # one at a time
		trust = Trust(for_update=True)
	scope = _get_scope(trust)
	told = {
		"acceptance": frappe.generate_hash(length=10),
		"key_ids": scope.key_ids,
		"scope": scope.describe(),
	}
	for doctype in reading.DOCTYPES:
		after = ""
		for names in reading.find_names(doctype, scope.key_ids):
			chains = {
				name: audit_chain.get_chain_seal(entries, trust.key, scope.key_ids)
				for name, entries in reading.get_entries(doctype, names).items()
			}
			details = {**told, "doctype": doctype, "after": after, "up_to": names[-1], "chains": chains}
			log.add(SETTINGS, SETTINGS, log.Draft(KEY_BREAK_ACCEPTED, details, reason=reason))
			after = names[-1]
	return scope


def find_changed(trust: Trust) -> Iterator[Problem]:
	"""Yield the logs that are not as they were accepted, one range of names after another."""
	if not trust.accepted_keys:
		return
	for doctype in reading.DOCTYPES:
		for after, up_to, chains in trust.get_ranges(doctype):
			gone = dict(chains)
			for names in reading.find_names(doctype, trust.accepted_keys, after, up_to):
				for name, entries in reading.get_entries(doctype, names).items():
					yield from check(name, entries, gone.pop(name, None), trust)
			for name in gone:
				message = _("The log of {0} from before the key break is gone, though it was accepted.")
				yield Problem(audit_chain.MISSING, name, "", message.format(name))


def check(name: str, entries: list, accepted: str | None, trust: Trust) -> Iterator[Problem]:
	"""Hold one log against what was accepted of it; None where nothing was."""
	old = [entry for entry in entries if entry.key_id in trust.accepted_keys]
	if not entries or (not old and accepted is None) or trust.get_seal(entries) == accepted:
		return
	message = (
		_("The entries of {0} from before the key break are no longer as they were accepted.")
		if accepted
		else _("The entries of {0} under the former key were not there when the key break was accepted.")
	)
	last = old[-1] if old else entries[-1]
	yield Problem(audit_chain.ALTERED, name, last.name, message.format(name), last.at)


def _get_scope(trust: Trust) -> Scope:
	"""Return what there is to accept; refuses where that would cover something up, or nothing is left to accept.

	One acceptance covers all former keys of a site, so a second one under the same key could only hide what was altered since.
	"""
	if any(finding.kind != audit_chain.UNKNOWN_KEY for finding in trust.check_own_log()):
		refuse(_("The log of accepted key breaks was altered itself. See Pipeline Audit Integrity."))
	if trust.accepted_keys:
		message = _(
			"A key break was accepted before: there is no key break to accept. What differs since was altered."
		)
		refuse(message)
	key_ids = _get_former_key_ids(trust)
	if not key_ids:
		refuse(_("No entry was made under a former key: there is no key break to accept."))
	return Scope(key_ids, *reading.measure(key_ids))


def _get_former_key_ids(trust: Trust) -> list[str]:
	"""Return the keys that were in use before the site's; one that only came up later is no former key."""
	firsts = reading.get_first_moments()
	return sorted(
		key_id
		for key_id, first in firsts.items()
		if key_id != trust.key_id and (trust.began is None or first <= trust.began)
	)


def _validate_reason(reason: str) -> None:
	if is_blank(cstr(reason)):
		refuse(_("The reason is missing. Say why the encryption key is another one."))
	validate_reason(_("The reason"), reason)

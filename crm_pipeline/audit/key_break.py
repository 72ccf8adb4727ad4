"""Accepting a key break: the entries of a former key are taken as they stand, and sealed under the new one.

From then on they are no finding; one that is altered, taken away or added later is.
"""

from collections.abc import Iterator

import frappe
from frappe import _
from frappe.utils import cstr

from crm_pipeline.audit import log, reading
from crm_pipeline.audit.findings import Problem
from crm_pipeline.audit.trust import KEY_BREAK_ACCEPTED, Trust
from crm_pipeline.constants import AUDIT_LOG, SETTINGS
from crm_pipeline.domain import audit_chain
from crm_pipeline.domain.text import is_blank
from crm_pipeline.refusal import refuse

MOST_AT_ONCE = 20_000
JOB = "crm_pipeline.audit.key_break.accept"


def accept_now_or_later(reason: str) -> bool:
	"""Accept the key break, in a background job where there are many entries; return whether it is done."""
	key_ids = _get_new_key_ids(Trust())
	_validate(reason, key_ids)
	is_small = frappe.db.count(AUDIT_LOG, {"key_id": ("in", list(key_ids))}) <= MOST_AT_ONCE
	if is_small:
		accept(reason)
	else:
		frappe.enqueue(JOB, queue="long", timeout=4 * 3600, job_id=JOB, deduplicate=True, reason=reason)
	return is_small


def accept(reason: str) -> int:
	"""Accept the key break and return how many logs that concerns; the caller checks who may."""
	trust = Trust()
	new_key_ids = _get_new_key_ids(trust)
	_validate(reason, new_key_ids)
	key_ids = sorted(reading.get_key_ids() - {trust.key_id})
	acceptance, count = frappe.generate_hash(length=10), 0
	for doctype in reading.get_doctypes():
		after = ""
		for names in reading.find_names(doctype, key_ids):
			chains = {
				name: audit_chain.get_chain_seal(entries, trust.key, key_ids)
				for name, entries in reading.get_entries(doctype, names).items()
			}
			part = {"doctype": doctype, "after": after, "up_to": names[-1], "chains": chains}
			details = {"acceptance": acceptance, "key_ids": key_ids, **part}
			log.add(SETTINGS, SETTINGS, log.Draft(KEY_BREAK_ACCEPTED, details, reason=reason))
			after, count = names[-1], count + len(chains)
	return count


def find_changed(trust: Trust) -> Iterator[Problem]:
	"""Yield the logs that are not as they were accepted, one range of names after another."""
	if not trust.accepted_keys:
		return
	for doctype in sorted({*reading.get_doctypes(), *(part.doctype for part in trust.parts)}):
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


def _get_new_key_ids(trust: Trust) -> set[str]:
	return {*reading.get_key_ids()} - {trust.key_id, *trust.accepted_keys}


def _validate(reason: str, new_key_ids: set[str]) -> None:
	if is_blank(cstr(reason)):
		refuse(_("The reason is missing. Say why the encryption key is another one."))
	if not new_key_ids:
		refuse(_("Every entry can be checked, or was accepted before: there is no key break to accept."))

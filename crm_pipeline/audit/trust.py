"""Which entries can be believed: those sealed under the site's key, and those of a former key as they were accepted.

A site that is restored without its encryption key makes a new one, and nobody can tell any more whether what was sealed
under the old one is as it was. A manager accepts that once (`key_break.py`): what stands then is sealed under the new key.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain as chained
from itertools import takewhile
from typing import NamedTuple

from frappe.utils.password import get_encryption_key

from crm_pipeline.audit import reading
from crm_pipeline.audit.log import END_NOTED
from crm_pipeline.constants import SETTINGS
from crm_pipeline.domain import audit_chain

KEY_BREAK_ACCEPTED = "Key Break Accepted"


class Part(NamedTuple):
	"""What one entry of an acceptance covers: the chains of a DocType after one name and up to another, each with its seal."""

	acceptance: str
	key_ids: list[str]
	doctype: str
	after: str
	up_to: str
	chains: dict[str, str]


class Trust:
	"""The site's key, and the last acceptance that is sealed under it."""

	def __init__(self, for_update: bool = False):
		self.key = get_encryption_key()
		self.key_id = audit_chain.get_key_id(self.key)
		self.chain = reading.get_entries(SETTINGS, [SETTINGS], for_update)[SETTINGS]
		self.remembered_end = reading.get_remembered_end(for_update)
		genuine = self._find_genuine(self.chain)
		self.own = [entry for entry in self.chain if entry.name in genuine]
		self.parts = self._read_parts()
		self.accepted_keys = frozenset(key_id for part in self.parts[:1] for key_id in part.key_ids)

	@cached_property
	def began(self) -> tuple | None:
		"""When the site's key came into use: the moment of its first entry that is as it was written, or was redacted since."""
		for batch in reading.get_oldest(self.key_id):
			if first := self._get_first_genuine(batch):
				return audit_chain.get_moment(first)
		return None

	def _get_first_genuine(self, batch: list) -> Mapping | None:
		"""Return the first entry of a batch that is genuine; the logs of those before the first sealed one are read at once."""
		unsealed = list(takewhile(lambda entry: not audit_chain.is_sealed(entry, self.key), batch))
		names = defaultdict(set)
		for entry in unsealed:
			names[entry.reference_doctype].add(entry.reference_name)
		logs = (
			reading.get_entries(doctype, names[doctype]).values()
			for doctype in {*reading.DOCTYPES} & {*names}
		)
		genuine = {name for chain in chained.from_iterable(logs) for name in self._find_genuine(chain)}
		redacted = (entry for entry in unsealed if entry.name in genuine)
		return next(chained.from_iterable((redacted, batch[len(unsealed) :])), None)

	def get_began(self, chain: Sequence[Mapping]) -> tuple | None:
		"""Return when the site's key came into use, where that matters: to a chain with entries under another one."""
		return self.began if any(entry["key_id"] != self.key_id for entry in chain) else None

	def check_chain(self, chain: Sequence[Mapping], *expected) -> Iterator[audit_chain.Finding]:
		"""Check one log; `expected` is what its record remembers of its end: the number of entries, the last hash."""
		end = expected or (None, None)
		return audit_chain.check_chain(chain, self.key, *end, self.accepted_keys, self.get_began(chain))

	def check_own_log(self) -> Iterator[audit_chain.Finding]:
		"""Check the log of the acceptances, whose end Pipeline Settings remembers."""
		yield from self.check_chain(self.chain, *self.remembered_end)
		if self.remembered_end[0] and not self.chain:
			yield audit_chain.Finding(audit_chain.CUT_TAIL, "", str(self.remembered_end[0]))

	def find_believed(self, chain: Sequence[Mapping]) -> set[str]:
		"""Return the entries of a whole log that are as they were written, as far as anybody can tell.

		Before a key break is accepted, that goes for each entry of a former key: it can't be checked, which is said of it.
		"""
		former = [entry for entry in chain if entry["key_id"] != self.key_id]
		if any(entry["key_id"] in self.accepted_keys for entry in former) and not self._is_as_accepted(chain):
			former = [entry for entry in former if entry["key_id"] not in self.accepted_keys]
		forged = audit_chain.find_forged(chain, self.key, self.accepted_keys, self.get_began(chain))
		return {*self._find_genuine(chain), *(entry["name"] for entry in former)} - forged

	def _find_genuine(self, chain: Sequence[Mapping]) -> set[str]:
		"""Return the entries of a whole log that are as they were written under the site's key, or as tombstones say."""
		redactions = audit_chain.get_redactions(chain, self.key)
		return {entry["name"] for entry in chain if audit_chain.is_genuine(entry, self.key, redactions)}

	def _is_as_accepted(self, chain: Sequence[Mapping]) -> bool:
		accepted = self.get_accepted_seal(chain[0]["reference_doctype"], chain[0]["reference_name"])
		return self.get_seal(chain) == accepted

	def get_seal(self, chain: Sequence[Mapping]) -> str:
		return audit_chain.get_chain_seal(chain, self.key, self.accepted_keys)

	def get_accepted_seal(self, doctype: str, name: str) -> str | None:
		parts = (part.chains for part in self.parts if part.doctype == doctype)
		return next((chains[name] for chains in parts if name in chains), None)

	def get_ranges(self, doctype: str) -> Iterator[tuple[str, str | None, dict[str, str]]]:
		"""Yield (after, up to, accepted chains) for all names there can be; where a part is missing, none is accepted."""
		last = ""
		for part in self.parts:
			if part.doctype != doctype:
				continue
			if part.after != last:
				yield last, part.after, {}
			yield part.after, part.up_to, part.chains
			last = part.up_to
		yield last, None, {}

	@cached_property
	def noted_ends(self) -> dict[tuple[str, str], tuple[int, str]]:
		"""Return the ends of logs that were noted: (DocType, name) → the number of entries, and the last hash, by then."""
		noted = (audit_chain.read_details(entry.details) for entry in self.own if entry.event == END_NOTED)
		return {(end["doctype"], end["name"]): (end["count"], end["hash"]) for end in noted}

	def check_noted_end(
		self, doctype: str, name: str, chain: Sequence[Mapping]
	) -> Iterator[audit_chain.Finding]:
		"""Check that a log still has what was its last entry when its end was noted; it may go on."""
		count, last_hash = self.noted_ends.get((doctype, name), (0, ""))
		if count and all(entry["entry_hash"] != last_hash for entry in chain):
			last = chain[-1]["name"] if chain else ""
			yield audit_chain.Finding(audit_chain.CUT_TAIL, last, str(count))

	def _read_parts(self) -> list[Part]:
		parts: list[Part] = []
		for entry in self.own:
			if entry.event == KEY_BREAK_ACCEPTED:
				details = audit_chain.read_details(entry.details)
				part = Part(**{name: details[name] for name in Part._fields})
				parts = [*(parts if parts and parts[0].acceptance == part.acceptance else ()), part]
		return parts

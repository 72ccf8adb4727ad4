"""What the check of the audit log finds, and how it is shown: by kind, counted, the newest of each first."""

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from frappe import _, _lt

from crm_pipeline.domain import audit_chain, clock

NO_LOG = "Record without log"
DIFFERS = "Record differs from log"
VANISHED = "Record vanished"
# kind of problem → what a person is shown, the gravest first
KINDS = {
	audit_chain.ALTERED: _lt("Altered entry"),
	audit_chain.MISSING: _lt("Missing entry"),
	audit_chain.CUT_TAIL: _lt("Cut tail"),
	NO_LOG: _lt("Record without log"),
	DIFFERS: _lt("Record differs from log"),
	VANISHED: _lt("Record vanished"),
	audit_chain.UNKNOWN_KEY: _lt("Cannot be checked"),
}


class Problem(NamedTuple):
	"""One finding: its kind, the record, the log entry it shows in (may be empty), a sentence about it, and a date.

	The date is that of the entry, else of the record's last change.
	"""

	kind: str
	reference_name: str
	entry: str
	message: str
	at: datetime | str | None = None


class Findings:
	"""Counts problems and keeps the newest of each kind, however many there are."""

	def __init__(self, most_shown: int):
		self.most_shown = most_shown
		self.counts: Counter = Counter()
		self._newest: dict[str, list] = defaultdict(list)

	def take(self, problems: Iterable[Problem]) -> "Findings":
		for problem in problems:
			self.counts[problem.kind] += 1
			at = clock.read_date(problem.at)
			ranked = (at or datetime.min, self.counts[problem.kind], problem._replace(at=at))
			newest = self._newest[problem.kind]
			keep = heapq.heappush if len(newest) < self.most_shown else heapq.heappushpop
			keep(newest, ranked)
		return self

	@property
	def total(self) -> int:
		return self.counts.total()

	def get_kinds(self) -> list[tuple[str, int, list[Problem]]]:
		"""Return (kind, how many, the newest), the gravest kind first."""
		return [
			(
				kind,
				self.counts[kind],
				[problem for *_rank, problem in sorted(self._newest[kind], reverse=True)],
			)
			for kind in KINDS
			if self.counts[kind]
		]

	def describe(self) -> list[str]:
		"""Return lines for a person: the counts, then the newest of each kind."""
		lines = []
		for kind, count, newest in self.get_kinds():
			lines += ["", f"{KINDS[kind]}: {count:,}", *(f"  {problem.message}" for problem in newest)]
			if count > len(newest):
				lines.append("  " + _("and {0} older ones").format(f"{count - len(newest):,}"))
		return lines[1:]

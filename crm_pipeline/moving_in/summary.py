"""Tells why rows were rejected: by field and kind of reason, the most frequent first."""

import re
from collections import Counter
from collections.abc import Iterator

from crm_pipeline.moving_in.errors import RowError
from crm_pipeline.moving_in.table import Row

OWN_VALUE = "…"
SHORTEST_VALUE = 2
DIGITS = re.compile(r"\d[\d.,:\-/ ]*\d|\d")

Group = tuple[str, str]


class Summary:
	"""Counts rejected rows under (field, kind), and keeps the first of each as an example."""

	def __init__(self):
		self.counts: Counter[Group] = Counter()
		self.examples: dict[Group, str] = {}

	def add(self, row: Row, error: Exception, reason: str) -> None:
		group = get_group(row, error, reason)
		self.counts[group] += 1
		told = "" if reason == group[1] else f": {reason}"
		self.examples.setdefault(group, f"line {row.line}{told}")

	def merge(self, other: "Summary") -> None:
		self.counts.update(other.counts)
		self.examples = {**other.examples, **self.examples}

	def describe(self) -> Iterator[str]:
		"""Yield a line for each group: how many, what is wrong, and the first such row."""
		for (field, kind), count in self.counts.most_common():
			what = f"{field}: {kind}" if field else kind
			yield f"{count:>7,} × {what}, e.g. {self.examples[field, kind]}"


def get_group(row: Row, error: Exception, reason: str) -> Group:
	"""Return field and kind; a reason that names neither is the same kind whatever values of the row stand in it."""
	if isinstance(error, RowError) and error.kind:
		return error.field, error.kind
	for text in sorted(set(row.cells.values()), key=len, reverse=True):
		if len(text) >= SHORTEST_VALUE:
			reason = re.sub(rf"(?<!\w){re.escape(text)}(?!\w)", OWN_VALUE, reason)
	return "", DIGITS.sub(OWN_VALUE, reason)

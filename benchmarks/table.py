"""What was measured, against what was promised: as a table for people and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.measure import Sample

MILLISECONDS = "ms"
PER_SECOND = "/s"


@dataclass
class Row:
	"""One piece of work. `ours` and `theirs` are in `unit`; targets left out are not promised.

	`most_ratio`/`least_ratio` bound ours : theirs, `most` and `most_statements` bound ours alone. `floor` is what
	the same work costs without anything of ours (in `unit`), `note` says what it is.
	"""

	family: str
	work: str
	unit: str
	ours: float
	theirs: float | None = None
	statements: int | None = None
	their_statements: int | None = None
	most_ratio: float | None = None
	least_ratio: float | None = None
	most: float | None = None
	least: float | None = None
	most_statements: int | None = None
	floor: float | None = None
	note: str = ""

	@property
	def ratio(self) -> float | None:
		return self.ours / self.theirs if self.theirs else None

	@property
	def target(self) -> str:
		parts = (
			(self.most_ratio, "ratio ≤ {}"),
			(self.least_ratio, "ratio ≥ {}"),
			(self.most, f"≤ {{}} {self.unit}"),
			(self.least, f"≥ {{}} {self.unit}"),
			(self.most_statements, "≤ {} statements"),
		)
		return ", ".join(text.format(f"{bound:g}") for bound, text in parts if bound is not None)

	@property
	def is_met(self) -> bool | None:
		"""None where nothing is promised."""
		checks = [
			self.ratio is not None and self.ratio <= self.most_ratio if self.most_ratio is not None else None,
			self.ratio is not None and self.ratio >= self.least_ratio
			if self.least_ratio is not None
			else None,
			self.ours <= self.most if self.most is not None else None,
			self.ours >= self.least if self.least is not None else None,
			self.statements <= self.most_statements if self.most_statements is not None else None,
		]
		made = [check for check in checks if check is not None]
		return all(made) if made else None


def make_row(family: str, work: str, samples: dict[str, Sample], **more) -> Row:
	"""Return the row of work that was timed on our side, and on theirs where there is one."""
	ours, theirs = samples["ours"], samples.get("theirs")
	return Row(
		family,
		work,
		MILLISECONDS,
		ours.median,
		theirs.median if theirs else None,
		ours.median_statements,
		theirs.median_statements if theirs else None,
		**more,
	)


HEADINGS = ("work", "ours", "ERPNext", "ratio", "statements", "target", "met", "floor and notes")
VERDICTS = {True: "yes", False: "NO", None: ""}


def format_table(rows: Iterable[Row]) -> str:
	"""Return Markdown, one table per family."""
	families: dict[str, list[Row]] = {}
	for row in rows:
		families.setdefault(row.family, []).append(row)
	return "\n\n".join(f"### {name}\n\n{_format_family(members)}" for name, members in families.items())


def _format_family(rows: list[Row]) -> str:
	lines = [HEADINGS, ["---"] * len(HEADINGS), *(_get_cells(row) for row in rows)]
	return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _get_cells(row: Row) -> list[str]:
	floor = f"floor {format_number(row.floor, row.unit)}" if row.floor is not None else ""
	statements = [str(count) for count in (row.statements, row.their_statements) if count is not None]
	return [
		row.work,
		format_number(row.ours, row.unit),
		format_number(row.theirs, row.unit),
		f"{row.ratio:.2f}" if row.ratio is not None else "",
		" : ".join(statements),
		row.target,
		VERDICTS[row.is_met],
		"; ".join(part for part in (floor, row.note) if part),
	]


def format_number(value: float | None, unit: str) -> str:
	if value is None:
		return ""
	digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
	return f"{value:,.{digits}f} {unit}"


def write_json(rows: list[Row], facts: dict, path: Path) -> None:
	"""Write what was measured, with the machine and the settings it was measured on."""
	measured = [{**asdict(row), "ratio": row.ratio, "target": row.target, "met": row.is_met} for row in rows]
	path.parent.mkdir(parents=True, exist_ok=True)
	path.write_text(json.dumps({**facts, "rows": measured}, indent="\t", ensure_ascii=False) + "\n")

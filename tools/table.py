"""A table for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

NOTHING = "–"


def format_table(headings: Sequence[str], rows: Sequence[Mapping[str, object]]) -> str:
	"""One line per row; numbers stand right, what a row has not is a dash."""
	lines = [[format_cell(row.get(heading)) for heading in headings] for row in rows]
	widths = [max(map(len, column)) for column in zip(headings, *lines, strict=True)]
	are_numbers = [any(isinstance(row.get(heading), int | float) for row in rows) for heading in headings]
	return "\n".join(
		"  ".join(
			cell.rjust(width) if is_number else cell.ljust(width)
			for cell, width, is_number in zip(line, widths, are_numbers, strict=True)
		).rstrip()
		for line in ([*headings], *lines)
	)


def format_cell(value: object) -> str:
	if value is None:
		return NOTHING
	return f"{value:,}" if isinstance(value, int) else str(value)

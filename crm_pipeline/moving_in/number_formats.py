"""Reads numbers as people write them in files: by one number format, exactly, and with what stands beside them."""

import math
import re
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

SPACES = " \u00a0\u2009\u202f"  # plain, no-break, thin, narrow no-break
MINUS_SIGNS = "-\u2212"
# how a separator of a format may be written
WRITTEN = {" ": f"[{SPACES}]", "'": "['\u2019]"}
DIRECTION_MARKS = re.compile("[\u200e\u200f\u061c]")
# a sign or code of a currency, or %: no digit, space, sign or separator in it, but dots as in "S/." or "د.إ"
SIGNS = r"+\-\u2212"
UNIT_PART = rf"[^\d{SPACES}{SIGNS}.,'\u2019]+"
UNIT = rf"{UNIT_PART}(?:\.{UNIT_PART})*\.?"
INDIAN_GROUPS = "#,##,"


class Number(NamedTuple):
	"""What a cell says: a number, and the unit written beside it (empty without one)."""

	value: Decimal
	unit: str


class NumberFormat(NamedTuple):
	"""One of Frappe's number formats: its name (`#,###.##`), and what stands before decimals and between groups."""

	name: str
	decimal: str
	group: str

	def read(self, text: str) -> Number | None:
		"""Return what `text` says, None when it is no number of this format."""
		match = _get_pattern(self).fullmatch(DIRECTION_MARKS.sub("", text).strip())
		if not match or (match["before"] and match["after"]) or (match["sign"] and match["inner_sign"]):
			return None
		return Number(self._get_value(match), match["before"] or match["after"] or "")

	def _get_value(self, match: re.Match) -> Decimal:
		digits = re.sub(r"\D", "", match["whole"])
		value = Decimal(f"{digits or 0}.{match['decimals'] or 0}")
		sign = match["sign"] or match["inner_sign"]
		return -value if sign and sign in MINUS_SIGNS else value


def to_float(number: Decimal) -> float | None:
	"""Return the number as the database keeps it, None when it is too large."""
	value = float(number)
	return None if math.isinf(value) else value


@lru_cache
def _get_pattern(number_format: NumberFormat) -> re.Pattern:
	whole = _get_whole_pattern(number_format)
	number = f"(?P<whole>{whole})(?P<decimals>)"
	if number_format.decimal:
		decimal = re.escape(number_format.decimal)
		number = rf"(?P<whole>{whole}|(?={decimal}))(?:{decimal}(?P<decimals>\d+))?"
	sign, space = f"[{SIGNS}]?", f"[{SPACES}]*"
	return re.compile(
		rf"(?P<sign>{sign}){space}(?P<before>{UNIT})?{space}(?P<inner_sign>{sign})"
		rf"{number}{space}(?P<after>{UNIT})?"
	)


def _get_whole_pattern(number_format: NumberFormat) -> str:
	"""Digits without groups, or in groups of exactly the format's size."""
	if not number_format.group:
		return r"\d+"
	group = "".join(WRITTEN.get(sign, re.escape(sign)) for sign in number_format.group)
	if number_format.name.startswith(INDIAN_GROUPS):
		return rf"\d{{1,2}}(?:{group}\d{{2}})*{group}\d{{3}}|\d+"
	return rf"\d{{1,3}}(?:{group}\d{{3}})+|\d+"

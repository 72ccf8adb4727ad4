"""When a reason's share of a month's losses differs clearly from the months before."""

from collections.abc import Sequence
from math import sqrt

FEWEST_MONTHS = 3
FEWEST_DEALS = 10
FEWEST_POINTS = 10  # percentage points
DEVIATIONS = 2

Month = tuple[int, int]  # losses for the reason, losses of the month


def find_shift(months: Sequence[Month]) -> int:
	"""Tell whether the last month's share rose (1) or fell (-1) clearly against the mean of the shares before, else 0.

	Clearly: at least three earlier months with losses, at least ten losses in the month, a difference of at least
	ten percentage points, and of at least two standard deviations of what chance does to that many losses.
	"""
	*before, (count, losses) = months
	mean = get_mean_share(before)
	if mean is None or losses < FEWEST_DEALS:
		return 0
	difference = count / losses - mean
	is_large = round(abs(difference) * 100, 9) >= FEWEST_POINTS
	is_no_chance = abs(difference) >= DEVIATIONS * sqrt(mean * (1 - mean) / losses)
	return (1 if difference > 0 else -1) if is_large and is_no_chance else 0


def get_mean_share(months: Sequence[Month]) -> float | None:
	"""Return the mean of the shares of the months that had losses; None when they are fewer than three."""
	shares = [count / losses for count, losses in months if losses]
	return sum(shares) / len(shares) if len(shares) >= FEWEST_MONTHS else None

"""Figures made of counts and sums. What nothing can be said about is None, never 0."""


def get_percent(part: float, whole: float) -> float | None:
	"""Return how much of `whole` is `part`, in percent."""
	return part * 100 / whole if whole else None


def get_average(total: float, count: int) -> float | None:
	return total / count if count else None

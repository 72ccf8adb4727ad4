"""Margins: what is added to the supplier's rate, in percent of that rate."""


def add_margin(supplier_rate: float, margin_percent: float) -> float:
	return supplier_rate * (1 + margin_percent / 100)


def get_margin_percent(rate: float, supplier_rate: float) -> float | None:
	"""Return the margin in `rate`; None while the supplier's rate is unknown."""
	return (rate / supplier_rate - 1) * 100 if supplier_rate > 0 else None

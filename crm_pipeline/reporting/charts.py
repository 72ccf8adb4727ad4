"""Charts and the figures above a report."""

MOST_BARS = 10
# frappe-charts swaps its picture for another one while it moves, and fails when it is drawn anew meanwhile
STILL = {"animate": 0, "disableEntryAnimation": 1}
COLORS = {"Won": "green", "Lost": "red", "Rejected": "#8d99a6"}


def make_chart(
	labels: list[str], datasets: dict[str, list], kind: str = "bar", most: int = MOST_BARS, **options
) -> dict | None:
	"""Return a chart of the first `most` bars; None where there is nothing to draw. Other keys are the chart's own."""
	if not labels:
		return None
	return {
		"type": kind,
		"data": {
			"labels": labels[:most],
			"datasets": [{"name": name, "values": values[:most]} for name, values in datasets.items()],
		},
		**STILL,
		**options,
	}


def make_figure(
	label: str, value, datatype: str = "Int", currency: str | None = None, color: str = ""
) -> dict:
	"""Return one figure of the summary."""
	figure = {"label": label, "value": round(value or 0, 2), "datatype": datatype, "indicator": color}
	return {**figure, "currency": currency} if datatype == "Currency" else figure

"""Columns of a report. What the browser needs beside the framework's keys rides on the column:

`total` is the figure of the footer, `slice` are the filters of the list that a count in the column opens,
completed by the row's own `slice`.
"""


def make_column(fieldname: str, label: str, fieldtype: str = "Data", width: int = 140, **extra) -> dict:
	return {"fieldname": fieldname, "label": label, "fieldtype": fieldtype, "width": width, **extra}


def make_count(fieldname: str, label: str, total: int, list_filters: dict | None = None) -> dict:
	extra = {} if list_filters is None else {"slice": list_filters}
	return make_column(fieldname, label, "Int", 110, total=total, **extra)


def make_money(fieldname: str, label: str, total: float | None) -> dict:
	"""The row names its currency in `currency`."""
	return make_column(fieldname, label, "Currency", 150, options="currency", total=total)


def make_percent(fieldname: str, label: str, total: float | None) -> dict:
	return make_column(fieldname, label, "Percent", 140, total=total, precision=1)


def make_number(fieldname: str, label: str, total: float | None, precision: int = 1) -> dict:
	return make_column(fieldname, label, "Float", 190, total=total, precision=precision)

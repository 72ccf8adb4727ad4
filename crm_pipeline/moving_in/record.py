"""Completes what a row says into what a record needs at its stage."""

from collections.abc import Collection
from datetime import datetime

from crm_pipeline.domain import lifecycle
from crm_pipeline.moving_in.errors import RowError

# what a row must say where a column is there for it; a default says it for all
NEVER_BLANK = ("status", "opened_on")
PAST = ("opened_on", "closed_on")
# says nothing of an outcome by itself, so it may stand in every row
HARMLESS = frozenset({"won_currency"})


def get_status(values: dict, defaults: dict) -> str:
	"""Return the row's status, by default the first one."""
	return values.get("status") or defaults.get("status") or lifecycle.FIRST_STAGE


def complete_values(values: dict, defaults: dict, columns: Collection[str], now: datetime) -> dict:
	"""Return the values of the record that a row stands for.

	`values` and `defaults` are parsed, by fieldname, without empty ones; `columns` are the fields that the file fills.
	A default for an outcome field counts only where the stage takes it. The potential value of a won row without one
	is its won value. Raises RowError when the row contradicts itself or says too little.
	"""
	for fieldname in NEVER_BLANK:
		if fieldname in columns and fieldname not in values and fieldname not in defaults:
			raise RowError(f"{fieldname} is empty; fill it in, or see --default.", fieldname, "empty")
	stage = _get_stage(get_status(values, defaults))
	foreign = lifecycle.get_foreign_outcome_fields(stage.name)
	_validate_outcome(values, stage, foreign)
	record = {**defaults, **values, "status": stage.name}
	record = {fieldname: value for fieldname, value in record.items() if fieldname not in foreign}
	_validate_past(record, now)
	if "won_value" in record and "potential_value" not in values and _has_one_currency(record):
		record["potential_value"] = record["won_value"]
	return record


def _get_stage(status: str) -> lifecycle.Stage:
	stage = lifecycle.get_stage(status)
	if not stage:
		known = ", ".join(lifecycle.STAGES)
		raise RowError(
			f"status: '{status}' is not one of {known}; translate it with the values of a map.",
			"status",
			"not one of ours",
		)
	return stage


def _validate_outcome(values: dict, stage: lifecycle.Stage, foreign: Collection[str]) -> None:
	for fieldname, value in values.items():
		if fieldname in foreign and fieldname not in HARMLESS and value:
			told = "; ".join(value) if isinstance(value, list) else value
			raise RowError(
				f"{fieldname}: '{told}' can't stand on a row that is {stage.name}; "
				"correct one of them, or see statuses in the map.",
				fieldname,
				"an outcome that the status has not",
			)


def _validate_past(record: dict, now: datetime) -> None:
	for fieldname in PAST:
		if record.get(fieldname) and record[fieldname] > now:
			raise RowError(f"{fieldname}: {record[fieldname]} is in the future.", fieldname, "in the future")


def _has_one_currency(record: dict) -> bool:
	return record.get("won_currency") in (None, record.get("currency"))

"""Completes what a row says into what a record needs at its stage."""

from crm_pipeline.domain import lifecycle
from crm_pipeline.moving_in.errors import RowError


def get_stage(values: dict, defaults: dict) -> lifecycle.Stage:
	"""Return the row's stage, by default the first one. Raises RowError for a status that doesn't exist."""
	status = values.get("status") or defaults.get("status") or lifecycle.FIRST_STAGE
	stage = lifecycle.get_stage(status)
	if not stage:
		known = ", ".join(lifecycle.STAGES)
		raise RowError(f"status: '{status}' is not one of {known}; translate it with the values of a map.")
	return stage


def complete_values(values: dict, defaults: dict) -> dict:
	"""Return the values of the record that a row stands for.

	`values` and `defaults` are parsed, by fieldname, without empty ones. Outcome fields count only where the stage
	takes them: a won value or lost reason on any other row is left out. The potential value of a won row
	without one is its won value.
	"""
	stage = get_stage(values, defaults)
	foreign = lifecycle.get_foreign_outcome_fields(stage.name)
	record = {**defaults, **values, "status": stage.name}
	record = {fieldname: value for fieldname, value in record.items() if fieldname not in foreign}
	if "won_value" in record and "potential_value" not in values and _has_one_currency(record):
		record["potential_value"] = record["won_value"]
	return record


def _has_one_currency(record: dict) -> bool:
	return record.get("won_currency") in (None, record.get("currency"))

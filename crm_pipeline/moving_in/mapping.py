"""Says where each field of a record comes from: columns named after it, a map file, look-ups.

A map file is a JSON object: fieldname → where its text comes from, as the name of a column or as an object

    {
      "external_id": "deal number",
      "status": {"column": "stage", "values": {"Prospecting": "Open", "Quoted": "Offer Made"}},
      "region": {"column": "agent", "lookup": {"file": "agents.csv", "key": "agent", "value": "office"}}
    }

- `column`: a column of the imported file (by default the one named like the field)
- `columns`: several of them; the first that is not empty counts
- `lookup`: search the cell in column `key` of another file and take that row's column `value` instead;
  the file is looked for beside the imported file, then beside the map
- `values`: old text → new text, applied last; other text stays as it is
- `statuses`: the field is filled in rows of these statuses only
- `date_format`: how this field's dates are written
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from crm_pipeline.domain import lifecycle
from crm_pipeline.moving_in.dates import is_date_format
from crm_pipeline.moving_in.errors import ImportInputError, RowError, unreadable
from crm_pipeline.moving_in.files import open_table
from crm_pipeline.moving_in.table import Table

SOURCE_KEYS = frozenset({"column", "columns", "date_format", "lookup", "statuses", "values"})
FORMULA = "="
SPREADSHEET_ERRORS = frozenset({"#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!"})
LOOKUP_KEYS = frozenset({"file", "key", "value"})


class TargetField(NamedTuple):
	"""A field that an import may fill; the type is Frappe's fieldtype, the options its DocType.

	`currency_field` is where the currency of money stands, empty for the company's own.
	"""

	fieldname: str
	label: str
	fieldtype: str
	options: str = ""
	currency_field: str = ""


class Lookup(NamedTuple):
	"""A second table, as key → value."""

	file: str
	entries: dict[str, str]

	def find(self, key: str) -> str:
		if key not in self.entries:
			raise RowError(f"'{key}' is not in {self.file}.", kind=f"not in {self.file}")
		return self.entries[key]


class Source(NamedTuple):
	"""Where the text of one field comes from; without `statuses` in rows of every status."""

	columns: tuple[str, ...]
	lookup: Lookup | None = None
	values: Mapping[str, str] = MappingProxyType({})
	statuses: frozenset[str] = frozenset()
	date_format: str | None = None

	def read(self, cells: dict[str, str]) -> str:
		"""Return the field's text, empty when the cell is.

		Raises RowError when the look-up knows nothing, or the cell holds a formula or an error.
		"""
		column, text = next(((name, cells[name]) for name in self.columns if cells[name]), ("", ""))
		_validate_cell(column, text)
		if text and self.lookup:
			text = self.lookup.find(text)
		return self.values.get(text, text)

	def is_for(self, status: str) -> bool:
		return not self.statuses or status in self.statuses


def _validate_cell(column: str, text: str) -> None:
	if text.startswith(FORMULA):
		raise RowError(f"{column}: '{text}' is a formula; put its result there.", column, "a formula")
	if text in SPREADSHEET_ERRORS:
		raise RowError(
			f"{column}: '{text}' is an error of a spreadsheet.", column, "an error of a spreadsheet"
		)


def get_sources(table: Table, fields: Iterable[TargetField], map_path: Path | None) -> dict[str, Source]:
	"""Return fieldname → Source for every field that the map or a column of the table provides.

	Raises ImportInputError for a map that is no JSON of the shape above or names what doesn't exist.
	"""
	fields = {field.fieldname: field for field in fields}
	sources = _get_columns_by_name(table, fields.values())
	for fieldname, description in (_read_map(map_path) if map_path else {}).items():
		if fieldname not in fields:
			raise ImportInputError(f"{map_path.name}: an import can't fill a field '{fieldname}'.")
		sources[fieldname] = _get_source(table, map_path, fieldname, description)
	return sources


def get_unused_columns(table: Table, sources: dict[str, Source]) -> list[str]:
	used = {column for source in sources.values() for column in source.columns}
	return [column for column in table.columns if column and column not in used]


def _get_columns_by_name(table: Table, fields: Iterable[TargetField]) -> dict[str, Source]:
	fieldnames = {}
	for field in fields:
		fieldnames.setdefault(field.label.casefold(), field.fieldname)
	fieldnames.update({field.fieldname: field.fieldname for field in fields})
	sources = {}
	for column in table.columns:
		fieldname = fieldnames.get(column.strip().casefold())
		if fieldname in sources:
			raise ImportInputError(
				f"Columns '{sources[fieldname].columns[0]}' and '{column}' are both {fieldname}."
			)
		if fieldname:
			sources[fieldname] = Source((column,))
	return sources


def _read_map(path: Path) -> dict:
	try:
		text = path.read_text(encoding="utf-8-sig")
		description = json.loads(text, object_pairs_hook=partial(_make_object, path.name))
	except OSError as error:
		raise unreadable(path, error) from error
	except ValueError as error:
		raise ImportInputError(f"{path.name} is not valid JSON: {error}.") from error
	return _validate_object(description, path.name)


def _make_object(file_name: str, pairs: list[tuple]) -> dict:
	for key, count in Counter(key for key, _value in pairs).items():
		if count > 1:
			raise ImportInputError(f"{file_name} has '{key}' more than once in the same place.")
	return dict(pairs)


def _get_source(table: Table, map_path: Path, fieldname: str, description) -> Source:
	place = f"{map_path.name}, {fieldname}"
	if isinstance(description, str):
		description = {"column": description}
	_validate_object(description, place, SOURCE_KEYS)
	lookup = description.get("lookup")
	return Source(
		_get_columns(table, place, fieldname, description),
		lookup and _get_lookup(table, map_path, f"{place}, lookup", lookup),
		_validate_texts(description.get("values", {}), f"{place}, values"),
		_get_statuses(description.get("statuses", []), f"{place}, statuses"),
		_get_date_format(description.get("date_format"), place),
	)


def _get_columns(table: Table, place: str, fieldname: str, description: dict) -> tuple[str, ...]:
	if "column" in description and "columns" in description:
		raise ImportInputError(f"{place}: name either column or columns.")
	names = description.get("columns", [description.get("column", fieldname)])
	if not _validate_list(names, f"{place}, columns"):
		raise ImportInputError(f"{place}, columns: name one at least.")
	table.validate_columns(*names)
	return tuple(names)


def _get_statuses(names: list, place: str) -> frozenset[str]:
	for name in _validate_list(names, place):
		if name not in lifecycle.STAGES:
			raise ImportInputError(f"{place}: '{name}' is not one of {', '.join(lifecycle.STAGES)}.")
	return frozenset(names)


def _get_date_format(date_format: str | None, place: str) -> str | None:
	if date_format is not None and not (isinstance(date_format, str) and is_date_format(date_format)):
		raise ImportInputError(f"{place}: '{date_format}' names no full date; write it like %d.%m.%Y.")
	return date_format


def _get_lookup(table: Table, map_path: Path, place: str, description) -> Lookup:
	_validate_texts(description, place, LOOKUP_KEYS)
	if missing := LOOKUP_KEYS - description.keys():
		raise ImportInputError(f"{place}: {', '.join(sorted(missing))} is missing.")
	file, key, value = (description[name] for name in ("file", "key", "value"))
	beside_table = table.path.parent / file
	second = open_table(beside_table if beside_table.exists() else map_path.parent / file)
	second.validate_columns(key, value)
	return Lookup(file, _get_entries(second, key, value))


def _get_entries(table: Table, key: str, value: str) -> dict[str, str]:
	entries = {}
	for row in table:
		if row.surplus or row.lacking:
			raise ImportInputError(f"{table.path.name}, line {row.line}, has not as many cells as columns.")
		if row.cells[key] in entries:
			raise ImportInputError(f"{table.path.name} has '{row.cells[key]}' more than once in {key}.")
		if row.cells[key]:
			entries[row.cells[key]] = row.cells[value]
	return entries


def _validate_list(names, place: str) -> list[str]:
	if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
		raise ImportInputError(f"{place}: a list of texts is expected.")
	return names


def _validate_texts(description, place: str, keys: frozenset[str] | None = None) -> dict:
	for key, value in _validate_object(description, place, keys).items():
		if not isinstance(value, str):
			raise ImportInputError(f"{place}: '{key}' must be a text.")
	return description


def _validate_object(description, place: str, keys: frozenset[str] | None = None) -> dict:
	if not isinstance(description, dict):
		raise ImportInputError(f"{place}: a JSON object is expected.")
	if keys and (unknown := description.keys() - keys):
		known = ", ".join(sorted(keys))
		raise ImportInputError(f"{place}: '{sorted(unknown)[0]}' is unknown; it may hold {known}.")
	return description

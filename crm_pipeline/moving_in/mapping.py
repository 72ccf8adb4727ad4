"""Says where each field of a record comes from: columns named after it, a map file, look-ups.

A map file is a JSON object: fieldname → where its text comes from, as the name of a column or as an object

    {
      "external_id": "deal number",
      "status": {"column": "stage", "values": {"Prospecting": "Open", "Quoted": "Offer Made"}},
      "region": {"column": "agent", "lookup": {"file": "agents.csv", "key": "agent", "value": "office"}}
    }

- `column`: a column of the imported file (by default the one named like the field)
- `lookup`: search the cell in column `key` of another CSV file and take that row's column `value` instead;
  the file is looked for beside the imported file, then beside the map
- `values`: old text → new text, applied last; other text stays as it is
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from crm_pipeline.moving_in.errors import ImportInputError, RowError
from crm_pipeline.moving_in.table import Table

SOURCE_KEYS = frozenset({"column", "lookup", "values"})
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
			raise RowError(f"'{key}' is not in {self.file}.")
		return self.entries[key]


class Source(NamedTuple):
	"""Where the text of one field comes from."""

	column: str
	lookup: Lookup | None
	values: dict[str, str]

	def read(self, cells: dict[str, str]) -> str:
		"""Return the field's text, empty when the cell is. Raises RowError when the look-up knows nothing."""
		text = cells[self.column]
		if text and self.lookup:
			text = self.lookup.find(text)
		return self.values.get(text, text)


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
	used = {source.column for source in sources.values()}
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
				f"Columns '{sources[fieldname].column}' and '{column}' are both {fieldname}."
			)
		if fieldname:
			sources[fieldname] = Source(column, None, {})
	return sources


def _read_map(path: Path) -> dict:
	try:
		description = json.loads(path.read_text(encoding="utf-8-sig"))
	except OSError as error:
		raise ImportInputError(f"{path} can't be read: {error.strerror}.") from error
	except ValueError as error:
		raise ImportInputError(f"{path.name} is not valid JSON: {error}.") from error
	return _validate_object(description, path.name)


def _get_source(table: Table, map_path: Path, fieldname: str, description) -> Source:
	place = f"{map_path.name}, {fieldname}"
	if isinstance(description, str):
		description = {"column": description}
	_validate_object(description, place, SOURCE_KEYS)
	column = description.get("column", fieldname)
	table.validate_columns(column)
	values = _validate_texts(description.get("values", {}), f"{place}, values")
	lookup = description.get("lookup")
	return Source(column, lookup and _get_lookup(table, map_path, f"{place}, lookup", lookup), values)


def _get_lookup(table: Table, map_path: Path, place: str, description) -> Lookup:
	_validate_texts(description, place, LOOKUP_KEYS)
	if missing := LOOKUP_KEYS - description.keys():
		raise ImportInputError(f"{place}: {', '.join(sorted(missing))} is missing.")
	file, key, value = (description[name] for name in ("file", "key", "value"))
	beside_table = table.path.parent / file
	second = Table(beside_table if beside_table.exists() else map_path.parent / file)
	second.validate_columns(key, value)
	return Lookup(file, {row.cells[key]: row.cells[value] for row in second})


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

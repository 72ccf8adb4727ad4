"""Carries an import out: batch by batch, each row in a savepoint, so that a bad row stops nothing.

A batch is one transaction. A run that is killed loses its last batch at most, and running it again goes on from
there, because rows whose external id is known are passed over.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from itertools import islice
from pathlib import Path

import frappe
from frappe import _
from frappe.utils import get_system_timezone, now_datetime

from crm_pipeline.access.permissions import is_manager
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.exceptions import ConflictError
from crm_pipeline.moving_in import fields
from crm_pipeline.moving_in.dates import ISO
from crm_pipeline.moving_in.errors import ImportInputError, RowError
from crm_pipeline.moving_in.files import open_table
from crm_pipeline.moving_in.mapping import TargetField, get_sources, get_unused_columns
from crm_pipeline.moving_in.masters import Masters
from crm_pipeline.moving_in.options import Options, validate_options
from crm_pipeline.moving_in.record import complete_values, get_status
from crm_pipeline.moving_in.rejects import RejectsFile
from crm_pipeline.moving_in.result import Result
from crm_pipeline.moving_in.survey import Survey
from crm_pipeline.moving_in.table import MOST_NAMED, Row, list_names
from crm_pipeline.moving_in.values import Currency, Formats, parse_value
from crm_pipeline.record import transactions

BATCH_SIZE = 200
# a dry run keeps nothing, so the users and masters it makes are made anew for each batch
DRY_RUN_BATCH_SIZE = 10_000
MAX_ATTEMPTS = 5
CONFLICTS = (ConflictError, frappe.QueryDeadlockError, frappe.QueryTimeoutError)


class Importer:
	"""One import. Making it reads and checks everything but the rows.

	Raises ImportInputError for input that can't be used, PermissionError for anybody but a manager.
	"""

	def __init__(self, options: Options):
		_validate_importer()
		self.options = options
		self.table = open_table(options.path, options.delimiter, options.encoding, options.sheet)
		self.fields = {target.fieldname: target for target in fields.get_target_fields()}
		self.sources = get_sources(self.table, self.fields.values(), options.map_path)
		self.unused_columns = get_unused_columns(self.table, self.sources)
		validate_options(options)
		self.masters = Masters(options.create_masters, options.user_domain)
		number_format = fields.get_number_format(options.number_format)
		dates = (*options.date_formats, ISO)
		self.formats = Formats(number_format, dates, site_zone=get_system_timezone())
		self.defaults = self._parse_defaults()
		self.rejects_path = options.rejects_path or Path(f"{options.path}{self.table.rejects_suffix}")
		self.total = self._survey()
		self.seen_ids: dict[str, int] = {}

	@property
	def is_repeatable(self) -> bool:
		"""Whether running the import again would recognise its own rows."""
		return "external_id" in self.sources

	def get_notices(self) -> Iterator[str]:
		"""Yield what somebody should know before the import: how the file is read, and what it lacks."""
		yield f"Read as {self.table.description}; dates as {', or '.join(self.formats.dates)}."
		if self.unused_columns:
			yield f"Columns not used: {list_names(self.unused_columns)}."
		if not self.is_repeatable:
			yield "No column is external_id: running this again would import the same rows again."
		if "opened_on" not in {*self.sources, *self.defaults}:
			yield "No column is opened_on: what is open counts as created now."

	def _survey(self) -> int:
		"""Look at all rows and settle how they write dates and percents; return how many there are.

		Raises ImportQuestion when that can't be told.
		"""
		survey = Survey(self.fields, self.sources, self.formats).look_at(self.table)
		if not survey.total:
			raise ImportInputError(f"{self.table.path.name} has a header and no rows.")
		dates = self.options.date_formats or survey.get_date_formats()
		self.formats = self.formats._replace(dates=dates, percents=self.options.percents)
		if not self.options.percents:
			survey.validate_percents()
		return survey.total

	def run(self, on_row: Callable[[int], None] = lambda _count: None) -> Result:
		"""Import every row and return what became of them; `on_row` is called with 1 after each."""
		total = Result()
		with RejectsFile(self.rejects_path, self.table) as rejects:
			for rows in self._get_batches():
				result = self._import_batch(rows, on_row)
				for row, reason in result.rejected:
					rejects.write(row, reason)
				total.add(result)
		return total

	def _get_batches(self) -> Iterator[list[Row]]:
		rows = iter(self.table)
		size = DRY_RUN_BATCH_SIZE if self.options.dry_run else BATCH_SIZE
		while batch := list(islice(rows, size)):
			yield batch

	def _import_batch(self, rows: list[Row], on_row: Callable) -> Result:
		"""Import rows in one transaction; begin it again when somebody else's broke it off."""
		for _attempt in range(MAX_ATTEMPTS):
			try:
				result = self._import_rows(rows, on_row)
			except CONFLICTS:
				self._undo()
			else:
				self._finish()
				return result
		line = rows[0].line
		raise ImportInputError(
			f"Other work on the site broke off the import at line {line}; run it again later."
		)

	def _finish(self) -> None:
		if self.options.dry_run:
			self._undo()
		else:
			frappe.db.commit()  # reason: a command, not a request; each batch stands for itself

	def _undo(self) -> None:
		frappe.db.rollback()
		self.masters.forget_all()

	def _import_rows(self, rows: list[Row], on_row: Callable) -> Result:
		result = Result()
		existing_ids = self._get_existing_ids(rows)
		if self.options.user_domain:
			self._make_users(rows, existing_ids)
		for row in rows:
			try:
				with transactions.savepoint():
					is_new = self._import_row(row, existing_ids)
			except CONFLICTS:
				raise
			except Exception as error:
				self.masters.forget_recent()
				result.reject(row, error)
			else:
				self.masters.keep_recent()
				result.imported += is_new
				result.skipped += not is_new
			frappe.clear_messages()
			on_row(1)
		return result

	def _make_users(self, rows: list[Row], existing_ids: set[str]) -> None:
		"""Make a batch's users before its rows: each new one empties the framework's caches."""
		sources = [self.sources[name] for name in self.sources if self.fields[name].options == "User"]
		for row in rows:
			with suppress(RowError):  # told when it is the row's turn
				if self._get_external_id(row) not in existing_ids:
					for text in filter(None, [source.read(row.cells) for source in sources]):
						self.masters.resolve("User", text)
		self.masters.keep_recent()

	def _import_row(self, row: Row, existing_ids: set[str]) -> bool:
		"""Import one row; return False when it is there already."""
		_validate_width(row)
		external_id = self._get_external_id(row)
		if external_id and self.seen_ids.setdefault(external_id, row.line) != row.line:
			line = self.seen_ids[external_id]
			problem = f"external_id '{external_id}' stands on line {line} already."
			raise RowError(problem, "external_id", "twice in the file")
		if external_id in existing_ids:
			return False
		record = complete_values(self._read(row), self.defaults, self.sources, now_datetime())
		fields.insert_record({name: self._resolve(name, value) for name, value in record.items()})
		return True

	def _get_external_id(self, row: Row) -> str:
		return str(self.sources["external_id"].read(row.cells)) if self.is_repeatable else ""

	def _get_existing_ids(self, rows: list[Row]) -> set[str]:
		"""Ask once for the whole batch."""
		if not self.is_repeatable:
			return set()
		ids = []
		for row in rows:
			with suppress(RowError):  # told when it is the row's turn
				ids.append(self._get_external_id(row))
		return set(frappe.get_all(OPPORTUNITY, filters={"external_id": ("in", ids)}, pluck="external_id"))

	def _read(self, row: Row) -> dict:
		texts = {fieldname: source.read(row.cells) for fieldname, source in self.sources.items()}
		status = get_status(texts, self.options.defaults)
		return self._parse_all(
			{name: text for name, text in texts.items() if text and self.sources[name].is_for(status)}
		)

	def _parse_all(self, texts: dict[str, str]) -> dict:
		return {name: self._parse(name, text, texts) for name, text in texts.items()}

	def _parse(self, fieldname: str, text: str, texts: dict[str, str]):
		target, source = self.fields[fieldname], self.sources.get(fieldname)
		formats = self.formats
		if source and source.date_format:
			formats = formats._replace(dates=(source.date_format,))
		return parse_value(text, target, formats, partial(self._get_currency, target, texts))

	def _get_currency(self, target: TargetField, texts: dict[str, str]) -> Currency:
		"""Return the currency of a row's money, as the record will have it."""
		texts = {**self.options.defaults, **texts}
		code = target.currency_field and (texts.get(target.currency_field) or texts.get("currency"))
		company = texts.get("company")
		return fields.get_currency(
			code and self.masters.resolve("Currency", code),
			company and self.masters.resolve("Company", company),
		)

	def _parse_defaults(self) -> dict:
		for fieldname in self.options.defaults.keys() - self.fields.keys():
			raise ImportInputError(f"--default {fieldname}: an import can't fill a field of that name.")
		try:
			return self._parse_all({name: text for name, text in self.options.defaults.items() if text})
		except RowError as error:
			raise ImportInputError(f"--default {error}") from error

	def _resolve(self, fieldname: str, value):
		doctype = self.fields[fieldname].options
		if not doctype:
			return value
		if isinstance(value, list):
			return [self.masters.resolve(doctype, name) for name in value]
		return self.masters.resolve(doctype, value)


def _validate_importer() -> None:
	if not is_manager():
		frappe.throw(_("Only a manager may import opportunities."), frappe.PermissionError)


def _validate_width(row: Row) -> None:
	if row.surplus:
		surplus = ", ".join(f"'{text}'" for text in row.surplus[:MOST_NAMED])
		raise RowError(
			f"Line {row.line} has more cells than there are columns: {surplus}.",
			kind="more cells than columns",
		)
	if row.lacking:
		number = len(row.cells) - row.lacking
		raise RowError(
			f"Line {row.line} has {number} cells for {len(row.cells)} columns.",
			kind="fewer cells than columns",
		)

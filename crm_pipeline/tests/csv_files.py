"""Writes CSV files for the importer, and keeps its commits inside the test's own transaction."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import frappe

from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.moving_in.importer import Importer, Options, Result
from crm_pipeline.tests import personas
from crm_pipeline.tests.base import PipelineTestCase

BATCH = "imported_batch"
DOMAIN = "csv.example.com"


class CsvTestCase(PipelineTestCase):
	"""Has a folder of its own for files, and `run_import` to import one."""

	def setUp(self) -> None:
		super().setUp()
		folder = tempfile.TemporaryDirectory()
		self.addCleanup(folder.cleanup)
		self.folder = Path(folder.name)
		self.enterContext(commits_kept_in_test())

	def enterContext(self, context):
		"""unittest has it from Python 3.11 on."""
		value = context.__enter__()
		self.addCleanup(context.__exit__, None, None, None)
		return value

	def write(self, text: str, name: str = "deals.csv") -> Path:
		path = self.folder / name
		path.write_text(text, encoding="utf-8")
		return path

	def write_map(self, content: dict) -> Path:
		return self.write(json.dumps(content), "map.json")

	def make_importer(self, *lines: str, **options) -> Importer:
		return Importer(Options(self.write("\n".join(lines)), **options))

	def run_import(self, *lines: str, **options) -> Result:
		return self.make_importer(*lines, **options).run()

	def set_number_format(self, number_format: str) -> None:
		"""Set the site up, as System Settings would."""
		frappe.defaults.set_global_default("number_format", number_format)
		self.addCleanup(frappe.clear_cache)

	def get_record(self, external_id: str):
		return frappe.get_last_doc(OPPORTUNITY, filters={"external_id": external_id})

	def count(self, doctype: str = OPPORTUNITY, **filters) -> int:
		return frappe.db.count(doctype, filters)

	def get_events(self, name: str) -> list[str]:
		filters = {"reference_name": name}
		return frappe.get_all("Pipeline Audit Log", filters=filters, pluck="event", order_by="name")


@contextmanager
def commits_kept_in_test() -> Iterator[None]:
	"""Let commit() set a savepoint, and rollback() return to it."""
	database = frappe.db._get_current_object() if hasattr(frappe.db, "_get_current_object") else frappe.db
	real_rollback = database.rollback
	database.savepoint(BATCH)

	def commit():
		database.savepoint(BATCH)

	def rollback(*, save_point=BATCH):
		real_rollback(save_point=save_point)

	with patch.object(database, "commit", commit), patch.object(database, "rollback", rollback):
		yield


def deal(external_id: str, **values: str) -> dict[str, str]:
	"""Return the cells of a row that can be imported as an Open record."""
	return {
		"external_id": external_id,
		"customer": personas.CUSTOMER,
		"region": personas.REGION,
		"product_line": personas.PRODUCT_LINE,
		"company": personas.COMPANY,
		"sales_engineer": personas.ENGINEER,
		"potential_value": "1000",
		"status": "Open",
		"opened_on": "2024-02-05",
		**values,
	}


def lost_deal(external_id: str, **values: str) -> dict[str, str]:
	closed = {
		"status": "Lost",
		"closed_on": "2024-03-01",
		"lost_reasons": personas.REASON,
	}
	return deal(external_id, **{**closed, **values})


def to_lines(*rows: dict[str, str]) -> list[str]:
	"""Return header and rows as lines of a CSV file; a column that a row lacks is empty in it."""
	columns = list(dict.fromkeys(column for row in rows for column in row))
	return [",".join(columns), *(",".join(f'"{row.get(name, "")}"' for name in columns) for row in rows)]

"""What a site must be like to take this app: asked before install writes anything, refused in one sentence.

A refusal is an IncompatibleApp, which `bench install-app` prints without a traceback.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import frappe
from frappe import _

from crm_pipeline import custom_fields, indexes
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.dashboard.set_up import APP, BOARD
from crm_pipeline.refusal import refuse

# app → (the oldest that every test ran on, the first that none did); pyproject.toml tells bench the same
VERSIONS = {"frappe": ("15.103.3", "17"), "erpnext": ("15.99.1", "17")}
# InnoDB's page size → bytes that a key may have, as documented (10.11 takes up to 1173 on the smallest); larger pages
# allow what those of 16384 do, the default
KEY_BYTES = {4096: 768, 8192: 1536}
DEFAULT_PAGE_SIZE = 16384
OWNERS = ("module", "app", "app_name", "reference_doctype")  # the field that says whose a record is

# what comes without a file of its own
MADE = (
	{"doctype": "Module Def", "name": custom_fields.MODULE, "app_name": APP},
	{"doctype": "Kanban Board", "name": BOARD, "reference_doctype": OPPORTUNITY},
)


def validate() -> None:
	"""Refuse a site that the app can't be installed on."""
	validate_versions()
	validate_database()
	validate_names()
	validate_custom_fields()


def validate_versions() -> None:
	for app, (oldest, first_too_new) in VERSIONS.items():
		version = frappe.get_attr(f"{app}.__version__")
		if not read_version(oldest) <= read_version(version) < read_version(first_too_new):
			_refuse(
				_("{0} is {1}: this app runs on {2} and newer, below {3}. Bring {0} there first."),
				*(app, version, oldest, first_too_new),
			)


def read_version(version: str) -> tuple[int, ...]:
	"""Return the numbers of a version: 17.0.0-dev is as new as 17, and 15.x.x-develop not known to be newer than 15."""
	return tuple(int(number) for number in re.match(r"\d+(?:\.\d+)*", version)[0].split("."))


def validate_database() -> None:
	if frappe.db.db_type != "mariadb":
		_refuse(
			_("The site's database is {0}: this app runs on MariaDB only. Make the site there."),
			frappe.db.db_type,
		)
	page_size = get_page_size()
	for doctype, wanted in indexes.TABLES.items():
		validate_keys(doctype, wanted, page_size)


def validate_keys(doctype: str, wanted: dict[str, tuple[str, ...]], page_size: int) -> None:
	"""Refuse a table whose indexes the database would: on small pages, or with a column that somebody made longer."""
	most, fields = KEY_BYTES.get(page_size, indexes.MOST_BYTES), get_fields(doctype)
	for name, fieldnames in wanted.items():
		needed = indexes.get_key_bytes(fields, fieldnames)
		if needed > most:
			longest = max(fieldnames, key=lambda fieldname: indexes.get_key_bytes(fields, (fieldname,)))
			message = _("Index {0} of {1} has keys of {2} bytes, innodb_page_size = {3} allows {4}.")
			is_small = page_size < DEFAULT_PAGE_SIZE
			way_out = _("Set it to {5}.") if is_small else _("Make its column {6} shorter.")
			values = (name, doctype, needed, page_size, most, DEFAULT_PAGE_SIZE, longest)
			_refuse(f"{message} {way_out}", *values)


def get_page_size() -> int:
	return frappe.db.sql("select @@innodb_page_size")[0][0]


def get_fields(doctype: str) -> dict[str, dict]:
	"""Return what decides how long a key is: the columns that there are, or those that a DocType of ours will have."""
	if doctype in indexes.OF_THE_FRAMEWORK:
		return {
			name: {"fieldtype": "Data", "length": length} for name, length in get_lengths(doctype).items()
		}
	definition = next(record for record in get_shipped() if record["name"] == doctype)
	return {df["fieldname"]: df for df in definition["fields"]}


def get_lengths(doctype: str) -> dict[str, int]:
	"""Return the characters that the columns of text may have."""
	return dict(
		frappe.db.sql(
			"""select column_name, character_maximum_length from information_schema.columns
			where table_schema = database() and table_name = %s and data_type = 'varchar'""",
			f"tab{doctype}",
		)
	)


def validate_names() -> None:
	"""Refuse a site that has a record of a name that comes with this app, unless it is from an install that stopped."""
	for record in (*MADE, *get_shipped()):
		field = next((field for field in OWNERS if record.get(field)), None)
		if not field or not frappe.db.exists("DocType", record["doctype"]):
			continue
		found = frappe.db.get_value(record["doctype"], record["name"], ["name", field], as_dict=True)
		if found and found[field] != record[field]:
			_refuse(
				_("{0} {1} of {2} exists already, and this app brings its own. Rename or delete it."),
				*(record["doctype"], record["name"], found[field] or _("no module")),
			)


def get_shipped() -> Iterator[dict]:
	"""Yield the records that the framework makes of files: those of the module, and the desk's of Frappe 16."""
	app = Path(frappe.get_app_path(APP))
	for pattern in (f"{frappe.scrub(custom_fields.MODULE)}/*/*/*.json", "*/*.json"):
		yield from (json.loads(path.read_text()) for path in sorted(app.glob(pattern)))


def validate_custom_fields() -> None:
	"""Refuse to turn a field of somebody else's into ours; one that is just like ours is taken over."""
	for doctype, fields in custom_fields.CUSTOM_FIELDS.items():
		if frappe.db.exists("DocType", doctype):
			for field in fields:
				validate_custom_field(doctype, field)


def validate_custom_field(doctype: str, field: dict) -> None:
	found = frappe.get_meta(doctype).get_field(field["fieldname"])
	if not found or (found.get("is_custom_field") and found.get("module") == custom_fields.MODULE):
		return
	is_alike = (found.fieldtype, found.options or None) == (field["fieldtype"], field.get("options"))
	if not (found.get("is_custom_field") and is_alike):
		_refuse(
			_("{0} has a field {1} already ({2}), and this app brings its own. Rename or delete it."),
			*(doctype, field["fieldname"], " ".join(filter(None, (found.fieldtype, found.options)))),
		)


def _refuse(message: str, *values) -> None:
	refuse(message, *values, title=_("Not Installed"), exception=frappe.IncompatibleApp)

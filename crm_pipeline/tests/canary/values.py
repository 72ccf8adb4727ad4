"""The hidden values, replaced by others of their kind; and the hidden things, removed."""

import gzip
import shutil
from pathlib import Path

import frappe

from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.custom_fields import LINKED_DOCTYPES
from crm_pipeline.tests.canary.marks import MARKS, change, replace_marks

NUMBERS = {float(word): float(change(word)) for word in MARKS.values() if word.replace(".", "").isdigit()}


def change_values(rows: dict[tuple[str, str], dict]) -> None:
	"""Replace each marked word in the rows, past every rule and hook."""
	for (doctype, name), row in rows.items():
		if doctype in LINKED_DOCTYPES:  # ERPNext shows them to its own roles
			continue
		changed = {}
		for column, value in row.items():
			if isinstance(value, str) and column != "name" and replace_marks(value) != value:
				changed[column] = replace_marks(value)
			elif isinstance(value, float) and value in NUMBERS:
				changed[column] = NUMBERS[value]
		if doctype == OPPORTUNITY:
			changed["probability"] = 37
		if changed:
			assignments = ", ".join(f"`{column}` = %({column})s" for column in changed)
			frappe.db.sql(
				f"update `tab{doctype}` set {assignments} where name = %(_name)s", {**changed, "_name": name}
			)


class Files:
	"""The site's files, as they were when everything hidden had been made."""

	kept: Path
	folder: Path
	is_changed = False

	@classmethod
	def keep(cls) -> None:
		cls.folder = Path(frappe.local.site_path)
		cls.kept = cls.folder.with_name("kept")
		shutil.copytree(cls.folder, cls.kept)

	@classmethod
	def restore(cls) -> None:
		shutil.rmtree(cls.folder, ignore_errors=True)
		shutil.copytree(cls.kept, cls.folder, dirs_exist_ok=True)
		if cls.is_changed:
			cls.write_changed()

	@classmethod
	def change(cls, is_changed: bool) -> None:
		"""Give them other words, or their own again."""
		cls.is_changed = is_changed
		cls.restore()

	@classmethod
	def write_changed(cls) -> None:
		"""Write each with other words, under the name that it has got in the changed rows."""
		for file in list(cls.kept.rglob("*")):
			if file.is_file() and "files" in file.parts:
				content = file.read_bytes()
				packed = content[:2] == b"\x1f\x8b"
				text = replace_marks((gzip.decompress(content) if packed else content).decode())
				target = cls.folder / replace_marks(str(file.relative_to(cls.kept)))
				target.write_bytes(gzip.compress(text.encode()) if packed else text.encode())


def remove_rows(rows: dict[tuple[str, str], dict]) -> None:
	for doctype, name in rows:
		if doctype in LINKED_DOCTYPES:
			continue
		frappe.db.sql(f"delete from `tab{doctype}` where name = %s", name)

"""What holds records as one user sees them, prepared reports and imports: it is that user's, with its files."""

import frappe
from frappe import _

from crm_pipeline.constants import HIDDEN

PREPARED, IMPORT = "Prepared Report", "Data Import"
KINDS = {PREPARED: "report_name", IMPORT: "reference_doctype"}  # → the field that says of what


def refuse_of_others(names: list[str]) -> None:
	"""Refuse what somebody else made of our records, and its files, by their names."""
	if not names:
		return
	attached = {"name": ("in", names), "attached_to_doctype": ("in", list(KINDS))}
	holders = frappe.get_all("File", filters=attached, pluck="attached_to_name")
	for doctype in KINDS:
		if _find_of_others(doctype, [*names, *holders]):
			frappe.throw(_get_sentence(doctype), frappe.PermissionError, title=_("Not Permitted"))


def is_of_another(doctype: str, name: str) -> bool:
	"""Tell whether a prepared report of ours, or an import, is somebody else's."""
	return bool(_find_of_others(doctype, [name]))


def _find_of_others(doctype: str, names: list[str]) -> list[str]:
	"""Return of what they are: reports, or DocTypes."""
	others = {"name": ("in", names), "owner": ("!=", frappe.session.user)}
	made_of = frappe.get_all(doctype, filters=others, pluck=KINDS[doctype])
	if not made_of or doctype == IMPORT:
		return [name for name in made_of if name in HIDDEN]
	ours = {"name": ("in", made_of), "ref_doctype": ("in", list(HIDDEN))}
	return frappe.get_all("Report", filters=ours, pluck="name")


def _get_sentence(doctype: str) -> str:
	if doctype == PREPARED:
		return _("This report was prepared for somebody else. Run it yourself.")
	return _("This import is somebody else's. Ask them, or a Sales Manager.")

"""Pages of docs/ for reading beside the desk (www/crm_pipeline_help), so that the help fits the installed version."""

import re
from pathlib import Path

import frappe
from frappe import _

from crm_pipeline.refusal import refuse

PICTURE = re.compile(r"!\[[^\]]*\]\([^)]*\)\s*")
LINK_TO_PAGE = re.compile(r'href="(?:\./)?([\w-]+)\.md(?:#[^"]*)?"')


def get_page(page: str) -> dict:
	"""Return {"title", "html"} of a page of docs/, named without its suffix; pictures are left out."""
	path = get_pages().get(page)
	if not path:
		refuse(_("There is no help page {0}."), page, exception=frappe.DoesNotExistError)
	title, _newline, text = path.read_text(encoding="utf-8").partition("\n")
	html = frappe.utils.md_to_html(PICTURE.sub("", text))
	return {"title": title.lstrip("# "), "html": LINK_TO_PAGE.sub(r'href="?page=\1"', html)}


def get_titles() -> dict[str, str]:
	"""Return page → title."""
	titles = {}
	for page, path in get_pages().items():
		with path.open(encoding="utf-8") as file:
			titles[page] = file.readline().strip().lstrip("# ")
	return titles


def get_pages() -> dict[str, Path]:
	"""Return the pages that came with the app, by name; none where it was installed without its repository."""
	folder = Path(frappe.get_app_path("crm_pipeline")).resolve().parent / "docs"
	return {path.stem: path for path in sorted(folder.glob("*.md")) if path.stem != "README"}

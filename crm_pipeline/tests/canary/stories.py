"""The second step: what a request has made is asked for what it holds."""

import json
from collections.abc import Iterator
from contextlib import suppress

from crm_pipeline.tests.canary.asking import Answer, Question

REPORTS = "frappe.email.doctype.auto_email_report.auto_email_report"


def go_on(question: Question, answer: Answer) -> Iterator[Question]:
	"""Yield what to ask next, while that which was made is there."""
	made = get_made(answer)
	if not made:
		return
	doctype, name, door = made["doctype"], made["name"], question.door

	def ask(label: str, path: str, **given) -> Question:
		return Question(door, f"{question.label}, then {label}", "GET", path, given)

	yield ask("read", f"/api/resource/{doctype}/{name}")
	if doctype == "File":
		yield ask("download", made.get("file_url") or "/", fid=name)
		yield ask(
			"download by name",
			"/api/method/frappe.core.doctype.file.file.download_file",
			file_url=made.get("file_url"),
		)
	if doctype == "Auto Email Report":
		yield ask("download", f"/api/method/{REPORTS}.download", name=name)
	if doctype in ("Report", "Prepared Report"):
		yield ask(
			"run", "/api/method/frappe.desk.query_report.run", report_name=made.get("report_name") or name
		)


def get_made(answer: Answer) -> dict | None:
	if answer.status != 200 or not answer.trace.committed[0]:
		return None
	with suppress(ValueError, AttributeError):
		content = json.loads(answer.text)
		for made in (content.get("data"), content.get("message"), *(content.get("docs") or ())):
			if isinstance(made, dict) and made.get("doctype") and made.get("name"):
				return made
	return None

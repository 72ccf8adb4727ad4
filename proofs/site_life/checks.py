"""What must be true after every step of a site's life."""

import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import frappe
from frappe.desk import query_report
from frappe.model.document import Document
from frappe.utils import flt

import crm_pipeline
from crm_pipeline.api import opportunity as api
from crm_pipeline.audit.integrity import find_problems
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.domain import lifecycle
from crm_pipeline.tests.reports import REPORTS, count_list
from proofs.site_life.life import NOBODY, Life

CLOSED = [name for name, stage in lifecycle.STAGES.items() if stage.is_closed]
SOME = 4
APP = str(Path(crm_pipeline.__file__).parent)
SAVED = (
	*("Customer", "Lead", "Contact", "Address", "Quotation", "Sales Order", "Item", "Company", "User"),
	*("ToDo", "Event", "Communication", "Pipeline Region", "Pipeline Lost Reason", "Pipeline Settings"),
)
RANGE = {"from_date": "2015-01-01", "to_date": "2040-12-31"}


def find_faults(life: Life) -> list[str]:
	"""Return a sentence for each promise that the site breaks. Nothing of what is tried stays."""
	checks = (check_audit, check_reports, check_closed, check_open, check_others)
	return [fault for check in checks for fault in check(life)]


def check_audit(life: Life) -> Iterator[str]:
	found = {(problem.kind, problem.reference_name): problem.message for problem in find_problems()}
	forget_overwritten(life)
	known = {tuple(finding) for finding in life.known}
	for finding in sorted(found.keys() - known):
		yield f"check-audit: {finding}: {found[finding]}"
	for finding in sorted(known - found.keys()):
		yield f"check-audit does not name {finding}"


def forget_overwritten(life: Life) -> None:
	"""What was written past the app is right again where somebody has saved another engineer since."""
	still_there = frappe.get_all(OPPORTUNITY, {"sales_engineer": ("like", f"{NOBODY}%")}, pluck="name")
	life.known = [[kind, name] for kind, name in life.known if name in still_there]


def check_reports(life: Life) -> Iterator[str]:
	"""Each report opens, its counts are as long as their lists, and what is added up is what the records hold."""
	sums = _get_sums()
	for report in REPORTS:
		with tried() as trial:
			answer = frappe._dict(query_report.run(report, frappe.as_json(RANGE)))
			totals = {column["fieldname"]: column.get("total") for column in answer.columns}
			for column in answer.columns:
				count = count_list(column["slice"]) if column.get("slice") else column.get("total")
				if column.get("slice") and count != column["total"]:
					yield f"{report}: {column['fieldname']} is {column['total']}, its list has {count}"
			for fieldname, value in sums.get(report, {}).items():
				if flt(totals.get(fieldname), 2) != flt(value, 2):
					yield f"{report}: {fieldname} is {totals.get(fieldname)}, the records hold {value}"
		if trial.fault:
			yield f"{report}: {trial.fault}"


def _get_sums() -> dict[str, dict[str, float]]:
	records = frappe.get_all(OPPORTUNITY, fields=["*"])
	won = [record for record in records if record.status == "Won"]
	lost = [record for record in records if record.status in ("Lost", "Rejected")]
	return {
		"Win Rate": {
			"won": len(won),
			"closed": len(won) + len(lost),
			"won_value": sum(record.base_won_value for record in won),
		},
		"Pipeline Funnel": {
			"count": len(records),
			"value": sum(record.base_potential_value for record in records),
		},
		"Minutes to First Response for Opportunity": {
			"opened": len([record for record in records if not record.is_history])
		},
	}


def check_closed(life: Life) -> Iterator[str]:
	"""A manager corrects and reopens closed records."""
	names = frappe.get_all(OPPORTUNITY, {"status": ("in", CLOSED)}, pluck="name")
	for name in life.pick_from(names, SOME):
		status = frappe.db.get_value(OPPORTUNITY, name, "status")
		change = {"won_value": 4711} if status == "Won" else {"outcome_detail": "They wrote a letter"}
		yield from probe(
			f"{name} is {status} and can't be corrected", api.correct, name, "Typed wrongly", **change
		)
		yield from probe(f"{name} is {status} and can't be reopened", api.reopen, name, "They called again")


def check_open(life: Life) -> Iterator[str]:
	"""A record in play is saved, or a sentence says what to mend."""
	names = frappe.get_all(OPPORTUNITY, {"status": ("not in", CLOSED)}, pluck="name")
	for name in life.pick_from(names, SOME):
		with tried() as trial:
			frappe.get_doc(OPPORTUNITY, name).update({"next_step": "Call"}).save()
		if trial.fault and not isinstance(trial.error, frappe.ValidationError):
			yield f"{name} can't be saved: {trial.fault}"


def check_others(life: Life) -> Iterator[str]:
	"""Whatever else stands on the site is saved, as far as it is up to this app."""
	for doctype in SAVED:
		single = frappe.get_meta(doctype).issingle
		names = [doctype] if single else frappe.get_all(doctype, {"docstatus": ("<", 2)}, pluck="name")
		for name in life.pick_from(names, 2):
			with tried() as trial:
				frappe.get_doc(doctype, name).save()
			if trial.fault and trial.is_ours:
				yield f"{doctype} {name} can't be saved: {trial.fault}"


def probe(sentence: str, action: Callable[..., Document], *arguments, **values) -> Iterator[str]:
	with tried() as trial:
		action(*arguments, **values)
	if trial.fault:
		yield f"{sentence}: {trial.fault}"


class Trial:
	error: Exception | None = None
	fault = ""

	@property
	def is_ours(self) -> bool:
		return bool(find_own_frames(self.error))


def find_own_frames(error: Exception) -> list[traceback.FrameSummary]:
	return [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(APP)]


def describe_place(error: Exception) -> str:
	"""Where it was raised, and where the app had called what did."""
	places = [*find_own_frames(error)[-1:], traceback.extract_tb(error.__traceback__)[-1]]
	return ", ".join(f"{place.filename.split('apps/')[-1]}:{place.lineno}" for place in places)


@contextmanager
def tried() -> Iterator[Trial]:
	"""Try something as Administrator and undo it."""
	trial = Trial()
	frappe.set_user("Administrator")
	try:
		yield trial
	except Exception as error:
		trial.error = error
		trial.fault = f"{type(error).__name__}: {error} ({describe_place(error)})"
	finally:
		frappe.db.rollback()
		frappe.clear_messages()

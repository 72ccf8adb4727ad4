"""Plays the main job in a terminal: a deal won, a jump refused, a loss, a reopening, and the proof of it all.

Uses Frappe's API only, so it plays on a site as well as on the sandbox. It leaves committing to the caller; what it
makes belongs to the sample data and goes with it.
"""

from collections.abc import Callable
from contextlib import suppress

import click
import frappe
from frappe.model.document import Document
from frappe.query_builder.functions import Count, Sum
from frappe.utils import strip_html

from crm_pipeline.api import opportunity as api
from crm_pipeline.audit.integrity import find_problems
from crm_pipeline.constants import AUDIT_LOG, OPPORTUNITY
from crm_pipeline.demo import deals, sample_data, team
from crm_pipeline.domain import lifecycle
from crm_pipeline.record import transactions

ENGINEER = team.ENGINEERS[0]
MANAGER = team.MANAGER
BAR_WIDTH = 30
INSTALLATION = (
	"bench get-app URL-OF-THIS-REPOSITORY",
	"bench --site SITE install-app crm_pipeline",
	"bench --site SITE crm-pipeline demo",
)


def play() -> None:
	"""Play the whole story; needs what `sample_data.load` needs."""
	caller = frappe.session.user
	try:
		_load_sample_data()
		won = _win_a_deal()
		lost = _lose_a_deal()
		_reopen(lost)
		_show_audit_trail(lost)
		_check_audit_log(won)
		_show_funnel()
		_say_how_to_install()
	finally:
		frappe.set_user(caller)


def _load_sample_data() -> None:
	_title("Eighteen months of a pump and valve sales team")
	with click.progressbar(length=deals.COUNT, label="Loading sample data") as bar:
		made = sample_data.load(bar.update)
	_say(f"{made} opportunities of {len(team.CUSTOMERS)} customers, made through the controllers of the app.")


def _win_a_deal() -> str:
	_title("From Open to Won")
	_act_as(ENGINEER)
	doc = _make_opportunity_like(lifecycle.WON, 480_000)
	_refused("sets it to Won at once", lambda: _save_as(doc.name, lifecycle.WON))
	_done(api.make_offer(doc.name), "makes an offer")
	_done(api.mark_won(doc.name, 455_000), "wins it for 455,000")
	return doc.name


def _lose_a_deal() -> str:
	_title("A loss needs a reason")
	doc = _make_opportunity_like(lifecycle.LOST, 220_000)
	_refused("marks it lost without a reason", lambda: api.mark_lost(doc.name, []))
	simple = {"applies_to": "Both", "needs_detail": 0, "disabled": 0}
	reason = frappe.get_all("Pipeline Lost Reason", filters=simple, pluck="name", order_by="name desc")[0]
	_done(api.mark_lost(doc.name, [reason]), f"marks it lost: {reason}")
	return doc.name


def _reopen(name: str) -> None:
	_title("Only a manager reopens")
	_refused("reopens it", lambda: api.reopen(name, "They called again"))
	_act_as(MANAGER)
	_done(api.reopen(name, "The customer's other supplier failed"), "reopens it")


def _show_audit_trail(name: str) -> None:
	_title(f"The audit log of {name}")
	fields = ["event", "user", "reason", "entry_hash"]
	for entry in frappe.get_list(AUDIT_LOG, filters={"reference_name": name}, fields=fields, order_by="name"):
		_say(f"{entry.event:<10} {entry.user:<42} {entry.entry_hash[:8]}  {entry.reason or ''}")


class TakenBack(Exception):
	"""Ends what is shown and not kept."""


def _check_audit_log(name: str) -> None:
	_title("Is the log telling the truth?")
	_print_check("The whole log is checked")
	with suppress(TakenBack), transactions.savepoint():
		_edit_by_sql(name)
		_print_check(f"Somebody edits {name} and its log by SQL")
		raise TakenBack
	_print_check("The edit is taken back")


def _show_funnel() -> None:
	_title("Where the deals stand")
	record = frappe.qb.DocType(OPPORTUNITY)
	ours = frappe.qb.from_(record).where(record.owner.like(f"%@{team.DOMAIN}")).groupby(record.status)
	query = ours.select(record.status, Count(record.name), Sum(record.base_potential_value))
	rows = {status: (count, value) for status, count, value in query.run()}
	most = max(count for count, _value in rows.values())
	for status in lifecycle.STAGES:
		count, value = rows.get(status, (0, 0))
		_say(f"{status:<10} {count:>4} deals {value:>15,.0f}  {'#' * round(BAR_WIDTH * count / most)}")


def _say_how_to_install() -> None:
	_title("On a bench with ERPNext")
	for line in INSTALLATION:
		_say(line)


def _make_opportunity_like(status: str, potential_value: int) -> Document:
	"""Insert another opportunity for the party of the engineer's last one with that status."""
	last = frappe.get_last_doc(OPPORTUNITY, filters={"sales_engineer": ENGINEER.email, "status": status})
	kept = ("opportunity_from", "party_name", "region", "product_line", "company")
	values = {fieldname: last.get(fieldname) for fieldname in kept}
	doc = frappe.get_doc({"doctype": OPPORTUNITY, **values, "potential_value": potential_value}).insert()
	_done(doc, f"enters {doc.name} for {doc.party_display_name}, worth {potential_value:,}")
	return doc


def _save_as(name: str, status: str) -> None:
	doc = frappe.get_doc(OPPORTUNITY, name)
	doc.update({"status": status, "won_value": 1}).save()


def _edit_by_sql(name: str) -> None:
	record, log = frappe.qb.DocType(OPPORTUNITY), frappe.qb.DocType(AUDIT_LOG)
	frappe.qb.update(record).set(record.won_value, 999_000).where(record.name == name).run()
	frappe.qb.update(log).set(log.user, MANAGER.email).where(log.name == f"{name}-0002").run()


def _print_check(what: str) -> None:
	problems = [problem.message for problem in find_problems()]
	_say(f"{what}: " + (click.style("in order", fg="green") if not problems else f"{len(problems)} problems"))
	for message in problems:
		_say(click.style(f"  {message}", fg="red"))


def _refused(what: str, act: Callable) -> None:
	"""Carry out what must fail, and show the sentence it fails with."""
	with transactions.attempt((frappe.ValidationError, frappe.PermissionError)) as acting:
		act()
	if not acting.error:
		raise AssertionError(f"{what}: was not refused")
	_say(f"{_who()} {what}: " + click.style("refused", fg="red"))
	_say(f"  {strip_html(str(acting.error))}")


def _done(record: Document | dict, what: str) -> None:
	_say(f"{_who()} {what}: " + click.style(record.get("status"), fg="green"))


def _act_as(person: team.Person) -> None:
	frappe.set_user(person.email)


def _who() -> str:
	user = next(person for person in team.PEOPLE if person.email == frappe.session.user)
	return f"{user.first_name} ({'manager' if user is MANAGER else 'engineer'})"


def _title(text: str) -> None:
	click.echo()
	click.secho(text, bold=True)


def _say(text: str) -> None:
	click.echo(f"  {text}")

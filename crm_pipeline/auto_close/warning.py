"""The warning before auto-close: one message per person and run, naming each opportunity and its day.

It goes to the sales engineer; where none could act on it, to the region's sales manager, else to every Sales Manager.
Message and marks stand in one transaction, so a killed worker warns neither twice nor never.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

import frappe
from frappe import _
from frappe.utils import escape_html, formatdate, get_link_to_form, now_datetime
from frappe.utils.user import get_users_with_role

from crm_pipeline.auto_close import plan as auto_close
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.domain.auto_close import Rules, Step, get_warning_limit
from crm_pipeline.notices import notice
from crm_pipeline.record.locking import lock_free

MOST_LISTED = 50
MOST_IN_ONE = 1000


def find_due(rules: Rules, today: date) -> Iterator[tuple[tuple[str, ...], list[str]]]:
	"""Yield (who is to be told, of which records)."""
	groups = defaultdict(list)
	for rows in auto_close.find_waiting(get_warning_limit(rules, today)):
		for row in rows:
			if auto_close.judge(row, rules, today).step is Step.WARN:
				groups[_get_recipients(row)].append(row.name)
	for recipients, names in groups.items():
		for start in range(0, len(names), MOST_IN_ONE):
			yield recipients, names[start : start + MOST_IN_ONE]


def warn(recipients: tuple[str, ...], names: list[str], rules: Rules, today: date) -> int:
	"""Tell of those records that are still due under the lock; return of how many. The caller commits."""
	due = []
	for row in lock_free(names, auto_close.FIELDS):
		verdict = auto_close.judge(row, rules, today)
		if verdict.step is Step.WARN and _get_recipients(row) == recipients:
			due.append((row, verdict.closes_on))
	if not due:
		return 0
	for user in recipients:
		_tell(user, due)
	marked = {"name": ("in", [row.name for row, _closes_on in due])}
	frappe.db.set_value(OPPORTUNITY, marked, "auto_close_warned_on", now_datetime(), update_modified=False)
	return len(due)


def _get_recipients(row) -> tuple[str, ...]:
	manager = row.region and frappe.get_cached_value("Pipeline Region", row.region, "sales_manager")
	for user in (row.sales_engineer, manager):
		if user and frappe.get_cached_value("User", user, "enabled"):
			return (user,)
	return tuple(sorted(get_users_with_role("Sales Manager")))


def _tell(user: str, lines: list[tuple]) -> None:
	row, closes_on = lines[0]
	subject = _("{0} is closed as Lost on {1}: the customer has not answered.").format(
		escape_html(row.title or row.name), formatdate(closes_on)
	)
	if len(lines) > 1:
		subject = _(
			"{0} opportunities are closed as Lost from {1} on: their customers have not answered."
		).format(len(lines), formatdate(min(closes_on for _row, closes_on in lines)))
	notice.tell(user, subject, (OPPORTUNITY, row.name), body=_get_body(subject, lines))


def _get_body(subject: str, lines: list[tuple]) -> str:
	items = [_get_item(row, closes_on) for row, closes_on in lines[:MOST_LISTED]]
	if len(lines) > MOST_LISTED:
		items.append(_("… and {0} more").format(len(lines) - MOST_LISTED))
	how = _(
		"To keep one open, set Keep Open Until or a Next Contact Date on it, or press Customer Answered if they did."
	)
	return f"<p>{subject}</p><ul>{''.join(f'<li>{item}</li>' for item in items)}</ul><p>{how}</p>"


def _get_item(row, closes_on: date) -> str:
	link = get_link_to_form(OPPORTUNITY, row.name, escape_html(row.title or row.name))
	since = formatdate(row.awaiting_response_since)
	return _("{0}: no answer since {1}, closed on {2}").format(link, since, formatdate(closes_on))

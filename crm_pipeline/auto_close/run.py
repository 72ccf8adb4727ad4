"""Carries auto-close out: warns, then closes, in batches that are committed one by one.

Every record is saved inside a savepoint: one that fails is logged and stops no other. What a killed worker had not
committed is as it was, and due at the next run. Records are locked before they are judged, so two runs at once, or a
person at the form, meet each record once; what somebody else holds is left for the next run.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import formatdate, getdate, strip_html

from crm_pipeline.auto_close import plan as auto_close
from crm_pipeline.auto_close import warning as auto_close_warning
from crm_pipeline.auto_close.companions import Companions
from crm_pipeline.constants import OPPORTUNITY, SETTINGS
from crm_pipeline.domain import lifecycle
from crm_pipeline.domain.auto_close import Rules, Step, get_warning_limit
from crm_pipeline.record import transactions
from crm_pipeline.record.locking import get_locked_many

LONGEST_RUN = 20 * 60  # seconds; the long queue ends a job after 25 minutes, the next run goes on
MOST_FAILURES = 100


@dataclass
class Outcome:
	"""What a run did; `failures` holds (name, why) of the first 100 that could not be closed."""

	closed: int = 0
	warned: int = 0
	failed: int = 0
	failures: list[tuple[str, str]] = field(default_factory=list)
	is_complete: bool = True

	def describe(self) -> list[str]:
		"""Return the lines for a log."""
		lines = [_("Closed {0}, warned of {1}, failed {2}.").format(self.closed, self.warned, self.failed)]
		lines += [_("{0} could not be closed: {1}").format(name, reason) for name, reason in self.failures]
		if not self.is_complete:
			lines.append(_("The time was up; the next run goes on."))
		return lines


def run(on_batch: Callable[[Outcome], None] = lambda outcome: None) -> Outcome:
	"""Warn and close what is due today. Server-side only: commits, and acts for the site, whoever started it."""
	outcome = Outcome()
	rules = auto_close.get_rules()
	if rules is None:
		return outcome
	frappe.get_cached_doc(SETTINGS).validate_auto_close()
	today, ends_at = getdate(), time.monotonic() + LONGEST_RUN
	for recipients, names in auto_close_warning.find_due(rules, today):
		_warn(recipients, names, rules, today, outcome)
	for rows in auto_close.find_waiting(get_warning_limit(Rules(rules.after_days, 0), today)):
		names = [row.name for row in rows if auto_close.judge(row, rules, today).step is Step.CLOSE]
		_close_batch(names, rules, today, outcome)
		on_batch(outcome)
		if time.monotonic() > ends_at:
			outcome.is_complete = False
			break
	return outcome


def commit() -> None:
	"""End a batch."""
	frappe.db.commit()  # reason: a job in batches, never part of a request


def _warn(recipients: tuple, names: list[str], rules: Rules, today: date, outcome: Outcome) -> None:
	commit()  # so that the lock is the first read of its transaction
	try:
		outcome.warned += auto_close_warning.warn(recipients, names, rules, today)
	except (
		Exception
	):  # reason: who can't be told stops nobody else, is logged and tried again by the next run
		frappe.db.rollback()
		frappe.log_error(_("Warning of opportunities that wait too long failed"), ", ".join(names))
	commit()


def _close_batch(names: list[str], rules: Rules, today: date, outcome: Outcome) -> None:
	"""Close a batch in one transaction; what undoes it as a whole (a deadlock) is tried again record by record."""
	if not names:
		return
	commit()  # so that the lock is the first read of its transaction
	try:
		closed, failed = _close_locked(names, rules, today)
		commit()
	except Exception as error:  # reason: a batch that fails stops no other, and is logged
		frappe.db.rollback()
		if len(names) > 1:
			for name in names:
				_close_batch([name], rules, today, outcome)
			return
		closed, failed = 0, [(names[0], _log(names[0], error, frappe.get_traceback()))]
		commit()
	outcome.closed += closed
	outcome.failed += len(failed)
	outcome.failures = (outcome.failures + failed)[:MOST_FAILURES]


def _close_locked(names: list[str], rules: Rules, today: date) -> tuple[int, list]:
	docs = [doc for doc in get_locked_many(names) if auto_close.judge(doc, rules, today).step is Step.CLOSE]
	companions = Companions(docs)
	failed = []
	for doc in docs:
		with transactions.attempt() as closing:
			_close(doc, today)
			companions.add(doc)
		if closing.error:  # one bad record stops no other, and is logged
			companions.put_back(doc)
			failed.append((doc.name, _log(doc.name, closing.error, closing.traceback)))
	companions.close()
	frappe.clear_messages()
	return len(companions.closed), failed


def _close(doc: Document, today: date) -> None:
	since = getdate(doc.awaiting_response_since)
	message = _("The customer has not answered since {0} ({1} days).")
	doc.update(
		{
			"status": lifecycle.LOST,
			"lost_reasons": [{"lost_reason": frappe.get_cached_doc(SETTINGS).auto_close_lost_reason}],
			"outcome_detail": message.format(formatdate(since), (today - since).days),
		}
	)
	doc.flags.audit_event = "Auto Closed"
	doc.save(ignore_permissions=True, ignore_version=True)  # reason: the settings decide, not who runs it


def _log(name: str, error: Exception, traceback: str) -> str:
	"""Write to the Error Log why a record could not be closed, and return it in one line."""
	frappe.clear_messages()
	frappe.log_error(
		_("{0} could not be closed automatically").format(name),
		traceback,
		reference_doctype=OPPORTUNITY,
		reference_name=name,
	)
	return strip_html(str(error)).strip() or type(error).__name__

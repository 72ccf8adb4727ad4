"""Scheduled jobs."""

import frappe
from frappe import _
from frappe.utils.user import get_users_with_role

from crm_pipeline.audit.findings import Findings
from crm_pipeline.audit.integrity import find_problems
from crm_pipeline.auto_close import run as auto_close_run
from crm_pipeline.conversion import takeover
from crm_pipeline.correspondence import holidays
from crm_pipeline.mail import catch_up as dropped_mails
from crm_pipeline.next_contact import reminders
from crm_pipeline.notices import notice
from crm_pipeline.offers import catch_up
from crm_pipeline.personal_data import retention

REPORTED_PROBLEMS = 50  # of each kind


def check_audit_log() -> None:
	"""Nightly: check the whole audit log; what is found goes to the Error Log and to every System Manager."""
	findings, lines = Findings(REPORTED_PROBLEMS), []
	subject = _("The audit log of the pipeline has problems. See the report Pipeline Audit Integrity.")
	try:
		findings.take(find_problems())
	except Exception:  # reason: whatever stops it, somebody hears that not everything was checked
		lines.append(frappe.get_traceback())
		leave_connection()
		subject = _("The check of the pipeline's audit log could not be finished. See the Error Log.")
	lines = [*findings.describe(), *lines]
	if not lines:
		return
	title = _("Pipeline audit log: {0} problems").format(findings.total)
	report = "\n".join(lines).encode(errors="replace").decode()  # an entry may hold what can't be stored
	error_log = frappe.log_error(title, report)
	notice.tell_by_bell(get_users_with_role("System Manager"), subject, ("Error Log", error_log.name))


def leave_connection() -> None:
	"""Go on with a new connection to the database; the old one may have broken off in the middle of an answer."""
	frappe.db.close()  # the framework opens the next one


def catch_up_offers() -> None:
	"""Daily: bring opportunities up to date whose quotations and orders changed without an event."""
	catch_up.run()


def catch_up_leads() -> None:
	"""Daily: move opportunities to the customers that their leads became, where that could not be done at once."""
	takeover.catch_up()


def auto_close() -> None:
	"""Daily: warn of opportunities whose customers don't answer, and close them; the Scheduled Job Log says what came of it."""
	for line in auto_close_run.run().describe():
		frappe.log(line)


def tell_of_ended_holidays() -> None:
	"""Daily: tell the Sales Managers of holiday lists that have run out."""
	holidays.tell_managers()


def remove_old_files() -> None:
	"""Daily: remove files of imports, rejects and copies of deleted records that are older than the settings say."""
	retention.run()


def remind_of_next_contacts() -> None:
	"""Every quarter of an hour: notify of the contacts whose day and hour have come."""
	reminders.send_due()


def catch_up_mails() -> None:
	"""Hourly: bring in e-mails that were fetched and dropped."""
	dropped_mails.run()

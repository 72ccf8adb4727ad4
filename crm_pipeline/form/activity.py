"""Calls, visits and meetings in the timeline of an opportunity: plain Communications, as e-mails are."""

import frappe
from frappe import _, _lt
from frappe.utils import escape_html, get_datetime, now_datetime

from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.domain import lifecycle
from crm_pipeline.exceptions import ClosedRecordError
from crm_pipeline.refusal import refuse

# medium of the Communication → its subject
SUBJECTS = {"Phone": _lt("Call"), "Visit": _lt("Visit"), "Meeting": _lt("Meeting")}


def log_activity(name: str, medium: str, summary: str, happened_on: str | None = None) -> str:
	"""Note a call, visit or meeting and return the Communication's name.; see api/opportunity.py."""
	happened_on = get_datetime(happened_on or now_datetime())
	_validate(frappe.get_doc(OPPORTUNITY, name), medium, summary, happened_on)
	communication = frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_type": "Communication",
			"communication_medium": medium,
			"sent_or_received": "Sent",
			"subject": str(SUBJECTS[medium]),
			"content": escape_html(summary.strip()).replace("\n", "<br>"),
			"sender": frappe.session.user,
			"communication_date": happened_on,
			"reference_doctype": OPPORTUNITY,
			"reference_name": name,
		}
	)
	communication.flags.skip_add_signature = True
	communication.insert(
		ignore_permissions=True
	)  # reason: whoever may e-mail from the record may note a call
	return communication.name


def _validate(record, medium: str, summary: str, happened_on) -> None:
	if lifecycle.is_closed(record.status):
		refuse(
			_("{0} is {1}. Add a comment, or let a manager reopen it."),
			record.name,
			_(record.status),
			exception=ClosedRecordError,
		)
	if medium not in SUBJECTS:
		refuse(_("{0} is no kind of activity. Choose one of {1}."), medium, ", ".join(SUBJECTS))
	if not summary.strip():
		refuse(_("The summary is missing. Say what was talked about."))
	if happened_on > now_datetime():
		refuse(_("{0} is in the future. Log an activity after it happened."), happened_on)

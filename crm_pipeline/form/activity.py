"""Calls, visits and meetings in the timeline of an opportunity: plain Communications, as e-mails are."""

import frappe
from frappe import _, _lt
from frappe.utils import escape_html, now_datetime

from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.domain import lifecycle
from crm_pipeline.domain.text import is_blank
from crm_pipeline.exceptions import ClosedRecordError
from crm_pipeline.record.input_values import TEXT_LENGTHS, read_moment
from crm_pipeline.refusal import list_choices, refuse

LONGEST = TEXT_LENGTHS["Text"]

# medium of the Communication → its subject
SUBJECTS = {"Phone": _lt("Call"), "Visit": _lt("Visit"), "Meeting": _lt("Meeting")}


def log_activity(name: str, medium: str, summary: str, happened_on: str | None = None) -> str:
	"""Note a call, visit or meeting and return the Communication's name.; see api/opportunity.py."""
	moment = read_moment(happened_on or now_datetime())
	_validate(frappe.get_doc(OPPORTUNITY, name), medium, summary)
	_validate_moment(happened_on, moment)
	communication = frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_type": "Communication",
			"communication_medium": medium,
			"sent_or_received": "Sent",
			"subject": str(SUBJECTS[medium]),
			"content": escape_html(summary.strip()).replace("\n", "<br>"),
			"sender": frappe.session.user,
			"communication_date": moment,
			"reference_doctype": OPPORTUNITY,
			"reference_name": name,
		}
	)
	communication.flags.skip_add_signature = True
	communication.insert(
		ignore_permissions=True
	)  # reason: whoever may e-mail from the record may note a call
	return communication.name


def _validate(record, medium: str, summary: str) -> None:
	if lifecycle.is_closed(record.status):
		refuse(
			_("{0} is {1}. Add a comment, or let a manager reopen it."),
			record.name,
			_(record.status),
			exception=ClosedRecordError,
		)
	if medium not in SUBJECTS:
		refuse(_("{0} is no kind of activity. Choose one of {1}."), medium, list_choices(SUBJECTS))
	if is_blank(summary):
		refuse(_("The summary is missing. Say what was talked about."))
	if len(summary) > LONGEST:
		refuse(_("The summary has {0} characters. Shorten it to {1}."), len(summary), LONGEST)


def _validate_moment(happened_on: str | None, moment) -> None:
	if not moment:
		message = _("{0} is no date and time. Enter it as YYYY-MM-DD HH:MM:SS, without a time zone.")
		refuse(message, happened_on)
	if moment > now_datetime():
		refuse(_("{0} is in the future. Log an activity after it happened."), happened_on)

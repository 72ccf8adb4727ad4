"""Holiday lists that have run out: the weekly days off are taken to go on, and people are told so."""

import frappe
from frappe import _
from frappe.utils import escape_html, formatdate, getdate
from frappe.utils.user import get_users_with_role

from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.correspondence.first_response import get_holiday_list
from crm_pipeline.domain import lifecycle
from crm_pipeline.notices import notice

HOLIDAY_LIST = "Holiday List"


def tell_managers() -> None:
	"""Tell the Sales Managers of each list that has run out, once."""
	for name, sentence in get_ended(_get_companies()).items():
		subject = " ".join([sentence, _("Enter the holidays of the next year, or choose another list.")])
		if not frappe.db.exists("Notification Log", {"document_type": HOLIDAY_LIST, "subject": subject}):
			notice.tell_by_bell(get_users_with_role("Sales Manager"), subject, (HOLIDAY_LIST, name))


def get_ended(companies: list[str]) -> dict[str, str]:
	"""Return the lists of some companies that have run out, each with a sentence that says what is assumed."""
	message = _("The holiday list {0} ended on {1}: since then, only its weekly days off are days off.")
	lists = {found.name: found for found in map(get_holiday_list, companies) if found}
	return {
		name: message.format(escape_html(name), formatdate(found.to_date))
		for name, found in lists.items()
		if getdate(found.to_date) < getdate()
	}


def _get_companies() -> list[str]:
	"""Return the companies with open opportunities."""
	filters = {"status": ("in", lifecycle.get_open_statuses())}
	return frappe.get_all(OPPORTUNITY, filters=filters, distinct=True, pluck="company", order_by="company")

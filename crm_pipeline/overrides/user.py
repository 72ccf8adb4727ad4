"""Users who leave: the managers hear about opportunities that would be left lying."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, get_fullname
from frappe.utils.user import get_users_with_role

from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.domain import lifecycle
from crm_pipeline.notices import notice
from crm_pipeline.record.contained import contained

WARN = "crm_pipeline.overrides.user.warn"


def on_update(doc: Document, method: str | None = None) -> None:
	"""Warn whoever disables a user with open opportunities, and every Sales Manager."""
	saved = doc.get_doc_before_save()
	if not saved or not saved.enabled or doc.enabled:
		return
	what = _("The managers did not hear of the open opportunities of {0}.").format(doc.name)
	with contained(what, WARN, user=doc.name):
		warn(doc.name)


def warn(user: str) -> None:
	count = _count_open(user)
	if count:
		message = _("{0} was disabled with {1} open opportunities. Hand them over.")
		subject = message.format(escape_html(get_fullname(user)), count)
		frappe.msgprint(subject, indicator="orange", title=_("Open Opportunities"))
		notice.tell_by_bell(get_users_with_role("Sales Manager"), subject, ("User", user))


def _count_open(user: str) -> int:
	filters = {"sales_engineer": user, "status": ("in", lifecycle.get_open_statuses())}
	return frappe.db.count(OPPORTUNITY, filters)

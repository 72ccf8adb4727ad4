"""Who works on the opportunity and who may say so."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_fullname

from crm_pipeline.access import companions
from crm_pipeline.access.eligibility import ELIGIBLE_ROLES, is_eligible
from crm_pipeline.access.permissions import is_manager
from crm_pipeline.constants import SETTINGS
from crm_pipeline.domain import lifecycle
from crm_pipeline.record.changes import has_changed
from crm_pipeline.refusal import get_label, refuse, show
from crm_pipeline.routing import router


def set_sales_engineer(doc: Document) -> None:
	"""A new record without a sales engineer is its creator's, or routed by its region."""
	if doc.is_new() and not doc.is_history and not doc.sales_engineer:
		doc.route_automatically = int(_needs_routing(doc))
		if doc.route_automatically:
			router.route(doc)
			_keep_with_creator(doc)
		else:
			doc.sales_engineer = frappe.session.user
	elif _has_waited_for_region(doc):
		router.route(doc)
	doc.set_system_value("assignment_due", int(_needs_todo(doc) and _is_there(doc)))


def end_own_support(doc: Document) -> None:
	"""Who is replaced as sales engineer is no longer the application engineer either, unless named so just now."""
	saved = doc.get_doc_before_save()
	former = saved.sales_engineer if saved else None
	is_replaced = bool(former) and has_changed(doc, "sales_engineer")
	if is_replaced and doc.application_engineer == former and not has_changed(doc, "application_engineer"):
		doc.application_engineer = None


def validate_people(doc: Document) -> None:
	"""Check both engineers when they change: who they are, and who may name them."""
	for fieldname in ELIGIBLE_ROLES:
		user = doc.get(fieldname)
		if not has_changed(doc, fieldname):
			continue
		if user and not doc.is_history and not is_eligible(user, fieldname):
			message = _(
				"{0} {1} can't work on opportunities. Choose an enabled user with one of the roles {2}."
			)
			refuse(message, get_label(doc, fieldname), user, ", ".join(sorted(ELIGIBLE_ROLES[fieldname])))
	_validate_assignment(doc)


def end_former_access(doc: Document) -> None:
	"""Who is replaced as sales engineer keeps nothing that they gave themselves."""
	saved = doc.get_doc_before_save()
	if saved and saved.sales_engineer and has_changed(doc, "sales_engineer"):
		companions.end_of_former(doc.name, saved.sales_engineer)


def tell_creator(doc: Document) -> None:
	"""Whoever creates a record that is routed to somebody else hears to whom."""
	if doc.flags.routed and doc.sales_engineer and doc.sales_engineer != frappe.session.user:
		message = _("{0} was routed to {1}.").format(doc.name, get_fullname(doc.sales_engineer))
		frappe.msgprint(message, alert=True)


def _keep_with_creator(doc: Document) -> None:
	"""Where nobody was there to be chosen, a sales engineer's own record stays theirs: they would not see it any more."""
	creator = frappe.session.user
	is_a_person_s = not (frappe.flags.in_import or doc.flags.came_by_mail or _is_integration(creator))
	if doc.sales_engineer or is_manager() or not is_a_person_s or not is_eligible(creator, "sales_engineer"):
		return
	doc.sales_engineer = creator
	text = "\n".join((doc.routing_explanation, _("It stays with whoever made it.")))
	doc.set_system_value("routing_explanation", text)


def _needs_routing(doc: Document) -> bool:
	creator = frappe.session.user
	return bool(
		doc.route_automatically
		or frappe.flags.in_import
		or _is_integration(creator)
		or not is_eligible(creator, "sales_engineer")
	)


def _needs_todo(doc: Document) -> bool:
	"""A to-do is due for a new sales engineer and for the one of a reopened record, not with every save."""
	if doc.status not in lifecycle.get_open_statuses():
		return False
	saved = doc.get_doc_before_save()
	is_reopened = bool(saved) and lifecycle.is_reopening(saved.status, doc.status)
	return is_reopened or has_changed(doc, "sales_engineer")


def _is_there(doc: Document) -> bool:
	"""Tell whether the sales engineer can be given a to-do; who was deleted can't, and somebody else has to be named."""
	user = doc.sales_engineer
	if user and not frappe.db.exists("User", user, cache=True):
		message = _("{0} {1} of {2} does not exist any more. Let it be routed again, or name somebody else.")
		text = message.format(get_label(doc, "sales_engineer"), show(user), doc.name)
		frappe.msgprint(text, indicator="orange")
		return False
	return True


def _has_waited_for_region(doc: Document) -> bool:
	"""A record that came by e-mail without a region is routed once it has one."""
	saved = doc.get_doc_before_save()
	is_waiting = bool(saved) and saved.needs_details and not saved.region and not saved.sales_engineer
	return bool(is_waiting and doc.region and not doc.sales_engineer)


def _is_integration(user: str) -> bool:
	return any(row.user == user for row in frappe.get_cached_doc(SETTINGS).integration_users)


def _validate_assignment(doc: Document) -> None:
	"""Only a manager or routing gives an opportunity to somebody else."""
	if not has_changed(doc, "sales_engineer") or doc.flags.routed or is_manager():
		return
	if doc.is_new() and doc.sales_engineer == frappe.session.user:
		return
	refuse(
		_("Only a manager may make {0} the {1} of an opportunity. Ask a manager to hand it over."),
		doc.sales_engineer or _("nobody"),
		get_label(doc, "sales_engineer"),
		exception=frappe.PermissionError,
	)

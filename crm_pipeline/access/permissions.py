"""Who sees what: one rule behind lists, counts, reports, search and single documents.

A manager sees every opportunity. Anybody else sees those they are the sales engineer or application engineer of,
those they help with (an open to-do) and those a person shared with them. The sales engineer writes; the others
read. The audit log, the child tables and our reports follow the opportunity.
"""

import frappe
from frappe import _
from frappe.model.db_query import DatabaseQuery
from frappe.model.document import Document
from frappe.permissions import SYSTEM_USER_ROLE
from pypika.queries import QueryBuilder
from pypika.terms import LiteralValue

from crm_pipeline import compat, sql
from crm_pipeline.access import visibility
from crm_pipeline.access.grants import (
	APPLICATION_ENGINEER,
	ASSIGNED,
	GRANTS,
	SALES_ENGINEER,
	WRITE_GRANTS,
	select_record,
	select_some,
)
from crm_pipeline.constants import AUDIT_LOG, OPPORTUNITY
from crm_pipeline.refusal import show

MANAGER_ROLES = frozenset({"Sales Manager", "System Manager"})
SALES_ROLES = frozenset({"Sales User", "Sales Manager"})
APPLICATION_ROLES = SALES_ROLES | {"Application Engineer"}
READING = frozenset({"read", "select", "print", "email", "report", "export"})
OWNING = frozenset({"write", "share"})


def is_manager(user: str | None = None) -> bool:
	"""Tell whether the user sees and moves every opportunity."""
	return not MANAGER_ROLES.isdisjoint(frappe.get_roles(user))


def is_desk_user(user: str) -> bool:
	"""Tell whether somebody works on the desk; portal users and visitors don't."""
	return SYSTEM_USER_ROLE in frappe.get_roles(user)


def require_manager() -> None:
	"""Refuse everybody but a manager."""
	if not is_manager():
		frappe.throw(_("Only a Sales Manager or System Manager may do this."), frappe.PermissionError)


def require_org_admin() -> None:
	"""Refuse everybody but a System Manager."""
	if "System Manager" not in frappe.get_roles():
		frappe.throw(_("Only a System Manager may do this."), frappe.PermissionError)


def require_write(name: str) -> None:
	"""Refuse who may not write an opportunity, before it is read or locked; whether there is one is not told."""
	if not get_writable([name]):
		frappe.throw(explain_no_write(name), frappe.PermissionError, title=_("Not Permitted"))


def explain_no_write(name: str) -> str:
	message = _("You may not change {0}. Ask its sales engineer or a Sales Manager.")
	return message.format(show(name))


def get_writable(names: list[str]) -> set[str]:
	"""Return which of some records the user may write, by roles, engineer and shares, with one query."""
	if not names or not frappe.has_permission(OPPORTUNITY, "write"):
		return set()
	if is_manager():
		return set(names)
	queries = (select_some(grant, names, frappe.session.user) for grant in WRITE_GRANTS)
	return {name for (name,) in frappe.db.sql(sql.union(queries))}


def explain_no_read(name: str) -> str:
	return _("You may not read {0}. Ask its sales engineer or a Sales Manager.").format(show(name))


def get_readable(names: list[str]) -> set[str]:
	"""Return which of some records the user may read, by everything that limits a list."""
	if not names or not frappe.has_permission(OPPORTUNITY):
		return set()
	found = frappe.get_list(OPPORTUNITY, filters={"name": ("in", names)}, pluck="name", limit=len(names))
	return set(found)


def has_app_permission() -> bool:
	"""Tell whether the user meets the app on the desk at all."""
	return frappe.has_permission(OPPORTUNITY)


def get_opportunity_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Return the SQL condition that limits opportunities to those the user sees; empty for managers."""
	user = user or frappe.session.user
	if is_manager(user):
		return ""
	return visibility.get_condition(user)


def get_audit_log_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Return the SQL condition that limits audit entries to those of visible opportunities."""
	return _get_dependent_condition(AUDIT_LOG, "reference_name", user)


def get_child_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Return the SQL condition that limits the rows of a child table to those of visible opportunities."""
	return _get_dependent_condition(doctype, "parent", user)


def get_file_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Return the SQL condition that leaves out the attachments of opportunities not seen, and of their mails."""
	own = _get_companion_condition("File", "attached_to_doctype", "attached_to_name", user)
	return sql.all_of(filter(None, [own, _get_mail_condition("File", "attached_to_name", user)]))


def get_follow_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Return the SQL condition that leaves out who follows opportunities that the user doesn't see."""
	return _get_companion_condition("Document Follow", "ref_doctype", "ref_docname", user)


def get_mail_link_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Return the SQL condition that leaves out with whom the mails of opportunities not seen were exchanged."""
	return _get_mail_condition("Communication Link", "parent", user)


def get_participant_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Return the SQL condition that leaves out opportunities not seen from those who take part in events."""
	return _get_companion_condition("Event Participants", "reference_doctype", "reference_docname", user)


def get_tag_link_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Return the SQL condition that leaves out the tags, which bear the titles, of opportunities not seen."""
	return _get_companion_condition("Tag Link", "document_type", "document_name", user)


def get_match_conditions(user: str | None = None) -> str:
	"""Return everything that limits the user's opportunities (the rule above, User Permissions, shares) as SQL.

	Raises frappe.PermissionError when the user may not read opportunities at all.
	"""
	conditions = DatabaseQuery(OPPORTUNITY, user=user or frappe.session.user).build_match_conditions()
	return compat.without_percent(conditions)


def limit_to_visible(query: QueryBuilder, user: str | None = None) -> QueryBuilder:
	"""Return a query over opportunities limited to those that the user sees; raises as get_match_conditions does."""
	conditions = get_match_conditions(user)
	return query.where(LiteralValue(f"({conditions})")) if conditions else query


def has_opportunity_permission(doc: Document, ptype: str | None = None, user: str | None = None) -> bool:
	"""Answer for one opportunity. False leaves a person's own share to the framework, which asks for it next."""
	user = user or frappe.session.user
	if is_manager(user) or ptype == "create" or not _is_saved(doc):
		return True
	if ptype in OWNING:
		return _sees(doc.name, user, SALES_ENGINEER)
	return (ptype is None or ptype in READING) and _sees(
		doc.name, user, SALES_ENGINEER, APPLICATION_ENGINEER, ASSIGNED
	)


def has_audit_log_permission(doc: Document, ptype: str | None = None, user: str | None = None) -> bool:
	"""Whoever may read the opportunity may read its log; the log of a deleted one is for managers."""
	user = user or frappe.session.user
	if is_manager(user):
		return True
	if doc.reference_doctype != OPPORTUNITY or not frappe.db.exists(OPPORTUNITY, doc.reference_name):
		return False
	return bool(frappe.has_permission(OPPORTUNITY, "read", doc=doc.reference_name, user=user))


def _get_dependent_condition(doctype: str, fieldname: str, user: str | None) -> str:
	conditions = get_match_conditions(user)
	if not conditions:
		return ""
	return sql.is_in(fieldname, doctype, sql.select(OPPORTUNITY, {"name": "name"}, conditions))


def _get_companion_condition(doctype: str, type_field: str, name_field: str, user: str | None) -> str:
	user = user or frappe.session.user
	of_others = sql.differs(type_field, OPPORTUNITY, doctype)
	if not frappe.has_permission(OPPORTUNITY, "read", user=user):
		return of_others
	conditions = get_match_conditions(user)
	if not conditions:
		return ""
	own = sql.all_of([sql.is_column("name", OPPORTUNITY, name_field, doctype), sql.any_of([conditions])])
	return sql.any_of([of_others, sql.exists(OPPORTUNITY, own)])


def _get_mail_condition(doctype: str, name_field: str, user: str | None) -> str:
	"""Leave out what belongs to a mail of an opportunity that the user doesn't see."""
	seen = _get_companion_condition("Communication", "reference_doctype", "reference_name", user)
	if not seen:
		return ""
	is_mail = sql.is_column("name", "Communication", name_field, doctype)
	return sql.is_not(sql.exists("Communication", sql.all_of([is_mail, sql.is_not(seen)])))


def _is_saved(doc: Document) -> bool:
	"""Tell whether there is such a record; what a request says of that is asked of the database."""
	name = doc.get("name")
	return bool(name) and (not doc.get("__islocal") or bool(frappe.db.exists(doc.doctype, name)))


def _sees(name: str, user: str, *grants: str) -> bool:
	"""Ask the database, not the document: a request may hold a document with itself as engineer."""
	queries = (select_record(GRANTS[grant], name, user) for grant in grants)
	return bool(frappe.db.sql(sql.first(sql.union(queries))))

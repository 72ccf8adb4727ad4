"""What an opportunity says of its party and product line follows when those are renamed, merged or called otherwise."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import strip_html
from pypika.terms import Criterion

from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.domain.fields import PARTY_FIELDS
from crm_pipeline.record.contained import contained

FOLLOW_PARTY = "crm_pipeline.record.names_of_others.follow_party"


def get_default_title(party: str | None, product_line: str | None) -> str:
	"""Return the title of a record that nobody gave another one."""
	return strip_html(" – ".join(part for part in (party, product_line) if part))[:140]


def follow_renaming(doc: Document) -> None:
	"""Do so while a customer or lead is saved under another title; its own document is saved in any case."""
	what = _("Opportunities still show the former name of {0}.").format(doc.name)
	with contained(what, FOLLOW_PARTY, doctype=doc.doctype, name=doc.name):
		follow_party(doc.doctype, doc.name)


def follow_party(doctype: str, name: str) -> None:
	"""Let a customer's or lead's opportunities show what it is called now; a title that somebody typed stays."""
	record = frappe.qb.DocType(OPPORTUNITY)
	own = (record.opportunity_from == doctype) & (record.party_name == name)
	display = frappe.db.get_value(doctype, name, PARTY_FIELDS[doctype]["party_display_name"]) or name
	_follow_titles(own, lambda _party, line: get_default_title(display, line))
	frappe.qb.update(record).set(record.party_display_name, display).where(own).run()


def follow_product_line(former: str, name: str) -> None:
	"""Do the same for a product line, and take over its business unit."""
	record = frappe.qb.DocType(OPPORTUNITY)
	own = record.product_line == name
	_follow_titles(own, lambda party, _line: get_default_title(party, name), former)
	unit = frappe.db.get_value("Pipeline Product Line", name, "business_unit")
	frappe.qb.update(record).set(record.business_unit, unit).where(own).run()


def keep_rows_once(row_doctype: str, fieldname: str, name: str) -> None:
	"""After a merge, let each table name this master once: the rows of those that were merged would count twice."""
	row = frappe.qb.DocType(row_doctype)
	query = frappe.qb.from_(row).select(row.name, row.parent, row.parenttype, row.parentfield)
	kept, doubled = set(), []
	for row_name, *table in query.where(row[fieldname] == name).orderby(row.parent, row.idx).run():
		if tuple(table) in kept:
			doubled.append(row_name)
		kept.add(tuple(table))
	frappe.db.delete(row_doctype, {"name": ("in", doubled or [""])})


def drop_rows_doubled_by(
	row_doctype: str, fieldname: str, old: str, new: str, key: tuple[str, ...] = ()
) -> int:
	"""Before a merge, drop those rows of `old` beside which `new` has one of its own: that one stays. Returns how many."""
	row = frappe.qb.DocType(row_doctype)
	columns = [row[name] for name in ("parent", "parenttype", "parentfield", *key)]
	rows = (
		frappe.qb.from_(row).select(row[fieldname], row.name, *columns).where(row[fieldname].isin([old, new]))
	)
	found = rows.run()
	kept = {tuple(place) for holder, _name, *place in found if holder == new}
	doubled = [name for holder, name, *place in found if holder == old and tuple(place) in kept]
	frappe.db.delete(row_doctype, {"name": ("in", doubled or [""])})
	return len(doubled)


def _follow_titles(own: Criterion, get_title, former_line: str | None = None) -> None:
	"""Give those that bear the title of their names so far the one of their names now, with a query for each pair of names."""
	record = frappe.qb.DocType(OPPORTUNITY)
	pairs = frappe.qb.from_(record).select(record.party_display_name, record.product_line).distinct()
	for party, line in pairs.where(own).run():
		title = get_default_title(party, former_line or line)
		same = (
			own
			& (record.party_display_name == party)
			& (record.product_line == line)
			& (record.title == title)
		)
		frappe.qb.update(record).set(record.title, get_title(party, line)).where(same).run()

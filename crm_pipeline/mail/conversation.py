"""Which open opportunity an e-mail belongs to that came without a thread: by a name in its subject, or the subject.

Mail that names the one it answers never gets here: by In-Reply-To the framework has put it where that is, by References
mail/headers.py does.
"""

import frappe
from frappe.query_builder import Order
from frappe.utils import add_days, now_datetime

from crm_pipeline.constants import OPPORTUNITY, SETTINGS
from crm_pipeline.domain import correspondence, incoming_mail, lifecycle
from crm_pipeline.mail import sender

LINKED_DOCTYPES = ("Quotation", "Sales Order")
SAME_SUBJECT_DAYS = 60  # a first e-mail with the subject of an older one is a new enquiry
LEAST_TOPIC = 10  # characters; a colleague's subject must be telling
LATEST = 100


def find(subject: str, address: str) -> str | None:
	"""Return the opportunity that the e-mail belongs to, None when it begins something new."""
	is_answer = incoming_mail.is_reply(subject)
	if _is_auto_reply(subject):
		subject, is_answer = incoming_mail.strip_prefix(subject), True
	named = _find_named(subject)
	topic = incoming_mail.get_topic(subject)
	if named or not address or not topic:
		return named
	if sender.is_ours(address):
		return _find_by_title(topic) if len(topic) >= LEAST_TOPIC else None
	return _find_by_topic(topic, address, is_answer)


def is_automatic(subject: str, address: str) -> bool:
	"""Tell whether a machine wrote the e-mail: a mail server, or an absent person's mailbox."""
	return address.partition("@")[0] in correspondence.MAIL_SYSTEMS or _is_auto_reply(subject)


def _is_auto_reply(subject: str) -> bool:
	patterns = frappe.get_cached_doc(SETTINGS).auto_reply_subject_patterns
	return correspondence.is_auto_reply(subject, correspondence.read_patterns(patterns))


def _find_named(subject: str) -> str | None:
	"""The subject names an opportunity, or a quotation or order of one. A closed one counts: the name is meant."""
	for name in incoming_mail.get_names(subject):
		if frappe.db.exists(OPPORTUNITY, name):
			return name
		for doctype in LINKED_DOCTYPES:
			opportunity = frappe.db.get_value(doctype, name, "pipeline_opportunity")
			if opportunity:
				return opportunity
	return None


def _find_by_title(topic: str) -> str | None:
	"""A colleague's e-mail says nothing about the customer: the title must be that of one open record alone."""
	record = frappe.qb.DocType(OPPORTUNITY)
	rows = (
		frappe.qb.from_(record)
		.select(record.name, record.title)
		.where(record.status.isin(lifecycle.get_open_statuses()) & record.title.like(f"%{_escape(topic)}%"))
		.limit(LATEST)
		.run()
	)
	names = [name for name, title in rows if incoming_mail.get_topic(title) == topic]
	return names[0] if len(names) == 1 else None


def _find_by_topic(topic: str, address: str, is_answer: bool) -> str | None:
	"""The sender's latest open record with this title or with an earlier e-mail of this subject."""
	records = _get_open_records(address)
	since = add_days(now_datetime(), -SAME_SUBJECT_DAYS)
	for record in records:
		if incoming_mail.get_topic(record.title) == topic and (is_answer or record.creation > since):
			return record.name
	return _find_by_earlier_mail(topic, [record.name for record in records]) if is_answer else None


def _get_open_records(address: str) -> list:
	record = frappe.qb.DocType(OPPORTUNITY)
	party = sender.find_party(address)
	is_senders = record.contact_email == address
	if party:
		is_senders |= record.party_name == party.name
	return (
		frappe.qb.from_(record)
		.select(record.name, record.title, record.creation)
		.where(record.status.isin(lifecycle.get_open_statuses()) & is_senders)
		.orderby(record.creation, order=Order.desc)
		.limit(LATEST)
		.run(as_dict=True)
	)


def _find_by_earlier_mail(topic: str, names: list[str]) -> str | None:
	if not names:
		return None
	rows = frappe.get_all(
		"Communication",
		filters={"reference_doctype": OPPORTUNITY, "reference_name": ("in", names), "subject": ("is", "set")},
		fields=["reference_name", "subject"],
		order_by="creation desc",
		limit=LATEST,
	)
	return next((row.reference_name for row in rows if incoming_mail.get_topic(row.subject) == topic), None)


def _escape(text: str) -> str:
	r"""Return text for LIKE with its wildcards taken literally."""
	return text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")

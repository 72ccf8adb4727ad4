"""Stamps the first response of records that were answered before the app, or in a way it missed. Safe to run again.

Batch by batch, each committed: what is stamped is not looked at again, so a run that was ended goes on.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import lru_cache

import frappe

from crm_pipeline.constants import AUDIT_LOG, OPPORTUNITY
from crm_pipeline.correspondence import first_response
from crm_pipeline.correspondence import waiting as correspondence
from crm_pipeline.domain import correspondence as rules

BATCH_SIZE = 500
FIELDS = ["name", "lead", "company", "opened_on", "opened_utc", "closed_on"]
MAIL_FIELDS = [
	"name",
	"creation",
	"communication_date",
	"send_after",
	"communication_type",
	"communication_medium",
]
MAIL_FIELDS += [
	"email_status",
	"sender",
	"sent_or_received",
	"subject",
	"reference_doctype",
	"reference_name",
]
UNANSWERED = {"first_responded_on": ("is", "not set")}
COUNTED = {"communication_type": rules.COUNTED_TYPE, "communication_medium": rules.COUNTED_MEDIUM}


def count_unanswered() -> int:
	return frappe.db.count(OPPORTUNITY, UNANSWERED)


def run(on_progress: Callable[[int], None] = lambda size: None) -> int:
	"""Stamp every unanswered record that was answered; return how many. `on_progress` gets each batch's size."""
	stamped, last = 0, ""
	while batch := _get_batch(last):
		stamped += _fill(batch)
		last = batch[-1].name
		frappe.db.commit()  # reason: a command, in batches
		on_progress(len(batch))
	return stamped


def _get_batch(after: str) -> list:
	filters = {**UNANSWERED, "name": (">", after)}
	return frappe.get_all(OPPORTUNITY, filters=filters, fields=FIELDS, order_by="name", limit=BATCH_SIZE)


def _fill(batch: list) -> int:
	messages = _get_messages(batch)
	count = 0
	for record in batch:
		if responded_on := rules.get_first_response(record, messages[record.name]):
			stamps = first_response.get_stamps(record, responded_on)
			frappe.db.set_value(
				OPPORTUNITY, {"name": record.name, **UNANSWERED}, stamps, update_modified=False
			)
			count += 1
	return count


def _get_messages(batch: list) -> dict[str, list]:
	"""Return the e-mails of each record, those of its documents and of its lead before conversion included."""
	look_up = lru_cache(maxsize=None)(correspondence.get_sender)
	converted_on = _get_conversion_times([record.name for record in batch if record.lead])
	messages = defaultdict(list)
	for mail, name in _get_mails(batch):
		message = correspondence.get_message(mail, look_up)
		is_converted = mail.reference_doctype == "Lead" and name in converted_on
		if message and not (is_converted and message.at > converted_on[name]):
			messages[name].append(message)
	return messages


def _get_mails(batch: list) -> Iterator[tuple]:
	"""Yield (e-mail, record's name) for every e-mail on a document of these records, or linked to one."""
	owners = _get_owners(batch)
	for doctype, names in owners.items():
		filters = {**COUNTED, "reference_doctype": doctype, "reference_name": ("in", list(names))}
		for mail in frappe.get_all("Communication", filters=filters, fields=MAIL_FIELDS):
			for name in names[mail.reference_name]:
				yield mail, name
	links = {"parenttype": "Communication", "link_doctype": OPPORTUNITY}
	links["link_name"] = ("in", [record.name for record in batch])
	for link in frappe.get_all("Communication Link", filters=links, fields=["parent", "link_name"]):
		mail = frappe.db.get_value(
			"Communication", {"name": link.parent, **COUNTED}, MAIL_FIELDS, as_dict=True
		)
		if mail:
			yield mail, link.link_name


def _get_owners(batch: list) -> dict[str, dict[str, list[str]]]:
	"""Return DocType → document → names of the records whose correspondence stands on it."""
	names = [record.name for record in batch]
	owners: dict[str, dict] = {OPPORTUNITY: {name: [name] for name in names}}
	for doctype in correspondence.LINKED_DOCTYPES:
		filters = {"pipeline_opportunity": ("in", names)}
		rows = frappe.get_all(doctype, filters=filters, fields=["name", "pipeline_opportunity"])
		owners[doctype] = {row.name: [row.pipeline_opportunity] for row in rows}
	leads = defaultdict(list)
	for record in batch:
		if record.lead:
			leads[record.lead].append(record.name)
	return {doctype: found for doctype, found in {**owners, "Lead": leads}.items() if found}


def _get_conversion_times(names: list[str]) -> dict:
	filters = {"reference_name": ("in", names or [""]), "event": "Lead Converted"}
	return {
		row.reference_name: row.at
		for row in frappe.get_all(AUDIT_LOG, filters=filters, fields=["reference_name", "at"])
	}

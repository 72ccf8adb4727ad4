from datetime import datetime

import frappe
from frappe.query_builder.functions import Max, Min
from frappe.utils import get_datetime
from pypika.terms import LiteralValue

from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.domain.clock import get_offsets
from crm_pipeline.record.clock import get_zone
from crm_pipeline.sql import TimestampDiff

STAMPS = {"opened_utc": "opened_on", "status_changed_utc": "status_changed_on"}
EPOCH = "1970-01-01 00:00:00"


def execute() -> None:
	"""Give records from before the stamps those of their dates, by the rules of the zone that the site is in."""
	record = frappe.qb.DocType(OPPORTUNITY)
	for stamp, date in STAMPS.items():
		first, last = frappe.qb.from_(record).select(Min(record[date]), Max(record[date])).run()[0]
		if not first:
			continue
		seconds = TimestampDiff(LiteralValue("SECOND"), EPOCH, record[date])
		offsets = list(get_offsets(get_zone(), get_datetime(first), get_datetime(last)))
		ends = [shown_from for shown_from, _offset in offsets[1:]] + [datetime.max]
		for (shown_from, offset), end in zip(offsets, ends, strict=True):
			query = frappe.qb.update(record).set(record[stamp], seconds - offset)
			query.where((record[date] >= shown_from) & (record[date] < end)).run()

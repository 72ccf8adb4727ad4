"""Names like OPP-2026-00012 from one database sequence: no lock is held until commit, gaps are allowed.

The year is cosmetic. The sequence is made on install and migrate, never inside a request.
"""

import frappe
from frappe.database.sequence import create_sequence, get_next_val, set_next_val
from frappe.query_builder.functions import Cast_, Max, Substring
from frappe.utils import cint, now_datetime

from crm_pipeline import sql
from crm_pipeline.constants import OPPORTUNITY

SLUG = "_name_seq"
NUMBER_AT = len("OPP-2026-") + 1
NUMBER_LENGTH = 20


def get_next_name() -> str:
	return f"OPP-{now_datetime().year}-{get_next_val(OPPORTUNITY, SLUG):05d}"


def set_up_sequence() -> None:
	"""Create the sequence and set it above the highest name there is."""
	create_sequence(OPPORTUNITY, slug=SLUG, check_not_exists=True)
	record = frappe.qb.DocType(OPPORTUNITY)
	number = Cast_(Substring(record.name, NUMBER_AT, NUMBER_LENGTH), "int")
	highest = frappe.qb.from_(record).select(Max(number)).run()[0][0]
	if highest:
		set_next_val(OPPORTUNITY, cint(highest), slug=SLUG, is_val_used=True)


def drop_sequence() -> None:
	sql.drop_sequence(frappe.scrub(OPPORTUNITY + SLUG))

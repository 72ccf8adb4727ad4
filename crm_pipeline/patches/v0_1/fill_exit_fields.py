import frappe
from frappe.query_builder import Case
from frappe.query_builder.functions import Count, Sum
from pypika.queries import QueryBuilder

from crm_pipeline.constants import AUDIT_LOG, OPPORTUNITY
from crm_pipeline.domain import lifecycle

STAGES = [stage for stage in lifecycle.STAGES.values() if stage.exit_fields]
LOGGED = "logged_"  # MariaDB asks that the columns on both sides differ in name


def execute() -> None:
	"""Let records that left a stage before they counted it say how often and after how long, as the log does."""
	record, exits = frappe.qb.DocType(OPPORTUNITY), get_exits().as_("exits")
	query = frappe.qb.update(record).join(exits).on(exits.reference_name == record.name)
	for name in (name for stage in STAGES for name in stage.exit_fields):
		query = query.set(record[name], exits[LOGGED + name])
	query.run()


def get_exits() -> QueryBuilder:
	"""Return a query for the exit fields, so prefixed, of every record that ever left a stage that has some."""
	log = frappe.qb.DocType(AUDIT_LOG)
	sums = []
	for stage in STAGES:
		is_exit, (seconds, count) = log.from_status == stage.name, stage.exit_fields
		sums.append(Sum(Case().when(is_exit, log.seconds_in_status).else_(0)).as_(LOGGED + seconds))
		sums.append(Count(Case().when(is_exit, 1)).as_(LOGGED + count))
	query = frappe.qb.from_(log).select(log.reference_name, *sums).groupby(log.reference_name)
	query = query.where((log.reference_doctype == OPPORTUNITY) & log.to_status.isin(tuple(lifecycle.STAGES)))
	return query.where(log.from_status != log.to_status)  # what isn't a move repeats the status

import frappe
from frappe import _, _lt
from frappe.query_builder.functions import Count, Sum
from frappe.utils import add_days, flt, getdate, now_datetime
from pypika import Order
from pypika.queries import QueryBuilder

from crm_pipeline.constants import OPPORTUNITY, SETTINGS
from crm_pipeline.domain import lifecycle
from crm_pipeline.reporting.charts import make_chart, make_figure
from crm_pipeline.reporting.columns import make_column, make_money
from crm_pipeline.reporting.filters import Filters, read_filters
from crm_pipeline.reporting.groups import get_user_names
from crm_pipeline.reporting.refusals import explain_refusals
from crm_pipeline.reporting.visible import count_if, get_table, select
from crm_pipeline.sql import group_by_text

MOST_ROWS = 500
IN_STAGE, OVERDUE = "Too Long in Stage", "Contact Overdue"
REASONS = ("Any", IN_STAGE, OVERDUE)
LABELS = {IN_STAGE: _lt("Too Long in Stage"), OVERDUE: _lt("Contact Overdue")}
FIELDS = (
	"name",
	"party_display_name",
	"status",
	"sales_engineer",
	"region",
	"product_line",
	"base_potential_value",
	"status_changed_on",
	"next_contact_date",
)


@explain_refusals
def execute(filters: dict | None = None) -> tuple:
	"""Return the open opportunities that are too long in their stage or whose next contact is overdue.

	`days` is how long is too long (by default that of Pipeline Settings), `reason` limits it to one of the two. The
	500 of highest value are listed; the figures and the chart count all.
	"""
	filters = read_filters(filters)
	reason = filters.get_choice("reason", _("Reason"), REASONS)
	days = filters.get_number("days", _("Days"), frappe.get_cached_doc(SETTINGS).stalled_after_days)
	engineers = get_engineers(filters, reason, days)
	rows = get_rows(filters, reason, days)
	summary = get_summary(filters, engineers) if rows else None
	note = get_note(filters, len(rows), sum(row.count for row in engineers))
	return get_columns(engineers), rows, note, get_chart(engineers), summary


def get_criteria(days: int) -> dict:
	opportunity = get_table()
	return {
		IN_STAGE: opportunity.status_changed_on < add_days(getdate(), -days),
		OVERDUE: opportunity.next_contact_date < now_datetime(),
	}


def select_stalled(filters: Filters, reason: str, days: int) -> QueryBuilder:
	criteria = get_criteria(days)
	wanted = criteria.get(reason, criteria[IN_STAGE] | criteria[OVERDUE])
	return select(filters, get_table().status.isin(lifecycle.get_open_statuses()), wanted)


def get_engineers(filters: Filters, reason: str, days: int) -> list[dict]:
	"""Return count and value per sales engineer, the most first."""
	opportunity, criteria = get_table(), get_criteria(days)
	query = group_by_text(select_stalled(filters, reason, days), opportunity.sales_engineer).select(
		Count("*").as_("count"),
		Sum(opportunity.base_potential_value).as_("value"),
		count_if(criteria[IN_STAGE]).as_("in_stage"),
		count_if(criteria[OVERDUE]).as_("overdue"),
	)
	return sorted(query.run(as_dict=True), key=lambda row: (-row["count"], row["sales_engineer"] or ""))


def get_rows(filters: Filters, reason: str, days: int) -> list[dict]:
	"""Return the most valuable. Their names are found first, by an index; then only they are read."""
	opportunity = get_table()
	names = select_stalled(filters, reason, days).select(opportunity.name)
	names = names.orderby(opportunity.base_potential_value, order=Order.desc).orderby(opportunity.name)
	found = {name: None for (name,) in names.limit(MOST_ROWS).run()}
	for row in _read(tuple(found)):
		found[row.name] = row
	engineers = get_user_names([row.sales_engineer for row in found.values()])
	return [_get_row(row, engineers, days, filters.currency) for row in found.values()]


def _read(names: tuple[str, ...]) -> list[dict]:
	"""Return what is shown of opportunities that the user is known to see."""
	opportunity = get_table()
	query = frappe.qb.from_(opportunity).select(*(opportunity[fieldname] for fieldname in FIELDS))
	return query.where(opportunity.name.isin(names)).run(as_dict=True) if names else []


def _get_row(row, names: dict, days: int, currency: str) -> dict:
	days_in_stage = max(0, (getdate() - getdate(row.status_changed_on)).days)  # the site may have moved west
	is_overdue = row.next_contact_date and row.next_contact_date < now_datetime()
	days_overdue = (getdate() - getdate(row.next_contact_date)).days if is_overdue else None
	reasons = ((days_in_stage > days, IN_STAGE), (is_overdue, OVERDUE))
	return {
		"opportunity": row.name,
		"party": row.party_display_name,
		"status": _(row.status),
		"engineer": names.get(row.sales_engineer) or row.sales_engineer,
		"region": row.region,
		"product_line": row.product_line,
		"value": row.base_potential_value,
		"currency": currency,
		"days_in_stage": days_in_stage,
		"next_contact_date": row.next_contact_date or "",  # a mail would say None
		"days_overdue": days_overdue,
		"reason": ", ".join(str(LABELS[reason]) for applies, reason in reasons if applies),
	}


def get_note(filters: Filters, listed: int, total: int) -> str:
	limit = _("The {0} of highest value of {1} are listed.").format(listed, total) if listed < total else ""
	return f"{filters.note} {limit}".strip()


def get_columns(engineers: list[dict]) -> list[dict]:
	return [
		make_column("opportunity", _("Opportunity"), "Link", 150, options=OPPORTUNITY),
		make_column("party", _("Party"), width=180),
		make_column("status", _("Status"), width=100),
		make_column("engineer", _("Sales Engineer"), width=150),
		make_money("value", _("Potential Value"), sum(flt(row["value"]) for row in engineers)),
		make_column("days_in_stage", _("Days in Stage"), "Int", 130),
		make_column("next_contact_date", _("Next Contact"), "Datetime", 180),
		make_column("days_overdue", _("Days Overdue"), "Int", 130),
		make_column("reason", _("Reason"), width=220),
		make_column("region", _("Region"), width=120),
		make_column("product_line", _("Product Line"), width=120),
	]


def get_chart(engineers: list[dict]) -> dict | None:
	names = get_user_names([row["sales_engineer"] for row in engineers])
	labels = [names.get(row["sales_engineer"]) or row["sales_engineer"] or _("Not set") for row in engineers]
	return make_chart(labels, {_("Stalled"): [row["count"] for row in engineers]}, colors=["orange"])


def get_summary(filters: Filters, engineers: list[dict]) -> list[dict]:
	sums = {name: sum(row[name] for row in engineers) for name in ("count", "value", "in_stage", "overdue")}
	return [
		make_figure(_("Stalled"), sums["count"], color="orange"),
		make_figure(_("Potential Value"), sums["value"], "Currency", filters.currency),
		make_figure(str(LABELS[IN_STAGE]), int(sums["in_stage"])),
		make_figure(str(LABELS[OVERDUE]), int(sums["overdue"])),
	]

"""Margins of quotations over the suppliers' rates: shown to who may read those rates, and under the minimum a manager's call.

They are computed from the opportunity whenever they are asked for: on a quotation everybody who reads it would see them.
"""

from collections import defaultdict

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder import DocType
from frappe.utils import flt
from frappe.utils.user import get_users_with_role

from crm_pipeline.access.permissions import get_readable, is_manager
from crm_pipeline.constants import ITEM_ROW, OPPORTUNITY, SETTINGS
from crm_pipeline.domain import margin
from crm_pipeline.exceptions import InputError
from crm_pipeline.offers import links, notes
from crm_pipeline.record.contained import contained
from crm_pipeline.refusal import refuse, show

ROW_FIELDS = ["parent", "item_code", "base_net_amount", "qty", "conversion_factor"]


def may_see(opportunity: str) -> bool:
	"""Tell whether the user may read the suppliers' rates that stand on an opportunity."""
	level = frappe.get_meta(ITEM_ROW).get_field("supplier_rate").permlevel
	reaches = not level or level in frappe.get_meta(OPPORTUNITY).get_permlevel_access()
	return reaches and bool(get_readable([opportunity]))


def show_on_form(quotation: Document) -> None:
	"""When the form of a quotation is loaded: bring along the margin of each row that has a supplier's rate."""
	opportunity = quotation.get(links.LINK)
	if not opportunity or not may_see(opportunity):
		return
	rows = [
		{
			"idx": row.idx,
			"item_code": row.item_code,
			"margin_percent": percent,
			"is_low": percent < _get_minimum(),
		}
		for row, percent in _get_margins(quotation)
	]
	total = get_totals(opportunity, [quotation.name]).get(quotation.name)
	if rows:
		quotation.set_onload("pipeline_margins", {"rows": rows, "margin_percent": total})


def get_totals(opportunity: str, quotations: list[str]) -> dict[str, float]:
	"""Return quotation → margin over all its rows with a supplier's rate, alternatives left out."""
	costs = _get_costs(opportunity)
	amounts: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
	filters = {"parent": ("in", quotations), "item_code": ("in", list(costs)), "is_alternative": 0}
	for row in frappe.get_all("Quotation Item", filters, ROW_FIELDS) if costs and quotations else ():
		cost = costs[row.item_code] * flt(row.qty) * (flt(row.conversion_factor) or 1)
		amounts[row.parent][0] += flt(row.base_net_amount)
		amounts[row.parent][1] += cost
	return {name: flt(margin.get_margin_percent(*sums), 2) for name, sums in amounts.items() if sums[1]}


def warn(quotation: Document) -> None:
	"""Name the rows of a quotation whose margin is below the minimum of the settings, to who may know."""
	low = _get_low(quotation)
	if low and may_see(quotation.get(links.LINK)):
		text = _("Row {0}: the margin of {1} is {2} %, less than {3} %.")
		lines = [text.format(row.idx, show(row.item_code), percent, _get_minimum()) for row, percent in low]
		frappe.msgprint("<br>".join(lines), title=_("Low Margin"), indicator="orange")


def validate_submission(quotation: Document) -> None:
	"""Refuse a margin under the minimum, where the settings leave that to managers."""
	if not _is_managers_call(quotation) or not _blocks():
		return
	message = _("Quotation {0} is under the minimum margin. Ask a Sales Manager to submit it.")
	refuse(message, quotation.name, exception=InputError)


def ask_manager(quotation: Document) -> None:
	"""Give a manager a to-do for a quotation under the minimum: once it is out, or waits for them to let it out."""
	if not (quotation.docstatus == 1 or _blocks()) or not _is_managers_call(quotation):
		return
	what = _("The managers were not told of the margin of {0}.").format(quotation.name)
	with contained(what):
		record = frappe.get_doc(OPPORTUNITY, quotation.get(links.LINK))
		text = _("Quotation {0} of {1} is under the minimum margin. Decide whether it stands.")
		notes.ask(record, text.format(quotation.name, record.name), _get_managers(record.region))


def _blocks() -> bool:
	return bool(frappe.get_cached_doc(SETTINGS).block_under_minimum_margin)


def _get_minimum() -> float:
	return flt(frappe.get_cached_doc(SETTINGS).minimum_margin_percent)


def _is_managers_call(quotation: Document) -> bool:
	"""What goes wrong while it is found out stops no quotation."""
	low: list = []
	if quotation.get(links.LINK) and not is_manager():
		with contained(_("The margin of {0} was not looked at.").format(quotation.name)):
			low = _get_low(quotation)
	return bool(low)


def _get_managers(region: str | None) -> list[str]:
	"""Return the sales manager of the region or of the next one above, else every Sales Manager."""
	while region:
		values = ["sales_manager", "parent_pipeline_region"]
		manager, region = frappe.get_cached_value("Pipeline Region", region, values)
		if manager and frappe.get_cached_value("User", manager, "enabled"):
			return [manager]
	return sorted(get_users_with_role("Sales Manager"))


def _get_low(quotation: Document) -> list[tuple[Document, float]]:
	return [(row, percent) for row, percent in _get_margins(quotation) if percent < _get_minimum()]


def _get_margins(quotation: Document) -> list[tuple[Document, float]]:
	"""Return (row, margin) of the rows with a supplier's rate; what a promotion gives away has none."""
	costs = _get_costs(quotation.get(links.LINK))
	margins = []
	for row in quotation.items:
		rate = flt(row.base_net_rate) / (flt(row.conversion_factor) or 1)
		percent = margin.get_margin_percent(rate, costs.get(row.item_code, 0))
		if percent is not None and not row.get("is_free_item"):
			margins.append((row, flt(percent, 2)))
	return margins


def _get_costs(opportunity: str) -> dict[str, float]:
	"""Return item → the supplier's rate of a stock unit in company currency, as the opportunity has it."""
	record, item = DocType(OPPORTUNITY), DocType(ITEM_ROW)
	rows = (
		frappe.qb.from_(item)
		.join(record)
		.on(record.name == item.parent)
		.select(item.item_code, item.supplier_rate, item.conversion_factor, record.conversion_rate)
		.where((item.parent == opportunity) & (item.parentfield == "items") & (item.supplier_rate > 0))
		.run()
	)
	return {item_code: rate * conversion / (factor or 1) for item_code, rate, factor, conversion in rows}

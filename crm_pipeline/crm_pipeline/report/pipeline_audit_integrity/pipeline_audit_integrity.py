from frappe import _

from crm_pipeline.access.permissions import require_manager
from crm_pipeline.audit.findings import KINDS, Findings
from crm_pipeline.audit.integrity import find_problems
from crm_pipeline.constants import AUDIT_LOG, OPPORTUNITY
from crm_pipeline.reporting.charts import make_figure

MOST_SHOWN = 500  # of each kind


def execute(filters: dict | None = None) -> tuple:
	"""Return a row per problem, by kind and the newest first, and how many there are of each kind. Managers only.

	Filter `reference_name` limits the check to one opportunity. At most 500 of a kind are listed, all are counted.
	"""
	require_manager()
	name = (filters or {}).get("reference_name")
	kinds = Findings(MOST_SHOWN).take(find_problems([name] if name else None)).get_kinds()
	data = [
		{**problem._asdict(), "kind": str(KINDS[kind])}
		for kind, _count, newest in kinds
		for problem in newest
	]
	message = "" if data else _("Every entry and every record agrees with its audit log.")
	summary = [make_figure(str(KINDS[kind]), count, color="red") for kind, count, _newest in kinds]
	return get_columns(), data, message, None, summary


def get_columns() -> list[dict]:
	return [
		{"fieldname": "kind", "label": _("Problem"), "fieldtype": "Data", "width": 180},
		{"fieldname": "at", "label": _("At"), "fieldtype": "Datetime", "width": 160},
		{
			"fieldname": "reference_name",
			"label": _("Opportunity"),
			"fieldtype": "Link",
			"options": OPPORTUNITY,
			"width": 160,
		},
		{
			"fieldname": "entry",
			"label": _("Entry"),
			"fieldtype": "Link",
			"options": AUDIT_LOG,
			"width": 180,
		},
		{"fieldname": "message", "label": _("What is wrong"), "fieldtype": "Data", "width": 520},
	]

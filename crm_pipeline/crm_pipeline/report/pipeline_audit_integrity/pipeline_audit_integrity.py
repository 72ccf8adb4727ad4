from frappe import _

from crm_pipeline.access.permissions import require_manager
from crm_pipeline.audit.integrity import KINDS, find_problems
from crm_pipeline.constants import AUDIT_LOG, OPPORTUNITY


def execute(filters: dict | None = None) -> tuple[list[dict], list[dict], str]:
	"""Return columns, one row per problem, and a sentence when there is none. Managers only.

	Filter `reference_name` limits the check to one opportunity.
	"""
	require_manager()
	name = (filters or {}).get("reference_name")
	problems = find_problems([name] if name else None)
	data = [{**problem._asdict(), "kind": str(KINDS[problem.kind])} for problem in problems]
	message = "" if data else _("Every entry and every record agrees with its audit log.")
	return get_columns(), data, message


def get_columns() -> list[dict]:
	return [
		{"fieldname": "kind", "label": _("Problem"), "fieldtype": "Data", "width": 180},
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

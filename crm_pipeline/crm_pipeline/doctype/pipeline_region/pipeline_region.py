import frappe
from frappe import _
from frappe.utils import get_fullname, getdate
from frappe.utils.nestedset import NestedSet

from crm_pipeline.access.permissions import require_manager
from crm_pipeline.refusal import refuse
from crm_pipeline.routing import router


class PipelineRegion(NestedSet):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from crm_pipeline.crm_pipeline.doctype.pipeline_region_member.pipeline_region_member import (
			PipelineRegionMember,
		)

		country: DF.Link | None
		disabled: DF.Check
		is_group: DF.Check
		lft: DF.Int
		members: DF.Table[PipelineRegionMember]
		old_parent: DF.Data | None
		parent_pipeline_region: DF.Link | None
		region_name: DF.Data
		rgt: DF.Int
		routing_method: DF.Literal["Round Robin", "Load Balancing"]
		sales_manager: DF.Link | None
		state: DF.Data | None
		territory: DF.Link | None
	# end: auto-generated types
	"""A place in the region tree; its members are who opportunities there are routed to."""

	nsm_parent_field = "parent_pipeline_region"

	def validate(self):
		self.validate_members()

	def validate_members(self):
		users = [member.user for member in self.members]
		for member in self.members:
			if users.count(member.user) > 1:
				refuse(
					_("Row {0}: {1} is already a member. Remove one of the rows."), member.idx, member.user
				)
			if member.out_of_office_to and getdate(member.out_of_office_to) < getdate(
				member.out_of_office_from
			):
				message = _("Row {0}: {1} can't be out of office from {2} to {3}. Swap the dates.")
				refuse(message, member.idx, member.user, member.out_of_office_from, member.out_of_office_to)


@frappe.whitelist()
def try_routing(region: str, count: int = 5) -> list[dict]:
	"""Return who would get the next `count` (at most 50) opportunities, without assigning anything. Managers only.

	Rows: {"user": e-mail or None, "full_name": …, "explanation": why this one and who was skipped}.
	"""
	require_manager()
	frappe.has_permission("Pipeline Region", "read", doc=region, throw=True)
	return [
		{
			"user": decision.user,
			"full_name": get_fullname(decision.user) if decision.user else None,
			"explanation": decision.explain(),
		}
		for decision in router.preview(region, min(max(count, 1), 50))
	]


def on_doctype_update():
	frappe.db.add_index("Pipeline Region", ["lft", "rgt"])

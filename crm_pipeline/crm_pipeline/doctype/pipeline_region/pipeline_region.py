import frappe
from frappe import _
from frappe.utils import getdate
from frappe.utils.nestedset import NestedSet

from crm_pipeline.record.checked_input import CheckedInput
from crm_pipeline.refusal import refuse


class PipelineRegion(CheckedInput, NestedSet):
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
			if (
				member.out_of_office_from
				and member.out_of_office_to
				and getdate(member.out_of_office_to) < getdate(member.out_of_office_from)
			):
				message = _("Row {0}: {1} can't be out of office from {2} to {3}. Swap the dates.")
				refuse(message, member.idx, member.user, member.out_of_office_from, member.out_of_office_to)


def on_doctype_update():
	frappe.db.add_index("Pipeline Region", ["lft", "rgt"])

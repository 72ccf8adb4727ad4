import frappe
from frappe import _
from frappe.utils import getdate
from frappe.utils.nestedset import NestedSet

from crm_pipeline.crm_pipeline.refusal import refuse


class PipelineRegion(NestedSet):
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


def on_doctype_update():
	frappe.db.add_index("Pipeline Region", ["lft", "rgt"])

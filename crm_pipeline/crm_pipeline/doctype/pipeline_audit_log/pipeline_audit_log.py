import frappe
from frappe import _
from frappe.model.document import Document

from crm_pipeline.access.denial import ExplainedPermission
from crm_pipeline.exceptions import AppendOnlyError
from crm_pipeline.record.checked_input import CheckedInput


class PipelineAuditLog(ExplainedPermission, CheckedInput, Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		amount: DF.Currency
		at: DF.Datetime | None
		at_utc: int | None
		currency: DF.Data | None
		details: DF.Code | None
		entry_hash: DF.Data | None
		event: DF.Data | None
		from_status: DF.Data | None
		key_id: DF.Data | None
		previous_hash: DF.Data | None
		reason: DF.SmallText | None
		reference_doctype: DF.Data | None
		reference_name: DF.Data | None
		seconds_in_status: DF.Int
		to_status: DF.Data | None
		user: DF.Data | None
	# end: auto-generated types
	"""An entry of the audit log. Entries are added by `audit.log` alone and never change."""

	def before_insert(self):
		self.refuse()

	def validate(self):
		self.refuse()

	def on_trash(self):
		self.refuse()

	def before_rename(self, old, new, merge=False):
		self.refuse()

	def db_set(self, *args, **kwargs):
		self.refuse()

	def refuse(self):
		frappe.throw(
			_(
				"The audit log is append-only: {0} can't be added, changed, renamed or deleted by hand."
			).format(self.name or _("an entry")),
			AppendOnlyError,
			title=_("Audit Log"),
		)

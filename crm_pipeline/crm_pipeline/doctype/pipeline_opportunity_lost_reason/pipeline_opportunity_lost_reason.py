from frappe.model.document import Document


class PipelineOpportunityLostReason(Document):
	pass

from frappe.model.document import Document


class PipelineOpportunityItem(Document):
	pass

from frappe.model.document import Document


class PipelineOpportunityType(Document):
	pass

from frappe.model.document import Document


class PipelineOpportunityCompetitor(Document):
	pass

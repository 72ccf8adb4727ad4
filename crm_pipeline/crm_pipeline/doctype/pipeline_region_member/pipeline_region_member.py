from frappe.model.document import Document


class PipelineRegionMember(Document):
	pass

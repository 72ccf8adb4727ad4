from frappe.model.document import Document


class PipelineSource(Document):
	pass

from frappe.model.document import Document


class PipelineProductLine(Document):
	pass

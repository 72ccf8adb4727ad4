from frappe.model.document import Document


class PipelineBusinessUnit(Document):
	pass

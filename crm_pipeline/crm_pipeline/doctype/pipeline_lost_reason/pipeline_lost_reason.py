from frappe.model.document import Document


class PipelineLostReason(Document):
	pass

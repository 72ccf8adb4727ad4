from frappe.model.document import Document


class PipelineSalesTarget(Document):
	pass

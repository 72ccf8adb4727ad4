from frappe.model.document import Document


class PipelineIntegrationUser(Document):
	pass

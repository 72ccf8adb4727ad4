from frappe.model.document import Document
from frappe.types import NotInSandbox


class PersonalDataDownloadRequest(Document):
	"""Sites collect personal data and send it; here is nobody to send it to."""

	def generate_file_and_send_mail(self, personal_data):
		raise NotInSandbox("The sandbox sends no personal data")

"""The bell."""

from frappe.model.document import Document


class NotificationLog(Document):
	"""A notification of one user."""

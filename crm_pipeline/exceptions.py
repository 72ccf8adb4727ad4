"""The refusals of this app. All are ValidationErrors, so REST answers them with a 4xx and the message."""

import frappe


class InputError(frappe.ValidationError):
	"""A field holds a value that can't be accepted."""


class TransitionError(frappe.ValidationError):
	"""A status that may not follow the saved one, or lacks what it requires."""


class ClosedRecordError(frappe.ValidationError):
	"""A change to a closed record that is not a correction."""


class AppendOnlyError(frappe.ValidationError):
	"""A write, rename or delete of something that is only ever added."""


class ConflictError(frappe.ValidationError):
	"""Somebody else changed the record at the same time."""

	http_status_code = 409


class DuplicateCustomerError(frappe.ValidationError):
	"""A lead whose e-mail is a customer's already."""

	http_status_code = 409

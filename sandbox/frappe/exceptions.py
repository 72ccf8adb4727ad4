"""Frappe's exceptions with their HTTP status codes."""


class ValidationError(Exception):
	http_status_code = 417


class AuthenticationError(Exception):
	http_status_code = 401


class PermissionError(Exception):
	http_status_code = 403


class DoesNotExistError(ValidationError):
	http_status_code = 404


class NameError(Exception):
	http_status_code = 409


KINDS = {
	ValidationError: """CannotChangeConstantError CharacterLengthExceededError DataError IncompatibleApp
	InvalidEmailAddressError LinkExistsError LinkValidationError MandatoryError NonNegativeError TimestampMismatchError UniqueValidationError""",
	NameError: "DuplicateEntryError",
	Exception: "QueryTimeoutError QueryDeadlockError",
}
for _base, _names in KINDS.items():
	for _name in _names.split():
		globals()[_name] = type(_name, (_base,), {"__module__": __name__})

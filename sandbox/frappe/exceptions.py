"""Frappe's exceptions with their HTTP status codes."""


class ValidationError(Exception):
	http_status_code = 417


class FrappeTypeError(TypeError):
	http_status_code = 417


class AuthenticationError(Exception):
	http_status_code = 401


class SessionExpired(Exception):
	http_status_code = 401


class PermissionError(Exception):
	http_status_code = 403


class DoesNotExistError(ValidationError):
	http_status_code = 404


class PageDoesNotExistError(ValidationError):
	http_status_code = 404


class NameError(Exception):
	http_status_code = 409


class DuplicateEntryError(NameError): ...


class UniqueValidationError(ValidationError): ...


class DataError(ValidationError): ...


class MappingMismatchError(ValidationError): ...


class InvalidStatusError(ValidationError): ...


class MandatoryError(ValidationError): ...


class NonNegativeError(ValidationError): ...


class CannotChangeConstantError(ValidationError): ...


class CharacterLengthExceededError(ValidationError): ...


class UpdateAfterSubmitError(ValidationError): ...


class LinkValidationError(ValidationError): ...


class CancelledLinkError(LinkValidationError): ...


class LinkExistsError(ValidationError): ...


class DocstatusTransitionError(ValidationError): ...


class TimestampMismatchError(ValidationError): ...


class EmptyTableError(ValidationError): ...


class InvalidEmailAddressError(ValidationError): ...


class InvalidPhoneNumberError(ValidationError): ...


class InvalidNameError(ValidationError): ...


class InvalidDates(ValidationError): ...


class AppNotInstalledError(ValidationError): ...


class ImplicitCommitError(ValidationError): ...


class DocumentLockedError(ValidationError): ...


class OutgoingEmailError(Exception):
	http_status_code = 501


class QueryTimeoutError(Exception): ...


class QueryDeadlockError(Exception): ...


class TooManyWritesError(Exception): ...


class RetryBackgroundJobError(Exception): ...

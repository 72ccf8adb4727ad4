"""The two ways in which input can be wrong."""


class ImportInputError(Exception):
	"""The file, the map or an option can't be used; nothing more is imported. The message is one sentence."""


class RowError(Exception):
	"""One row can't be imported. The message is one sentence and ends up in the rejects file.

	`field` and `kind` say what the summary counts it under; `kind` holds no value of the row.
	"""

	def __init__(self, message: str, field: str = "", kind: str = ""):
		super().__init__(message)
		self.field = field
		self.kind = kind

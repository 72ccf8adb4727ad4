"""The two ways in which input can be wrong."""


class ImportInputError(Exception):
	"""The file, the map or an option can't be used; nothing more is imported. The message is one sentence."""


class RowError(Exception):
	"""One row can't be imported. The message is one sentence and ends up in the rejects file."""

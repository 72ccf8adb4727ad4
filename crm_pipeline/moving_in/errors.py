"""The ways in which input can be wrong."""

from pathlib import Path


class ImportInputError(Exception):
	"""The file, the map or an option can't be used; nothing more is imported. The message is one sentence."""


class ImportQuestion(ImportInputError):
	"""Only a person can decide: the message says what, `option` is the field of Options that takes the answer.

	`answers` are those to choose from; the option may take several of them.
	"""

	def __init__(self, message: str, option: str, answers: tuple[str, ...]):
		super().__init__(message)
		self.option = option
		self.answers = answers


class RowError(Exception):
	"""One row can't be imported. The message is one sentence and ends up in the rejects file.

	`field` and `kind` say what the summary counts it under; `kind` holds no value of the row.
	"""

	def __init__(self, message: str, field: str = "", kind: str = ""):
		super().__init__(message)
		self.field = field
		self.kind = kind


def unreadable(path: Path, error: OSError) -> ImportInputError:
	return ImportInputError(f"{path} can't be read: {error.strerror}.")

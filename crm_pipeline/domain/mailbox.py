"""Which messages of a mailbox are due for a second look: plain arithmetic with their numbers.

A message is looked at once, an hour or more after it was first noticed, so that whoever is fetching it has finished.
"""

from collections.abc import Collection
from dataclasses import dataclass

PROGRESS = "crm_pipeline_mail_progress"  # the global value that holds the progress of every mailbox


@dataclass(frozen=True)
class Progress:
	"""How far a mailbox has been looked at (`checked`) and noticed (`noticed`); numbers count anew per `validity`."""

	validity: int
	checked: int
	noticed: int


def get_due(progress: Progress | None, validity: int, unread: Collection[int]) -> range:
	"""Return the numbers that are due. From the first unread message on nobody has fetched anything for sure."""
	if not progress or progress.validity != validity:
		return range(0)
	return range(progress.checked + 1, min([progress.noticed, *(number - 1 for number in unread)]) + 1)


def advance(progress: Progress | None, validity: int, due: range, highest: int) -> Progress:
	"""Return the progress after the due messages were looked at; a new mailbox begins with what comes next."""
	if not progress or progress.validity != validity:
		return Progress(validity, highest, highest)
	return Progress(validity, due.stop - 1 if due else progress.checked, highest)

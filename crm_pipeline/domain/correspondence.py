"""Who wrote to whom, and who waits: rules about e-mails, from plain values.

A record's state is a mapping with the fields `opened_on`, `closed_on`, `last_correspondence_on` and
`first_responded_on`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from fnmatch import fnmatchcase

COUNTED_TYPE = "Communication"  # not: Automated Message, Comment, Notification …
COUNTED_MEDIUM = "Email"
SENT = "Sent"
SPAM = "Spam"
MAIL_SYSTEMS = frozenset({"mailer-daemon", "postmaster"})


@dataclass(frozen=True)
class Message:
	"""One e-mail between us and the customer; `at` is its own date in the site's time zone."""

	at: datetime
	is_outgoing: bool


@dataclass(frozen=True)
class Sender:
	"""What the site knows of an address; all False for one that it does not know."""

	is_system_user: bool = False
	is_enabled: bool = False
	is_email_account: bool = False


def get_address(sender: str | None) -> str:
	"""Return the bare address of `Name <address>`, in lower case."""
	return parseaddr(sender or "")[1].strip().lower()


def is_correspondence(values, patterns: Iterable[str]) -> bool:
	"""Tell whether a Communication (document or row) is an e-mail that a person wrote."""
	return (
		values.get("communication_type") == COUNTED_TYPE
		and values.get("communication_medium") == COUNTED_MEDIUM
		and values.get("email_status") != SPAM
		and get_address(values.get("sender")).partition("@")[0] not in MAIL_SYSTEMS
		and not is_auto_reply(values.get("subject"), patterns)
	)


def is_auto_reply(subject: str | None, patterns: Iterable[str]) -> bool:
	"""Tell whether a subject matches one of the patterns; `*` stands for any text, case does not matter."""
	subject = " ".join((subject or "").lower().split())
	return any(fnmatchcase(subject, pattern) for pattern in patterns)


def read_patterns(text: str | None) -> tuple[str, ...]:
	"""Return the patterns of a text with one a line."""
	lines = (" ".join(line.lower().split()) for line in (text or "").splitlines())
	return tuple(line for line in lines if line)


def is_outgoing(address: str, sender: Sender, sent_or_received: str | None) -> bool:
	"""Decide the direction by the sender, whatever way the e-mail came.

	Someone who has left counts for what went out from here; without a sender the way it came has to do.
	"""
	if not address:
		return sent_or_received == SENT
	if sender.is_email_account or (sender.is_system_user and sender.is_enabled):
		return True
	return sender.is_system_user and sent_or_received == SENT


def follow(state: Mapping, message: Message) -> dict:
	"""Return the fields that a message changes: the waiting clock, and the first response if this is it.

	E-mails may arrive in any order. The latest by its own date says who waits; of two within a second it is the
	one that arrived later. The first response is never overwritten.
	"""
	changes: dict = {}
	if not is_within(state, message.at):
		return changes
	if not state["closed_on"] and not _is_before(message.at, state["last_correspondence_on"]):
		changes["last_correspondence_on"] = message.at
		changes["awaiting_response_since"] = message.at if message.is_outgoing else None
		changes["auto_close_warned_on"] = None
	if message.is_outgoing and not state["first_responded_on"]:
		changes["first_responded_on"] = message.at
	return changes


def get_first_response(state: Mapping, messages: Iterable[Message]) -> datetime | None:
	"""Return when the customer was first answered, None while unanswered."""
	return min(
		(message.at for message in messages if message.is_outgoing and is_within(state, message.at)),
		default=None,
	)


def is_within(state: Mapping, at: datetime) -> bool:
	"""Tell whether a moment lies in the life of a record, from its opening to its closing."""
	return not _is_before(at, state["opened_on"]) and not _is_before(state["closed_on"], at)


def _is_before(moment: datetime | None, other: datetime | None) -> bool:
	"""Compare by the second: the date of an e-mail has no fractions."""
	if moment is None or other is None:
		return False
	return moment < other.replace(microsecond=0)

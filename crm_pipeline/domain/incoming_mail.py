"""What the subject, the sender and the headers of an e-mail say: a reply, a record's name, a mailbox, a machine."""

import re
from email.message import Message

NO_SUBJECT = "No Subject"  # what the framework puts in for an empty one
TITLE_LENGTH = 140

# how mail programs begin the subject of an answer, and of what is passed on, in the languages that have their own word
ANSWERS = (
	*("re", "aw", "antw", "sv", "vs", "vá", "ynt", "res", "resp", "rif", "rsp", "odp", "atb", "bls"),
	*("回复", "回覆", "答复", "答覆", "返信", "답장", "ответ", "απ"),
	*(
		"fw",
		"fwd",
		"wg",
		"vb",
		"doorst",
		"tr",
		"rv",
		"enc",
		"pd",
		"ilt",
		"vl",
		"转发",
		"轉寄",
		"転送",
		"전달",
		"пер",
		"πρθ",
	),
)
# what gateways put before the subject of an e-mail from outside
STAMP = r"\[\s*(?:ext|extern\w*|external[ -]\w+|outside|spam\??|suspicious|caution|warning)\s*\]"
REPLY = re.compile(
	rf"\s*(?:{STAMP}\s*)*(?:{'|'.join(map(re.escape, ANSWERS))})\s*(?:\[\d+\]|\(\d+\))?\s*[:：]\s*",
	re.IGNORECASE,
)
STAMPS = re.compile(rf"\s*(?:{STAMP}\s*)+", re.IGNORECASE)
MESSAGE_ID = re.compile(r"<([^<>\s]+)>")
# headers that only what answers by itself sets
OF_ANSWERING_MACHINES = (
	*(
		"X-Autoreply",
		"X-Autoreply-From",
		"X-Auto-Reply",
		"X-Mail-Autoreply",
		"X-Autorespond",
		"X-Autoresponder",
	),
	*("X-Failed-Recipients", "X-Vacation"),
)
# values that say so, and those that a newsletter or a shop has as well: with them only an answer is automatic
AUTOMATIC = {"Auto-Submitted": {"auto-replied", "auto-notified"}, "Precedence": {"auto_reply", "auto-reply"}}
MAYBE_AUTOMATIC = {"Auto-Submitted": {"auto-generated"}, "Precedence": {"bulk", "junk", "list"}}
RECORD_NAME = re.compile(r"#([A-Z][A-Z0-9./-]*\d)", re.IGNORECASE)
IDENTIFIER = re.compile(r"\(?#[A-Z][A-Z0-9./-]*\d\)?", re.IGNORECASE)
TAG_OPENING = re.compile(r"<(?=[a-zA-Z/!])")


def get_title(subject: str) -> str:
	"""Return a subject as plain text that fits a title; empty when the mail had none."""
	text = " ".join(TAG_OPENING.sub("‹", subject or "").split())[:TITLE_LENGTH].strip()
	return "" if text == NO_SUBJECT else text


def get_topic(subject: str) -> str:
	"""Return what two subjects of one conversation share: no prefixes, no record names, one case."""
	text = get_title(subject)
	while match := REPLY.match(text) or STAMPS.match(text):
		text = text[match.end() :]
	text = " ".join(IDENTIFIER.sub(" ", text).split()).casefold()
	return "" if text == NO_SUBJECT.casefold() else text


def is_reply(subject: str) -> bool:
	"""Tell whether the subject says that it answers or forwards another e-mail."""
	return bool(REPLY.match(subject or ""))


def get_names(subject: str) -> list[str]:
	"""Return the record names in a subject; mail from a form carries one: "Pumps for Pune (#OPP-2026-00012)"."""
	return [name.upper() for name in RECORD_NAME.findall(subject or "")]


def strip_prefix(subject: str) -> str:
	"""Return what stands behind the first colon: an auto-reply puts its prefix before the subject it answers."""
	return (subject or "").partition(":")[2].strip()


def get_mailbox(address: str) -> str:
	"""Return the mailbox behind an address with a tag: ravi+pumps@x.example is ravi@x.example."""
	local, at, host = address.partition("@")
	return f"{local.partition('+')[0] or local}{at}{host}"


def get_ids(header: str | None) -> list[str]:
	"""Return the message ids in a header, without their brackets."""
	return MESSAGE_ID.findall(str(header or ""))


def get_answered(message: Message) -> list[str]:
	"""Return the ids of the e-mails that this one answers, the nearest first, each once."""
	answered = get_ids(message["In-Reply-To"]) + get_ids(message["References"])[::-1]
	return list(dict.fromkeys(answered))


def is_automatic(message: Message) -> bool:
	"""Tell whether an e-mail is an automatic answer by its headers (RFC 3834 and habits): absence, bounce, receipt.

	What a machine sent without being asked may be an enquiry, of a portal for instance: that is none.
	"""
	if message.get_content_type() == "multipart/report" or str(message["Return-Path"] or "").strip() == "<>":
		return True
	if any(_get_word(message, name) not in ("", "no") for name in OF_ANSWERING_MACHINES):
		return True
	if "all" in re.split(r"[\s,;]+", str(message["X-Auto-Response-Suppress"] or "").lower()):
		return True
	return _has_any(message, AUTOMATIC) or (
		bool(get_answered(message)) and _has_any(message, MAYBE_AUTOMATIC)
	)


def _has_any(message: Message, values: dict[str, set[str]]) -> bool:
	return any(_get_word(message, name) in words for name, words in values.items())


def _get_word(message: Message, name: str) -> str:
	"""Return the first word of a header in lower case: "auto-replied; owner=x" says auto-replied."""
	return str(message[name] or "").partition(";")[0].strip().lower()

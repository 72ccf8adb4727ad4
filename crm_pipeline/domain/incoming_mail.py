"""What the subject and the sender of an e-mail say: a reply, a record's name, a mailbox."""

import re

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

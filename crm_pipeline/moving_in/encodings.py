"""In what encoding a text file is written."""

import codecs
from pathlib import Path

import chardet

from crm_pipeline.moving_in.errors import ImportInputError

UTF8 = "utf-8"
WESTERN = "cp1252"
MARKS = (
	(codecs.BOM_UTF8, "utf-8-sig"),
	(codecs.BOM_UTF32_LE, "utf-32"),
	(codecs.BOM_UTF32_BE, "utf-32"),
	(codecs.BOM_UTF16_LE, "utf-16"),
	(codecs.BOM_UTF16_BE, "utf-16"),
)
WIDE = frozenset({"utf-16le", "utf-16be", "utf-32le", "utf-32be"})
# what chardet calls western text: it takes German for Turkish, which differs in six letters
TAKEN_FOR_WESTERN = frozenset({"iso-8859-1", "windows-1252", "iso-8859-9", "windows-1254"})
TURKISH_OR_ICELANDIC = frozenset("ÐÝÞðýþ")
SIGNS = frozenset("€£¥§©®°²½¼¾«»‹›‘’“”„‚–—…•™·¡¿ºªµ\u00a0\u00ad")
CONTROLS = frozenset(range(32)) - frozenset(b"\t\n\r\f\v\x1a")
SAMPLE = 65_536


def get_encoding(name: str) -> str:
	"""Return the encoding that an option names. Raises ImportInputError when there is no text encoding of that name."""
	try:
		"".encode(name)
		return codecs.lookup(name).name
	except LookupError as error:
		raise ImportInputError(f"--encoding '{name}' is unknown; write it like utf-8 or cp1252.") from error


def recognise_encoding(path: Path) -> str:
	"""Return the encoding of a text file: by its byte order mark, else UTF-8 if all of it is, else UTF-16 or cp1252.

	Raises ImportInputError for a file that is no text, is in two encodings, or in one that only a person can tell.
	"""
	with path.open("rb") as file:
		head = file.read(SAMPLE)
	for mark, encoding in MARKS:
		if head.startswith(mark):
			return encoding
	if b"\0" in head:
		return _get_wide(head, path.name)
	if CONTROLS.intersection(head):
		raise ImportInputError(f"{path.name} is not a text file.")
	return _get_narrow(path)


def _get_wide(head: bytes, file_name: str) -> str:
	encoding = (chardet.detect(head)["encoding"] or "").lower()
	if encoding not in WIDE:
		raise ImportInputError(f"{file_name} is not a text file.")
	return encoding


def _get_narrow(path: Path) -> str:
	first_wrong, detector, has_utf8, letters = 0, chardet.UniversalDetector(), False, set()
	with path.open("rb") as file:
		for number, line in enumerate(file, 1):
			if line.isascii():
				continue
			if _is_utf8(line):
				has_utf8 = True
				continue
			first_wrong = first_wrong or number
			letters.update(line.decode(WESTERN, "replace"))
			if not detector.done:
				detector.feed(line)
	if first_wrong and has_utf8:
		raise ImportInputError(
			f"{path.name} is UTF-8, but not in line {first_wrong}: save it in one encoding."
		)
	return _get_western(path.name, detector.close(), letters) if first_wrong else UTF8


def _is_utf8(line: bytes) -> bool:
	try:
		line.decode()
	except UnicodeDecodeError:
		return False
	return True


def _get_western(file_name: str, detected: dict, letters: set[str]) -> str:
	name = (detected["encoding"] or "").lower()
	foreign = {letter for letter in letters if not (letter.isascii() or letter in SIGNS)}
	is_readable = all(letter.isalpha() for letter in foreign) and not foreign & TURKISH_OR_ICELANDIC
	if name in TAKEN_FOR_WESTERN and is_readable:
		return WESTERN
	seems = f"; it may be {name}" if name and name not in TAKEN_FOR_WESTERN else ""
	raise ImportInputError(f"{file_name} is not UTF-8{seems}: name its encoding by --encoding.")

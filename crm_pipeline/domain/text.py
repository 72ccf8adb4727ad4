"""Text that people typed: whether it says anything, and whether it can be stored at all."""

import re
import unicodedata
from html import unescape

TAG = re.compile(r"<[a-zA-Z/!][^>]*>")
# separators, control and format characters (zero-width space, soft hyphen, byte order mark), surrogates
INVISIBLE = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Cs"})
# letters and marks that are drawn as nothing: joiner, fillers, the empty Braille cell, variation selectors
DRAWN_AS_NOTHING = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | {
	chr(number) for number in range(0xFE00, 0xFE10)
}


def is_blank(text: str | None) -> bool:
	"""Tell whether a text says nothing: none, spaces, characters that nobody sees, HTML without a word."""
	shown = unescape(TAG.sub("", text or ""))
	return all(unicodedata.category(sign) in INVISIBLE or sign in DRAWN_AS_NOTHING for sign in shown)


def is_storable(text: str) -> bool:
	"""Tell whether a text can be stored and sent: no NUL, and no half of a character (lone surrogate)."""
	if "\0" in text:
		return False
	try:
		text.encode()
	except UnicodeEncodeError:
		return False
	return True

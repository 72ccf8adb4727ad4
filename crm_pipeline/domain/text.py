"""Text that people typed: whether it says anything, and whether it can be stored at all."""

import re
import unicodedata
from html import unescape

TAG = re.compile(r"<[a-zA-Z/!][^>]*>")
# what a text with a layout is made of; any other "<" is a sign that was typed, as in <DN 80> or 5 < 6
LAYOUT_TAGS = (
	"a|abbr|address|article|b|big|blockquote|br|caption|center|cite|code|col|colgroup|dd|del|dfn|div|dl|dt|em|figcaption"
	"|figure|font|h[1-6]|hr|i|img|ins|kbd|label|li|mark|ol|p|pre|q|s|samp|section|small|span|strike|strong|sub|sup|table"
	"|tbody|td|tfoot|th|thead|tr|tt|u|ul|var"
)
LAYOUT_TAG = re.compile(rf"</?(?:{LAYOUT_TAGS})(?=[\s/>])[^<>]*>|<!--", re.IGNORECASE)
TYPED_SIGN = re.compile(rf"<(?!/?(?:{LAYOUT_TAGS})(?=[\s/>])[^<>]*>|!--)", re.IGNORECASE)
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


def as_words(text: str) -> str:
	"""Return what a text says however it is laid out: without tags, line breaks, signs that nobody sees, and capitals."""
	shown = unescape(TAG.sub(" ", text))
	seen = (sign for sign in shown if unicodedata.category(sign) != "Cf" and sign not in DRAWN_AS_NOTHING)
	return " ".join("".join(seen).split()).casefold()


def as_html(text: str) -> str:
	"""Return a description as the framework keeps it: a typed "<" is no tag, the lines of a plain text stay lines."""
	marked = TYPED_SIGN.sub("&lt;", text)
	return marked if LAYOUT_TAG.search(text) else "<br>".join(marked.strip().splitlines())


def is_storable(text: str) -> bool:
	"""Tell whether a text can be stored and sent: no NUL, and no half of a character (lone surrogate)."""
	if "\0" in text:
		return False
	try:
		text.encode()
	except UnicodeEncodeError:
		return False
	return True

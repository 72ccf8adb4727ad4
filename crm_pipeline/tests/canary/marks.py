"""Words that stand nowhere else: each marks one thing that is hidden.

A search asks for the first half of a word alone, so that an answer which repeats the question holds no mark.
"""

import re

# what is marked → its word; that of a number is a number
MARKS = {
	"title": "Quillaxomo",
	"notes": "Brambuzeka",
	"next step": "Vornakilto",
	"e-mail address": "zentopuli@marked.example",
	"mobile": "+4915257390126",
	"value": "7391846",
	"external id": "Kruxadobel",
	"detail of the outcome": "Plomvetiga",
	"reason": "Stygrabenu",
	"competitor": "Wexlofarni",
	"item": "Drosqualim",
	"rate of an item": "48263.19",
	"mail": "Fenjokarut",
	"call": "Hulbrenzio",
	"comment": "Jaspometik",
	"file": "Nirwekolab",
	"file name": "Obquentari",
	"tag": "Pyltrozane",
	"to-do": "Ruvkesompi",
	"event": "Skelwobard",
	"version": "Tomqualvex",
	"notification": "Ukrabenzol",
	"prepared report": "Vaxtemorni",
	"import": "Yolkrapium",
	"audit log": "Zubwentakl",
	"quotation": "Anquorebit",
	"supplier quotation": "Belkuzarmo",
	"request for quotation": "Cyrpomeltu",
	"sales order": "Dwexolanti",
}
OTHER_NUMBERS = str.maketrans("123456789", "234567891")


def half(mark: str) -> str:
	return MARKS[mark][: len(MARKS[mark]) // 2]


def replace_marks(text: str) -> str:
	"""The text with another value, as long as the first, in the place of each marked word."""
	for word in MARKS.values():
		text = text.replace(word, change(word))
	return text


def change(word: str) -> str:
	if re.search(r"[a-z]", word):
		return word[::-1].capitalize() if "@" not in word else word.replace("zentopuli", "ilupotnez")
	return word.translate(OTHER_NUMBERS)


def find_marks(text: str) -> list[str]:
	folded = text.casefold()
	return [mark for mark, word in MARKS.items() if word.casefold() in folded]

"""docs/rest-api.md, read: what it says of each function, and its examples."""

import json
import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import crm_pipeline

PAGE = Path(crm_pipeline.__file__).parent.parent / "docs/rest-api.md"
HEADING = re.compile(r"^### (GET|POST|PUT|DELETE) `([^`]+)`$", re.MULTILINE)
ARGUMENT = re.compile(r"^\| `(\w+)` \| ([^|]+?)(, optional)? \|", re.MULTILINE)
EXAMPLE = re.compile(r"^    curl .*(?:\n        .*)*", re.MULTILINE)


@dataclass
class Entry:
	"""A heading of the page; `arguments` maps each to (type, whether it is optional)."""

	method: str
	path: str
	arguments: dict[str, tuple[str, bool]]
	examples: list["Request"]


@dataclass
class Request:
	"""A curl command: the path with its query, and the JSON body."""

	method: str = "GET"
	path: str = ""
	body: dict | None = None
	query: list[tuple[str, str]] = field(default_factory=list)

	@property
	def url(self) -> str:
		return f"{self.path}?{urlencode(self.query)}" if self.query else self.path


def read_page() -> list[Entry]:
	text = PAGE.read_text()
	headings = list(HEADING.finditer(text))
	ends = [heading.start() for heading in headings[1:]] + [len(text)]
	entries = []
	for heading, end in zip(headings, ends, strict=True):
		section = text[heading.end() : end]
		arguments = {
			name: (kind.strip(), bool(optional)) for name, kind, optional in ARGUMENT.findall(section)
		}
		examples = [read_command(command) for command in EXAMPLE.findall(section)]
		entries.append(Entry(heading[1], heading[2], arguments, examples))
	return entries


def read_command(text: str) -> Request:
	"""Read one curl command as the page writes them."""
	words = iter(shlex.split(text.replace("\\\n", " ")))
	request = Request()
	for word in words:
		if word == "-X":
			request.method = next(words)
		elif word == "-d":
			request.body = json.loads(next(words))
		elif word == "--data-urlencode":
			name, _equals, value = next(words).partition("=")
			request.query.append((name, value))
		elif word == "-H":
			next(words)
		elif word.startswith("$SITE"):
			request.path, _mark, query = word.removeprefix("$SITE").partition("?")
			request.query += parse_qsl(query, keep_blank_values=True)
	return request

"""Requests with values that nobody means: which doors there are, what is sent to them, and what their answers say."""

import json
import traceback
from typing import NamedTuple
from unittest.mock import patch

import frappe
from hypothesis import strategies as st

from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.tests import factories, personas
from crm_pipeline.tests.test_wiring import get_definitions, get_whitelisted

USERS = (personas.API_USER, personas.MANAGER)
# functions that begin a job or a rule of the whole site, and take nothing that could be wild
WITHOUT_ARGUMENTS = ("set_up_routing", "run_now")
LINKED = ("Quotation", "Sales Order", "Supplier Quotation", "Request for Quotation")
# what the framework answers with HTTP 500 before any code of ours: (file, function) where it ends
FRAMEWORK_ALONE = {
	("frappe/app.py", "make_form_dict"),  # a body that is no JSON
	("json/decoder.py", "raw_decode"),
	("json/decoder.py", "decode"),
	("json/__init__.py", "loads"),
	("api/v1.py", "create_doc"),  # a body that is no object
	("api/v1.py", "update_doc"),
}
# what a database says of a value that stood for a filter
DATABASE_ERRORS = ("OperationalError", "ProgrammingError", "DataError")

TEXTS = (
	*(
		"",
		" ",
		"x",
		"5",
		"-1",
		"0x10",
		"१२३",
		"1,5",
		"nan",
		"null",
		"[",
		"{}",
		"[]",
		"[null]",
		'{"a": 1}',
		'["x"]',
	),
	*(
		"\0",
		"a\0b",
		"\ud800",
		"😀",
		"\u200b",
		"<p><br></p>",
		"<script>alert(1)</script>",
		"'\"`;--",
		"%",
		"../..",
	),
	*(
		"x" * 150,
		"x" * 5000,
		"x" * 120_000,
		"Administrator",
		"Guest",
		"Pipeline Opportunity",
		"Won",
		"Lost",
		"Open",
	),
	*(
		"2026-02-30",
		"0000-00-00",
		"0001-01-01",
		"03.04.2026",
		"10000-01-01",
		"2026-03-02T10:00:00Z",
		"2026-13-01",
	),
	*(
		"2026-03-02T10:00:00+05:30",
		"2026-03-02",
		"2026-03-02 25:00:00",
		"24:00",
		"12:00:00",
		"today",
		"Infinity",
	),
)
NUMBERS = (0, 1, -1, 5, 10**9, 2**31, 2**63, -(10**30), 10**400, 0.5, -0.0, 1e308, float("nan"), float("inf"))
KEYS = ("name", "doctype", "card", "fieldname", "a", "=", "lost_reason", "status", "__islocal", "item_code")
OPERATORS = ("=", ">", "like", "in", "between", "is", "timespan", "descendants of", "regexp", "x", None, 5)
# what every document has beside its fields, and names that a document means something by
OTHER_KEYS = (
	*(
		"name",
		"owner",
		"creation",
		"modified",
		"modified_by",
		"idx",
		"docstatus",
		"parent",
		"parenttype",
		"parentfield",
	),
	*(
		"__islocal",
		"__unsaved",
		"__onload",
		"flags",
		"save",
		"meta",
		"run_method",
		"doctype",
		"_user_tags",
		"_assign",
	),
)

plain = st.one_of(
	st.none(), st.booleans(), st.sampled_from(NUMBERS), st.sampled_from(TEXTS), st.text(max_size=8)
)
filters = st.lists(
	st.lists(
		st.one_of(
			plain, st.sampled_from(OPERATORS), st.sampled_from((OPPORTUNITY, "status", "name", "User"))
		),
		max_size=5,
	),
	max_size=2,
)
shapes = st.recursive(
	plain,
	lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
	max_leaves=5,
)
values = st.one_of(plain, plain, shapes, filters, shapes.map(json.dumps), filters.map(json.dumps))
bodies = st.one_of(
	st.sampled_from(
		(b"", b"{", b"[]", b"5", b"null", b'"x"', b"\xff\xfe", b"[1]", b'{"data": "[]"}', b'{"data": [1]}')
	),
	shapes.map(lambda value: json.dumps(value).encode()),
)


class Door(NamedTuple):
	"""A path with the values of a call that is answered, and the keys that it may be given besides."""

	method: str
	path: str
	values: dict
	keys: tuple[str, ...]


class Sent(NamedTuple):
	user: str
	method: str
	path: str
	options: dict


class Outcome(NamedTuple):
	status: int
	sentences: list[str]
	frames: list[tuple[str, str]]
	error: str
	is_ours: bool


def make_doors(lead: str) -> list[Door]:
	"""Make records to ask about, and return the doors to them and to a lead. Each answers a call with its values."""
	names = {status: make_record(status) for status in ("Open", "Offer Made", "Lost")}
	return [*make_functions(names, lead), *make_resources(names)]


def make_record(status: str) -> str:
	items = [{"item_code": personas.ITEM, "qty": 1, "rate": 100}]
	return factories.make_opportunity(status, sales_engineer=personas.API_USER, items=items).name


def make_functions(names: dict, lead: str) -> list[Door]:
	import inspect

	given = {
		**{"name": names["Open"], "source_name": names["Open"], "names": [names["Open"]], "lead": lead},
		**{"lost_reasons": [personas.REASON], "reopen_reason": "x", "correction_reason": "x", "reason": "x"},
		**{"medium": "Visit", "summary": "x", "status": "Lost", "from_user": personas.API_USER, "count": 2},
		**{"region": personas.REGION, "doctype": OPPORTUNITY, "txt": "", "searchfield": "name", "start": 0},
		**{"page_len": 5, "page_length": 5, "chart_name": "Pipeline by Stage", "frequency": "Weekly"},
	}
	own = {
		"get_card": {"filters": {"card": "Open"}},
		"get_eligible_users": {"filters": {"fieldname": "sales_engineer"}},
		"get_events": {"start": "2026-03-01", "end": "2026-04-01"},
		"mark_won": {"name": names["Offer Made"], "won_value": 5},
		"reopen": {"name": names["Lost"]},
		"correct": {"name": names["Lost"], "outcome_detail": "x"},
	}
	doors = []
	for function in get_whitelisted():
		parameters = inspect.signature(function).parameters
		required = [name for name, one in parameters.items() if one.default is inspect.Parameter.empty]
		if function.__name__ not in WITHOUT_ARGUMENTS:
			call = {name: given[name] for name in required if name in given} | own.get(function.__name__, {})
			path = f"/api/method/{function.__module__}.{function.__name__}"
			doors.append(Door("POST", path, call, tuple(parameters) or ("x",)))
	return doors


def make_resources(names: dict) -> list[Door]:
	doors = []
	for definition in get_definitions():
		doctype = definition["name"]
		keys = (*(df["fieldname"] for df in definition["fields"]), *OTHER_KEYS)
		route = f"/api/resource/{doctype}"
		call = dict(factories.OPPORTUNITY_DEFAULTS) if doctype == OPPORTUNITY else {}
		name = frappe.db.get_value(doctype, {}, "name") if not definition.get("issingle") else doctype
		doors.append(Door("POST", route, call, keys))
		if doctype == OPPORTUNITY:
			doors += [Door("PUT", f"{route}/{name}", {}, keys) for name in names.values()] * 4
			doors += [Door("POST", route, call, keys)] * 4
		elif name:
			doors.append(Door("PUT", f"{route}/{name}", {}, keys))
	link = {"pipeline_opportunity": names["Open"]}
	return doors + [Door("POST", f"/api/resource/{doctype}", link, tuple(link)) for doctype in LINKED]


@st.composite
def requests(draw, doors: list[Door]) -> Sent:
	"""A call of a door with some of its values wild, left out or added, or with a body that holds no values at all."""
	door, user = draw(st.sampled_from(doors)), draw(st.sampled_from(USERS))
	if draw(st.integers(0, 19)) == 7:
		kind = draw(st.sampled_from(("application/json", "text/plain", "application/x-www-form-urlencoded")))
		return Sent(user, door.method, door.path, {"data": draw(bodies), "content_type": kind})
	sent = {
		**door.values,
		**draw(st.dictionaries(st.sampled_from(door.keys), values, min_size=1, max_size=3)),
	}
	for key in draw(st.sets(st.sampled_from(sorted(sent)), max_size=1)) if draw(st.booleans()) else ():
		del sent[key]
	return Sent(user, door.method, door.path, {"data": json.dumps(sent), "content_type": "application/json"})


def send(sent: Sent) -> Outcome:
	"""Send a request on a connection of its own, which is rolled back, and return what came of it."""
	import frappe.app
	from frappe.database.database import Database

	from crm_pipeline.tests.features.test_rest import SECRET, in_thread

	errors: list[BaseException] = []
	handle = frappe.app.handle_exception

	def note(error):
		errors.append(error)
		return handle(error)

	def answer():
		headers = {"X-Frappe-Site-Name": site, "Authorization": f"token {sent.user}:{SECRET}"}
		client_answer = open_path(sent.path, method=sent.method, headers=headers, **sent.options)
		return client_answer.status_code, client_answer.get_data(as_text=True)

	site = frappe.local.site
	with patch.object(frappe.app, "handle_exception", note), patch.object(Database, "commit", no_commit):
		status, text = in_thread(answer)
	frames = traceback.extract_tb(errors[0].__traceback__) if errors else []
	is_ours = any("/crm_pipeline/" in frame.filename for frame in frames)
	places = [("/".join(frame.filename.split("/")[-2:]), frame.name) for frame in frames]
	return Outcome(status, get_sentences(text), places, repr(errors[0])[:300] if errors else "", is_ours)


def open_path(path: str, **options):
	from frappe.app import application
	from werkzeug.test import Client

	return Client(application).open(path, buffered=True, **options)  # which closes its connection


def no_commit(self, *, chain=False) -> None:
	pass


def get_sentences(text: str) -> list[str]:
	try:
		messages = json.loads(json.loads(text).get("_server_messages") or "[]")
	except (ValueError, AttributeError):
		return []
	return [message for message in (json.loads(one).get("message") for one in messages) if message]


def find_fault(sent: Sent, outcome: Outcome) -> str | None:
	"""Say what is wrong with an answer; None if nothing is."""
	if outcome.status < 400:
		return None
	where = outcome.frames[-1] if outcome.frames else ("", "")
	if outcome.status >= 500 and not is_foreign(sent, outcome, where):
		return f"{outcome.status} {outcome.error} at {where}"
	if outcome.status < 500 and not outcome.sentences:
		return f"{outcome.status} without a sentence, {outcome.error} at {where}"
	return None


def is_foreign(sent: Sent, outcome: Outcome, where: tuple[str, str]) -> bool:
	"""Tell whether an error is none of ours: no line of ours was run, and none could have refused the request."""
	if outcome.is_ours:
		return False
	is_other = sent.path.rpartition("/")[2] in LINKED
	return where in FRAMEWORK_ALONE or (is_other and not outcome.error.startswith(DATABASE_ERRORS))


def describe(sent: Sent) -> str:
	return f"{sent.user} {sent.method} {sent.path} {str(sent.options)[:400]}"

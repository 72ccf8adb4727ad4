"""Which questions are put to each door, aim by aim."""

import inspect
import json
from collections.abc import Iterator

from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.tests.canary import arguments, bodies, vocabulary
from crm_pipeline.tests.canary.arguments import Aim
from crm_pipeline.tests.canary.asking import Question
from crm_pipeline.tests.canary.doors import Function, Method, Page, Route
from crm_pipeline.tests.canary.marks import half

BY_FILTER = "by filter"
FILTERING = frozenset((BY_FILTER, "counting", "plainly"))
SPELLED = ("opportunity", "Communication")
OTHER_DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
SAVING = ("frappe.client.", "frappe.desk.form.save.")
TAKES_DOCUMENT = frozenset(["doc", "docs", "document"])
TAKES_ANYTHING = frozenset(["args", "kwargs", "data", "params", "values", "dialog_values", "details"])


def make_questions(door, aim: Aim) -> Iterator[Question]:
	if isinstance(door, Method):
		yield from ask_method(door, aim)
	elif isinstance(door, Function):
		yield from ask_function(door, aim)
	elif isinstance(door, Route):
		yield from bodies.ask_route(door, aim)
	elif isinstance(door, Page):
		yield from ask_page(door, aim)


def ask_function(door: Function, aim: Aim) -> Iterator[Question]:
	seen = set()
	for label, given in get_argument_sets(door, aim):
		key = json.dumps(given, sort_keys=True, default=str)
		if key not in seen:
			seen.add(key)
			yield Question(door.name, label, door.http_method, f"/api/method/{door.name}", given)


def get_argument_sets(door: Function, aim: Aim) -> Iterator[tuple[str, dict]]:
	parameters = {name: p for name, p in door.parameters.items() if name not in vocabulary.LEFT_OUT}
	beside = frozenset(parameters)
	given = {}
	for name, parameter in parameters.items():
		if parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL):
			continue
		value = fill(name, parameter, aim, beside)
		if f"loads({name})" in door.source and isinstance(value, str) and not value.startswith(("[", "{")):
			value = json.dumps(arguments.get_generic(aim))
		if value is not None:
			given[name] = arguments.fit(value, parameter)
	least = {
		name: value for name, value in given.items() if parameters[name].default is inspect.Parameter.empty
	}
	if door.takes_everything:
		generic = arguments.get_generic(aim)
		yield "least", {**generic, **least, "ignore_user_permissions": 0}
		yield "everything", {**generic, **given}
		counting = bodies.get_counting(aim)
		yield "counting", {**generic, **given, **counting}
		for filters in (generic["filters"], counting["filters"]):
			yield "plainly", {"doctype": aim.doctype, "filters": filters}
		return
	yield "least", least
	yield "everything", given
	yield from get_spellings(given, aim)
	if "doctype" in given and not given.keys().isdisjoint(("filters", "current_filters")):
		counting = {name: value for name, value in bodies.get_counting(aim).items() if name in parameters}
		yield "counting", {**given, **counting}
		yield "plainly", {name: value for name, value in {**given, **counting}.items() if value != aim.name}
	yield from get_smuggling_sets(door, given, parameters, aim)


def get_spellings(given: dict, aim: Aim) -> Iterator[tuple[str, dict]]:
	"""The name as an object, which the framework takes for a filter, and in the digits of another script."""
	named = {name: value for name, value in given.items() if value == aim.name}
	if not named or aim.label not in SPELLED:
		return
	field, mark = vocabulary.FILTER_FIELDS.get(aim.doctype, ("name", "title"))
	yield BY_FILTER, {**given, **{key: {field: ["like", f"%{half(mark)}%"]} for key in named}}
	yield "other digits", {**given, **dict.fromkeys(named, aim.name.translate(OTHER_DIGITS))}


def get_smuggling_sets(door: Function, given: dict, parameters: dict, aim: Aim) -> Iterator[tuple[str, dict]]:
	if pairs := [name for name in ("reference_doctype", "ref_doctype") if name in given]:
		partner = pairs[0].replace("doctype", "name") if "reference_name" in given else "ref_docname"
		yield "put on own record", {**given, pairs[0]: OPPORTUNITY, partner: aim.own}
	for name in TAKES_DOCUMENT & parameters.keys():
		for label, body in bodies.get_bodies(aim) if door.name.startswith(SAVING) else ():
			yield f"document: {label}", {**given, name: bodies.pack(door.name, body)}
	if {"fieldname", "value"} <= parameters.keys():
		for label, body in bodies.get_changes(aim):
			yield f"values: {label}", {**given, "fieldname": json.dumps(body, default=str), "value": ""}


def fill(name: str, parameter: inspect.Parameter, aim: Aim, beside: frozenset):
	if name in TAKES_DOCUMENT:
		return json.dumps(arguments.get_document(aim))
	if name in TAKES_ANYTHING:
		return json.dumps({**arguments.get_generic(aim), **arguments.get_document(aim)})
	if name == "filters" and "searchfield" in beside:
		return {"name": aim.name, "parent": aim.name}
	value = arguments.guess(name, aim, beside)
	if value is None and parameter.default is inspect.Parameter.empty:
		return aim.name
	return value


def ask_method(door: Method, aim: Aim) -> Iterator[Question]:
	"""A method of a controller: of the hidden document as it is stored, and of what the client says that it is."""
	doctype = door.doctype or aim.doctype
	if doctype != aim.doctype and aim.label != "opportunity":
		return
	given = {}
	for name, parameter in door.parameters.items():
		if name != "self" and parameter.kind == parameter.POSITIONAL_OR_KEYWORD:
			value = fill(name, parameter, aim, frozenset(door.parameters))
			if value is not None:
				given[name] = arguments.fit(value, parameter)
	asked = {"method": door.function.__name__, "args": json.dumps(given, default=str)}
	path = "/api/method/run_doc_method"
	if doctype == aim.doctype:
		yield Question(door.name, "stored", "POST", path, {**asked, "dt": aim.doctype, "dn": aim.name})
		document = arguments.get_document(aim)
		yield Question(door.name, "as said", "POST", path, {**asked, "docs": json.dumps(document)})
		return
	document = {**bodies.get_links(doctype, aim), "doctype": doctype, "__islocal": 1, "name": "new-1"}
	yield Question(door.name, "made up", "POST", path, {**asked, "docs": json.dumps(document)})


def ask_page(door: Page, aim: Aim) -> Iterator[Question]:
	given = {
		"doctype": aim.doctype,
		"name": aim.name,
		"q": half("title"),
		"format": "Standard",
		"key": "canary",
	}
	path = "/" + door.path.lstrip("/")
	for part in ("<path:name>", "<category>", "<path:app_path>"):
		path = path.replace(part, aim.name)
	yield Question(door.name, "page", "GET", path, given)

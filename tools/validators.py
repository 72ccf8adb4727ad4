"""A function that is called validate_… throws or does nothing: what changes a document is called set_, clear_ or keep_.

What Frappe calls `validate` itself is the list of both. A parameter, and what is read from one in the function, counts
as the document; what such a function calls is looked at where it stands.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

Finding = tuple[ast.AST, str]

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
TARGETS = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Delete, ast.For, ast.NamedExpr)
# methods of a document and of what it holds that change it
CHANGING = {
	"append",
	"clear",
	"db_set",
	"extend",
	"insert",
	"pop",
	"remove",
	"save",
	"set",
	"set_onload",
	"set_system_value",
	"setdefault",
	"update",
}


def find_changing_validators(tree: ast.Module) -> Iterator[Finding]:
	"""Yield each place in a validate_… that changes something it was given, with a sentence about it."""
	for function in ast.walk(tree):
		if isinstance(function, FUNCTIONS) and function.name.lstrip("_").startswith("validate_"):
			given = get_given(function)
			for node in ast.walk(function):
				if changed := next(get_changed(node, given), ""):
					yield (
						node,
						f"{function.name} changes {changed}: a function of its own, set_…, has to do that",
					)


def get_given(function: ast.FunctionDef) -> set[str]:
	"""The names of the parameters, and of what is taken out of them: `row` in `for row in doc.items`."""
	arguments = function.args
	given = {argument.arg for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
	while more := {name for node in ast.walk(function) for name in get_parts(node, given)} - given:
		given |= more
	return given


def get_parts(node: ast.AST, given: set[str]) -> Iterator[str]:
	if isinstance(node, ast.For | ast.comprehension):
		source, targets = node.iter, [node.target]
	elif isinstance(node, ast.Assign):
		source, targets = node.value, node.targets
	elif isinstance(node, ast.NamedExpr):
		source, targets = node.value, [node.target]
	else:
		return
	if is_part(source, given):
		for target in targets:
			yield from (name.id for name in ast.walk(target) if isinstance(name, ast.Name))


def is_part(node: ast.AST, given: set[str]) -> bool:
	"""Whether a value is (part of) what was given: `doc.items`, `doc.get(…)`, `list(doc.items)`, `(doc, *rows)`."""
	if isinstance(node, ast.Call) and getattr(node.func, "id", "") in (
		"list",
		"enumerate",
		"reversed",
		"sorted",
	):
		return any(is_part(argument, given) for argument in node.args)
	if isinstance(node, ast.Call):
		return getattr(node.func, "attr", "") == "get" and is_part(node.func, given)
	if isinstance(node, ast.Tuple | ast.List):
		return any(is_part(element, given) for element in node.elts)
	return get_root(node) in given


def get_changed(node: ast.AST, given: set[str]) -> Iterator[str]:
	if isinstance(node, TARGETS):
		for target in get_targets(node):
			if isinstance(target, ast.Attribute | ast.Subscript) and get_root(target) in given:
				yield ast.unparse(target)
	elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CHANGING:
		if get_root(node.func) in given:
			yield f"{get_root(node.func)} by {node.func.attr}"
	elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("setattr", "delattr"):
		yield from (ast.unparse(argument) for argument in node.args[:1] if get_root(argument) in given)


def get_targets(node: ast.AST) -> Iterator[ast.AST]:
	for target in getattr(node, "targets", None) or [node.target]:
		yield from target.elts if isinstance(target, ast.Tuple | ast.List) else [target]


def get_root(node: ast.AST) -> str:
	"""`doc.flags.routed`, `doc.items[0].rate` and `doc.get("items")` begin with doc."""
	while not isinstance(node, ast.Name):
		if isinstance(node, ast.Call):
			node = node.func
		elif isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
			node = node.value
		else:
			return ""
	return node.id

"""Mutants of a module: each is the module with one small change that a test should notice.

Texts for people, annotations, docstrings and decorators stay. Of the libraries, mutmut 3 leaves decorated functions and
tables of a module alone, where most of our rules stand, and cosmic-ray 8 writes each mutant into the checkout.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType

OPERATORS: dict[type[ast.AST], type[ast.AST]] = {
	ast.Lt: ast.LtE,
	ast.LtE: ast.Lt,
	ast.Gt: ast.GtE,
	ast.GtE: ast.Gt,
	ast.Eq: ast.NotEq,
	ast.NotEq: ast.Eq,
	ast.In: ast.NotIn,
	ast.NotIn: ast.In,
	ast.Is: ast.IsNot,
	ast.IsNot: ast.Is,
	ast.And: ast.Or,
	ast.Or: ast.And,
	ast.Add: ast.Sub,
	ast.Sub: ast.Add,
	ast.Mult: ast.Div,
	ast.Div: ast.Mult,
	ast.FloorDiv: ast.Mult,
	ast.Mod: ast.Mult,
	ast.BitOr: ast.BitAnd,
	ast.BitAnd: ast.BitOr,
}
FUNCTIONS = {"min": "max", "max": "min", "any": "all", "all": "any"}
LEFT_ALONE = ("annotation", "returns", "decorator_list", "ctx")
GUARDS = ("strict",)  # zip(strict=True) says what can't happen
TRANSLATE = "_"
CONDITIONS = ("test", "ifs")
LONGEST_TEXT = 70
MODULE = "module"


@dataclass(frozen=True)
class Mutant:
	"""One change. `lines` are those of its statement; `is_early`: it is carried out when the module is imported."""

	path: str
	number: int
	function: str
	line: int
	lines: range
	is_early: bool
	change: str

	@property
	def module(self) -> str:
		return self.path.removesuffix(".py").replace("/", ".")

	@property
	def name(self) -> str:
		"""How the file of accepted mutants calls it: without a line, which moves."""
		return f"{self.path} {self.function}: {self.change}"


@dataclass
class Place:
	"""A node of the tree and where it hangs."""

	node: ast.AST
	owner: ast.AST
	field: str
	index: int | None
	function: str
	statement: ast.stmt | None

	@property
	def lines(self) -> range:
		"""The lines of the statement, of a compound one those of its head."""
		statement = self.statement or self.node
		body = getattr(statement, "body", None)
		end = body[0].lineno - 1 if isinstance(body, list) and body else statement.end_lineno
		return range(statement.lineno, max(end, statement.lineno) + 1)

	def put(self, node: ast.AST) -> None:
		if self.index is None:
			setattr(self.owner, self.field, node)
		else:
			getattr(self.owner, self.field)[self.index] = node


def find_mutants(file: Path, root: Path) -> list[Mutant]:
	path = file.relative_to(root).as_posix()
	changes = enumerate(find_changes(ast.parse(file.read_text())))
	return [make_mutant(path, number, place, describe(place.node, new)) for number, (place, new) in changes]


def make_mutant(path: str, number: int, place: Place, change: str) -> Mutant:
	line = getattr(place.node, "lineno", place.lines.start)
	return Mutant(path, number, place.function, line, place.lines, place.function == MODULE, change)


def compile_mutant(file: Path, number: int) -> CodeType:
	"""Compile the module with the change of that number."""
	tree = ast.parse(file.read_text())
	for position, (place, new) in enumerate(find_changes(tree)):
		if position == number:
			place.put(ast.copy_location(new, place.node))
			return compile(ast.fix_missing_locations(tree), str(file), "exec")
	raise ValueError(f"{file} has no mutant {number}")


def find_changes(tree: ast.Module) -> Iterator[tuple[Place, ast.AST]]:
	for place in find_places(tree, MODULE, None):
		for new in get_changes(place):
			yield place, new


def find_places(owner: ast.AST, function: str, statement: ast.stmt | None) -> Iterator[Place]:
	for field, value in ast.iter_fields(owner):
		if field in LEFT_ALONE or is_text_for_people(owner, field):
			continue
		nodes = enumerate(value) if isinstance(value, list) else [(None, value)]
		for index, node in nodes:
			if isinstance(node, ast.AST) and not is_docstring(node) and not is_guard(node):
				inside = node if isinstance(node, ast.stmt) else statement
				yield Place(node, owner, field, index, function, inside)
				name = node.name if isinstance(node, ast.FunctionDef) else function
				yield from find_places(node, name, inside)


def is_docstring(node: ast.AST) -> bool:
	return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def is_guard(node: ast.AST) -> bool:
	return isinstance(node, ast.keyword) and node.arg in GUARDS


def is_text_for_people(owner: ast.AST, field: str) -> bool:
	return field == "args" and isinstance(owner, ast.Call) and getattr(owner.func, "id", "") == TRANSLATE


def get_changes(place: Place) -> Iterator[ast.AST]:
	if place.field in CONDITIONS and not isinstance(place.node, ast.Compare | ast.UnaryOp):
		yield ast.UnaryOp(ast.Not(), place.node)
	if change := CHANGES.get(type(place.node)):
		yield from change(place.node)


def change_constant(node: ast.Constant) -> Iterator[ast.AST]:
	if isinstance(node.value, bool):
		yield ast.Constant(not node.value)
	elif isinstance(node.value, int | float):
		yield ast.Constant(node.value + 1)
	elif isinstance(node.value, str) and node.value:
		yield ast.Constant(node.value + "!")


def change_comparison(node: ast.Compare) -> Iterator[ast.AST]:
	for position, operator in enumerate(node.ops):
		other = OPERATORS[type(operator)]()
		yield ast.Compare(
			node.left, [*node.ops[:position], other, *node.ops[position + 1 :]], node.comparators
		)


def change_boolean(node: ast.BoolOp) -> Iterator[ast.AST]:
	yield ast.BoolOp(OPERATORS[type(node.op)](), node.values)


def change_arithmetic(node: ast.BinOp) -> Iterator[ast.AST]:
	if other := OPERATORS.get(type(node.op)):
		yield ast.BinOp(node.left, other(), node.right)


def change_sum(node: ast.AugAssign) -> Iterator[ast.AST]:
	if other := OPERATORS.get(type(node.op)):
		yield ast.AugAssign(node.target, other(), node.value)


def drop_sign(node: ast.UnaryOp) -> Iterator[ast.AST]:
	yield node.operand


def change_call(node: ast.Call) -> Iterator[ast.AST]:
	"""Leave one named argument out, or call the opposite function."""
	for keyword in node.keywords:
		if keyword.arg and keyword.arg not in GUARDS:
			yield ast.Call(node.func, node.args, [other for other in node.keywords if other is not keyword])
	if isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS:
		yield ast.Call(ast.Name(FUNCTIONS[node.func.id], ast.Load()), node.args, node.keywords)


def return_nothing(node: ast.Return) -> Iterator[ast.AST]:
	if node.value and not isinstance(node.value, ast.Constant):
		yield ast.Return(ast.Constant(None))


def drop_statement(node: ast.Expr | ast.Raise) -> Iterator[ast.AST]:
	if isinstance(node, ast.Raise) or isinstance(node.value, ast.Call):
		yield ast.Pass()


CHANGES = {
	ast.Constant: change_constant,
	ast.Compare: change_comparison,
	ast.BoolOp: change_boolean,
	ast.BinOp: change_arithmetic,
	ast.AugAssign: change_sum,
	ast.UnaryOp: drop_sign,
	ast.Call: change_call,
	ast.Return: return_nothing,
	ast.Expr: drop_statement,
	ast.Raise: drop_statement,
	ast.Break: lambda node: iter([ast.Continue()]),
	ast.Continue: lambda node: iter([ast.Break()]),
}


def describe(old: ast.AST, new: ast.AST) -> str:
	return f"{shorten(old)} → {shorten(new)}"


def shorten(node: ast.AST) -> str:
	text = " ".join(ast.unparse(node).split())
	return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"

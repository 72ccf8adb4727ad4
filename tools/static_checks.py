"""House rules that ruff doesn't know, checked on the syntax tree: `python -m tools.static_checks [FOLDER]`.

A line with the comment `# reason: …` may break a forbidden pattern: the reason is then there to be judged.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tools import floors, texts, validators

LONGEST_FUNCTION = 40
LONGEST_FILE = 300
CHECKED_FOLDERS = ("crm_pipeline", "sandbox", "tools", "e2e", "benchmarks", "proofs")
APP_FOLDER = "crm_pipeline"
BUILT_FOLDER = "dist"  # what bench makes of the bundles
API_FOLDER = "api"
DOMAIN_FOLDER = "domain"
SQL_MODULE = "crm_pipeline/sql.py"
SQL = re.compile(
	r"`tab|^select |\bselect .*\bfrom\b|\bunion all\b|^ ?limit \d|\b(drop|alter|create) (table|index|sequence)\b"
	r"|\b(insert|delete|replace) (in|from|into)\b .*`|\bcoalesce\(|^ (and|or) $",
	re.IGNORECASE,
)
HOST_PACKAGES = {"frappe", "erpnext"}
ROUTE = re.compile(r"""["'`/]/?app/""")


@dataclass(frozen=True)
class Source:
	"""One Python file; `path` is relative to the repository."""

	path: Path
	text: str

	@property
	def is_test(self) -> bool:
		return "tests" in self.path.parts

	@property
	def is_app(self) -> bool:
		return self.path.parts[0] == APP_FOLDER and not self.is_test

	def has_reason(self, node: ast.AST) -> bool:
		lines = self.text.splitlines()[node.lineno - 1 : node.end_lineno]
		return any("# reason:" in line for line in lines)


Finding = tuple[int, str]
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


# --- size


def find_long_functions(source: Source, tree: ast.Module) -> Iterator[Finding]:
	for node in ast.walk(tree):
		if isinstance(node, FUNCTIONS) and (length := node.end_lineno - node.lineno + 1) > LONGEST_FUNCTION:
			yield node.lineno, f"{node.name} has {length} lines, at most {LONGEST_FUNCTION} are allowed"


def find_long_file(source: Source, tree: ast.Module) -> Iterator[Finding]:
	length = len(source.text.splitlines())
	if length > LONGEST_FILE and not source.is_test:
		yield 1, f"the file has {length} lines, at most {LONGEST_FILE} are allowed"


# --- forbidden patterns: each takes a node and says whether it is one


def has_true_keyword(node: ast.AST, name: str) -> bool:
	keywords = node.keywords if isinstance(node, ast.Call) else []
	return any(keyword.arg == name and is_truthy_constant(keyword.value) for keyword in keywords)


def is_truthy_constant(node: ast.AST) -> bool:
	return isinstance(node, ast.Constant) and bool(node.value)


def ignores_permissions(node: ast.AST) -> bool:
	if isinstance(node, ast.Assign) and is_truthy_constant(node.value):
		return any(getattr(target, "attr", None) == "ignore_permissions" for target in node.targets)
	return has_true_keyword(node, "ignore_permissions")


def allows_guest(node: ast.AST) -> bool:
	return has_true_keyword(node, "allow_guest")


def commits(node: ast.AST) -> bool:
	return is_method_call(node, "commit") and "db" in (
		getattr(node.func.value, "attr", ""),
		get_name(node.func.value),
	)


def runs_assembled_sql(node: ast.AST) -> bool:
	if not (is_method_call(node, "sql", "sql_list", "sql_ddl", "multisql") and node.args):
		return False
	query = node.args[0]
	return isinstance(query, ast.JoinedStr | ast.BinOp) or is_method_call(query, "format", "join", "replace")


def assembles_sql(node: ast.AST) -> bool:
	"""An f-string, a sum or a format of what reads like SQL, whatever becomes of it."""
	if isinstance(node, ast.JoinedStr):
		texts = [part.value for part in node.values if isinstance(part, ast.Constant)]
	elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
		texts = [side.value for side in (node.left, node.right) if isinstance(side, ast.Constant)]
	elif is_method_call(node, "format", "join"):
		texts = [node.func.value.value] if isinstance(node.func.value, ast.Constant) else []
	else:
		return False
	return bool(SQL.search(" ".join(map(str, texts))))


def evaluates_code(node: ast.AST) -> bool:
	return isinstance(node, ast.Call) and get_name(node.func) in ("eval", "exec")


def catches_everything(node: ast.AST) -> bool:
	return isinstance(node, ast.ExceptHandler) and node.type is None


def writes_status_past_save(node: ast.AST) -> bool:
	if not is_method_call(node, "db_set", "set_value"):
		return False
	values = [*node.args, *(keyword.value for keyword in node.keywords)]
	names = [*values, *(key for value in values if isinstance(value, ast.Dict) for key in value.keys)]
	return any(isinstance(name, ast.Constant) and name.value == "status" for name in names)


def has_fixed_route(node: ast.AST) -> bool:
	return isinstance(node, ast.Constant) and isinstance(node.value, str) and "/app/" in node.value


def is_method_call(node: ast.AST, *names: str) -> bool:
	return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in names


def get_name(node: ast.AST) -> str:
	return node.id if isinstance(node, ast.Name) else ""


FORBIDDEN: dict[str, Callable[[ast.AST], bool]] = {
	"ignore_permissions: check the permission instead": ignores_permissions,
	"allow_guest: nothing here is for guests": allows_guest,
	"db.commit: a request is one transaction": commits,
	"SQL put together from strings: use the query builder or values": runs_assembled_sql,
	f"SQL as text: {SQL_MODULE} is the one place where it is put together": assembles_sql,
	"eval or exec": evaluates_code,
	"bare except: name the exception": catches_everything,
	"a status is written by save() only": writes_status_past_save,
	'the route "/app/" is "/desk/" on Frappe 16: use get_link_to_form': has_fixed_route,
}


def find_forbidden_patterns(source: Source, tree: ast.Module) -> Iterator[Finding]:
	if not source.is_app:
		return
	free = (runs_assembled_sql, assembles_sql) if str(source.path) == SQL_MODULE else ()
	for node in ast.walk(tree):
		for message, is_forbidden in FORBIDDEN.items():
			if is_forbidden not in free and is_forbidden(node) and not source.has_reason(node):
				yield node.lineno, message


# --- whitelisted functions and the domain


def find_untyped_whitelisted(source: Source, tree: ast.Module) -> Iterator[Finding]:
	if not source.is_app:
		return
	for node in ast.walk(tree):
		if isinstance(node, FUNCTIONS) and any(map(is_whitelist, node.decorator_list)):
			untyped = [argument.arg for argument in get_parameters(node) if not argument.annotation]
			if untyped:
				yield (
					node.lineno,
					f"whitelisted {node.name} has parameters without a type: {', '.join(untyped)}",
				)


def find_whitelisted_outside_api(source: Source, tree: ast.Module) -> Iterator[Finding]:
	if not source.is_app or source.path.parts[1] == API_FOLDER:
		return
	for node in ast.walk(tree):
		if isinstance(node, FUNCTIONS) and any(map(is_whitelist, node.decorator_list)):
			yield node.lineno, f"whitelisted {node.name} stands outside {API_FOLDER}/"


def is_whitelist(decorator: ast.AST) -> bool:
	function = decorator.func if isinstance(decorator, ast.Call) else decorator
	return (getattr(function, "attr", "") or get_name(function)) == "whitelist"


def get_parameters(function: ast.FunctionDef) -> list[ast.arg]:
	given = function.args
	parameters = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
	return [parameter for parameter in parameters if parameter and parameter.arg not in ("self", "cls")]


def find_host_imports_in_domain(source: Source, tree: ast.Module) -> Iterator[Finding]:
	if not (source.is_app and DOMAIN_FOLDER in source.path.parts):
		return
	for node in ast.walk(tree):
		for module in get_imported_modules(node):
			if module.split(".")[0] in HOST_PACKAGES:
				yield node.lineno, f"the domain imports {module}: it must run without a host"


def get_imported_modules(node: ast.AST) -> list[str]:
	if isinstance(node, ast.Import):
		return [alias.name for alias in node.names]
	return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


# --- texts for people, and what is called validate_


def find_by_neighbours(source: Source, tree: ast.Module) -> Iterator[Finding]:
	for find in (texts.find_lost_texts, validators.find_changing_validators) if source.is_app else ():
		yield from ((node.lineno, text) for node, text in find(tree) if not source.has_reason(node))


CHECKS = (
	find_long_functions,
	find_long_file,
	find_forbidden_patterns,
	find_untyped_whitelisted,
	find_whitelisted_outside_api,
	find_host_imports_in_domain,
	find_by_neighbours,
)


# --- client scripts and templates


def find_in_client_script(text: str) -> Iterator[Finding]:
	for number, line in enumerate(text.splitlines(), start=1):
		if "cur_frm" in line:
			yield number, "cur_frm: use the frm that the handler is given"
		if ROUTE.search(line):
			yield number, 'the route "/app/" is "/desk/" on Frappe 16: use frappe.set_route'
	yield from texts.find_lost_in_script(text)


def find_in_template(text: str) -> Iterator[Finding]:
	yield from texts.find_lost_in_script(text, texts.TEMPLATE_CALL)


# --- running them


def check_python(path: Path, text: str) -> list[Finding]:
	"""The findings in one file, as (line, message); `path` is relative to the repository."""
	source, tree = Source(path, text), ast.parse(text)
	return [finding for check in CHECKS for finding in check(source, tree)]


def check_folder(root: Path) -> Iterator[str]:
	"""Each finding below `root` as `path:line: message`."""
	for folder in CHECKED_FOLDERS:
		for file in sorted((root / folder).rglob("*.py")):
			path = file.relative_to(root)
			yield from (f"{path}:{line}: {text}" for line, text in check_python(path, file.read_text()))
	for pattern, find in (("*.js", find_in_client_script), ("*.html", find_in_template)):
		for file in sorted((root / APP_FOLDER).rglob(pattern)):
			if BUILT_FOLDER in file.parts:
				continue
			findings = find(file.read_text())
			yield from (f"{file.relative_to(root)}:{line}: {text}" for line, text in findings)
	yield from floors.check_house(root / APP_FOLDER)


def main() -> int:
	root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent
	findings = list(check_folder(root))
	print("\n".join(findings) or "Static checks: nothing found.")
	return 1 if findings else 0


if __name__ == "__main__":
	sys.exit(main())

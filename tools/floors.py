"""The floors of the app's house: imports look down, never up, and no room reaches into the insides of a neighbour.

A room is a file or folder below `crm_pipeline/`. What two neighbours need stands on a floor below both, or in the face
of one of them: the names that its `__init__.py` lists in `__all__`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

APP = "crm_pipeline"
# from the ground up
FLOORS = {
	"ground": ("constants", "exceptions", "refusal", "compat", "sql", "domain"),
	"an opportunity in hand": ("record",),
	"services": ("access", "audit", "notices"),
	"features": (
		"auto_close",
		"conversion",
		"correspondence",
		"dashboard",
		"form",
		"mail",
		"moving_in",
		"next_contact",
		"offers",
		"personal_data",
		"reporting",
		"routing",
	),
	"what Frappe looks for": ("crm_pipeline",),
	"doors and wiring": (
		"api",
		"commands",
		"custom_fields",
		"demo",
		"hooks",
		"indexes",
		"install",
		"overrides",
		"patches",
		"preconditions",
		"seeds",
		"tasks",
		"uninstall",
		"built_on",
		"www",
	),
}
HEIGHTS = {room: height for height, rooms in enumerate(FLOORS.values()) for room in rooms}
NAMES = tuple(FLOORS)
DOORS = len(FLOORS) - 1

Import = tuple[int, str]  # the line, and what is imported: module, or module.name


def get_imports(tree: ast.Module, module: str, is_package: bool = False) -> Iterator[Import]:
	"""What a module imports of the app, wherever in it; `module` is its own dotted name."""
	for node in ast.walk(tree):
		if isinstance(node, ast.Import):
			yield from ((node.lineno, alias.name) for alias in node.names if is_ours(alias.name))
		elif isinstance(node, ast.ImportFrom):
			base = get_base(node, module, is_package)
			if is_ours(base):
				yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)


def get_base(node: ast.ImportFrom, module: str, is_package: bool) -> str:
	if not node.level:
		return node.module or ""
	parts = module.split(".")
	parts = parts[: len(parts) - node.level + is_package]
	return ".".join([*parts, *filter(None, [node.module])])


def is_ours(dotted: str) -> bool:
	return dotted == APP or dotted.startswith(f"{APP}.")


def get_room(dotted: str) -> str:
	"""`crm_pipeline.mail.sender` stands in `mail`; the app's own `__init__` in no room."""
	return dotted.partition(".")[2].partition(".")[0]


def find_wrong_imports(
	path: Path, tree: ast.Module, faces: Mapping[str, frozenset[str]]
) -> Iterator[tuple[int, str]]:
	"""The imports of one file that look up or into a neighbour, as (line, sentence).

	`path` is relative to the repository; `faces` has the names that each room shows its neighbours.
	"""
	module = get_module(path)
	room = get_room(module)
	if not room:
		return
	if room not in HEIGHTS:
		yield 1, f"the room {room} stands on no floor: name it in tools/floors.py"
		return
	for line, imported in get_imports(tree, module, path.name == "__init__.py"):
		other = get_room(imported)
		if other == room or not other:
			continue
		if HEIGHTS.get(other, DOORS) > HEIGHTS[room]:
			yield line, f"{imported} stands above: {room} is on the floor “{NAMES[HEIGHTS[room]]}”"
		elif is_inside_neighbour(room, imported, faces):
			yield (
				line,
				f"{imported} is inside a neighbour: take it a floor down, or show it in {other}/__init__.py",
			)


def is_inside_neighbour(room: str, imported: str, faces: Mapping[str, frozenset[str]]) -> bool:
	other = get_room(imported)
	if HEIGHTS.get(other) != HEIGHTS[room] or HEIGHTS[room] in (0, DOORS):
		return False
	return imported.removeprefix(f"{APP}.{other}.") not in faces.get(other, ())


def get_faces(app: Path) -> dict[str, frozenset[str]]:
	"""The names in `__all__` of each room's `__init__.py`."""
	return {file.parent.name: frozenset(read_face(file.read_text())) for file in app.glob("*/__init__.py")}


def read_face(text: str) -> Iterable[str]:
	for node in ast.parse(text).body:
		if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
			return ast.literal_eval(node.value)
	return ()


def get_module(path: Path) -> str:
	return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def check_house(app: Path) -> Iterator[str]:
	"""Each wrong import and each ring below the app's folder, as `path:line: sentence`."""
	faces = get_faces(app)
	for file in get_files(app):
		path = file.relative_to(app.parent)
		findings = find_wrong_imports(path, ast.parse(file.read_text()), faces)
		yield from (f"{path}:{line}: {text}" for line, text in findings)
	yield from (f"{app.name}:1: modules import each other: {ring}" for ring in find_cycles(app))


def get_files(app: Path) -> list[Path]:
	return [file for file in sorted(app.rglob("*.py")) if "tests" not in file.relative_to(app).parts]


def find_cycles(app: Path) -> Iterator[str]:
	"""Each ring of modules that import each other, told once: `a → b → a`."""
	files = {get_module(file.relative_to(app.parent)): file for file in get_files(app)}
	graph = {
		module: {
			get_known(imported, files) for _line, imported in get_imports(ast.parse(file.read_text()), module)
		}
		for module, file in files.items()
	}
	done: set[str] = set()
	for module in sorted(graph):
		yield from walk(graph, module, [], done)


def get_known(imported: str, files: Mapping[str, Path]) -> str:
	return imported if imported in files else imported.rpartition(".")[0]


def walk(graph: Mapping[str, set[str]], module: str, way: list[str], done: set[str]) -> Iterator[str]:
	if module in way:
		ring = way[way.index(module) :]
		yield " → ".join([*ring, module])
	elif module not in done:
		for other in sorted(graph.get(module, ())):
			if other != module:
				yield from walk(graph, other, [*way, module], done)
		done.add(module)

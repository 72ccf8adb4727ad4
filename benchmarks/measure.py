"""Times and counts: two sides of the same work by turns, so that a busy machine slows both alike."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import frappe


@dataclass
class Sample:
	"""One side of one piece of work: times in ms and statements sent, one of each per repeat; the last result."""

	times: list[float] = field(default_factory=list)
	statements: list[int] = field(default_factory=list)
	result: object = None

	@property
	def median(self) -> float:
		return statistics.median(self.times)

	@property
	def median_statements(self) -> int:
		return int(statistics.median(self.statements))


# ms per side, after which work is not repeated any more, and not even done a second time
BUDGET, WARM_UP_BUDGET = 3000, 30_000

Work = Callable[[], object]


@contextmanager
def counted_statements() -> Iterator[list[str]]:
	"""Yield the list that every statement sent to the database lands in, complete with its values."""
	seen: list[str] = []
	cursor = frappe.db._cursor
	execute = cursor.execute

	def note(query, *arguments):
		answer = execute(query, *arguments)
		sent = cursor._executed  # with its values, as both drivers of the framework keep it
		seen.append(sent.decode() if isinstance(sent, bytes) else sent)
		return answer

	cursor.execute = note
	try:
		yield seen
	finally:
		cursor.execute = execute


def drop_failing(sides: dict[str, Work], before: Callable[[], None]) -> str:
	"""Take ERPNext's side out where it fails, and return what there is to note: its failure is not the end of ours."""
	if "theirs" not in sides:
		return ""
	before()
	try:
		sides["theirs"]()
	except Exception as error:  # reason: whatever it is, it is told in the line
		del sides["theirs"]
		return f"ERPNext's fails with {type(error).__name__}; "
	return ""


def get_list_query(seen: list[str], doctype: str) -> str:
	"""Return the list's own among the statements seen: the last one on its table."""
	return [query for query in seen if f"from `tab{doctype}`".lower() in query.lower()][-1]  # 16 writes FROM


def measure_once(sample: Sample, work: Work) -> None:
	gc.collect()
	with counted_statements() as seen:
		start = time.perf_counter()
		sample.result = work()
		sample.times.append((time.perf_counter() - start) * 1000)
	sample.statements.append(len(seen))


def alternate(sides: dict[str, Work], repeats: int, before: Work = lambda: None) -> dict[str, Sample]:
	"""Run each side once per round, `before` it what is not timed, and return their samples.

	The first round warms up (what it reads from disk would be measured otherwise) and counts only for work that
	takes so long that it isn't done again.
	"""
	samples = {name: Sample() for name in sides}
	warm_up = {name: Sample() for name in sides}
	for turn in range(1 + repeats):
		for name, work in sides.items():
			if sum(samples[name].times) > BUDGET or sum(warm_up[name].times) > WARM_UP_BUDGET:
				continue
			before()
			measure_once(samples[name] if turn else warm_up[name], work)
	return {name: samples[name] if samples[name].times else warm_up[name] for name in sides}

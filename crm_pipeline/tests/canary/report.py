"""What the search says at the end: in figures, and what it found."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from crm_pipeline.tests.canary import known
from crm_pipeline.tests.canary.doors import Function, Page, Route
from crm_pipeline.tests.canary.marks import MARKS
from crm_pipeline.tests.canary.search import OUTCOMES, Finding, Search

LONGEST_QUESTION = 600


def split(findings: list[Finding]) -> tuple[list[Finding], dict[known.Known, list[Finding]]]:
	"""Return the findings that nobody has accepted, and the others by what accepts them."""
	found, accepted = [], defaultdict(list)
	for finding in findings:
		exception = known.find(finding)
		if exception:
			accepted[exception].append(finding)
		else:
			found.append(finding)
	return found, accepted


def describe(findings: Iterable[Finding]) -> list[str]:
	"""One line for what was found at a door in one way, whoever asked."""
	callers = defaultdict(set)
	first = {}
	for finding in findings:
		key = (finding.kind, finding.door, finding.aim, finding.label)
		callers[key].add(finding.caller)
		first.setdefault(key, finding)
	return [
		f"{' | '.join(key)} | {first[key].what} | {', '.join(sorted(callers[key]))}"
		f" | {str(first[key].question)[:LONGEST_QUESTION]}"
		for key in sorted(first)
	]


def summarize(search: Search, doors: list, left_out: dict[str, str]) -> list[str]:
	"""Figures, what was accepted, and what could not be called."""
	functions, routes, pages = (search.count_answering(doors, kind) for kind in (Function, Route, Page))
	lines = [
		f"{functions} functions, {routes} routes and {pages} pages answered {search.statistics['questions']}"
		f" questions; {len(MARKS)} marks were looked for.",
	]
	best = Counter(search.outcomes.values())
	lines.append("At best, doors " + ", ".join(f"{outcome} {best[outcome]}" for outcome in OUTCOMES) + ".")
	lines += [f"left out: {name}: {reason}" for name, reason in sorted(left_out.items())]
	lines += [
		f"failed whatever was asked: {door.name}: {search.doors.get(door.name, 'never asked')[:160]}"
		for door in doors
		if search.doors.get(door.name) != ""
	]
	_found, accepted = split(search.findings)
	lines += [
		f"accepted, {len(findings)} times: {exception.reason}" for exception, findings in accepted.items()
	]
	return lines

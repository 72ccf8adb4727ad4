"""Puts every question to every door as each caller, and looks at what comes back."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import frappe

from crm_pipeline.tests.base import forget_cached_documents
from crm_pipeline.tests.canary import doors, questions, stories, values, vocabulary
from crm_pipeline.tests.canary.arguments import Aim
from crm_pipeline.tests.canary.asking import Answer, Question, ask, undo
from crm_pipeline.tests.canary.callers import ALIKE, CALLERS
from crm_pipeline.tests.canary.marks import find_marks
from crm_pipeline.tests.canary.watch import HiddenRows, describe_changes

# what ERPNext itself shows to the roles of a caller, and lists that everybody reads
OWN_DOCUMENTS = {
	"user without sales role": {"supplier quotation", "request for quotation"},
	"other sales engineer": {"quotation", "sales order", "supplier quotation", "request for quotation"},
	"former engineer": {"quotation", "sales order"},
	"API user": {"quotation", "sales order"},
}
ASKED_ANYWAY = {"opportunity", "row of item"}
OWN_AIMS = {"user without sales role": {"Supplier Quotation", "Request for Quotation", "Auto Email Report"}}
# kept by the framework as whoever asked for it first may see it
KEPT_FOR_ALL = {"frappe.desk.form.load.getdoctype"}
FIRST = next(iter(CALLERS))
MASTERS = {"reason", "competitor", "tag"}
ERPNEXT_AIMS = {
	"opportunity",
	"row of item",
	"Quotation",
	"Sales Order",
	"Supplier Quotation",
	"Request for Quotation",
	"Communication",
}
OUTCOMES = ("answered", "refused", "found the arguments wrong", "failed")
PORTAL_AIMS = ERPNEXT_AIMS | {"Comment", "Event", "File 2", "Notification Log", "Tag Link", "ToDo", "Version"}


@dataclass(frozen=True)
class Finding:
	kind: str
	door: str
	caller: str
	aim: str
	label: str
	what: str
	question: Question

	def __str__(self) -> str:
		return f"{self.kind}: {self.door} | {self.caller} | {self.aim} | {self.label} | {self.what} | {self.question}"


@dataclass
class Asked:
	"""One question that is asked again when something has changed."""

	caller: str
	aim: str
	question: Question
	answer: str
	status: int
	masters: frozenset


@dataclass
class Search:
	things: dict[str, tuple[str, str]]
	own: str
	callers: tuple[str, ...] = tuple(CALLERS)
	findings: list[Finding] = field(default_factory=list)
	asked: list[Asked] = field(default_factory=list)
	doors: dict[str, str] = field(default_factory=dict)
	outcomes: dict[str, str] = field(default_factory=dict)
	statistics: Counter = field(default_factory=Counter)
	progress: Callable = print
	first_answers: dict = field(default_factory=dict)
	seconds: Counter = field(default_factory=Counter)
	answered: set = field(default_factory=set)

	def __post_init__(self):
		self.hidden = HiddenRows(self.things)
		self.rows = self.hidden.read()

	def run(self, all_doors: list) -> None:
		for caller in self.callers:
			self.seen = set()
			for door in all_doors:
				for aim in self.get_aims(door, caller):
					for question in questions.make_questions(door, aim):
						self.put(caller, aim, question)
			self.progress(f"{caller}: {self.statistics[caller]} questions")

	def get_aims(self, door, caller: str) -> Iterator[Aim]:
		for label, (doctype, name) in self.things.items():
			if self.is_asked(door, caller, label):
				yield Aim(label, doctype, name, CALLERS[caller], self.own, self.things)

	def is_asked(self, door, caller: str, label: str) -> bool:
		if label == "opportunity":
			return True
		if caller in ALIKE or isinstance(door, doors.Page):
			return False
		if isinstance(door, doors.Function):
			if caller == "guest" and not door.for_guests:
				return False
			if caller == "portal user" and label not in PORTAL_AIMS:
				return False
			if not door.takes_everything and door.parameters.keys().isdisjoint(vocabulary.DOCTYPES):
				return f'"{self.things[label][0]}"' in door.source
			return door.name.startswith(("frappe.", "crm_pipeline.")) or label in ERPNEXT_AIMS
		return True

	def put(self, caller: str, aim: Aim, question: Question) -> None:
		key = f"{question}"
		known = (question.door, aim.label, question.label)
		if key in self.seen or self.is_idle(caller, known):
			return
		self.seen.add(key)
		began = time.monotonic()
		answer = ask(aim.caller, question)
		self.seconds[question.door] += time.monotonic() - began
		self.seconds[caller] += time.monotonic() - began
		self.statistics[caller] += 1
		self.statistics["questions"] += 1
		self.statistics[f"status {answer.status}"] += 1
		if caller == FIRST:
			self.first_answers[known] = answer.status
		masters = self.inspect(caller, aim, question, answer)
		for next_question in stories.go_on(question, answer):
			next_answer = ask(aim.caller, next_question, is_next=True)
			answer.trace.touched |= next_answer.trace.touched
			self.inspect(caller, aim, next_question, next_answer)
		undo(answer.trace)
		if answer.status >= 500:
			self.statistics[f"{question.door} {answer.error[:90]}"] += 1
		outcome = get_outcome(answer.status)
		self.outcomes[question.door] = min(
			self.outcomes.get(question.door, outcome), outcome, key=OUTCOMES.index
		)
		if answer.status < 500:
			self.doors[question.door] = ""
		else:
			self.doors.setdefault(question.door, answer.error)
		key = (question.door, aim.label, question.label, answer.normal)
		if (masters or is_telling(question, answer)) and key not in self.answered:
			self.answered.add(key)
			self.asked.append(
				Asked(caller, aim.label, question, answer.normal, answer.status, frozenset(masters))
			)

	def is_idle(self, caller: str, known: tuple) -> bool:
		"""Who has fewer rights than the first isn't asked again what fails for what it is given, or was refused there."""
		status = self.first_answers.get(known, 200)
		if status == 403:
			return known[1] not in ASKED_ANYWAY and known[1] not in OWN_AIMS.get(caller, ())
		return status != 200

	def inspect(self, caller: str, aim: Aim, question: Question, answer: Answer) -> set[str]:
		"""Note what is wrong; return the marks that are wrong only if they change with what is hidden."""
		echo = set(find_marks(str(question))) | OWN_DOCUMENTS.get(caller, set())
		marks = set(find_marks(answer.text)) - echo

		def note(kind: str, what: str) -> None:
			self.findings.append(
				Finding(kind, question.door, caller, aim.label, question.label, what, question)
			)

		if marks - MASTERS:
			note("mark", ", ".join(sorted(marks - MASTERS)))
		kept = {what for what in answer.trace.kept_marks if what.split(" in ")[0] not in echo | MASTERS}
		if kept:
			note("kept", ", ".join(sorted(kept)))
		if answer.trace.changed_hidden and (changes := describe_changes(self.rows, self.hidden.read())):
			note("change", "; ".join(changes))
		return marks & MASTERS

	def count_answering(self, chosen: list, kind: type) -> int:
		"""Return how many doors of a kind answered at least once."""
		return sum(isinstance(door, kind) and self.doors.get(door.name) == "" for door in chosen)

	def compare(self) -> None:
		"""Ask again what may depend on hidden values, with other values, and what was answered, without them."""
		self.progress(f"{len(self.asked)} questions again, with other values")
		differing = list(self.ask_again(self.asked, self.change_values))
		unstable = {id(asked) for asked, _answer in self.ask_again([a for a, _ in differing], lambda: None)}
		for asked, answer in differing:
			if id(asked) not in unstable:
				self.note_difference("difference", asked, answer)
		found = [asked for asked in self.asked if asked.status == 200]
		for asked, answer in self.ask_again(found, lambda: values.remove_rows(self.rows)):
			if (
				answer.status == 200
			):  # a name that isn't there is answered in another way than one that is hidden
				self.note_difference("presence", asked, answer)

	def change_values(self) -> None:
		values.change_values(self.rows)
		values.Files.change(True)

	def ask_again(self, asked: list[Asked], prepare: Callable) -> Iterator[tuple[Asked, Answer]]:
		frappe.db.savepoint("prepared")
		prepare()
		forget_cached_documents()
		for question in asked:
			answer = ask(CALLERS[question.caller], question.question)
			undo(answer.trace)
			if answer.normal != question.answer:
				yield question, answer
		frappe.db.rollback(save_point="prepared")
		values.Files.change(False)
		forget_cached_documents()

	def note_difference(self, kind: str, asked: Asked, answer: Answer) -> None:
		where = get_difference(asked.answer, answer.normal)
		question = asked.question
		self.findings.append(
			Finding(kind, question.door, asked.caller, asked.aim, question.label, where, question)
		)


def get_outcome(status: int) -> str:
	if status < 400:
		return OUTCOMES[0]
	if status in (401, 403, 404):
		return OUTCOMES[1]
	return OUTCOMES[2] if status < 500 else OUTCOMES[3]


def is_telling(question: Question, answer: Answer) -> bool:
	"""What is refused is so in a sentence of the framework's, but where a filter decides about that; ours are looked at all."""
	if question.door in KEPT_FOR_ALL:
		return False
	ours = question.door.startswith("crm_pipeline.")
	is_filtered = question.label in questions.FILTERING
	return answer.trace.asked_hidden and (answer.status == 200 or ours or is_filtered)


def get_difference(first: str, second: str) -> str:
	at = next(
		(i for i, (a, b) in enumerate(zip(first, second, strict=False)) if a != b),
		min(len(first), len(second)),
	)
	start = max(at - 30, 0)
	return f"{first[start : at + 50]!r} → {second[start : at + 50]!r}"

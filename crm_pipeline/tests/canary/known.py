"""What may be found: doors that stand open for every DocType of the framework and that can't be shut sensibly.

Each row is one in docs/permissions.md. A row that nothing matches any more is to be deleted.
"""

import re
from dataclasses import dataclass

from crm_pipeline.tests.canary.search import Finding


@dataclass(frozen=True)
class Known:
	"""Regular expressions, each for the whole of what it is held against."""

	reason: str
	kind: str = ".*"
	door: str = ".*"
	aim: str = ".*"
	what: str = ".*"
	label: str = ".*"

	def matches(self, finding: Finding) -> bool:
		return all(
			re.fullmatch(getattr(self, field), getattr(finding, field), re.DOTALL)
			for field in ("kind", "door", "aim", "what", "label")
		)


DOCUMENTS = r"(Quotation|Sales Order|Supplier Quotation|Request for Quotation)( \d+)?"
KNOWN = (
	Known(
		"ERPNext's documents belong to its roles, who comment, tag, like, share, cancel and delete them: the"
		" opportunity follows. To which opportunity they belong they don't change.",
		kind="change|kept",
		aim=DOCUMENTS,
		what=r"(?!.*pipeline_opportunity).*",
	),
	Known(
		"An ERPNext document says that its opportunity isn't the user's to change.", "presence", aim=DOCUMENTS
	),
	Known(
		"Which DocTypes point at a DocType, of all its records together.",
		"presence",
		r"frappe\.desk\.form\.linked_with\.get_linked_doctypes|.*\.get_applicable_for_doctype_list",
	),
)


def find(finding: Finding) -> Known | None:
	return next((known for known in KNOWN if known.matches(finding)), None)

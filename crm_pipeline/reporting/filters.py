"""The filters that all reports share: what a form, a chart or a digest sends becomes typed and checked."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

import frappe
from frappe import _, _lt
from frappe.utils import cint, getdate
from pypika.terms import Criterion

from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.domain import periods
from crm_pipeline.refusal import refuse
from crm_pipeline.reporting.companies import choose_company

# filter → its label and the DocType its value is a record of
LINKS = {
	"company": (_lt("Company"), "Company"),
	"region": (_lt("Region"), "Pipeline Region"),
	"sales_engineer": (_lt("Sales Engineer"), "User"),
	"product_line": (_lt("Product Line"), "Pipeline Product Line"),
	"opportunity_type": (_lt("Opportunity Type"), "Pipeline Opportunity Type"),
	"source": (_lt("Source"), "Pipeline Source"),
}
LARGEST = 99_999
HISTORY = ("Included", "Left Out")
YEARS = range(1900, 2200)
EQUAL = ("sales_engineer", "product_line", "opportunity_type", "source")


@dataclass(frozen=True)
class Filters:
	"""What a report counts: a period, a company and its currency, and where in the pipeline.

	`company` is None where one needn't be told from another; `for_user` is whose digest this is, if it is one.
	"""

	given: dict
	from_date: date
	to_date: date
	company: str | None
	currency: str
	note: str
	with_history: bool
	for_user: str | None
	region: str | None
	regions: tuple[str, ...]
	equal: dict = field(default_factory=dict)

	def get_choice(self, fieldname: str, label: str, choices: tuple[str, ...]) -> str:
		"""Return the given one of the choices, the first by default."""
		return get_choice(self.given, fieldname, label, choices)

	def get_number(self, fieldname: str, label: str, default: int) -> int:
		"""Return a whole number from 0 to the largest that makes sense."""
		given = self.given.get(fieldname)
		number = default if given in (None, "") else cint(given, -1)
		if not 0 <= number <= LARGEST:
			refuse(_("{0} can't be {1}. Enter a whole number from 0 to {2}."), label, given, LARGEST)
		return number

	def get_readers(self) -> set[str]:
		"""Return whose view of the pipeline this is: the current user's, and that of the reader of a digest."""
		return {frappe.session.user, self.for_user or frappe.session.user}

	def get_criteria(self, opportunity) -> list[Criterion]:
		criteria = [opportunity[fieldname] == value for fieldname, value in self.equal.items()]
		if self.company:
			criteria.append(opportunity.company == self.company)
		if self.regions:
			criteria.append(opportunity.region.isin(self.regions))
		if not self.with_history:
			criteria.append(opportunity.is_history == 0)
		return criteria

	def get_slice(self) -> dict:
		"""Return the filters of the list that shows what is counted here."""
		region = {"region": ["descendants of (inclusive)", self.region]} if self.region else {}
		company = {"company": self.company} if self.company else {}
		history = {} if self.with_history else {"is_history": 0}
		return {**self.equal, **region, **company, **history}


def read_filters(
	given: dict | None, complete: Callable = periods.look_back, with_history: bool = True
) -> Filters:
	"""Return the filters, completed by defaults; refuse what can't be meant."""
	given = given or {}
	links = {fieldname: _read_link(given, fieldname) for fieldname in LINKS}
	from_date, to_date = _read_period(given, complete)
	company, currency, note = choose_company(links["company"])
	history = get_choice(given, "history", _("Imported History"), HISTORY if with_history else HISTORY[::-1])
	return Filters(
		given=given,
		from_date=from_date,
		to_date=to_date,
		company=company,
		currency=currency,
		note=note,
		with_history=history == HISTORY[0],
		for_user=_read_user(given),
		region=links["region"],
		regions=_get_regions(links["region"]),
		equal={fieldname: links[fieldname] for fieldname in EQUAL if links[fieldname]},
	)


def get_choice(given: dict, fieldname: str, label: str, choices: tuple[str, ...]) -> str:
	"""Return the given one of the choices, the first by default. A refusal names them as they have to be given."""
	choice = given.get(fieldname) or choices[0]
	if choice not in choices:
		refuse(_("{0} can't be {1}. Choose one of: {2}."), label, choice, ", ".join(choices))
	return choice


def _read_period(given: dict, complete: Callable) -> tuple[date, date]:
	from_date = _read_date(given, "from_date", _("From Date"))
	to_date = _read_date(given, "to_date", _("To Date"))
	from_date, to_date = complete(from_date, to_date, getdate())
	if from_date > to_date:
		refuse(_("From Date {0} is after To Date {1}. Swap them."), from_date, to_date)
	return from_date, to_date


def _read_date(given: dict, fieldname: str, label: str) -> date | None:
	value = given.get(fieldname)
	if not value:
		return None
	try:
		day = datetime.fromisoformat(str(value)).date()
	except ValueError:
		day = date.min
	if day.year not in YEARS:
		refuse(_("{0}: {1} is not a date. Enter one like {2}."), label, value, getdate())
	return day


def _read_link(given: dict, fieldname: str) -> str | None:
	label, doctype = LINKS[fieldname]
	value = given.get(fieldname)
	if not value:
		return None
	name = frappe.db.exists(doctype, value) if isinstance(value, str) else None
	if not name:
		refuse(_("{0} {1} does not exist. Choose another one."), label, value)
	return name


def _read_user(given: dict) -> str | None:
	"""A digest is for an enabled user who may see the report: mail about opportunities ends with that."""
	user = given.get("for_user")
	is_known = isinstance(user, str) and frappe.db.get_value("User", user, "enabled")
	if user and not (is_known and frappe.has_permission(OPPORTUNITY, "report", user=user)):
		refuse(_("{0} may not read opportunities, so there is no digest for them."), user)
	return user or None


def _get_regions(region: str | None) -> tuple[str, ...]:
	"""Return the region and every one below it."""
	if not region:
		return ()
	lft, rgt = frappe.db.get_value("Pipeline Region", region, ["lft", "rgt"])
	below = {"lft": (">=", lft), "rgt": ("<=", rgt)}
	return tuple(frappe.get_all("Pipeline Region", filters=below, pluck="name", order_by="lft"))

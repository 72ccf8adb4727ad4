"""What is expected in each month or quarter of a period, beside what was won and what was aimed at."""

from dataclasses import dataclass
from datetime import date

from crm_pipeline.domain import periods
from crm_pipeline.domain.figures import get_percent

BEFORE, LATER, UNDATED = "Before", "Later", "No Date"


@dataclass
class Cell:
	"""One row: open deals expected in it, deals won in it, the target for it (None: there is none)."""

	open_count: int = 0
	value: float = 0.0
	weighted: float = 0.0
	won_count: int = 0
	won: float = 0.0
	target: float | None = None

	def add_open(self, count: int, value: float, weighted: float) -> None:
		self.open_count += count
		self.value += value
		self.weighted += weighted

	def add_won(self, count: int, won: float) -> None:
		self.won_count += count
		self.won += won

	def add_target(self, target: float) -> None:
		self.target = (self.target or 0.0) + target

	def get_figures(self) -> dict:
		forecast = self.won + self.weighted
		return {
			**vars(self),
			"forecast": forecast,
			"won_percent": get_percent(self.won, self.target or 0),
			"forecast_percent": get_percent(forecast, self.target or 0),
		}


class Calendar:
	"""The months or quarters that a period touches, and what lies before, later or nowhere."""

	def __init__(self, grain: str, from_date: date, to_date: date):
		self.grain = grain
		self.periods = {period.label: period for period in periods.get_periods(grain, from_date, to_date)}
		labels = list(self.periods)
		self.from_date, self.to_date = self.periods[labels[0]].from_date, self.periods[labels[-1]].to_date
		self.labels = [BEFORE, *labels, LATER, UNDATED]

	def get_label(self, year: int | None, month: int | None) -> str:
		"""Return where a month belongs."""
		if not year:
			return UNDATED
		period = periods.GRAINS[self.grain](year, month)
		if period.label in self.periods:
			return period.label
		return BEFORE if period.from_date < self.from_date else LATER

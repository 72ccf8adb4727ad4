"""The days of auto-close, as a rule on plain values (docs/follow-up.md)."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from unittest import TestCase

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_pipeline.domain.auto_close import Cause, Rules, Silence, Step, get_warning_limit, judge

RULES = Rules(after_days=15, warning_days=3)
SINCE = datetime(2001, 3, 1, 16, 30)
SILENT = Silence(SINCE)
# a loaded machine is slow, not wrong
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def day(number: int) -> date:
	"""Return the day that many days after the last mail."""
	return SINCE.date() + timedelta(days=number)


def moment(number: int) -> datetime:
	return datetime.combine(day(number), datetime.min.time().replace(hour=6))


def run_daily(silence: Silence, rules: Rules, days: int) -> list[tuple[int, Step]]:
	"""Let the job run on each of the days and return what it did on which."""
	done = []
	for number in range(days):
		step = judge(silence, rules, day(number)).step
		if step is not Step.KEEP:
			done.append((number, step))
		if step is Step.WARN:
			silence = replace(silence, warned_on=moment(number))
		if step is Step.CLOSE:
			break
	return done


class TestDays(TestCase):
	def test_a_silent_record_is_warned_about_and_closed_on_the_day_named(self):
		self.assertEqual(run_daily(SILENT, RULES, 30), [(12, Step.WARN), (15, Step.CLOSE)])
		self.assertEqual(judge(SILENT, RULES, day(12)), (Step.WARN, day(15), None))

	def test_what_is_old_when_auto_close_is_switched_on_is_warned_about_first(self):
		self.assertEqual(judge(SILENT, RULES, day(400)), (Step.WARN, day(403), None))
		warned = replace(SILENT, warned_on=moment(400))
		self.assertEqual(judge(warned, RULES, day(402)), (Step.KEEP, day(403), Cause.WARNED))
		self.assertEqual(judge(warned, RULES, day(403)).step, Step.CLOSE)

	def test_keep_open_until_puts_it_off_with_a_warning_of_its_own(self):
		kept = replace(SILENT, keep_open_until=day(40))
		self.assertEqual(judge(kept, RULES, day(20)), (Step.KEEP, day(41), Cause.KEPT_OPEN))
		warned_before = replace(kept, warned_on=moment(12))
		self.assertEqual(run_daily(warned_before, RULES, 60), [(38, Step.WARN), (41, Step.CLOSE)])

	def test_a_next_contact_puts_it_off(self):
		ahead = replace(SILENT, next_contact=moment(30))
		self.assertEqual(judge(ahead, RULES, day(20)), (Step.KEEP, day(31), Cause.CONTACT_AHEAD))
		self.assertEqual(run_daily(ahead, RULES, 60), [(28, Step.WARN), (31, Step.CLOSE)])

	def test_it_stays_while_a_next_contact_is_due_today(self):
		warned = replace(SILENT, next_contact=moment(30), warned_on=moment(29))
		self.assertEqual(judge(warned, RULES, day(30)).step, Step.KEEP)

	def test_of_two_that_end_on_the_same_day_the_silence_is_told(self):
		kept = replace(SILENT, keep_open_until=day(14))
		self.assertEqual(judge(kept, RULES, day(1)), (Step.KEEP, day(15), Cause.SILENCE))

	def test_what_has_no_end_of_its_own_is_told_first(self):
		for silence, cause in (
			(Silence(None), Cause.ANSWERED),
			(replace(SILENT, needs_details=True), Cause.NEEDS_DETAILS),
			(replace(SILENT, is_closed=True), Cause.CLOSED),
		):
			with self.subTest(cause):
				self.assertEqual(judge(silence, RULES, day(400)), (Step.KEEP, None, cause))

	def test_a_warning_is_worth_nothing_once_the_customer_answered_and_waits_anew(self):
		again = replace(SILENT, awaiting_since=datetime.combine(day(13), SINCE.time()), warned_on=moment(12))
		self.assertEqual(run_daily(again, RULES, 60), [(25, Step.WARN), (28, Step.CLOSE)])

	def test_the_search_looks_at_who_is_due_for_a_warning_today_and_at_nobody_later(self):
		self.assertEqual(get_warning_limit(RULES, day(12)), day(1))
		self.assertEqual(get_warning_limit(Rules(after_days=3, warning_days=5), day(12)), day(13))


DAYS = st.integers(min_value=-30, max_value=90)
SILENCES = st.builds(
	Silence,
	awaiting_since=st.one_of(st.none(), DAYS.map(moment)),
	warned_on=st.one_of(st.none(), DAYS.map(moment)),
	keep_open_until=st.one_of(st.none(), DAYS.map(day)),
	next_contact=st.one_of(st.none(), DAYS.map(moment)),
	needs_details=st.booleans(),
	is_closed=st.booleans(),
)
RULE_SETS = st.integers(2, 40).flatmap(
	lambda after: st.builds(Rules, st.just(after), st.integers(1, after - 1))
)


class TestPromises(TestCase):
	"""Whatever stands on a record and in the settings."""

	@patient
	@given(SILENCES, RULE_SETS, DAYS)
	def test_nothing_is_closed_that_must_not_be(self, silence, rules, number):
		if judge(silence, rules, day(number)).step is not Step.CLOSE:
			return
		today = day(number)
		self.assertFalse(silence.is_closed or silence.needs_details)
		self.assertGreaterEqual((today - silence.awaiting_since.date()).days, rules.after_days)
		self.assertGreaterEqual((today - silence.warned_on.date()).days, rules.warning_days)
		self.assertTrue(silence.keep_open_until is None or silence.keep_open_until < today)
		self.assertTrue(silence.next_contact is None or silence.next_contact.date() < today)

	@patient
	@given(SILENCES, RULE_SETS)
	def test_it_is_warned_about_once_and_closed_on_the_day_the_warning_named(self, silence, rules):
		silence = replace(silence, warned_on=None)
		done = run_daily(silence, rules, 200)
		if silence.is_closed or silence.needs_details or not silence.awaiting_since:
			self.assertEqual(done, [])
			return
		(warned, _warn), (closed, _close) = done
		self.assertEqual([step for _number, step in done], [Step.WARN, Step.CLOSE])
		self.assertEqual(judge(silence, rules, day(warned)).closes_on, day(closed))

	@patient
	@given(SILENCES, RULE_SETS, DAYS)
	def test_the_limit_of_the_search_misses_nothing(self, silence, rules, number):
		if judge(silence, rules, day(number)).step is not Step.KEEP:
			self.assertLess(silence.awaiting_since.date(), get_warning_limit(rules, day(number)))

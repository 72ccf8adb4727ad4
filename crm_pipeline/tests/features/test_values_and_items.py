"""Values, currencies, items. Everything derived is computed on the server."""

import frappe
from frappe.utils import flt, getdate, nowdate

from crm_pipeline.api import opportunity as actions
from crm_pipeline.exceptions import InputError
from crm_pipeline.patches.v0_1 import fill_rate_is_given, write_descriptions_as_html
from crm_pipeline.tests import doors, factories, personas
from crm_pipeline.tests.base import PipelineTestCase, site_only
from crm_pipeline.tests.users import as_user


def item(**values) -> dict:
	return {"item_code": personas.ITEM, "qty": 1, "rate": 100, **values}


class TestCurrency(PipelineTestCase):
	def test_the_company_currency_needs_no_rate(self):
		doc = factories.make_opportunity(potential_value=1000)
		self.assertEqual((doc.conversion_rate, doc.base_potential_value), (1, 1000))

	def test_a_typed_rate_gives_the_base_value(self):
		doc = factories.make_opportunity(currency="USD", conversion_rate=80, potential_value=1000)
		self.assertEqual((doc.conversion_rate, doc.base_potential_value), (80, 80_000))

	def test_a_rate_is_looked_up_when_none_is_typed(self):
		factories.make_exchange_rate("USD", "INR", 83.5)
		doc = factories.make_opportunity(currency="USD", potential_value=10)
		self.assertEqual((doc.conversion_rate, doc.base_potential_value), (83.5, 835))

	def test_changing_the_currency_recomputes_rate_and_base_value(self):
		factories.make_exchange_rate("EUR", "INR", 90)
		doc = factories.make_opportunity(currency="USD", conversion_rate=80, potential_value=1000)
		doc.update({"currency": "EUR"}).save()
		self.assertEqual((doc.conversion_rate, doc.base_potential_value), (90, 90_000))
		doc.update({"currency": "INR"}).save()
		self.assertEqual((doc.conversion_rate, doc.base_potential_value), (1, 1000))

	def test_saving_again_keeps_the_typed_rate(self):
		doc = factories.make_opportunity(currency="USD", conversion_rate=80)
		doc.reload().update({"next_step": "Call"}).save()
		self.assertEqual(doc.reload().conversion_rate, 80)

	def test_a_typed_rate_of_1_is_one(self):
		factories.make_exchange_rate("USD", "INR", 85)
		for user in (personas.ENGINEER, personas.MANAGER):
			with self.subTest(user=user), as_user(user):
				doc = factories.new_opportunity(currency="USD", conversion_rate=1).insert().reload()
				self.assertEqual((doc.conversion_rate, doc.base_potential_value), (1, 1000))
				other = factories.new_opportunity().insert()
				doors.put(other.name, {"currency": "USD", "conversion_rate": 1})
				self.assertEqual(other.reload().conversion_rate, 1)

	def test_a_rate_that_is_left_out_or_empty_is_that_of_the_day(self):
		factories.make_exchange_rate("USD", "INR", 85)
		for rate in ({}, {"conversion_rate": None}, {"conversion_rate": ""}, {"conversion_rate": 0}):
			doc = factories.new_opportunity(currency="USD").update(rate).insert()
			self.assertEqual(doc.conversion_rate, 85, rate)

	def test_base_values_can_not_be_typed(self):
		doc = factories.make_opportunity(potential_value=1000, base_potential_value=5, weighted_value=5)
		self.assertEqual(doc.base_potential_value, 1000)
		doc.reload().update({"base_potential_value": 5, "weighted_value": 5}).save()
		self.assertEqual(doc.reload().base_potential_value, 1000)
		self.assertNotEqual(doc.weighted_value, 5)

	@site_only("ERPNext asks a web service, which is not there in tests")
	def test_a_missing_rate_is_named(self):
		sentence = (
			"There is no exchange rate from BTN to INR. Enter Exchange Rate or add a Currency Exchange."
		)
		with self.assertRefused(InputError, sentence):
			factories.make_opportunity(currency="BTN")


class TestProbability(PipelineTestCase):
	def test_it_follows_the_stage(self):
		settings = frappe.get_doc("Pipeline Settings")
		settings.update({"probability_open": 10, "probability_offer_made": 60}).save()
		doc = factories.make_opportunity(potential_value=1000)
		self.assertEqual((doc.probability, doc.weighted_value), (10, 100))
		doc.update({"status": "Offer Made"}).save()
		self.assertEqual((doc.probability, doc.weighted_value), (60, 600))
		doc.update({"status": "Won", "won_value": 900}).save()
		self.assertEqual(doc.probability, 100)

	def test_none_at_all_is_a_probability_too(self):
		doc = factories.make_opportunity(probability=0)
		self.assertEqual((doc.probability, doc.weighted_value), (0, 0))
		doc.reload().update({"next_step": "Call"}).save()
		self.assertEqual(doc.probability, 0)

	def test_a_lost_one_weighs_nothing(self):
		doc = factories.make_opportunity("Lost", probability=70)
		self.assertEqual((doc.probability, doc.weighted_value), (0, 0))

	def test_a_typed_one_stays_until_the_stage_changes(self):
		doc = factories.make_opportunity(probability=35, potential_value=1000)
		doc.reload().update({"next_step": "Call"}).save()
		self.assertEqual((doc.probability, doc.weighted_value), (35, 350))

	def test_one_typed_together_with_the_stage_stays(self):
		doc = factories.make_opportunity()
		doc.update({"status": "Offer Made", "probability": 75}).save()
		self.assertEqual(doc.reload().probability, 75)


class TestItems(PipelineTestCase):
	def test_amounts_and_total_are_computed(self):
		doc = factories.make_opportunity(items=[item(qty=3, rate=50, amount=1), item(qty=0.5, rate=30)])
		self.assertEqual([row.amount for row in doc.items], [150, 15])
		self.assertEqual((doc.items_total, doc.with_items), (165, 1))

	def test_their_sum_stands_in_for_a_value_left_out(self):
		doc = factories.make_opportunity(potential_value=None, items=[item(qty=3, rate=50)])
		self.assertEqual(doc.potential_value, 150)

	def test_their_sum_never_overwrites_a_typed_value(self):
		for typed in (1000, 0):
			doc = factories.make_opportunity(potential_value=typed, items=[item(qty=3, rate=50)])
			self.assertEqual((doc.potential_value, doc.items_total), (typed, 150))
		doc.reload().append("items", item(rate=7))
		doc.save()
		self.assertEqual((doc.potential_value, doc.items_total), (0, 157))

	def test_they_bring_name_and_unit_of_the_item(self):
		row = factories.make_opportunity(items=[item()]).items[0]
		self.assertEqual((row.item_name, row.uom, row.conversion_factor), (personas.ITEM, "Nos", 1))

	def test_another_item_brings_its_own_texts_and_a_typed_one_stays(self):
		valve = factories.make_item("Cast Valve", item_name="Valve", description="<div>DN 50 &amp; up</div>")
		doc = factories.make_opportunity(items=[item(), item(item_name="As agreed")])
		for row in doc.items:
			row.item_code = valve.name
		doc.items[1].item_name = "As drawn"
		doc.save().reload()
		self.assertEqual([row.item_name for row in doc.items], ["Valve", "As drawn"])
		self.assertEqual([row.description for row in doc.items], ["<div>DN 50 &amp; up</div>"] * 2)
		self.assertEqual([row.item_group for row in doc.items], [valve.item_group] * 2)

	def test_a_saved_row_s_group_and_factor_stay_the_item_s(self):
		box = factories.make_item("Cast Gasket", uoms=[{"uom": "Box", "conversion_factor": 12}])
		doc = factories.make_opportunity(items=[item(item_code=box.name, uom="Box")])
		doc.items[0].update({"item_group": "All Item Groups", "conversion_factor": 5})
		doc.save().reload()
		self.assertEqual((doc.items[0].item_group, doc.items[0].conversion_factor), (box.item_group, 12))

	def test_a_row_that_did_not_change_is_not_written(self):
		doc = factories.make_opportunity(items=[item(), item()])
		long_ago = {"modified": "2020-01-01 00:00:00"}
		frappe.db.set_value(doc.items[0].doctype, {"parent": doc.name}, long_ago, update_modified=False)
		doc.reload().items[1].rate = 3
		doc.save()
		written = [row.modified.year != 2020 for row in frappe.get_doc(doc.doctype, doc.name).items]
		self.assertEqual(written, [False, True])
		self.assertEqual(doc.items[1].amount, 3)
		doc.items[0].qty = 2  # the same document again, so that nothing of the first save sticks to it
		doc.save().reload()
		self.assertEqual([row.qty for row in doc.items], [2, 1])

	def test_the_conversion_factor_is_the_item_s_own(self):
		box = factories.make_item("Cast Gasket", uoms=[{"uom": "Box", "conversion_factor": 12}])
		row = factories.make_opportunity(
			items=[item(item_code=box.name, uom="Box", conversion_factor=5)]
		).items[0]
		self.assertEqual(row.conversion_factor, 12)

	def test_a_row_without_quantity_counts_one(self):
		self.assertEqual(
			factories.make_opportunity(items=[{"item_code": personas.ITEM, "rate": 9}]).items_total, 9
		)

	def test_a_quantity_of_nothing_is_refused(self):
		for qty in (0, -2):
			with self.assertRefused(InputError, f"Row 1: Quantity is {qty}. Enter more than 0."):
				factories.make_opportunity(items=[item(qty=qty)])

	def test_a_negative_rate_is_refused(self):
		with self.assertRefused(InputError, "Row 2: Rate is -1. It can't be negative."):
			factories.make_opportunity(items=[item(), item(rate=-1)])

	def test_an_item_that_does_not_exist_is_named(self):
		with self.assertRefused(
			frappe.LinkValidationError,
			"Row 1: Item Code Cast Unicorn does not exist",
		):
			factories.make_opportunity(items=[item(item_code="Cast Unicorn")])


class TestItemsOfEarlierVersions(PipelineTestCase):
	def test_their_rates_were_given_and_their_texts_stay_what_they_were(self):
		doc = factories.make_opportunity(items=[item(rate=50), item(rate=None)])
		for row, text in zip(doc.items, ("Flange <DN 80>\nin red", "Plain"), strict=True):
			frappe.db.set_value(row.doctype, row.name, {"description": text, "rate_is_given": 0})
		fill_rate_is_given.execute()
		write_descriptions_as_html.execute()
		rows = doc.reload().items
		self.assertEqual([row.rate_is_given for row in rows], [1, 0])
		self.assertEqual([row.description for row in rows], ["Flange &lt;DN 80><br>in red", "Plain"])


@site_only("Data Import")
class TestImportedRows(PipelineTestCase):
	def test_a_rate_of_0_in_a_sheet_is_one_and_a_missing_column_is_none(self):
		for rate, is_given in (({"items.rate": 0}, 1), ({"items.rate": 50}, 1), ({}, 0)):
			row = {
				**factories.OPPORTUNITY_DEFAULTS,
				"title": f"Imported {rate}",
				"items.item_code": personas.ITEM,
				"items.qty": 1,
				**rate,
			}
			with self.subTest(rate), as_user("Administrator"):
				self.assertEqual(doors.run_data_import("Insert New Records", row), "")
				name = frappe.db.get_value("Pipeline Opportunity", {"title": row["title"]})
				(item,) = frappe.get_doc("Pipeline Opportunity", name).items
				self.assertEqual((item.rate, item.rate_is_given), (rate.get("items.rate", 0), is_given))


@site_only("ERPNext's arithmetic")
class TestRounding(PipelineTestCase):
	"""Money is rounded as ERPNext's own Quotation rounds it, for the same rows on the same site."""

	ROWS = ((10, 3.335), (3, 0.125), (7, 1.005), (2.5, 2.675), (1.2345, 99.995), (0.3333, 3.333333))
	FORMATS = {"#,###.##": 2, "#,###": 0, "#,###.###": 3}  # number format → decimals
	METHODS = ("Banker's Rounding", "Banker's Rounding (legacy)", "Commercial Rounding")

	def setUp(self):
		super().setUp()
		self.addCleanup(frappe.clear_cache)
		factories.make_exchange_rate("USD", "INR", 83.3333)
		frappe.db.set_value("UOM", "Nos", "must_be_whole_number", 0)

	def test_amounts_and_base_values(self):
		for number_format, decimals in self.FORMATS.items():
			for method in self.METHODS:
				with self.subTest(number_format, method=method):
					self.set_system(number_format=number_format, rounding_method=method)
					ours, theirs = self.make_both()
					for row, other in zip(ours.items, theirs.items, strict=True):
						names = ("qty", "rate", "amount")
						self.assertEqual(
							[row.get(name) for name in names], [other.get(name) for name in names]
						)
					self.assertEqual(ours.items_total, theirs.total)
					self.assertEqual(theirs.precision("base_total"), decimals)
					self.assertEqual(ours.base_potential_value, flt(ours.items_total * 83.3333, decimals))

	def test_the_currency_precision_of_the_site(self):
		self.set_system(currency_precision="3")
		ours, theirs = self.make_both()
		self.assertEqual([row.amount for row in ours.items], [row.amount for row in theirs.items])
		self.assertEqual(ours.base_potential_value, flt(ours.items_total * 83.3333, 3))

	def test_a_closed_record_keeps_what_was_computed_before(self):
		doc = factories.make_opportunity("Won", items=[item(rate=3.33)], potential_value=33.3)
		values = {"base_potential_value": 33.333333333, "weighted_value": 33.333333333}
		frappe.db.set_value("Pipeline Opportunity", doc.name, values, update_modified=False)
		actions.correct(doc.name, correction_reason="Typo", won_value=550)
		doc.reload()
		self.assertEqual((doc.won_value, doc.base_potential_value), (550, 33.333333333))
		actions.reopen(doc.name, "Once more")
		self.assertEqual(doc.reload().base_potential_value, 33.3)

	def set_system(self, **values) -> None:
		"""Set a site up, as System Settings would."""
		for fieldname, value in values.items():
			frappe.db.set_single_value("System Settings", fieldname, value)
			frappe.db.set_default(fieldname, value)
		frappe.clear_cache()
		frappe.local.system_settings = None

	def make_both(self) -> tuple:
		rows = [{"item_code": personas.ITEM, "qty": qty, "rate": rate} for qty, rate in self.ROWS]
		given = {"currency": "USD", "potential_value": None, "items": rows}
		ours = factories.make_opportunity(conversion_rate=83.3333, **given).reload()
		theirs = factories.make_quotation(currency="USD", conversion_rate=83.3333, items=rows).reload()
		return ours, theirs


class TestWonValue(PipelineTestCase):
	def test_it_is_in_the_record_s_currency_unless_said_otherwise(self):
		doc = factories.make_opportunity("Offer Made", currency="USD", conversion_rate=80)
		doc.update({"status": "Won", "won_value": 900}).save()
		self.assertEqual((doc.won_currency, doc.won_conversion_rate, doc.base_won_value), ("USD", 80, 72_000))

	def test_another_currency_is_converted_at_the_day_s_rate(self):
		factories.make_exchange_rate("EUR", "INR", 90)
		doc = factories.make_opportunity("Offer Made")
		doc.update({"status": "Won", "won_value": 10, "won_currency": "EUR"}).save()
		self.assertEqual((doc.won_conversion_rate, doc.base_won_value), (90, 900))
		self.assertEqual(getdate(doc.closed_on), getdate(nowdate()))

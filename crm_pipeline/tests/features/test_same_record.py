"""The same record by every door: form, REST v1 and v2, client.insert, Data Import and Web Form (docs/rest-api.md)."""

import json
from itertools import count

import frappe
import frappe.client
from frappe.desk.form.save import savedocs

from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.tests import doors, factories, personas
from crm_pipeline.tests.base import PipelineTestCase, site_only
from crm_pipeline.tests.users import as_user

COMPANY = "Cast Euro Works"
FORM = "cast-same-record"
PLAIN = {
	"opportunity_from": "Customer",
	"party_name": personas.CUSTOMER,
	"region": personas.REGION,
	"product_line": personas.PRODUCT_LINE,
	"company": COMPANY,
	"potential_value": 1000,
}
# value set → what it adds to the plain one; None leaves out
VALUE_SETS = {
	"what must be": {},
	"nothing known of the value": {"potential_value": 0, "probability": 0},
	"another currency": {"currency": "INR", "conversion_rate": 0.5, "probability": 35},
	"the site's company": {"company": None},
	"what is sent empty": {"status": "", "currency": "", "city": "", "source": "", "probability": None},
	"of a lead": {"opportunity_from": "Lead"},
	"what may be": {
		"title": "Pumps for line 4",
		"city": "Salem",
		"state": "Kerala",
		"expected_closing": "2031-05-06",
		"contact_email": "buyer@northwind.example",
		"contact_mobile": "+91 98400 00000",
		"next_step": "Send the data sheet",
		"external_id": "X-1",
		"status": "Open",
	},
}
# what is different for every record, and who got it
OF_EACH = frozenset(
	{
		*(
			"name",
			"owner",
			"creation",
			"modified",
			"modified_by",
			"parent",
			"audit_hash",
			"__islocal",
			"__unsaved",
		),
		*("opened_on", "opened_utc", "status_changed_on", "status_changed_utc", "status_changed_by"),
		*("sales_engineer", "route_automatically", "routed_by", "routed_on", "routing_explanation"),
		*("assignment_due", "audit_count", "external_id", "title"),
	}
)


def by_form(values: dict) -> None:
	"""The form begins with the company's currency, as its script sets it."""
	currency = frappe.get_cached_value("Company", values.get("company", personas.COMPANY), "default_currency")
	begun = {"doctype": OPPORTUNITY, "name": "new-pipeline-opportunity-1", "__islocal": 1, "__unsaved": 1}
	defaults = {"company": personas.COMPANY, "currency": currency, "status": "Open", "docstatus": 0}
	frappe.local.response = frappe._dict(docs=[])
	savedocs(json.dumps({**begun, **defaults, **values}), "Save")


def by_rest(values: dict) -> None:
	doors.call_rest("POST", f"/api/resource/{OPPORTUNITY}", **values)


def by_rest_v2(values: dict) -> None:
	doors.call_rest("POST", f"/api/v2/document/{OPPORTUNITY}", **values)


def by_client(values: dict) -> None:
	frappe.client.insert(json.dumps({"doctype": OPPORTUNITY, **values}))


def by_new_doc(values: dict) -> None:
	doc = frappe.new_doc(OPPORTUNITY)
	for fieldname, value in values.items():
		setattr(doc, fieldname, value)
	doc.insert()


def by_data_import(values: dict) -> None:
	"""Only managers of the site import."""
	with as_user("Administrator"):
		messages = doors.run_data_import("Insert New Records", values)
	if messages:
		raise frappe.ValidationError(messages)


def by_web_form(values: dict) -> None:
	"""Of somebody who works on the desk: a visitor's enquiry is another thing. Ten a minute may come from one address."""
	frappe.local.request_ip = f"10.0.0.{next(ADDRESSES)}"
	frappe.flags.in_web_form = False
	doors.call_rest(
		"POST",
		"/api/method/frappe.website.doctype.web_form.web_form.accept",
		web_form=FORM,
		data=json.dumps(values),
	)


ADDRESSES = count(1)
DOORS = (by_client, by_form, by_rest, by_rest_v2, by_new_doc, by_data_import, by_web_form)


def make_company() -> None:
	values = {"company_name": COMPANY, "abbr": "CEW", "default_currency": "EUR"}
	frappe.get_doc({"doctype": "Company", "name": COMPANY, **values}).db_insert()


def make_web_form() -> None:
	fields = {name for values in VALUE_SETS.values() for name in values} | set(PLAIN)
	rows = [{"fieldname": name, "fieldtype": "Data", "label": name} for name in sorted(fields)]
	form = {"title": FORM, "route": FORM, "doc_type": OPPORTUNITY, "published": 1, "login_required": 1}
	factories.make("Web Form", name=FORM, **form, web_form_fields=rows)


@site_only("Data Import and web forms")
class TestSameRecord(PipelineTestCase):
	def setUp(self) -> None:
		super().setUp()
		make_company()
		make_web_form()
		factories.make_exchange_rate("INR", "EUR", 0.01)

	def get_values(self, added: dict) -> dict:
		values = {**PLAIN, **added}
		if values["opportunity_from"] == "Lead":
			values["party_name"] = factories.make_lead("Same Lead").name
		return {fieldname: value for fieldname, value in values.items() if value is not None}

	def make_by(self, door, values: dict) -> dict:
		"""Return what a door made of these values, without what each record has for itself."""
		known = frappe.get_all(OPPORTUNITY, pluck="name")
		door(dict(values))
		(name,) = frappe.get_all(OPPORTUNITY, filters={"name": ("not in", known)}, pluck="name")
		return get_plain(frappe.get_doc(OPPORTUNITY, name).as_dict())

	def test_by_every_door(self):
		for user in (personas.ENGINEER, personas.MANAGER):
			for what, added in VALUE_SETS.items():
				with as_user("Administrator"):
					values = self.get_values(added)
				expected = None
				for door in DOORS:
					with self.subTest(what, user=user, door=door.__name__), as_user(user):
						made = self.make_by(door, self.make_unique(values))
						expected = expected or made
						self.assertEqual(made, expected)

	def make_unique(self, values: dict) -> dict:
		if "external_id" not in values:
			return values
		self.number = getattr(self, "number", 0) + 1
		return {**values, "external_id": f"X-{self.number}"}

	def test_with_items(self):
		items = [{"item_code": personas.ITEM, "qty": 2, "rate": 50}]
		made = [
			self.make_by(door, {**PLAIN, "with_items": 1, "items": items})
			for door in (by_client, by_form, by_rest, by_rest_v2)
		]
		self.assertEqual(made[1:], made[:1] * 3)
		self.assertEqual((made[0]["items_total"], made[0]["currency"]), (100, "EUR"))

	def test_the_currency_is_the_company_s(self):
		for door in DOORS:
			with self.subTest(door.__name__):
				made = self.make_by(door, PLAIN)
				self.assertEqual(
					(made["currency"], made["conversion_rate"], made["base_potential_value"]),
					("EUR", 1, 1000),
				)

	def test_what_must_be_is_asked_for_by_each(self):
		values = {fieldname: value for fieldname, value in PLAIN.items() if fieldname != "potential_value"}
		for door in DOORS:
			with self.subTest(door.__name__), self.assertRaises(frappe.ValidationError) as refused:
				door(values)
			with self.subTest(door.__name__):
				self.assertIn("is missing. Enter 0 if it is not known yet.", str(refused.exception))


def get_plain(values: dict) -> dict:
	found = {key: value for key, value in values.items() if key not in OF_EACH}
	for key, value in found.items():
		if isinstance(value, list):
			found[key] = [get_plain(row) for row in value]
	return found

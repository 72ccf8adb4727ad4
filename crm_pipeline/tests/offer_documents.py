"""Makes the quotations, orders and supplier documents of an opportunity, as a person would make them."""

import json

import frappe
import frappe.share
from frappe.desk.form.save import savedocs
from frappe.model.document import Document
from frappe.utils import add_days, nowdate

from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.offers import mapper
from crm_pipeline.tasks import catch_up_offers
from crm_pipeline.tests import factories, personas
from crm_pipeline.tests.base import PipelineTestCase, site_only
from crm_pipeline.tests.csv_files import commits_kept_in_test
from crm_pipeline.tests.doors import call_rest
from crm_pipeline.tests.users import as_user

BUYER = "bela.buyer@example.com"
SUPPLIER = "Cast Foundry"
OTHER_SUPPLIER = "Cast Castings"
ITEMS = ("Cast Pump 200", "Cast Pump 300", "Cast Seal")


@site_only("ERPNext's arithmetic and documents")
class OffersTestCase(PipelineTestCase):
	"""Starts each test with an open opportunity of three items, suppliers and a buyer."""

	def setUp(self):
		super().setUp()
		make_buying_cast()
		self.opportunity = make_opportunity().name

	def set_settings(self, **values) -> None:
		with as_user("Administrator"):
			frappe.get_doc("Pipeline Settings").update(values).save()

	def assertRecord(self, **values) -> None:
		record = frappe.db.get_value(OPPORTUNITY, self.opportunity, list(values), as_dict=True)
		self.assertEqual({name: value or None for name, value in record.items()}, values)


def save_in_desk(doc: Document) -> Document:
	"""Press Save in the form of a document, which sends all of it, and return what is stored."""
	name = doc.name or f"new-{doc.doctype.lower().replace(' ', '-')}-abc"
	frappe.local.response = frappe._dict(docs=[])
	savedocs(json.dumps({**json.loads(doc.as_json()), "name": name}), "Save")
	return frappe.get_doc(doc.doctype, frappe.local.response.docs[-1].name)


def post(doc: Document) -> Document:
	"""Send a document as a REST client would, and return what is stored."""
	values = {key: value for key, value in json.loads(doc.as_json()).items() if key != "name"}
	answer = call_rest("POST", f"/api/resource/{doc.doctype}", **values)
	return frappe.get_doc(doc.doctype, answer["data"]["name"])


def make_price(item_code: str, rate: float, price_list: str = "", uom: str = "Nos") -> Document:
	price_list = price_list or frappe.db.get_single_value("Selling Settings", "selling_price_list")
	return factories.make(
		"Item Price", item_code=item_code, price_list=price_list, price_list_rate=rate, uom=uom
	)


def make_pricing_rule(item_code: str, percent: float) -> Document:
	return factories.make(
		"Pricing Rule",
		title="Less for all",
		apply_on="Item Code",
		items=[{"item_code": item_code}],
		selling=1,
		price_or_product_discount="Price",
		rate_or_discount="Discount Percentage",
		discount_percentage=percent,
		company=personas.COMPANY,
		currency="INR",
	)


def raise_level(case: PipelineTestCase, doctype: str, fieldname: str) -> None:
	"""Put a field on permission level 1, where a Sales User and a buyer may not write, until the test ends."""
	case.addCleanup(frappe.clear_cache, doctype=doctype)
	factories.make(
		"Property Setter",
		doctype_or_field="DocField",
		doc_type=doctype,
		field_name=fieldname,
		property="permlevel",
		property_type="Int",
		value="1",
	)


def make_buying_cast() -> None:
	"""Insert a buyer, two suppliers and three items with their boxes of ten."""
	factories.make_user(BUYER, "Purchase Manager", "Purchase User")
	group = frappe.db.get_value("Supplier Group", {"is_group": 0})
	for supplier in (SUPPLIER, OTHER_SUPPLIER):
		factories.make("Supplier", supplier_name=supplier, supplier_group=group)
	for item_code in ITEMS:
		factories.make_item(item_code, uoms=[{"uom": "Box", "conversion_factor": 10}])


def run_daily_job() -> None:
	"""Let the opportunities catch up with their documents, within the test's own transaction."""
	with commits_kept_in_test():
		catch_up_offers()


def make_opportunity(status: str = "Open", **overrides) -> Document:
	"""Insert an opportunity of the north engineer's with three items."""
	items = [{"item_code": item_code, "qty": 2, "rate": 100} for item_code in ITEMS]
	return factories.make_opportunity(status, **{"items": items, **overrides})


def make_quotation(opportunity: str, rate: float | None = None, **overrides) -> Document:
	"""Make → Quotation and save it; `rate` replaces the rates of its items."""
	quotation = mapper.make_quotation(opportunity)
	for row in quotation.items if rate is not None else ():
		row.rate = rate
	return quotation.update(overrides).insert()


def submit_quotation(opportunity: str, rate: float | None = None, **overrides) -> Document:
	return make_quotation(opportunity, rate, **overrides).submit()


def amend(doc: Document) -> Document:
	"""Cancel a document and return its unsaved amendment."""
	doc.reload().cancel()
	amended = frappe.copy_doc(doc)
	return amended.update({"amended_from": doc.name, "docstatus": 0})


def lose(quotation: Document, reason: str, detail: str | None = None) -> None:
	"""Press "Set as Lost"."""
	if not frappe.db.exists("Quotation Lost Reason", reason):
		factories.make("Quotation Lost Reason", order_lost_reason=reason)
	with as_user("Administrator"):
		quotation.reload().declare_enquiry_lost([{"lost_reason": reason}], [], detail)


def expire(quotation: Document) -> None:
	"""Let the day pass until which it is valid, and ERPNext's nightly job run."""
	from erpnext.selling.doctype.quotation.quotation import set_expired_status

	past = {"transaction_date": add_days(nowdate(), -9), "valid_till": add_days(nowdate(), -2)}
	frappe.db.set_value("Quotation", quotation.name, past)
	set_expired_status()


def make_order(quotation: str, qty: float | None = None, **overrides) -> Document:
	"""Press Create → Sales Order and save it; `qty` replaces the quantities."""
	from erpnext.selling.doctype.quotation.quotation import make_sales_order

	order = make_sales_order(quotation)
	order.delivery_date = add_days(nowdate(), 7)
	for row in order.items:
		row.delivery_date = order.delivery_date
		row.qty = qty or row.qty
	return order.update(overrides).insert()


def submit_order(quotation: str, qty: float | None = None, **overrides) -> Document:
	return make_order(quotation, qty, **overrides).submit()


def submit_supplier_quotation(opportunity: str, *rates: float, **overrides) -> Document:
	"""Make → Supplier Quotation by the buyer, with a rate per item."""
	share_with_buyer(opportunity)
	with as_user(BUYER):
		quotation = mapper.make_supplier_quotation(opportunity)
		quotation.update({"supplier": SUPPLIER, **overrides})
		for row, rate in zip(quotation.items, rates, strict=False):
			row.rate = rate
		return quotation.insert().submit()


def submit_deletion(company: str) -> Document:
	"""Press the buttons of a Transaction Deletion Record, whose jobs run here."""
	record = frappe.new_doc("Transaction Deletion Record")
	record.update({"company": company, "process_in_single_transaction": 1}).insert()
	if record.meta.has_field("doctypes_to_delete"):  # 16: a list that is looked at first
		record.generate_to_delete_list()
		return record.submit()
	record.submit()
	record.start_deletion_tasks()
	return record


def share_with_buyer(opportunity: str) -> None:
	"""A buyer has no role that shows opportunities; somebody shared this one."""
	with as_user("Administrator"):
		frappe.share.add(OPPORTUNITY, opportunity, BUYER, read=1)


def get_todos(opportunity: str) -> list[str]:
	"""Return what the engineer was asked to decide."""
	filters = {
		"reference_name": opportunity,
		"allocated_to": personas.ENGINEER,
		"assignment_rule": ("is", "not set"),
	}
	return frappe.get_all("ToDo", filters=filters, pluck="description", order_by="creation, name")


def get_notes(opportunity: str) -> list[str]:
	"""Return what the timeline says about documents that were not followed."""
	filters = {"reference_name": opportunity, "comment_type": "Info"}
	return frappe.get_all("Comment", filters=filters, pluck="content", order_by="creation, name")

"""What sales people do between two steps. A refusal in a sentence is an answer like any other, and is printed."""

from collections.abc import Callable

import frappe
from frappe.utils import add_days, now_datetime, nowdate

from crm_pipeline.api import opportunity as api
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.offers import mapper
from proofs.site_life.life import Life, NotNow

MOST_A_DAY = 3


def enter(life: Life) -> None:
	values = {
		"doctype": OPPORTUNITY,
		"opportunity_from": "Customer",
		"party_name": life.pick("Customer", disabled=0),
		"region": life.pick("Pipeline Region", is_group=0, disabled=0),
		"product_line": life.pick("Pipeline Product Line", disabled=0),
		"company": life.pick("Company"),
		"potential_value": life.random.choice((0.1 + 0.2, 1000, 12_345.678, 99_999)),
		"title": f"Deal {life.done}",
	}
	values |= {fieldname: fill(life, fieldname) for fieldname in _get_asked_for(values)}
	frappe.get_doc(values).insert()


def fill(life: Life, fieldname: str):
	"""Return something that may stand in a field that the site asks for."""
	df = frappe.get_meta(OPPORTUNITY).get_field(fieldname)
	if df.fieldtype == "Link":
		return life.pick(df.options, **({"enabled": 1} if df.options == "User" else {}))
	if df.fieldtype in ("Date", "Datetime"):
		return add_days(nowdate(), 30)
	if df.fieldtype == "Select":
		return df.options.split("\n")[0]
	return "Something" if df.fieldtype in ("Data", "Small Text", "Text Editor") else 1


def enter_customer(life: Life) -> None:
	settings = frappe.get_cached_doc("Selling Settings")
	values = {
		"customer_type": "Company",
		"customer_group": settings.customer_group,
		"territory": settings.territory,
	}
	frappe.get_doc(
		{"doctype": "Customer", "customer_name": f"Customer {life.get_number()}", **values}
	).insert()


def enter_item(life: Life) -> None:
	group = life.pick("Item Group", is_group=0)
	item = {
		"doctype": "Item",
		"item_code": f"Item {life.get_number()}",
		"item_group": group,
		"stock_uom": "Nos",
	}
	frappe.get_doc(item).insert()


def enter_line(life: Life) -> None:
	unit = life.pick("Pipeline Business Unit")
	frappe.get_doc(
		{
			"doctype": "Pipeline Product Line",
			"product_line": f"Line {life.get_number()}",
			"business_unit": unit,
		}
	).insert()


def enter_lead(life: Life) -> None:
	name = frappe.get_doc(
		{"doctype": "Lead", "lead_name": f"Lead {life.get_number()}", "company_name": f"L {life.done}"}
	)
	lead = name.insert().name
	values = {
		"opportunity_from": "Lead",
		"party_name": lead,
		"potential_value": 500,
		"company": life.pick("Company"),
	}
	values |= {"region": life.pick("Pipeline Region", is_group=0, disabled=0)}
	values |= {"product_line": life.pick("Pipeline Product Line", disabled=0)}
	values |= {fieldname: fill(life, fieldname) for fieldname in _get_asked_for(values)}
	frappe.get_doc({"doctype": OPPORTUNITY, **values}).insert()


def offer(life: Life) -> None:
	api.make_offer(life.pick(OPPORTUNITY, status="Open"))


def offer_by_quotation(life: Life) -> None:
	name = life.pick(OPPORTUNITY, status=("in", ["Open", "Offer Made"]))
	quotation = mapper.make_quotation(name)
	if not (quotation.items and quotation.items[0].item_code):
		quotation.set("items", [{"item_code": life.pick("Item", disabled=0), "qty": 2, "rate": 100}])
	quotation.insert().submit()
	if life.random.random() < 0.5:
		order(quotation.name)


def order(quotation: str) -> None:
	from erpnext.selling.doctype.quotation.quotation import make_sales_order

	order = make_sales_order(quotation)
	order.delivery_date = add_days(nowdate(), 7)
	for row in order.items:
		row.delivery_date = order.delivery_date
	order.insert().submit()


def win(life: Life) -> None:
	api.mark_won(life.pick(OPPORTUNITY, status="Offer Made"), life.random.choice((900, 1234.5678, 10)))


def lose(life: Life) -> None:
	reason = life.pick("Pipeline Lost Reason", disabled=0, applies_to=("in", ["Both", "Lost"]))
	name = life.pick(OPPORTUNITY, status=("in", ["Open", "Offer Made"]))
	api.mark_lost(name, [reason], "They went elsewhere")


def reject(life: Life) -> None:
	reason = life.pick("Pipeline Lost Reason", disabled=0, applies_to=("in", ["Both", "Rejected"]))
	api.mark_rejected(life.pick(OPPORTUNITY, status="Open"), [reason], "Not for us")


def reopen(life: Life) -> None:
	api.reopen(life.pick(OPPORTUNITY, status=("in", ["Won", "Lost", "Rejected"])), "They called")


def correct(life: Life) -> None:
	api.correct(life.pick(OPPORTUNITY, status="Won"), "Typed wrongly", won_value=life.random.randint(1, 5000))


def change(life: Life) -> None:
	doc = frappe.get_doc(OPPORTUNITY, life.pick(OPPORTUNITY, status=("in", ["Open", "Offer Made"])))
	doc.update({"potential_value": life.random.choice((-0.0, 7.0000001, 5000)), "city": "Nowhere"})
	doc.next_contact_date = add_days(now_datetime(), life.random.randint(1, 9))
	doc.save()


def give_to_another(life: Life) -> None:
	name = life.pick(OPPORTUNITY, status=("in", ["Open", "Offer Made"]))
	doc = frappe.get_doc(OPPORTUNITY, name)
	doc.update({"sales_engineer": life.pick("User", enabled=1, email=("like", "%@pump-and-valve%"))}).save()


def route(life: Life) -> None:
	routing_name = life.pick(OPPORTUNITY, status="Open")
	api.route_again(routing_name)


def delete(life: Life) -> None:
	frappe.delete_doc(OPPORTUNITY, life.pick(OPPORTUNITY, status="Open"))


WORK: tuple[Callable[[Life], None], ...] = (
	*(enter, enter, enter, enter_customer, enter_line, enter_item, enter_lead),
	*(offer, offer, offer_by_quotation, offer_by_quotation, win, lose, reject),
	*(reopen, correct, change, give_to_another, route, delete),
)


def work(life: Life) -> list[str]:
	"""Do some of the work of a day; return what ended in an error of the program."""
	faults = []
	for job in life.random.choices(WORK, k=MOST_A_DAY):
		try:
			job(life)
			frappe.db.commit()
		except (NotNow, frappe.ValidationError) as refusal:
			frappe.db.rollback()
			print(f"      {job.__name__}: {str(refusal)[:150]}", flush=True)
		except Exception:
			frappe.db.rollback()
			faults.append(f"{job.__name__}: {frappe.get_traceback()[-1500:]}")
		frappe.clear_messages()
	return faults


def _get_asked_for(given: dict) -> list[str]:
	"""Return what the site asks for beyond the app."""
	own = frappe.get_all("DocField", {"parent": OPPORTUNITY, "reqd": 1}, pluck="fieldname")
	asked = [df.fieldname for df in frappe.get_meta(OPPORTUNITY).fields if df.reqd]
	return [fieldname for fieldname in asked if fieldname not in (*own, *given)]

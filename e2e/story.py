"""One deal with everything that can belong to it, for the pictures; made over REST."""

from __future__ import annotations

from datetime import datetime, timedelta

from crm_pipeline.demo import team
from e2e import data
from e2e.server import OPPORTUNITY, Server

CUSTOMER = "Harbour Light Shipyard"
QUANTITIES = (2, 4, 1)
AGREED_RATES = (118_000, 52_000, 360_000)
# supplier → rates of the three items
RATES = {data.SUPPLIERS[0]: (92_000, 41_500, 310_000), data.SUPPLIERS[1]: (98_500, 39_000, 287_000)}
MAPPER = "crm_pipeline.offers.mapper."
WAIT = "crm_pipeline.api.opportunity.wait_for_customer"
CONTACT_DAYS = (1, 1, 2, 2, 4, 5, 8, 9, 12)
ACTIVITY = "crm_pipeline.api.opportunity.log_activity"


def make_deal(server: Server, engineer: Server) -> str:
	"""An opportunity with items, activities and a next contact; `engineer` is its sales engineer."""
	items = zip(data.make_items(server), QUANTITIES, AGREED_RATES, strict=True)
	name = data.make_opportunity(
		engineer,
		CUSTOMER,
		potential_value=804_000,
		application_engineer=team.APPLICATION_ENGINEER.email,
		opportunity_type="Sales",
		source="Exhibition",
		with_items=1,
		items=[{"item_code": item, "qty": quantity, "rate": rate} for item, quantity, rate in items],
		expected_closing=in_days(40, "%Y-%m-%d"),
		next_contact_date=in_days(3, "%Y-%m-%d 10:30:00"),
		next_step="Agree the delivery date",
	)
	engineer.call(ACTIVITY, name=name, medium="Phone", summary="They want the pumps before the monsoon.")
	engineer.call(ACTIVITY, name=name, medium="Visit", summary="Measured the pump house at the dry dock.")
	return name


def plan_contacts(server: Server) -> None:
	"""Next contacts for some of the sample deals, and two customers who are waited for."""
	in_play = {"status": ("in", ("Open", "Offer Made")), "external_id": ("like", "sample-%")}
	names = server.get_names(OPPORTUNITY, in_play, order_by="name desc", limit_page_length=len(CONTACT_DAYS))
	for name, days in zip(names, CONTACT_DAYS, strict=True):
		server.update(OPPORTUNITY, name, next_contact_date=in_days(days, "%Y-%m-%d 15:00:00"))
	for name in names[:2]:
		server.call(WAIT, name=name)


def offer(server: Server, engineer: Server, opportunity: str) -> str:
	"""Two suppliers' rates and the quotation made from the better ones; returns the quotation."""
	for supplier in data.make_suppliers(server):
		answer = server.call(f"{MAPPER}make_supplier_quotation", source_name=opportunity)
		answer["supplier"] = supplier
		for item, rate in zip(answer["items"], RATES[supplier], strict=True):
			item["rate"] = rate
		submit(server, answer)
	draft = engineer.call(f"{MAPPER}make_quotation_from_supplier_rates", source_name=opportunity)
	return submit(engineer, draft)


def submit(server: Server, document: dict) -> str:
	name = server.insert(**document)["name"]
	server.update(document["doctype"], name, docstatus=1)
	return name


def in_days(days: int, form: str) -> str:
	return (datetime.now() + timedelta(days=days)).strftime(form)

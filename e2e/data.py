"""What the specs work with: the people of the sample data, and records made over REST for one spec each."""

from __future__ import annotations

import secrets

from crm_pipeline.demo import team
from e2e.server import OPPORTUNITY, Server

PASSWORD = "pump-and-valve-4711"
ENGINEER, OTHER_ENGINEER, THIRD_ENGINEER = team.ENGINEERS[:3]
MANAGER = team.MANAGER
REGION, PRODUCT_LINE = "Chennai", "Pump"
REASON, REASON_WITH_DETAIL = "Price too high", "Other"
PUMPS = ("Booster Pump", "Dosing Pump", "Slurry Pump")
SUPPLIERS = ("Heron Castings", "Palm Drives")


def make_unique(text: str) -> str:
	"""The text with something at its end that no other run has."""
	return f"{text} {secrets.token_hex(3)}"


def set_passwords(server: Server) -> None:
	"""The sample users come without a password, so nobody could log in as one of them. Once for a site."""
	if server.can_log_in(team.PEOPLE[-1].email, PASSWORD):
		return
	for person in team.PEOPLE:
		server.update("User", person.email, new_password=PASSWORD)


def make_user(server: Server, first_name: str, *roles: str) -> str:
	"""A user of this run alone; returns the e-mail."""
	email = f"{first_name}.{secrets.token_hex(3)}@{team.DOMAIN}".lower()
	server.insert(
		"User",
		email=email,
		first_name=first_name,
		last_name="Marutham",
		send_welcome_email=0,
		new_password=PASSWORD,
		roles=[{"role": role} for role in roles],
	)
	return email


def make_customer(server: Server, name: str = "Kingfisher Bottling") -> str:
	return server.insert("Customer", customer_name=make_unique(name), customer_type="Company")["name"]


def make_opportunity(server: Server, customer: str, **values) -> str:
	"""An opportunity of the person that `server` is logged in as."""
	values = {
		"opportunity_from": "Customer",
		"party_name": customer,
		"region": REGION,
		"product_line": PRODUCT_LINE,
		"potential_value": 480_000,
		**values,
	}
	return server.insert(OPPORTUNITY, **values)["name"]


def make_lead(server: Server, company: str = "") -> dict:
	"""A lead that is ready to be converted."""
	company = company or make_unique("Lighthouse Salt")
	return server.insert(
		"Lead",
		first_name="Ilan",
		last_name="Sangam",
		company_name=company,
		email_id=f"ilan.{secrets.token_hex(3)}@lighthouse-salt.example.com",
		qualification_status="Qualified",
	)


def make_board(server: Server, name: str, customer: str) -> str:
	"""A board that somebody made with a column for every stage but Rejected, with the cards of one customer."""
	columns = [
		{"column_name": status, "status": "Active", "indicator": color}
		for status, color in {"Open": "Orange", "Offer Made": "Blue", "Won": "Green", "Lost": "Red"}.items()
	]
	return server.ensure(
		"Kanban Board",
		name,
		kanban_board_name=name,
		reference_doctype=OPPORTUNITY,
		field_name="status",
		filters=f'[["{OPPORTUNITY}", "customer", "=", "{customer}"]]',
		fields='["next_step"]',
		columns=columns,
	)


def make_items(server: Server) -> tuple[str, ...]:
	for item in PUMPS:
		server.ensure("Item", item, item_code=item, item_group="Products", stock_uom="Nos", is_stock_item=0)
	return PUMPS


def make_suppliers(server: Server) -> tuple[str, ...]:
	for name in SUPPLIERS:
		server.ensure("Supplier", name, supplier_name=name, supplier_group="All Supplier Groups")
	return SUPPLIERS


def reset_onboarding(server: Server) -> None:
	"""A step that one user has done is done for all of them."""
	for doctype, name in (
		("Module Onboarding", "CRM Pipeline"),
		("Onboarding Step", "Create Pipeline Opportunity"),
	):
		server.update(doctype, name, is_complete=0)

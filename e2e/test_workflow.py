"""A Workflow on the status: its actions ask for what a move requires, for managers too."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from e2e import data
from e2e.pages.form import Form
from e2e.server import OPPORTUNITY, Server

NAME = "Pipeline under Workflow"
MOVES = (("Open", "Offer Made"), ("Offer Made", "Won"), ("Open", "Lost"), ("Offer Made", "Lost"))


@pytest.fixture
def workflow(server) -> Iterator[str]:
	statuses = dict.fromkeys(status for move in MOVES for status in move)
	for status in statuses:
		server.ensure("Workflow State", status, workflow_state_name=status)
		server.ensure("Workflow Action Master", f"To {status}", workflow_action_name=f"To {status}")
	states = [{"state": status, "doc_status": "0", "allow_edit": "Sales User"} for status in statuses]
	transitions = [
		{"state": state, "action": f"To {status}", "next_state": status, "allowed": "Sales User"}
		for state, status in MOVES
	]
	server.insert(
		"Workflow",
		workflow_name=NAME,
		document_type=OPPORTUNITY,
		workflow_state_field="status",
		is_active=1,
		states=states,
		transitions=transitions,
	)
	yield NAME
	server.delete("Workflow", NAME)


@pytest.fixture
def manager(server) -> str:
	"""A manager who may read Workflows, which Frappe 16 asks of whoever takes an action."""
	return data.make_user(server, "Mira", "Sales Manager", "Sales User", "System Manager")


def test_a_manager_s_action_asks_for_what_the_move_requires(server: Server, open_desk, workflow, manager):
	name = data.make_opportunity(server, data.make_customer(server), sales_engineer=data.ENGINEER.email)
	desk = open_desk(manager)
	desk.go("Form", OPPORTUNITY, name)
	form = Form(desk)
	desk.press_action("To Lost")
	desk.dialog.add_pill("lost_reasons", data.REASON)
	desk.dialog.confirm()
	expect(form.status).to_have_text("Lost")
	assert server.get_opportunity(name)["lost_reasons"][0]["lost_reason"] == data.REASON
	assert server.get_events(name) == ["Created", "Lost"]

"""The audit log in the browser: text is taken out of it, and what can't be accepted is said."""

import pytest
from playwright.sync_api import expect

from e2e import data
from e2e.pages.desk import Desk
from e2e.server import OPPORTUNITY

TEXT = "The buyer, Mr Redwood, was rude"


@pytest.fixture
def lost(server) -> str:
	customer = data.make_customer(server)
	name = data.make_opportunity(server, customer, sales_engineer=data.ENGINEER.email)
	server.update(
		OPPORTUNITY,
		name,
		status="Lost",
		lost_reasons=[{"lost_reason": data.REASON_WITH_DETAIL}],
		outcome_detail=TEXT,
	)
	return name


def open_as_administrator(open_desk) -> Desk:
	return open_desk("Administrator", "admin")


def test_free_text_is_redacted_on_the_record(server, open_desk, lost):
	desk = open_as_administrator(open_desk)
	(entry,) = server.get_names("Pipeline Audit Log", {"reference_name": lost, "event": "Lost"})
	desk.go("Form", "Pipeline Audit Log", entry)
	expect(desk.shown).to_contain_text(TEXT)
	desk.press("Redact…")
	desk.dialog.fill("reason", "He asked for it")
	desk.dialog.confirm()
	expect(desk.shown).not_to_contain_text(TEXT)
	assert TEXT not in str(server.get("Pipeline Audit Log", entry))
	assert server.get_opportunity(lost)["outcome_detail"] != TEXT
	assert server.get_events(lost)[-1] == "Redacted"


def test_a_key_break_that_is_not_there_is_not_accepted(open_desk):
	desk = open_as_administrator(open_desk)
	desk.go("query-report", "Pipeline Audit Integrity")
	desk.press("Accept Key Break")
	expect(desk.message).to_contain_text("key")
	desk.close_message()

"""The REST server: who may ask what, the shape of answers, commit and rollback."""

import frappe
import pytest
from frappe.app import application, make_token
from werkzeug.test import Client


@pytest.fixture
def call(sales_user):
	token = make_token(sales_user)
	frappe.db.commit()
	yield lambda method, path, **options: Client(application).open(
		path, method=method, headers={"Authorization": f"token {token}"}, **options
	)
	for doctype in ("Competitor", "Comment"):
		frappe.db.delete(doctype)
	frappe.delete_doc("User", sales_user, force=True)
	frappe.db.commit()


def test_a_record_s_whole_life(call):
	answer = call("POST", "/api/resource/Competitor", json={"competitor_name": "Rival"})
	assert (answer.status_code, answer.json["data"]["name"]) == (200, "Rival")
	assert call("PUT", "/api/resource/Competitor/Rival", json={"website": "rival.example"}).status_code == 200
	listed = call("GET", "/api/resource/Competitor?fields=[%22website%22]").json
	assert listed == {"data": [{"website": "rival.example"}]}
	assert call("POST", "/api/resource/Competitor", json={"competitor_name": "Rival"}).status_code == 409
	assert call("DELETE", "/api/resource/Competitor/Rival").status_code == 403


@pytest.mark.parametrize(
	("method", "path", "status", "kind"),
	[
		("GET", "/api/resource/Competitor/Nobody", 404, "DoesNotExistError"),
		("POST", "/api/resource/Competitor", 417, "ValidationError"),
		("GET", "/api/resource/Holiday List", 403, "PermissionError"),
		("GET", "/api/method/frappe.client.insert", 403, "PermissionError"),
		("GET", "/api/method/frappe.utils.now", 403, "PermissionError"),
		("GET", "/api/unicorns", 404, "DoesNotExistError"),
	],
)
def test_a_refusal_says_its_kind_and_no_traceback(call, method, path, status, kind):
	answer = call(method, path, **({"json": {}} if method == "POST" else {}))
	assert (answer.status_code, answer.json["exc_type"]) == (status, kind)
	assert "Traceback" not in answer.text


def test_who_is_unknown_is_turned_away():
	client = Client(application)
	assert client.get("/api/resource/Competitor").status_code == 403
	assert client.get("/api/resource/Competitor", headers={"Authorization": "token a:b"}).status_code == 401


def test_a_method_answers_with_a_message(call):
	answer = call("GET", "/api/method/frappe.client.get_count", query_string={"doctype": "Country"})
	assert answer.json == {"message": 3}

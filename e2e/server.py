"""The server as a REST client sees it. What a page shows is half a test; what the server says is the other."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import APIRequestContext, APIResponse, Playwright

from crm_pipeline.constants import OPPORTUNITY


class Server:
	"""A REST session of one user, apart from any browser."""

	def __init__(self, playwright: Playwright, url: str, user: str, password: str):
		self.playwright, self.url = playwright, url
		self.requests: APIRequestContext = playwright.request.new_context(base_url=url)
		get_message(log_in(self.requests, user, password))

	def as_user(self, user: str, password: str) -> Server:
		"""Another session, to be closed by the caller."""
		return Server(self.playwright, self.url, user, password)

	def close(self) -> None:
		self.requests.dispose()

	def can_log_in(self, user: str, password: str) -> bool:
		session = self.playwright.request.new_context(base_url=self.url)
		is_let_in = log_in(session, user, password).ok
		session.dispose()
		return is_let_in

	def has(self, doctype: str, name: str) -> bool:
		"""Whether the record is there and this user may read it."""
		return self.requests.get(f"/api/resource/{doctype}/{name}").ok

	def get(self, doctype: str, name: str) -> dict[str, Any]:
		return get_data(self.requests.get(f"/api/resource/{doctype}/{name}"))

	def get_opportunity(self, name: str) -> dict[str, Any]:
		return self.get(OPPORTUNITY, name)

	def get_list(self, doctype: str, filters: dict | None = None, **options) -> list[dict[str, Any]]:
		"""Rows in the order asked for; `fields` is a list of fieldnames, no limit unless `limit_page_length`."""
		options = {"limit_page_length": 0, "fields": ["name"], **options}
		parameters = {
			key: value if isinstance(value, str | int) else json.dumps(value)
			for key, value in options.items()
		}
		parameters["filters"] = json.dumps(filters or {})
		return get_data(self.requests.get(f"/api/resource/{doctype}", params=parameters))

	def get_names(self, doctype: str, filters: dict | None = None, **options) -> list[str]:
		return [row["name"] for row in self.get_list(doctype, filters, **options)]

	def get_events(self, opportunity: str) -> list[str]:
		"""The events of the opportunity's audit log, oldest first."""
		filters = {"reference_name": opportunity}
		rows = self.get_list("Pipeline Audit Log", filters, fields=["event"], order_by="name asc")
		return [row["event"] for row in rows]

	def insert(self, doctype: str, **values) -> dict[str, Any]:
		return get_data(self.requests.post(f"/api/resource/{doctype}", data=values))

	def update(self, doctype: str, name: str, **values) -> dict[str, Any]:
		return get_data(self.requests.put(f"/api/resource/{doctype}/{name}", data=values))

	def delete(self, doctype: str, name: str) -> None:
		read(self.requests.delete(f"/api/resource/{doctype}/{name}"))

	def ensure(self, doctype: str, name: str, **values) -> str:
		"""The name of the record, made from `values` when it isn't there yet."""
		return name if self.has(doctype, name) else self.insert(doctype, **values)["name"]

	def call(self, method: str, **arguments) -> Any:
		return get_message(self.requests.post(f"/api/method/{method}", data=arguments))


def log_in(session: APIRequestContext, user: str, password: str) -> APIResponse:
	return session.post("/api/method/login", form={"usr": user, "pwd": password})


def get_data(response: APIResponse) -> Any:
	return read(response)["data"]


def get_message(response: APIResponse) -> Any:
	return read(response).get("message")


def read(response: APIResponse) -> dict:
	"""The body of a good answer; a refused one fails the test with the server's own words."""
	assert response.ok, f"{response.status} {response.url}: {get_refusal(response)}"
	return response.json()


def get_refusal(response: APIResponse) -> str:
	try:
		body = response.json()
	except ValueError:
		return response.text()[:500]
	messages = json.loads(body.get("_server_messages") or "[]")
	return "; ".join(json.loads(message)["message"] for message in messages) or str(body)[:500]

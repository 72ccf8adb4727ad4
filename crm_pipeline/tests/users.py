"""Acting as somebody."""

from collections.abc import Iterator
from contextlib import contextmanager

import frappe


@contextmanager
def as_user(user: str) -> Iterator[None]:
	previous = frappe.session.user
	frappe.set_user(user)
	try:
		yield
	finally:
		frappe.set_user(previous)

"""Finds the customers, users and masters that a file names, and makes the missing ones when asked to."""

import re
import unicodedata

import frappe
from frappe.model.document import Document
from frappe.utils import strip_html

from crm_pipeline.moving_in.errors import RowError
from crm_pipeline.record import transactions

DEFAULT_BUSINESS_UNIT = "General"


class Masters:
	"""Resolves text to the name of a record, by name or by title, and remembers it."""

	def __init__(self, create_masters: bool = False, user_domain: str | None = None):
		self.create_masters = create_masters
		self.user_domain = user_domain
		self.names: dict[tuple[str, str], str] = {}
		self.recent: list[tuple[str, str]] = []

	def resolve(self, doctype: str, text: str) -> str:
		"""Return the name that `text` stands for; unknown text comes back as it is, for the controller to refuse.

		Raises RowError when several records have that title, or a missing one can't be made.
		"""
		key = (doctype, text)
		if key not in self.names:
			self.names[key] = _find(doctype, text) or self._make(doctype, text) or text
			self.recent.append(key)
		return self.names[key]

	def keep_recent(self) -> None:
		"""The row that the recent names belong to is in."""
		self.recent.clear()

	def forget_recent(self) -> None:
		"""The row that the recent names belong to was rolled back, and what was made for it."""
		for key in self.recent:
			self.names.pop(key, None)
		self.recent.clear()

	def forget_all(self) -> None:
		self.names.clear()
		self.recent.clear()

	def _make(self, doctype: str, text: str) -> str | None:
		make = self._get_maker(doctype)
		if not make:
			return None
		try:
			with transactions.savepoint():
				return make(text)
		except (frappe.ValidationError, frappe.PermissionError) as error:
			reason = strip_html(str(error)) or "no permission."
			raise RowError(f"{doctype} '{text}' can't be made: {reason}") from error

	def _get_maker(self, doctype: str):
		if doctype == "User":
			return self._make_user if self.user_domain else None
		return MAKERS.get(doctype) if self.create_masters else None

	def _make_user(self, full_name: str) -> str:
		"""Make a Sales User who gets no mail and has no password."""
		email = get_email(full_name, self.user_domain)
		if frappe.db.exists("User", email):
			return email
		first_name, _space, last_name = full_name.rpartition(" ")
		user = {
			"email": email,
			"first_name": first_name or last_name,
			"last_name": last_name if first_name else "",
			"send_welcome_email": 0,
			"roles": [{"role": "Sales User"}],
		}
		return _insert("User", user)


def get_email(full_name: str, domain: str) -> str:
	"""Return the address made of a name: 'Ana-Lía Ruiz' at example.com is ana.lia.ruiz@example.com."""
	letters = unicodedata.normalize("NFKD", full_name).encode("ascii", "ignore").decode().lower()
	local_part = ".".join(re.findall("[a-z0-9]+", letters))
	if not local_part or "@" in full_name:
		raise RowError(f"No e-mail address can be made of '{full_name}'; create this user first.")
	return f"{local_part}@{domain}"


def _find(doctype: str, text: str) -> str | None:
	if name := frappe.db.get_value(doctype, text, "name"):
		return name
	title_field = frappe.get_meta(doctype).title_field
	if not title_field:
		return None
	names = frappe.get_all(doctype, filters={title_field: text}, pluck="name", limit=2)
	if len(names) > 1:
		raise RowError(f"Several records of {doctype} are called '{text}'; name it by its ID.")
	return names[0] if names else None


def _insert(doctype: str, values: dict) -> str:
	return frappe.get_doc({"doctype": doctype, **values}).insert().name


def _make_customer(text: str) -> str:
	settings: Document = frappe.get_cached_doc("Selling Settings")
	values = {"customer_group": settings.customer_group, "territory": settings.territory}
	return _insert("Customer", {"customer_name": text, "customer_type": "Company", **values})


def _make_product_line(text: str) -> str:
	if not frappe.db.exists("Pipeline Business Unit", DEFAULT_BUSINESS_UNIT):
		_insert("Pipeline Business Unit", {"business_unit": DEFAULT_BUSINESS_UNIT})
	return _insert("Pipeline Product Line", {"product_line": text, "business_unit": DEFAULT_BUSINESS_UNIT})


# DocType → function that makes a record out of its name and returns the record's name
MAKERS = {
	"Customer": _make_customer,
	"Pipeline Region": lambda text: _insert("Pipeline Region", {"region_name": text}),
	"Pipeline Product Line": _make_product_line,
	"Pipeline Lost Reason": lambda text: _insert(
		"Pipeline Lost Reason", {"reason": text, "category": "Customer"}
	),
	"Pipeline Source": lambda text: _insert("Pipeline Source", {"source": text}),
	"Pipeline Opportunity Type": lambda text: _insert(
		"Pipeline Opportunity Type", {"opportunity_type": text}
	),
}

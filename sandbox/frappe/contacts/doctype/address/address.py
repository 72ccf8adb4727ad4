"""Addresses of customers, leads and suppliers."""

import frappe
from frappe.model.document import Document
from frappe.model.naming import make_autoname

SHOWN = ("address_line1", "address_line2", "city", "state", "pincode", "country")


class Address(Document):
	def autoname(self):
		if not self.address_title and self.links:
			self.address_title = self.links[0].link_name
		if not self.address_title:
			frappe.throw("Address Title is mandatory.")
		name = f"{self.address_title.strip()}-{self.address_type}"
		self.name = make_autoname(f"{name}-.#") if frappe.db.exists("Address", name) else name

	def validate(self):
		for field in ("is_primary_address", "is_shipping_address"):
			for link in self.links if self.get(field) else []:
				for name in _get_linked(link.link_doctype, link.link_name, {field: 1}):
					frappe.db.set_value("Address", name, field, 0)

	def has_link(self, doctype, name):
		return any((link.link_doctype, link.link_name) == (doctype, name) for link in self.links)


def _get_linked(doctype, name, filters):
	linked = [["Dynamic Link", "link_doctype", "=", doctype], ["Dynamic Link", "link_name", "=", name]]
	own = [[key, "=", value] for key, value in filters.items()]
	return frappe.get_all("Address", filters=linked + own, pluck="name")


@frappe.whitelist()
def get_default_address(doctype: str, name: str | None, sort_key: str = "is_primary_address") -> str | None:
	"""Return the name of the record's address, the primary one first."""
	if sort_key not in ("is_shipping_address", "is_primary_address"):
		return None
	linked = [["Dynamic Link", "link_doctype", "=", doctype], ["Dynamic Link", "link_name", "=", name]]
	filters = [*linked, ["disabled", "=", 0]]
	names = frappe.get_all("Address", filters=filters, pluck="name", order_by=f"{sort_key} desc", limit=1)
	return names[0] if names else None


@frappe.whitelist()
def get_address_display(address_dict: dict | str | None) -> str | None:
	"""Return an address as lines of HTML."""
	if not address_dict:
		return None
	if not isinstance(address_dict, dict):
		address_dict = frappe.get_doc("Address", address_dict).as_dict()
	return "<br>".join(address_dict[field] for field in SHOWN if address_dict.get(field)) + "<br>"

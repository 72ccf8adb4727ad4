"""Checks of link fields and the values that follow them (`fetch_from`)."""

import frappe
from frappe.types import _dict
from frappe.utils.data import cint, strip_html, unescape_html


class LinksMixin:
	"""The link checks of a document."""

	def _validate_links(self):
		if self.flags.ignore_links or self._action == "cancel":
			return
		invalid, cancelled = self.get_invalid_links()
		for row in self.get_all_children():
			found = row.get_invalid_links(is_submittable=self.meta.is_submittable)
			invalid += found[0]
			cancelled += found[1]
		if invalid:
			text = ", ".join(link[2] for link in invalid)
			frappe.throw(f"Could not find {text}", frappe.LinkValidationError)
		if cancelled:
			text = ", ".join(link[2] for link in cancelled)
			frappe.throw(f"Cannot link cancelled document: {text}", frappe.CancelledLinkError)

	def get_invalid_links(self, is_submittable=False):
		"""Return links to nothing and to cancelled documents; set the values fetched along the way."""
		invalid, cancelled = [], []
		for df in self.meta.get_link_fields() + self.meta.dynamic_link_fields:
			name = self.get(df.fieldname)
			if not name:
				continue
			doctype = self._get_linked_doctype(df)
			values = self._follow_link(df, doctype, name)
			link = (df.fieldname, name, self._describe_link(df, name))
			if not values:
				invalid.append(link)
			elif self._is_cancelled_link(df, doctype, values.name, is_submittable):
				cancelled.append(link)
		return invalid, cancelled

	def _get_linked_doctype(self, df):
		doctype = df.options if df.fieldtype == "Link" else self.get(df.options)
		if not doctype:
			frappe.throw(f"{self.meta.get_label(df.options)} must be set first")
		return doctype

	def _describe_link(self, df, name):
		row = f"Row #{self.idx}: " if self.get("parentfield") else ""
		return f"{row}{df.label}: {name}"

	def _follow_link(self, df, doctype, name):
		fetched = [
			one for one in self.meta.fields_to_fetch.get(df.fieldname, ())
			if not (one.fetch_if_empty and self.get(one.fieldname))
		]  # fmt: skip
		if frappe.get_meta(doctype).issingle:
			return _dict(name=doctype)
		columns = ["name", *(one.fetch_from.split(".")[-1] for one in fetched)]
		values = frappe.db.get_value(doctype, name, columns, as_dict=True, order_by=None)
		if not values:
			# Frappe 15 misses a link to nothing if other fields follow it
			return _dict(name=name) if fetched else None
		setattr(self, df.fieldname, values.name)
		for one in fetched:
			if self.is_new() or not self.docstatus.is_submitted() or one.allow_on_submit:
				self._set_fetched(one, doctype, values)
		return values

	def _set_fetched(self, df, doctype, values):
		fieldname = df.fetch_from.split(".")[-1]
		value = values[fieldname]
		source = frappe.get_meta(doctype).get_field(fieldname)
		if value and source and source.fieldtype == "Text Editor" and df.fieldtype != "Text Editor":
			value = unescape_html(strip_html(value))
		setattr(self, df.fieldname, value)

	def _is_cancelled_link(self, df, doctype, name, is_submittable):
		if df.fieldname == "amended_from" or not (is_submittable or self.meta.is_submittable):
			return False
		if not frappe.get_meta(doctype).is_submittable:
			return False
		return cint(frappe.db.get_value(doctype, name, "docstatus")) == 2

"""The checks that every document passes before it is written."""

import frappe
from frappe.model import table_fields
from frappe.types import _dict
from frappe.utils.data import cstr, flt, sanitize_html, strip_html, validate_email_address

KEPT_AS_TYPED = ("Attach", "Attach Image", "Code")
STANDARD_USERS = ("Administrator", "Guest")


class ValidationMixin:
	"""The checks of a document."""

	def _validate(self):
		self._validate_mandatory()
		for doc in (self, *self.get_all_children()):
			doc._validate_values()
			doc._sanitize_content()

	def _validate_mandatory(self):
		if self.flags.ignore_mandatory:
			return
		missing = []
		for doc in (self, *self.get_all_children()):
			for df in doc.meta.mandatory_fields:
				value = doc.get(df.fieldname)
				if value == [] or not strip_html(cstr(value)).strip():
					frappe.msgprint(doc._describe_missing(df))
					missing.append(df.fieldname)
		if missing:
			raise frappe.MandatoryError(f"[{self.doctype}, {self.name}]: {', '.join(missing)}")

	def _describe_missing(self, df):
		if df.fieldtype in table_fields:
			return f"Error: Data missing in table: {df.label}"
		if self.get("parentfield"):
			return f"Error: {frappe.bold(self.doctype)} Row #{self.idx}: Value missing for: {df.label}"
		return f"Error: Value missing for {df.parent}: {df.label}"

	def _validate_values(self):
		row = f"Row #{self.idx}:" if self.get("parentfield") else ""
		for df in self.meta.select_fields:
			options, value = (df.options or "").split("\n"), cstr(self.get(df.fieldname)).strip()
			if value and any(options) and df.fieldname != "naming_series" and not frappe.flags.in_import:
				self.set(df.fieldname, value)
				if value not in options:
					choices = '", "'.join(options)
					frappe.throw(f'{row} {df.label} cannot be "{value}". It should be one of "{choices}"')
		for df in self.meta.value_fields:
			if df.fieldtype == "Data" and df.options == "Email" and self.name not in STANDARD_USERS:
				validate_email_address(self.get(df.fieldname), throw=True)
		for df, maximum in self.meta.limited_fields:
			if len(cstr(self.get(df.fieldname))) > maximum and not frappe.flags.in_install:
				message = f"{self.doctype} {self.name}: '{df.label}' has more than {maximum} characters"
				frappe.throw(message, frappe.CharacterLengthExceededError)
		for df in self.meta.non_negative_fields:
			if flt(self.get(df.fieldname)) < 0:
				label, doctype = frappe.bold(df.label), frappe.bold(self.doctype)
				message = f"Value cannot be negative for {df.parent}: {label}"
				message = f"{doctype} {row} Value cannot be negative for {label}" if row else message
				frappe.throw(message, frappe.NonNegativeError, title="Negative Value")

	def _sanitize_content(self):
		for column in self.meta.column_types:
			value = self.__dict__.get(column)
			if not isinstance(value, str) or ("<" not in value and ">" not in value):
				continue
			df = self.meta.get_field(column)
			if not df or not (df.ignore_xss_filter or df.options == "Email" or df.fieldtype in KEPT_AS_TYPED):
				self.set(column, sanitize_html(value))

	def _validate_links(self):
		if self.flags.ignore_links:
			return
		missing = [link[2] for doc in (self, *self.get_all_children()) for link in doc.get_invalid_links()[0]]
		if missing:
			frappe.throw(f"Could not find {', '.join(missing)}", frappe.LinkValidationError)

	def get_invalid_links(self, is_submittable=False):
		"""Return links to nothing as (fieldname, name, text), and (none here) links to cancelled documents."""
		missing = []
		for df in self.meta.link_fields + self.meta.dynamic_link_fields:
			name = self.get(df.fieldname)
			doctype = name and (df.options if df.fieldtype == "Link" else self.get(df.options))
			if name and not doctype:
				frappe.throw(f"{self.meta.get_label(df.options)} must be set first")
			if name and not self._follow_link(df, doctype, name):
				row = f"Row #{self.idx}: " if self.get("parentfield") else ""
				missing.append((df.fieldname, name, f"{row}{df.label}: {name}"))
		return missing, []

	def _follow_link(self, df, doctype, name):
		if frappe.get_meta(doctype).issingle:
			return _dict(name=doctype)
		followers = self.meta.fields_to_fetch.get(df.fieldname, ())
		fetched = [one for one in followers if not (one.fetch_if_empty and self.get(one.fieldname))]
		sources = {one.fieldname: one.fetch_from.split(".")[-1] for one in fetched}
		values = frappe.db.get_value(doctype, name, ["name", *sources.values()], as_dict=True, order_by=None)
		if not values:
			return bool(fetched)  # Frappe 15 misses a link to nothing if other fields follow it
		setattr(self, df.fieldname, values.name)
		for fieldname, source in sources.items():
			setattr(self, fieldname, values[source])
		return values

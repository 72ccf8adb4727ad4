"""The checks that every document passes before it is written."""

import frappe
from frappe.model import table_fields
from frappe.utils.data import (
	cint,
	cstr,
	flt,
	get_datetime,
	getdate,
	sanitize_html,
	split_emails,
	strip_html,
	validate_email_address,
	validate_phone_number,
	validate_url,
)

MAX_INTEGER = 2**31 - 1
UNSANITIZED_TYPES = ("Attach", "Attach Image", "Code")
STANDARD_USERS = ("Administrator", "Guest")


class ValidationMixin:
	"""The checks of a document."""

	def _validate(self):
		self._validate_mandatory()
		for doc in (self, *self.get_all_children()):
			doc._validate_data_fields()
			doc._validate_selects()
			doc._validate_non_negative()
			doc._validate_length()
			doc._sync_autoname_field()
			doc._sanitize_content()
		if not self.is_new():
			self.validate_set_only_once()

	def _validate_mandatory(self):
		if self.flags.ignore_mandatory:
			return
		missing = self._get_missing_mandatory_fields()
		for row in self.get_all_children():
			missing += row._get_missing_mandatory_fields()
		if not missing:
			return
		for _fieldname, message in missing:
			frappe.msgprint(message)
		fields = ", ".join(fieldname for fieldname, _message in missing)
		raise frappe.MandatoryError(f"[{self.doctype}, {self.name}]: {fields}")

	def _get_missing_mandatory_fields(self):
		missing = [
			(df.fieldname, self._describe_missing(df))
			for df in self.meta.mandatory_fields
			if not self._has_content(df)
		]
		if self.meta.istable:
			missing += [
				(name, f"Error: Value missing for None: {name}")
				for name in ("parent", "parenttype") if not self.get(name)
			]  # fmt: skip
		return missing

	def _has_content(self, df):
		value = self.get(df.fieldname)
		if value in (None, []):
			return False
		text = cstr(value)
		if strip_html(text).strip():
			return True
		return df.fieldtype == "Text Editor" and "<img" in text

	def _describe_missing(self, df):
		if df.fieldtype in table_fields:
			return f"Error: Data missing in table: {df.label}"
		if self.get("parentfield"):
			return f"Error: {frappe.bold(self.doctype)} Row #{self.idx}: Value missing for: {df.label}"
		return f"Error: Value missing for {df.parent}: {df.label}"

	def _validate_selects(self):
		if frappe.flags.in_import:
			return
		for df in self.meta.select_fields:
			options = (df.options or "").split("\n")
			if df.fieldname == "naming_series" or not self.get(df.fieldname) or not any(options):
				continue
			value = cstr(self.get(df.fieldname)).strip()
			self.set(df.fieldname, value)
			if value in options or (frappe.flags.in_test and value.startswith("_T-")):
				continue
			prefix = f"Row #{self.idx}:" if self.get("parentfield") else ""
			choices = '", "'.join(options)
			frappe.throw(f'{prefix} {df.label} cannot be "{value}". It should be one of "{choices}"')

	def _validate_data_fields(self):
		for df in self.meta.data_fields:
			value = self.get(df.fieldname)
			if df.options == "Email":
				if self.owner in STANDARD_USERS and value in STANDARD_USERS:
					continue
				for address in split_emails(value):
					validate_email_address(address, throw=True)
			elif df.options == "Phone":
				validate_phone_number(value, throw=True)
			elif df.options == "URL" and value:
				validate_url(value, throw=True)

	def _validate_non_negative(self):
		for df in self.meta.non_negative_fields:
			if flt(self.get(df.fieldname)) >= 0:
				continue
			label = frappe.bold(df.label)
			if self.get("parentfield"):
				message = f"{frappe.bold(self.doctype)} Row #{self.idx}: Value cannot be negative for {label}"
			else:
				message = f"Value cannot be negative for {df.parent}: {label}"
			frappe.throw(message, frappe.NonNegativeError, title="Negative Value")

	def _validate_length(self):
		if self.meta.issingle or frappe.flags.in_install:
			return
		for df, maximum in self.meta.limited_fields:
			value = self.get(df.fieldname)
			if len(cstr(value)) > maximum:
				self._throw_too_long(df, maximum, value)
		for df in self.meta.integer_fields:
			if abs(cint(self.get(df.fieldname))) > MAX_INTEGER:
				self._throw_too_long(df, MAX_INTEGER, self.get(df.fieldname))

	def _throw_too_long(self, df, maximum, value):
		row = f"{self.doctype}, Row {self.idx}" if self.get("parentfield") else f"{self.doctype} {self.name}"
		frappe.throw(
			f"{row}: '{frappe.bold(df.label)}' ({value}) will get truncated, "
			f"as max characters allowed is {maximum}",
			frappe.CharacterLengthExceededError,
			title="Value too big",
		)

	def _sync_autoname_field(self):
		_prefix, _colon, fieldname = (self.meta.autoname or "").partition("field:")
		if fieldname and self.name and self.name != self.get(fieldname):
			self.set(fieldname, self.name)

	def _sanitize_content(self):
		if frappe.flags.in_install:
			return
		for column in self.meta.column_types:
			value = self.__dict__.get(column)
			if not isinstance(value, str) or ("<" not in value and ">" not in value):
				continue
			df = self.meta.get_field(column)
			if not df or not self._is_kept_as_typed(df):
				self.set(column, sanitize_html(value, linkify=bool(df and df.fieldtype == "Text Editor")))

	def _is_kept_as_typed(self, df):
		return (
			df.ignore_xss_filter
			or (df.fieldtype in ("Data", "Small Text", "Text") and df.options == "Email")
			or df.fieldtype in UNSANITIZED_TYPES
			or self.docstatus.is_cancelled()
			or (self.docstatus.is_submitted() and not df.allow_on_submit)
		)

	def validate_set_only_once(self):
		"""Refuse changes of fields that are written once; `owner` and `creation` always are."""
		if not self._doc_before_save:
			return
		for df in self.meta.set_once_fields:
			value, original = self.get(df.fieldname), self._doc_before_save.get(df.fieldname)
			if df.fieldtype in table_fields:
				changed = not self.is_child_table_same(df.fieldname)
			elif df.fieldtype in ("Date", "Datetime", "Time"):
				changed = str(value) != str(original)
			else:
				changed = value != original
			if changed:
				label = frappe.bold(self.meta.get_label(df.fieldname))
				frappe.throw(f"Value cannot be changed for {label}", frappe.CannotChangeConstantError)

	def is_child_table_same(self, fieldname):
		"""Return whether the rows of a table hold what was saved."""
		rows, originals = self.get(fieldname), self._doc_before_save.get(fieldname)
		return len(rows) == len(originals) and all(
			_comparable(row) == _comparable(original) for row, original in zip(rows, originals, strict=True)
		)

	def validate_update_after_submit(self):
		if self.flags.ignore_validate_update_after_submit:
			return
		self._validate_update_after_submit()
		for row in self.get_all_children():
			if not (row.is_new() and self.meta.get_field(row.parentfield).allow_on_submit):
				row._validate_update_after_submit()

	def _validate_update_after_submit(self):
		saved = frappe.get_doc(self.doctype, self.name)
		for df in self.meta.fields:
			if df.allow_on_submit or df.fieldname not in (
				*self.meta.column_types,
				*self.meta.table_fieldnames,
			):
				continue
			new, old = self._value_to_compare(df), saved._value_to_compare(df)
			if (new or old) and new != old:
				row = f"Row #{self.idx}:" if self.get("parent") else ""
				frappe.throw(
					f"{row} Not allowed to change {frappe.bold(df.label)} after submission "
					f"from {frappe.bold(old)} to {frappe.bold(new)}",
					frappe.UpdateAfterSubmitError,
					title="Cannot Update After Submit",
				)

	def _value_to_compare(self, df):
		value = self.get(df.fieldname)
		if df.fieldtype in table_fields:
			return len(value)
		if df.fieldtype in ("Date", "Datetime"):
			return value and (getdate if df.fieldtype == "Date" else get_datetime)(value)
		return self.get_value(df.fieldname)


def _comparable(row):
	values = row.as_dict(convert_dates_to_str=True)
	for key in ("modified", "modified_by", "creation"):
		del values[key]
	return values

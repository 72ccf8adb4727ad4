"""What a client sends is looked at before the framework works with it: for every controller of this app."""

from collections.abc import Iterable, Mapping
from functools import cache, cached_property

from frappe import _
from frappe.model.document import Document

from crm_pipeline.record import input_values
from crm_pipeline.record.dangling import KeepsSavedLinks
from crm_pipeline.refusal import get_label, refuse

PARENTAGE = frozenset(
	{"parent", "parenttype", "parentfield"}
)  # REST saves what they name along with the document


class CheckedTables:
	"""For a controller: values are an object with the names of fields, and a table is a list of objects."""

	def update(self, values, *args, **kwargs):
		if not isinstance(values, Mapping):
			refuse(_("{0} can't be read. Send an object with the values of fields."), values)
		if not get_taken_names(type(self)).isdisjoint(values):
			names = sorted(get_taken_names(type(self)).intersection(values))
			refuse(_("There is no field {0}. Leave it out."), names[0])
		if not PARENTAGE.isdisjoint(values) and not self.meta.istable:
			values = {name: value for name, value in values.items() if name not in PARENTAGE}
		return super().update(values, *args, **kwargs)

	def extend(self, key, value):
		if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
			self.refuse_rows(key, value)
		return super().extend(key, value)

	def append(self, key, value=None, *args, **kwargs):
		if not (value is None or isinstance(value, Mapping | Document)):
			self.refuse_rows(key, value)
		return super().append(key, value, *args, **kwargs)

	def refuse_rows(self, key, value):
		message = _("{0} can't be {1}. Send a list of rows, each an object with the values of fields.")
		refuse(message, get_label(self, key), value)


class CheckedInput(KeepsSavedLinks, CheckedTables):
	"""For a controller without further rules: the same, each value fits its field, and a saved link stays."""

	def insert(self, *args, **kwargs):
		self.check_input()
		return super().insert(*args, **kwargs)

	def save(self, *args, **kwargs):
		self.check_input()
		return super().save(*args, **kwargs)

	def check_input(self):
		input_values.take_in(self)
		input_values.validate_fields(self)


@cache
def get_taken_names(controller: type) -> frozenset[str]:
	"""Return the names under which a value would take the place of a method, or of what the controller works out."""
	attributes = ((name, getattr(controller, name, None)) for name in dir(controller))
	taken = {name for name, found in attributes if callable(found) or isinstance(found, cached_property)}
	return frozenset(taken)

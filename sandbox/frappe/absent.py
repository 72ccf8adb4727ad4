"""Modules of Frappe and ERPNext that are not here: they can be imported, what is in them fails when it is called."""

import sys
from types import ModuleType

from frappe.types import NotInSandbox

ABSENT = """
erpnext.buying.doctype.request_for_quotation.request_for_quotation erpnext.crm.doctype.lead.lead
erpnext.selling.doctype.quotation.quotation frappe.contacts.doctype.address.address
frappe.contacts.doctype.contact.contact frappe.desk.calendar
frappe.desk.doctype.number_card.number_card frappe.desk.search
frappe.email.doctype.email_account.email_account frappe.email.receive frappe.model.mapper frappe.utils.background_jobs redis redis.exceptions
"""


def _refuse_calls_of(module_name):
	def __getattr__(name):
		if name.startswith("__"):
			raise AttributeError(name)

		def refuse(*args, **kwargs):
			raise NotInSandbox(f"The sandbox does not know {module_name}.{name}")

		return type(name, (), {"__init__": refuse}) if name[0].isupper() else refuse

	return __getattr__


for _name in ABSENT.split():
	sys.modules[_name] = ModuleType(_name)
	sys.modules[_name].__getattr__ = _refuse_calls_of(_name)

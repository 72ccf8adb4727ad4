"""A one-process stand-in for the part of ERPNext 15 that crm_pipeline calls. For try-out and fast tests only."""

from frappe.types import raise_unknown

__version__ = "15.99.1"
__getattr__ = raise_unknown("erpnext")

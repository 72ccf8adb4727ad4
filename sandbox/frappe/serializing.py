"""JSON, text and formatted values."""

import json
import secrets
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from frappe.context import local
from frappe.types import _dict
from frappe.utils.formatters import format_value


def generate_hash(txt=None, length=56):
	return secrets.token_hex(length)[:length]


def json_handler(value):
	"""Return what JSON has no form for as text, number or dict."""
	if isinstance(value, datetime | date | time | timedelta):
		return str(value)
	if isinstance(value, Decimal):
		return float(value)
	if isinstance(value, set):
		return list(value)
	if hasattr(value, "as_dict"):
		return value.as_dict()
	raise TypeError(f"Object of type {type(value)} with value of {value!r} is not JSON serializable")


def as_json(obj, indent=1, separators=None, ensure_ascii=True):
	"""Return JSON with sorted keys."""
	separators = separators or (",", ": ")
	return json.dumps(
		obj,
		indent=indent,
		sort_keys=True,
		default=json_handler,
		separators=separators,
		ensure_ascii=ensure_ascii,
	)


def parse_json(val):
	"""Return what a JSON text holds; another value unchanged; dicts with keys as attributes."""
	value = json.loads(val) if isinstance(val, str) else val
	return _dict(value) if isinstance(value, dict) else value


def safe_decode(param, encoding="utf-8"):
	return param.decode(encoding) if isinstance(param, bytes) else param


def as_unicode(text, encoding="utf-8"):
	return "" if text is None else str(safe_decode(text, encoding))


def get_request_header(key, default=None):
	return local.request.headers.get(key, default)


def format(value, df=None, doc=None, currency=None):
	df = _dict(df) if isinstance(df, dict) else _dict(fieldtype=df)
	return format_value(value, df, doc, currency)

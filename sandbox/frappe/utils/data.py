"""Numbers and text; the dates of `frappe.utils.dates` come along."""

import html
import json
import re
from email.utils import getaddresses
from urllib.parse import quote

import bleach
import frappe
from frappe.utils.dates import *

EMAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}", re.I)
TAG = re.compile(r"<[a-zA-Z/!][^>]*>")
ALLOWED_TAGS = {
	*bleach.ALLOWED_TAGS,
	*["br", "div", "h1", "h2", "h3", "img", "p", "pre", "s", "span", "table", "tbody", "td", "th", "tr", "u"],
}
ALLOWED_ATTRIBUTES = [
	"align",
	"alt",
	"class",
	"colspan",
	"height",
	"href",
	"rowspan",
	"src",
	"title",
	"width",
]


def cint(s, default=0):
	"""Return `s` as an integer, `default` if it is none."""
	try:
		return int(float(s))
	except (TypeError, ValueError, OverflowError):
		return default


def flt(s, precision=None):
	"""Return `s` (a text may hold thousands separators) as a float, 0.0 if it is none."""
	try:
		number = float(s.replace(",", "") if isinstance(s, str) else s)
	except (TypeError, ValueError):
		return 0.0
	return number if precision is None else rounded(number, precision)


def rounded(num, precision=0):
	"""Round half to even (Banker's Rounding)."""
	multiplier = 10 ** cint(precision)
	result = round(round(flt(num) * multiplier, 9)) / multiplier
	return result if precision else int(result)


def fmt_money(amount, precision=None, currency=None):
	"""Return an amount with thousands separators (the last three digits, then pairs) and a currency's symbol."""
	digits, _dot, decimals = f"{abs(flt(amount)):.{2 if precision is None else precision}f}".partition(".")
	head = re.sub(r"(?<=\d)(?=(\d\d)+$)", ",", digits[:-3])
	text = f"{head},{digits[-3:]}" if head else digits
	text = f"{'-' if flt(amount) < 0 else ''}{text}{_dot}{decimals}"
	return f"{frappe.db.get_value('Currency', currency, 'symbol') or currency} {text}" if currency else text


def cstr(s):
	"""Return `s` as text, an empty one for None."""
	return "" if s is None else str(s)


def escape_html(text):
	return html.escape(cstr(text)).replace("&#x27;", "&#39;")


def strip_html(text):
	return re.sub(r"<[^>]*>", "", text)


def sanitize_html(text):
	"""Return HTML with tags that could run something escaped; other text and JSON unchanged."""
	if not TAG.search(text) or _is_json(text):
		return text
	return bleach.clean(text, tags=ALLOWED_TAGS, attributes=ALLOWED_ATTRIBUTES, strip_comments=False)


def _is_json(text):
	try:
		json.loads(text)
	except ValueError:
		return False
	return True


def get_absolute_url(doctype, name):
	return f"/app/{quote(doctype.lower().replace(' ', '-'))}/{quote(cstr(name))}"


def get_url_to_form(doctype, name):
	return f"http://sandbox.localhost{get_absolute_url(doctype, name)}"


def get_link_to_form(doctype, name, label=None):
	return f'<a href="{get_url_to_form(doctype, name)}">{label or name}</a>'


def validate_phone_number(phone_number):
	return bool(re.match(r"[0-9 +_\-,.*#()]{1,20}$", cstr(phone_number).strip()))


def validate_email_address(email_str, throw=False):
	"""Return the valid addresses of a list separated by commas; raise on another one if `throw`."""
	addresses = [address for _name, address in getaddresses([cstr(email_str)])] if email_str else []
	wrong = [address for address in addresses if not EMAIL.fullmatch(address)]
	if wrong and throw:
		message = f"{escape_html(email_str)} is not a valid Email Address"
		frappe.throw(message, frappe.InvalidEmailAddressError)
	return ", ".join(address for address in addresses if address not in wrong)

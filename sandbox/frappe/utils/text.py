"""Text, HTML, links and addresses."""

import html
import json
import random
import re
import string
from email.utils import getaddresses, parseaddr
from urllib.parse import quote

import bleach
import frappe

EMAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}", re.I)
PHONE = re.compile(r"([0-9 +_\-,.*#()]){1,20}")
TAG = re.compile(r"<[a-zA-Z/!][^>]*>")
ALLOWED_TAGS = {
	*bleach.ALLOWED_TAGS, "br", "caption", "col", "colgroup", "dd", "del", "div", "dl", "dt", "figure", "font",
	"h1", "h2", "h3", "h4", "h5", "h6", "hr", "img", "ins", "p", "pre", "s", "small", "span", "strike", "sub",
	"sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u",
}  # fmt: skip
ALLOWED_ATTRIBUTES = {
	"align", "alt", "border", "class", "color", "colspan", "dir", "height", "href", "id", "lang", "rel",
	"rowspan", "src", "start", "target", "title", "type", "valign", "value", "width",
}  # fmt: skip


def cstr(s, encoding="utf-8"):
	"""Return `s` as text, an empty one for None."""
	if isinstance(s, bytes):
		return s.decode(encoding)
	return "" if s is None else str(s)


def strip(val, chars=None):
	return (val or "").strip(chars)


def escape_html(text):
	return html.escape(cstr(text), quote=True).replace("&#x27;", "&#39;")


def unescape_html(value):
	return html.unescape(value)


def strip_html(text):
	return re.sub(r"<[^>]*>", "", text)


strip_html_tags = strip_html


def is_html(text):
	return isinstance(text, str) and bool(TAG.search(text))


def is_json(text):
	try:
		json.loads(text)
	except ValueError:
		return False
	return True


def sanitize_html(html, linkify=False, always_sanitize=False):
	"""Return HTML with tags that could run something escaped; other text and JSON unchanged."""
	if not isinstance(html, str) or (not always_sanitize and (is_json(html) or not TAG.search(html))):
		return html
	return bleach.clean(
		html,
		tags=ALLOWED_TAGS,
		attributes=lambda tag, name, value: name in ALLOWED_ATTRIBUTES or name.startswith("data-"),
		protocols={"cid", "http", "https", "mailto"},
		strip_comments=False,
	)


def comma_sep(some_list, pattern, add_quotes=True):
	"""Return the items joined by commas, the last one by `pattern` ("{0} or {1}")."""
	if not isinstance(some_list, list | tuple | set):
		return some_list
	items = [f"'{item}'" if add_quotes else cstr(item) for item in some_list]
	return pattern.format(", ".join(items[:-1]), items[-1]) if len(items) > 1 else "".join(items)


def comma_or(some_list, add_quotes=True):
	return comma_sep(some_list, "{0} or {1}", add_quotes)


def comma_and(some_list, add_quotes=True):
	return comma_sep(some_list, "{0} and {1}", add_quotes)


def unique(seq):
	return list(dict.fromkeys(seq))


def get_abbr(string, max_len=2):
	return "".join(word[0] for word in string.split()[:max_len]).upper()


def random_string(length):
	return "".join(random.choice(string.ascii_letters + string.digits) for _ in range(length))


def create_batch(iterable, size):
	"""Yield slices of at most `size` items."""
	for start in range(0, len(iterable), size):
		yield iterable[start : start + size]


def quoted(url):
	return cstr(quote(cstr(url), safe="~@#$&()*!+=:;,.?/'"))


def get_url(uri=None, full_address=False):
	return "http://sandbox.localhost" + (f"/{uri.lstrip('/')}" if uri else "")


def get_url_to_form(doctype, name):
	return get_url(f"/app/{quoted(doctype.lower().replace(' ', '-'))}/{quoted(name)}")


def get_url_to_list(doctype):
	return get_url(f"/app/{quoted(doctype.lower().replace(' ', '-'))}")


def get_link_to_form(doctype, name, label=None):
	return f'<a href="{get_url_to_form(doctype, name)}">{label or name}</a>'


def parse_addr(email_string):
	"""Return the name and the address of "Name <name@example.com>"."""
	return parseaddr(cstr(email_string))


def extract_email_id(email):
	return parseaddr(cstr(email))[1]


def split_emails(txt):
	return [address for _name, address in getaddresses([cstr(txt).replace("\n", ",")]) if address]


def validate_email_address(email_str, throw=False):
	"""Return the valid addresses of a list separated by commas; raise on another one if `throw`."""
	valid = []
	for part in filter(None, (part.strip() for part in cstr(email_str).split(","))):
		address = extract_email_id(part)
		if EMAIL.fullmatch(address or "") and (" " not in part or "<" in part):
			valid.append(address)
		elif throw:
			frappe.throw(f"{escape_html(part)} is not a valid Email Address", frappe.InvalidEmailAddressError)
	return ", ".join(valid)


def validate_phone_number(phone_number, throw=False):
	valid = bool(phone_number and PHONE.fullmatch(phone_number.strip()))
	if phone_number and not valid and throw:
		frappe.throw(f"{phone_number} is not a valid Phone Number", frappe.InvalidPhoneNumberError)
	return valid


def validate_url(txt, throw=False, valid_schemes=None):
	valid = bool(re.match(r"[a-z][a-z0-9+.-]*://[^\s/]+", cstr(txt), re.I))
	if not valid and throw:
		frappe.throw(f"'{frappe.bold(txt)}' is not a valid URL")
	return valid

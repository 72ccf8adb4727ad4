"""Numbers: conversion, rounding, money."""

import frappe


def cint(s, default=0):
	"""Return `s` as an integer, `default` if it is none."""
	try:
		return int(float(s))
	except (TypeError, ValueError, OverflowError):
		return default


def flt(s, precision=None, rounding_method=None):
	"""Return `s` (a text may hold thousands separators) as a float, 0.0 if it is none."""
	try:
		number = float(s.replace(",", "") if isinstance(s, str) else s)
	except (TypeError, ValueError):
		return 0.0
	return number if precision is None else rounded(number, precision)


def rounded(num, precision=0, rounding_method=None):
	"""Round half to even (Banker's Rounding)."""
	precision = cint(precision)
	multiplier = 10**precision
	result = round(round(flt(num) * multiplier, 9)) / multiplier
	return result if precision else int(result)


def sbool(x):
	"""Return the boolean that a text like "true" or "0" means, any other value unchanged."""
	known = {"true": True, "1": True, "false": False, "0": False}
	return known.get(x.lower(), x) if isinstance(x, str) else x


def fmt_money(amount, precision=None, currency=None, format=None):
	"""Return an amount with thousands separators and its currency's symbol."""
	number_format = format or frappe.db.get_default("number_format") or "#,###.##"
	precision = len(number_format.rpartition(".")[2]) if precision is None else cint(precision)
	digits, _dot, decimals = f"{abs(flt(amount, precision)):.{precision}f}".partition(".")
	text = _group(digits, 2 if number_format.startswith("#,##,") else 3) + (
		f".{decimals}" if decimals else ""
	)
	text = f"-{text}" if flt(amount, precision) < 0 else text
	if not currency:
		return text
	symbol, on_right = frappe.db.get_value("Currency", currency, ["symbol", "symbol_on_right"]) or ("", 0)
	return f"{text} {symbol or currency}" if on_right else f"{symbol or currency} {text}"


def _group(digits, size):
	head, groups = digits[:-3], [digits[-3:]]
	while head:
		groups.insert(0, head[-size:])
		head = head[:-size]
	return ",".join(groups)

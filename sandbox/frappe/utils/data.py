"""Everything that `frappe.utils.data` offers here, and the casting of values by field type."""

import operator

from frappe.utils.dates import *
from frappe.utils.dates import to_timedelta
from frappe.utils.numbers import *
from frappe.utils.text import *
from frappe.utils.timespan import get_timespan_date_range

OPERATIONS = {
	"=": operator.eq,
	"!=": operator.ne,
	">": operator.gt,
	"<": operator.lt,
	">=": operator.ge,
	"<=": operator.le,
	"in": lambda a, b: a in b,
	"not in": lambda a, b: a not in b,
	"not None": lambda a, b: a is not None,
	"None": lambda a, b: a is None,
	"^": lambda a, b: (a or "").startswith(b),
	"like": lambda a, b: b.strip("%").lower() in (a or "").lower(),
}
CASTS = {
	**dict.fromkeys(("Currency", "Float", "Percent"), flt),
	**dict.fromkeys(("Int", "Check"), cint),
	**dict.fromkeys(
		("Data", "Text", "Small Text", "Long Text", "Text Editor", "Select", "Link", "Dynamic Link"), cstr
	),
	"Time": to_timedelta,
}


def cast(fieldtype, value=None):
	"""Return `value` as the Python type of the field type; an empty date becomes the first one there is."""
	if fieldtype == "Date":
		return getdate(value or "0001-01-01")
	if fieldtype == "Datetime":
		return get_datetime(value or "0001-01-01")
	return CASTS[fieldtype](sbool(value)) if fieldtype in CASTS else value


def cast_fieldtype(fieldtype, value, show_warning=True):
	"""Return `value` as the Python type of the field type; an empty date stays None."""
	if fieldtype in ("Date", "Datetime"):
		return cast(fieldtype, value) if value else None
	return CASTS[fieldtype](value) if fieldtype in CASTS else value


def compare(val1, condition, val2, fieldtype=None):
	"""Return whether `val1 condition val2` holds."""
	if fieldtype:
		val1, val2 = cast(fieldtype, val1), cast(fieldtype, val2)
	return bool(OPERATIONS[condition](val1, val2))


def make_filter_tuple(doctype, key, value):
	if isinstance(value, list | tuple):
		return [doctype, key, value[0], value[1]]
	return [doctype, key, "=", value]

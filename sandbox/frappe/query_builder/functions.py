"""SQL functions for queries; the database says so if it lacks one."""

from pypika.functions import *
from pypika.functions import IfNull
from pypika.terms import CustomFunction, Function


def _function(name):
	"""Return a class of functions with that SQL name."""

	def __init__(self, *terms, **kwargs):
		Function.__init__(self, name, *terms, **kwargs)

	return type(name, (Function,), {"__init__": __init__})


Concat_ws = _function("CONCAT_WS")
DateFormat = CustomFunction("DATE_FORMAT", ["date", "format"])
GroupConcat = _function("GROUP_CONCAT")
Ifnull = IfNull
Locate = _function("LOCATE")
Round = _function("ROUND")
Timestamp = _function("TIMESTAMP")
Truncate = _function("TRUNCATE")
UnixTimestamp = CustomFunction("unix_timestamp", ["date"])


class Cast_(Function):
	"""CAST(value AS type); varchar is spelled as MariaDB knows it."""

	def __init__(self, value, as_type, alias=None):
		super().__init__("CAST", value, alias=alias)
		self.as_type = {"varchar": "CHAR"}.get(str(as_type).lower(), str(as_type).upper())

	def get_special_params_sql(self, **kwargs):
		return f"AS {self.as_type}"

"""Lists of records: `frappe.get_list` (with permissions) and `frappe.get_all` (without)."""

import json
import re

import frappe
from frappe.database.connection import adapt
from frappe.database.filters import build_condition, read_filters
from frappe.database.values import DEFAULT_ORDER
from frappe.permissions import build_match_conditions
from frappe.types import NotInSandbox, _dict, refuse_unknown
from frappe.utils.data import cint

ALLOWED_FUNCTIONS = {"count", "sum", "avg", "min", "max", "distinct", "date", "year", "month"}
STATEMENT = re.compile(r"\b(select|create|insert|delete|drop|update|case|show|union)\b|[;@]", re.I)
FUNCTION_CALL = re.compile(r"\b(\w+)\s*\(")
ALIAS = re.compile(r"(.*?)(?:\s+as\s+(.+))?$", re.I | re.S)
DEFAULTS = {
	"fields": None, "filters": None, "or_filters": None, "group_by": None, "order_by": DEFAULT_ORDER,
	"limit_start": 0, "limit_page_length": None, "limit": None, "start": None, "page_length": None,
	"as_list": False, "distinct": False, "ignore_permissions": False, "user": None, "pluck": None,
	"parent_doctype": None,
	# without effect here
	"debug": False, "ignore_ifnull": False, "reference_doctype": None, "strict": True,
}  # fmt: skip


class DatabaseQuery:
	"""One list of one DocType."""

	def __init__(self, doctype, user=None):
		self.doctype, self.user, self.joins = doctype, user, {}
		self.meta = frappe.get_meta(doctype)

	def execute(self, fields=None, filters=None, **options):
		"""Return the records as dicts, lists or (`pluck`) single values; the options are those of Frappe."""
		refuse_unknown("frappe.get_list", {key: options[key] for key in options.keys() - DEFAULTS.keys()})
		args = _dict({**DEFAULTS, **options})
		if isinstance(fields, dict) or (fields and isinstance(fields, list) and isinstance(fields[0], list)):
			fields, filters = filters, fields  # Frappe takes them in either order
		self.user = args.user or self.user or frappe.session.user
		self.ignore_permissions = args.ignore_permissions
		if not self.ignore_permissions:
			parent = args.parent_doctype or self.doctype
			frappe.has_permission(self.doctype, parent_doctype=parent, user=self.user, throw=True)
		columns = self._write_fields(fields, args.pluck)
		if not columns:
			return []
		query = self._build_query(columns, filters, args)
		result = frappe.db.sql(query, as_dict=not args.as_list)
		return [row[args.pluck] for row in result] if args.pluck else result

	def _build_query(self, columns, filters, args):
		where = self._build_where(filters, args.or_filters)
		distinct = "distinct " if args.distinct else ""
		group = f" group by {args.group_by}" if args.group_by else ""
		order = "" if args.distinct else self._build_order(args, columns)
		length = cint(args.limit or args.page_length or args.limit_page_length)
		limit = f" limit {length} offset {cint(args.start or args.limit_start)}" if length else ""
		tables = f"`tab{self.doctype}`{''.join(self.joins.values())}"
		return f"select {distinct}{', '.join(columns)} from {tables}{where}{group}{order}{limit}"

	def build_match_conditions(self):
		"""Return the SQL condition of the records that the user sees in lists."""
		return build_match_conditions(self.meta, self.user or frappe.session.user)

	def _write_fields(self, fields, pluck):
		if isinstance(fields, str):
			fields = json.loads(fields) if fields.startswith("[") else fields.split(",")
		columns = []
		for field in fields or [pluck or "name"]:
			if field == "*":
				columns += [self._column(name) for name in self._get_readable(self.meta) or ["*"]]
			else:
				columns.append(self._write_field(field.strip()))
		return [column.replace("`*`", "*") for column in columns if column]

	def _get_readable(self, meta):
		return None if self.ignore_permissions else meta.get_permitted_fieldnames(self.user)

	def _may_read(self, meta, name):
		readable = self._get_readable(meta)
		return readable is None or name in readable

	def _write_field(self, field):
		expression, alias = ALIAS.match(field).groups()
		expression = expression.replace(f"`tab{self.doctype}`.", "").replace("`", "")
		if "." in expression:
			raise NotInSandbox(f"The sandbox does not know fields of other tables in lists ({field})")
		if "(" in field:
			return self._write_expression(field, expression)
		column = self._column(expression) if self._may_read(self.meta, expression) else None
		return f"{column} as {alias}" if column and alias else column

	def _write_expression(self, field, expression):
		if self.ignore_permissions:
			return field
		functions = {name.lower() for name in FUNCTION_CALL.findall(field)}
		if STATEMENT.search(field) or not functions <= ALLOWED_FUNCTIONS:
			frappe.throw("Use of sub-query or function is restricted", frappe.DataError)
		return field

	def _column(self, name):
		return f"`tab{self.doctype}`.`{name}`"

	def _join_child(self, doctype):
		table = f"`tab{doctype}`"
		parent = f"{table}.`parenttype` = {frappe.db.escape(self.doctype)}"
		self.joins[table] = f" left join {table} on ({parent} and {table}.`parent` = {self._column('name')})"

	def _build_where(self, filters, or_filters):
		conditions = self._build_conditions(filters)
		if alternatives := self._build_conditions(or_filters):
			conditions.append(" or ".join(alternatives))
		if not self.ignore_permissions:
			conditions.append(self.build_match_conditions())
		conditions = [f"({condition})" for condition in conditions if condition]
		return f" where {' and '.join(conditions)}" if conditions else ""

	def _build_conditions(self, filters):
		filters = json.loads(filters) if isinstance(filters, str) else filters
		conditions = []
		for entry in read_filters(self.doctype, filters):
			if entry.doctype != self.doctype:
				self._join_child(entry.doctype)
			conditions.append(build_condition(entry, self._quote, fill_nulls=True))
		return conditions

	@staticmethod
	def _quote(value):
		return "null" if value is None else frappe.db.escape(adapt(value), percent=False)

	def _build_order(self, args, columns):
		order_by = args.order_by
		if order_by == DEFAULT_ORDER:
			is_total = len(columns) == 1 and "(" in columns[0] and not args.group_by
			sort_field = self.meta.sort_field or "modified"
			order_by = "" if is_total else f"{self._column(sort_field)} {self.meta.sort_order or 'desc'}"
		if order_by and STATEMENT.search(order_by):
			frappe.throw("Cannot use sub-query in order by")
		return f" order by {order_by}" if order_by else ""

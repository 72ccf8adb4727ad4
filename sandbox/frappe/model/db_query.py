"""Lists of records: `frappe.get_list` (with permissions) and `frappe.get_all` (without)."""

import json
import re

import frappe
from frappe.database.connection import adapt
from frappe.database.filters import build_condition, find_child_doctype, read_filters
from frappe.database.values import DEFAULT_ORDER
from frappe.model import optional_fields
from frappe.model.match_conditions import build_match_conditions, get_shared_only_condition
from frappe.permissions import only_has_select_perm
from frappe.types import _dict, refuse_unknown
from frappe.utils.data import cint

FORBIDDEN_FUNCTIONS = (
	"concat", "concat_ws", "if", "ifnull", "nullif", "coalesce", "connection_id", "current_user", "database",
	"last_insert_id", "session_user", "system_user", "user", "version", "global",
)  # fmt: skip
SUBQUERY = re.compile(r"\b(select|create|insert|delete|drop|update|case|show|union)\b", re.I)
FUNCTION_CALL = re.compile(r"\b(\w+)\s*\(", re.I)
COLUMN = re.compile(r"`(\w+)`|\b([a-z_]\w*)\b(?!\s*\()", re.I)
DOTTED = re.compile(r"^(\w+)\.(\w+)(?:\s+as\s+(\w+))?$", re.I)
ALIAS = re.compile(r"(.*?)(?:\s+as\s+(.+))?$", re.I | re.S)
TABLE = re.compile(r"`tab([^`]+)`")
AGGREGATES = ("count(", "min(", "max(", "sum(", "avg(")


DEFAULTS = {
	"or_filters": None, "group_by": None, "order_by": DEFAULT_ORDER, "limit_start": 0,
	"limit_page_length": None, "limit": None, "start": None, "page_length": None, "as_list": False,
	"distinct": False, "ignore_permissions": False, "user": None, "update": None, "pluck": None,
	"parent_doctype": None, "reference_doctype": None, "ignore_ifnull": False, "run": True,
	# accepted without effect: they concern the browser's list or other databases
	"strict": True, "debug": False, "join": "left join", "ignore_ddl": False, "with_comment_count": False,
	"save_user_settings": False,
}  # fmt: skip


class DatabaseQuery:
	"""One list of one DocType."""

	def __init__(self, doctype, user=None):
		self.doctype = doctype
		self.user = user
		self.joins = {}

	def execute(self, fields=None, filters=None, **options):
		"""Return the records as dicts, lists or (`pluck`) single values; the options are those of Frappe."""
		refuse_unknown("frappe.get_list", {key: options[key] for key in options.keys() - DEFAULTS.keys()})
		args = _dict({**DEFAULTS, **options})
		fields, filters = _swap_if_turned(fields, filters)
		self.user = args.user or self.user or frappe.session.user
		self.meta = frappe.get_meta(self.doctype)
		self.ignore_permissions, self.parent_doctype = args.ignore_permissions, args.parent_doctype
		if not self.ignore_permissions:
			self._check_read_permission()
		fields = self._prepare_fields(self._read_fields(fields, args.pluck))
		if not fields:
			return []
		query = self._build_query(fields, filters, args)
		result = frappe.db.sql(query, as_dict=not args.as_list, update=args["update"], run=args.run)
		return [row[args.pluck] for row in result] if args.pluck else result

	def _build_query(self, fields, filters, args):
		where = self._build_where(filters, args)
		order = "" if args.distinct else self._build_order(args.order_by, fields, args.group_by)
		limit = _build_limit(
			args.limit or args.page_length or args.limit_page_length, args.start or args.limit_start
		)
		return (
			f"select {'distinct ' if args.distinct else ''}{', '.join(fields)} from `tab{self.doctype}`"
			f"{''.join(self.joins.values())}{where}{self._build_group(args.group_by)}{order}{limit}"
		)

	def build_match_conditions(self, as_condition=True):
		"""Return the SQL condition of the records that the user sees in lists."""
		return build_match_conditions(frappe.get_meta(self.doctype), self.user or frappe.session.user)

	def _get_right(self):
		return "select" if only_has_select_perm(self.doctype, self.user) else "read"

	def _check_read_permission(self):
		parent = self.parent_doctype or self.doctype
		right = self._get_right()
		frappe.has_permission(self.doctype, right, parent_doctype=parent, user=self.user, throw=True)

	@staticmethod
	def _read_fields(fields, pluck):
		if isinstance(fields, str):
			fields = json.loads(fields) if fields.startswith("[") else fields.split(",")
		return [field.strip() for field in fields or [pluck or "name"] if field]

	def _prepare_fields(self, fields):
		permitted = None if self.ignore_permissions else self._get_permitted_fields()
		prepared = []
		for field in fields:
			self._refuse_injection(field)
			if field == "*":
				prepared += (
					[self._column(name) for name in permitted] if permitted else [f"`tab{self.doctype}`.*"]
				)
			elif expression := self._write_field(field, permitted):
				prepared.append(expression)
		return prepared

	def _get_permitted_fields(self):
		return self.meta.get_permitted_fieldnames(
			self.parent_doctype, user=self.user, permission_type=self._get_right()
		)

	def _refuse_injection(self, field):
		if self.ignore_permissions:
			return
		called = {name.lower() for name in FUNCTION_CALL.findall(field)}
		if SUBQUERY.search(field) or called & set(FORBIDDEN_FUNCTIONS) or ";" in field or "@" in field:
			frappe.throw("Use of sub-query or function is restricted", frappe.DataError)

	def _write_field(self, field, permitted):
		"""Return the SQL of one field, or None if the user may not read it."""
		if dotted := DOTTED.match(field):
			return self._write_joined(*dotted.groups(), permitted)
		for doctype in TABLE.findall(field):
			if doctype != self.doctype:
				self._join_child(doctype)
		expression, alias = ALIAS.match(field).groups()
		name = expression.removeprefix(f"`tab{self.doctype}`.").strip("`")
		if "(" in field or "`tab" in name:
			return field if self._is_permitted_expression(expression, permitted) else None
		if permitted is not None and name not in permitted and name not in optional_fields:
			return None
		return self._column(name) + (f" as {alias}" if alias else "")

	def _is_permitted_expression(self, expression, permitted):
		if permitted is None:
			return True
		tables = [doctype for doctype in TABLE.findall(expression) if doctype != self.doctype]
		allowed = set(permitted) | {"distinct"}
		for doctype in tables:
			allowed |= set(frappe.get_meta(doctype).get_permitted_fieldnames(self.doctype, user=self.user))
		names = {a or b for a, b in COLUMN.findall(TABLE.sub("", expression))}
		return names <= allowed

	def _column(self, name):
		return f"`tab{self.doctype}`.`{name}`"

	def _write_joined(self, fieldname, column, alias, permitted):
		"""Write `table_field.column` or `link_field.column`, joining the other table."""
		df = self.meta.get_field(fieldname)
		if not df or (permitted is not None and fieldname not in permitted and df.fieldtype == "Link"):
			return None
		if df.fieldtype == "Link":
			table = f"`tab{df.options}_{fieldname}`"
			condition = f"{table}.`name` = {self._column(fieldname)}"
			self.joins[table] = f" left join `tab{df.options}` {table} on {condition}"
			readable = frappe.get_meta(df.options).get_permitted_fieldnames(user=self.user)
		else:
			table = self._join_child(df.options)
			readable = frappe.get_meta(df.options).get_permitted_fieldnames(self.doctype, user=self.user)
		if permitted is not None and column not in readable:
			return None
		return f"{table}.`{column}`" + (f" as `{alias}`" if alias else "")

	def _join_child(self, doctype):
		table = f"`tab{doctype}`"
		parent = f"{table}.`parenttype` = {frappe.db.escape(self.doctype)}"
		self.joins[table] = f" left join {table} on ({parent} and {table}.`parent` = {self._column('name')})"
		return table

	def _build_where(self, filters, args):
		conditions = self._build_conditions(filters, args.ignore_ifnull)
		if alternatives := self._build_conditions(args.or_filters, args.ignore_ifnull):
			conditions.append(f"({' or '.join(alternatives)})")
		if not self.ignore_permissions:
			found = (
				get_shared_only_condition(self.meta, self.user),
				build_match_conditions(self.meta, self.user, args.reference_doctype),
			)
			conditions += [f"({condition})" for condition in found if condition]
		return f" where {' and '.join(conditions)}" if conditions else ""

	def _build_conditions(self, filters, ignore_ifnull):
		filters = json.loads(filters) if isinstance(filters, str) else filters
		conditions = []
		for entry in read_filters(self.doctype, filters or []):
			entry.doctype = find_child_doctype(entry.doctype, entry.fieldname.strip("`"))
			if entry.doctype != self.doctype:
				self._join_child(entry.doctype)
			conditions.append(build_condition(entry, self._quote, fill_nulls=not ignore_ifnull))
		return conditions

	@staticmethod
	def _quote(value):
		return frappe.db.escape(adapt(value), percent=False)

	@staticmethod
	def _build_group(group_by):
		return f" group by {group_by}" if group_by else ""

	def _build_order(self, order_by, fields, group_by):
		if not order_by:
			return ""
		if order_by != DEFAULT_ORDER:
			if SUBQUERY.search(order_by) or ";" in order_by:
				frappe.throw("Cannot use sub-query in order by")
			return f" order by {order_by}"
		only_aggregate = len(fields) == 1 and fields[0].lower().startswith(AGGREGATES) and not group_by
		if only_aggregate:
			return ""
		sort_field = self.meta.sort_field or "modified"
		if "," in sort_field:
			return f" order by {sort_field}"
		return f" order by {self._column(sort_field)} {self.meta.sort_order or 'desc'}"


def _swap_if_turned(fields, filters):
	"""Frappe takes fields and filters in either order, where it can tell them apart."""
	looks_like_filters = isinstance(fields, dict) or (
		isinstance(fields, list) and fields and isinstance(fields[0], list)
	)
	looks_like_fields = isinstance(filters, list) and len(filters) > 1 and isinstance(filters[0], str)
	return (filters, fields) if looks_like_filters or (fields and looks_like_fields) else (fields, filters)


def _build_limit(length, start):
	return f" limit {cint(length)} offset {cint(start)}" if cint(length) else ""


def check_parent_permission(parent, child_doctype):
	"""Raise unless the user may read the parent DocType and it has a table of that child."""
	if parent:
		tables = frappe.get_meta(parent).get_table_fields()
		if child_doctype in [df.options for df in tables] and frappe.permissions.has_permission(parent):
			return
	raise frappe.PermissionError

"""`frappe.db`: one SQLite connection with Frappe's transaction rules."""

import re
import sqlite3
from functools import lru_cache

import frappe
from frappe.database import connection as conn
from frappe.database.callbacks import CallbackManager
from frappe.database.schema import SchemaMixin
from frappe.database.sequence import SequenceMixin, Sequences
from frappe.database.values import ValuesMixin
from frappe.exceptions import QueryTimeoutError
from frappe.types import NotInSandbox, _dict, raise_unknown, refuse_unknown

READS = ("select", "explain", "pragma", "with")
DROP_COLUMN = re.compile(r"\s*alter table `(.+?)` drop column `(\w+)`", re.I)
DROP_SEQUENCE = re.compile(r"\s*drop sequence (?:if exists )?`?(\w+)", re.I)
DIALECT = (
	(re.compile(r"\s+for update( nowait| skip locked)?\s*$", re.I), ""),
	(re.compile(r"\btimestampdiff\((\w+),", re.I), r"TIMESTAMPDIFF('\1',"),
	(re.compile(r"^\s*insert ignore\b", re.I), "INSERT OR IGNORE"),
	(re.compile(r"^\s*truncate( table)?\b", re.I), "DELETE FROM"),
)


@lru_cache(2048)
def to_sqlite(query):
	"""Return `query` without the few phrases that only MariaDB knows."""
	for pattern, replacement in DIALECT:
		query = pattern.sub(replacement, query)
	return query


class Database(ValuesMixin, SchemaMixin, SequenceMixin):
	"""The connection to the site's database and the current transaction."""

	db_type = "sqlite"
	VARCHAR_LEN = 140
	MAX_WRITES_PER_TRANSACTION = 200_000
	ProgrammingError = sqlite3.ProgrammingError
	OperationalError = sqlite3.OperationalError
	IntegrityError = sqlite3.IntegrityError
	InternalError = sqlite3.InternalError
	DataError = sqlite3.DataError
	SQLError = sqlite3.Error

	def __init__(self, path):
		self._connection = conn.connect(path)
		self.sequences = Sequences(path)
		self.value_cache = {}
		self.queued_jobs = set()
		self.auto_commit_on_many_writes = 0
		self.transaction_writes = 0
		self.before_commit, self.after_commit = CallbackManager(), CallbackManager()
		self.before_rollback, self.after_rollback = CallbackManager(), CallbackManager()

	__getattr__ = raise_unknown("frappe.db")

	def sql(
		self,
		query,
		values=(),
		as_dict=0,
		as_list=0,
		debug=0,
		*,
		update=None,
		pluck=False,
		run=True,
		**unknown,
	):
		"""Run one statement; return its rows as tuples, lists or dicts, or its first column."""
		refuse_unknown("frappe.db.sql", unknown)
		query = str(query).strip()
		if not run:
			return query
		cursor = self._execute(query, values)
		if not cursor.description:
			return ()
		rows = conn.read_expressions(query, cursor.fetchall())
		if pluck:
			return [row[0] for row in rows]
		if as_dict:
			keys = [column[0] for column in cursor.description]
			return [_dict(zip(keys, row, strict=True)).update(update or {}) for row in rows]
		return [list(row) for row in rows] if as_list else tuple(rows)

	def _execute(self, query, values):
		statement, parameters = conn.bind(to_sqlite(query), values)
		if not statement[:7].lower().startswith(READS):
			self._begin_write()
		try:
			return self._connection.execute(statement, parameters)
		except sqlite3.OperationalError as error:
			raise _translate(error) from error

	def _begin_write(self):
		if not self._connection.in_transaction:
			self._connection.execute("begin immediate")
		self.transaction_writes += 1
		if self.transaction_writes <= self.MAX_WRITES_PER_TRANSACTION:
			return
		if not self.auto_commit_on_many_writes:
			raise frappe.TooManyWritesError("Too many changes to database in single action.")
		self.commit()
		self._connection.execute("begin immediate")

	def sql_list(self, query, values=(), debug=False):
		return self.sql(query, values, pluck=True)

	def sql_ddl(self, query, debug=False):
		"""Change the schema; that commits, as on MariaDB."""
		self.commit()
		if dropped := DROP_COLUMN.match(query):
			self.drop_indexes(*dropped.groups())
		if sequence := DROP_SEQUENCE.match(query):
			self.sequences.drop(sequence[1])
		else:
			self.sql(query)
		self.commit()

	def multisql(self, sql_dict, values=(), **kwargs):
		"""Run the statement for this kind of database; MariaDB's is the nearest to SQLite's."""
		return self.sql(sql_dict.get(self.db_type) or sql_dict["mariadb"], values, **kwargs)

	def begin(self, *, read_only=False):
		"""A transaction begins by itself with the first write."""

	def commit(self):
		self.before_rollback.reset()
		self.after_rollback.reset()
		self.before_commit.run()
		self._end_transaction("commit")
		self.after_commit.run()

	def rollback(self, *, save_point=None):
		if save_point:
			self._connection.execute(f"rollback to savepoint {save_point}")
			return
		self.before_commit.reset()
		self.after_commit.reset()
		self.queued_jobs.clear()
		self.before_rollback.run()
		self._end_transaction("rollback")
		self.after_rollback.run()

	def _end_transaction(self, statement):
		self.transaction_writes = 0
		if self._connection.in_transaction:
			self._connection.execute(statement)

	def savepoint(self, save_point):
		if not self._connection.in_transaction:
			self._connection.execute("begin immediate")
		self._connection.execute(f"savepoint {save_point}")

	def release_savepoint(self, save_point):
		self._connection.execute(f"release savepoint {save_point}")

	def close(self):
		self._connection.close()
		self.sequences.close()

	def escape(self, s, percent=True):
		"""Return `s` quoted for use in a statement."""
		if isinstance(s, bool | int | float):
			return str(int(s)) if isinstance(s, bool) else str(s)
		text = str(s).replace("'", "''")
		return f"'{text.replace('%', '%%') if percent else text}'"

	@staticmethod
	def is_primary_key_violation(e):
		return isinstance(e, sqlite3.IntegrityError) and str(e).endswith(".name")

	@staticmethod
	def is_unique_key_violation(e):
		return isinstance(e, sqlite3.IntegrityError) and "UNIQUE constraint failed" in str(e)

	is_duplicate_entry = is_unique_key_violation

	@staticmethod
	def is_missing_column(e):
		return "no such column" in str(e) or "has no column named" in str(e)

	is_column_missing = is_missing_column

	@staticmethod
	def is_table_missing(e):
		return "no such table" in str(e)

	@staticmethod
	def is_deadlocked(e):
		return isinstance(e, frappe.QueryDeadlockError)

	@staticmethod
	def is_timedout(e):
		return isinstance(e, QueryTimeoutError)


def _translate(error):
	"""Return the exception that Frappe raises for an error of SQLite."""
	if "no such function" in str(error) or "wrong number of arguments to function" in str(error):
		return NotInSandbox(f"The sandbox does not know the SQL function: {error}")
	if "database is locked" in str(error):
		return QueryTimeoutError(str(error))
	return error

"""`frappe.db`: one SQLite connection with Frappe's transaction rules."""

import sqlite3
from collections import deque

from frappe.database import connection as conn
from frappe.database.schema import SchemaMixin
from frappe.database.sequence import Sequences, create_sequence, get_next_val, set_next_val
from frappe.database.values import ValuesMixin
from frappe.types import NotInSandbox, _dict, raise_unknown, refuse_unknown

READS = ("select", "explain", "pragma", "with")


class CallbackManager:
	"""A queue of functions, run once in the order they were added."""

	def __init__(self):
		self._functions, self._is_running = deque(), False
		self.add, self.reset = self._functions.append, self._functions.clear

	def run(self):
		"""Call all functions, also those that one of them adds; a commit inside one starts no second round."""
		if self._is_running:
			return
		self._is_running = True
		try:
			while self._functions:
				self._functions.popleft()()
		finally:
			self._is_running = False


class Database(ValuesMixin, SchemaMixin):
	"""The connection to the site's database and the current transaction."""

	db_type = "sqlite"
	auto_commit_on_many_writes = 0
	ProgrammingError, OperationalError = sqlite3.ProgrammingError, sqlite3.OperationalError
	is_duplicate_entry = staticmethod(lambda error: isinstance(error, sqlite3.IntegrityError))
	IntegrityError, InternalError = sqlite3.IntegrityError, sqlite3.InternalError
	create_sequence = staticmethod(create_sequence)
	get_next_sequence_val = staticmethod(get_next_val)
	set_next_sequence_val = staticmethod(set_next_val)
	__getattr__ = raise_unknown("frappe.db")

	def __init__(self, path):
		self._connection = conn.connect(path)
		self.sequences = Sequences(path)
		self.value_cache = {}
		self.before_commit, self.after_commit = CallbackManager(), CallbackManager()
		self.after_rollback = CallbackManager()

	def sql(self, query, values=(), as_dict=0, as_list=0, debug=0, *, pluck=False, **unknown):
		"""Run one statement; return its rows as tuples, lists or dicts, or its first column."""
		refuse_unknown("frappe.db.sql", unknown)
		query = str(query).strip()
		cursor = self._execute(query, values)
		if not cursor.description:
			return ()
		rows = conn.read_expressions(query, cursor.fetchall())
		if pluck:
			return [row[0] for row in rows]
		if as_dict:
			keys = [column[0] for column in cursor.description]
			return [_dict(zip(keys, row, strict=True)) for row in rows]
		return [list(row) for row in rows] if as_list else tuple(rows)

	def _execute(self, query, values):
		statement, parameters = conn.bind(conn.to_sqlite(query), values)
		if not statement[:7].lower().startswith(READS):
			self._begin()
		try:
			return self._connection.execute(statement, parameters)
		except sqlite3.OperationalError as error:
			if "no such function" in str(error):
				raise NotInSandbox(f"The sandbox does not know the SQL function: {error}") from error
			raise

	def _begin(self):
		if not self._connection.in_transaction:
			self._connection.execute("begin immediate")

	def commit(self):
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
		self._end_transaction("rollback")
		self.after_rollback.run()

	def _end_transaction(self, statement):
		if self._connection.in_transaction:
			self._connection.execute(statement)

	def savepoint(self, save_point):
		self._begin()
		self._connection.execute(f"savepoint {save_point}")

	def close(self):
		self._connection.close()
		self.sequences.close()

	def escape(self, s, percent=True):
		"""Return `s` quoted for use in a statement."""
		if isinstance(s, bool | int | float):
			return str(int(s)) if isinstance(s, bool) else str(s)
		text = str(s).replace("'", "''")
		return f"'{text.replace('%', '%%') if percent else text}'"

"""`frappe.cache`: Redis' place is taken by a dict in this process, which outlives a rollback, as Redis does."""

from contextlib import nullcontext

from frappe.types import raise_unknown


class Cache:
	__getattr__ = raise_unknown("frappe.cache")

	def __init__(self):
		self.values = {}
		self.flush = self.values.clear

	def make_key(self, key, user=None, shared=False):
		return key

	def incrby(self, name, amount=1):
		"""Add to a counter and return it."""
		self.values[name] = self.values.get(name, 0) + amount
		return self.values[name]

	def get(self, name):
		"""Return a counter as Redis keeps it."""
		return str(self.values[name]).encode() if name in self.values else None

	def delete_keys(self, key):
		"""Delete all keys that begin with `key`."""
		for name in [name for name in self.values if name.startswith(key)]:
			del self.values[name]

	def lock(self, name, **options):
		"""There is one process: the lock is always free."""
		return nullcontext(True)


cache = Cache()

"""`frappe.cache`: Redis' place is taken by a dict in this process."""

import time
from fnmatch import fnmatch

from frappe.types import _dict, raise_unknown


class FreeLock:
	"""A lock in Redis; there is one process, so it is always free."""

	def acquire(self, *args, **kwargs):
		return True

	def owned(self):
		return True

	def release(self):
		"""Nobody waits."""

	__enter__ = acquire

	def __exit__(self, *exception):
		self.release()


class Cache:
	"""Keys with values and hashes; outlives a rollback, as Redis does."""

	def __init__(self):
		self.values, self.hashes, self.expiry = {}, {}, {}

	def __call__(self):
		return self

	__getattr__ = raise_unknown("frappe.cache")

	@staticmethod
	def _key(key, user):
		if user is True:
			import frappe

			user = frappe.session.user
		return f"user:{user}:{key}" if user else key

	def set_value(self, key, val, user=None, expires_in_sec=None, shared=False):
		key = self._key(key, user)
		self.values[key] = val
		self.expiry.pop(key, None)
		if expires_in_sec:
			self.expiry[key] = time.time() + expires_in_sec

	def get_value(self, key, generator=None, user=None, expires=False, shared=False):
		full_key = self._key(key, user)
		if self.expiry.get(full_key, time.time() + 1) <= time.time():
			self.values.pop(full_key, None)
		if full_key not in self.values and generator:
			self.set_value(key, generator(), user=user)
		return self.values.get(full_key)

	def delete_value(self, keys, user=None, make_keys=True, shared=False):
		for key in keys if isinstance(keys, list | tuple) else [keys]:
			self.values.pop(self._key(key, user), None)
			self.hashes.pop(self._key(key, user), None)

	def delete_keys(self, key):
		"""Delete all keys that begin with `key`."""
		for store in (self.values, self.hashes):
			for name in [name for name in store if name.startswith(key)]:
				del store[name]

	def hset(self, name, key, value, shared=False):
		self.hashes.setdefault(name, {})[key] = value

	def hget(self, name, key, generator=None, shared=False):
		if key not in self.hashes.get(name, {}) and generator:
			self.hset(name, key, generator())
		return self.hashes.get(name, {}).get(key)

	def hexists(self, name, key, shared=False):
		return key in self.hashes.get(name, {})

	def hdel(self, name, keys, shared=False, pipeline=None):
		for key in keys if isinstance(keys, list | tuple) else [keys]:
			self.hashes.get(name, {}).pop(key, None)

	@staticmethod
	def make_key(key, user=None, shared=False):
		"""Return the key itself: there is one site."""
		return key

	def incrby(self, name, amount=1):
		"""Add to a counter and return it."""
		self.values[name] = int(self.values.get(name, 0)) + amount
		return self.values[name]

	def get(self, name):
		"""Return a counter as Redis keeps it."""
		return str(self.values[name]).encode() if name in self.values else None

	def lock(self, name, timeout=None, sleep=0.1, blocking=True, blocking_timeout=None):
		return FreeLock()

	def flush(self, keep=()):
		"""Delete all keys but those that match a pattern of `keep`."""
		for store in (self.values, self.hashes):
			for key in [key for key in store if not any(fnmatch(key, pattern) for pattern in keep)]:
				del store[key]


cache = Cache()

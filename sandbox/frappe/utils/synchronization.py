"""Locks between processes."""

from contextlib import contextmanager


class LockTimeoutError(Exception):
	"""The lock was not free in time."""


@contextmanager
def filelock(lock_name, *, timeout=30, is_global=False):
	"""There is one process: the lock is always free."""
	yield

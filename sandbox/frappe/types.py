"""Plain containers, and the loud no to what the sandbox does not know."""

from copy import deepcopy


class _dict(dict):
	"""dict whose keys read as attributes; a missing one reads as None."""

	__slots__ = ()
	__setattr__ = dict.__setitem__
	__delattr__ = dict.__delitem__

	def __getattr__(self, key):
		if key.startswith("__") and key.endswith("__"):
			raise AttributeError(key)
		return self.get(key)

	def update(self, *args, **kwargs):
		super().update(*args, **kwargs)
		return self

	def copy(self):
		return _dict(self)

	def __deepcopy__(self, memo):
		return _dict(deepcopy(dict(self), memo))


class NotInSandbox(NotImplementedError, AttributeError):
	"""Something of Frappe that the sandbox does not know was asked for."""


def raise_unknown(owner):
	"""Return a `__getattr__` that names the unknown call instead of returning a stand-in."""

	def __getattr__(*args):
		name = args[-1]
		if name.startswith("__"):
			raise AttributeError(name)
		raise NotInSandbox(f"The sandbox does not know {owner}.{name}")

	return __getattr__


def refuse_unknown(owner, arguments):
	"""Raise if `arguments` (extra keyword arguments of a call) holds anything that has a value."""
	if unknown := [key for key, value in arguments.items() if value]:
		raise NotInSandbox(f"The sandbox does not know the argument(s) {', '.join(unknown)} of {owner}")

"""Functions to call at the end of a transaction."""

from collections import deque


class CallbackManager:
	"""A queue of functions, run once in the order they were added."""

	__slots__ = ("_functions", "_is_running")

	def __init__(self):
		self._functions = deque()
		self._is_running = False

	def add(self, func):
		self._functions.append(func)

	__call__ = add

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

	def reset(self):
		self._functions.clear()

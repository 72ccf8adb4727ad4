"""Checks the arguments of whitelisted functions against their annotations, as Frappe does, with pydantic."""

import inspect
from functools import lru_cache, wraps
from typing import Union

from frappe.exceptions import FrappeTypeError
from pydantic import ConfigDict, TypeAdapter, ValidationError


@lru_cache(512)
def _adapter(annotation):
	return TypeAdapter(annotation, config=ConfigDict(arbitrary_types_allowed=True))


def validate_argument_types(func, apply_condition=lambda: True):
	"""Decorator: convert and check arguments while `apply_condition()` holds."""
	signature = inspect.signature(func)

	@wraps(func)
	def wrapper(*args, **kwargs):
		if not apply_condition() or not (args or kwargs):
			return func(*args, **kwargs)
		bound = signature.bind(*args, **kwargs)
		for name, value in bound.arguments.items():
			bound.arguments[name] = _checked(signature.parameters[name], value)
		return func(*bound.args, **bound.kwargs)

	return wrapper


def _checked(parameter, value):
	annotation = parameter.annotation
	is_variadic = parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
	if is_variadic or annotation is parameter.empty or isinstance(annotation, str):
		return value
	accepted = Union[int, bool, float] if annotation is bool else annotation  # noqa: UP007
	if parameter.default is not parameter.empty:
		accepted = Union[accepted, type(parameter.default)]  # noqa: UP007
	try:
		return _adapter(accepted).validate_python(value)
	except ValidationError as error:
		raise FrappeTypeError(
			f"Argument '{parameter.name}' should be of type '{getattr(annotation, '__name__', annotation)}' "
			f"but got '{type(value).__name__}' instead."
		) from error

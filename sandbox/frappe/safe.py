"""Conditions and templates that users write."""

from jinja2.sandbox import SandboxedEnvironment

_environment = SandboxedEnvironment()


def safe_eval(code, eval_globals=None, eval_locals=None):
	"""Return the value of an expression that sees only the names it is given."""
	return eval(code, {"__builtins__": {}, **(eval_globals or {})}, eval_locals)


def render_template(template, context=None, is_path=None, safe_render=True):
	return _environment.from_string(template).render(context or {})

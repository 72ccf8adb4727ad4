"""What bench gives to an app's commands."""

from functools import wraps

import click
from frappe.context import SITE


def pass_context(function):
	"""Decorator: hand bench's context (its `sites`) to a click command."""

	@click.pass_context
	@wraps(function)
	def command(ctx, *args, **kwargs):
		return function(ctx.obj, *args, **kwargs)

	return command


def get_site(context, raise_err=True):
	return context.sites[0] if context.sites else SITE

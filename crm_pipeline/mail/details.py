"""Completing what came by e-mail."""

from crm_pipeline.record import locking


def confirm(name: str) -> None:
	"""Say that the details filled in by default are right. Needs write permission; names what is still missing."""
	doc = locking.get_writable(name)
	if doc.needs_details:
		doc.flags.details_confirmed = True
		doc.save()

"""What somebody says about an import beside the file."""

from dataclasses import dataclass, field
from pathlib import Path

from frappe.utils import validate_email_address

from crm_pipeline.moving_in.dates import is_date_format
from crm_pipeline.moving_in.errors import ImportInputError
from crm_pipeline.moving_in.values import PERCENTS


@dataclass
class Options:
	"""`defaults` is fieldname → text; None and () leave it to the file, or to the site."""

	path: Path
	map_path: Path | None = None
	defaults: dict[str, str] = field(default_factory=dict)
	date_formats: tuple[str, ...] = ()
	number_format: str | None = None
	percents: str | None = None
	delimiter: str | None = None
	encoding: str | None = None
	sheet: str | None = None
	create_masters: bool = False
	user_domain: str | None = None
	dry_run: bool = False
	rejects_path: Path | None = None


def validate_options(options: Options) -> None:
	"""Raise ImportInputError for an option that can't be used."""
	for date_format in options.date_formats:
		if not is_date_format(date_format):
			raise ImportInputError(
				f"--date-format '{date_format}' names no full date; write it like %d.%m.%Y."
			)
	if options.percents not in (None, *PERCENTS):
		raise ImportInputError(f"--percent '{options.percents}' is neither fraction nor percent.")
	if options.user_domain and not validate_email_address(f"user@{options.user_domain}"):
		raise ImportInputError(
			f"--create-users '{options.user_domain}' is no domain; write it like example.com."
		)

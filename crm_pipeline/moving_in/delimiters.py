"""What parts the cells of a CSV file."""

import csv

from crm_pipeline.moving_in.errors import ImportInputError

DELIMITERS = ",;\t|"
NAMES = {"tab": "\t", r"\t": "\t"}
DEFAULT = ","


def get_delimiter(name: str) -> str:
	"""Return the sign that an option names. Raises ImportInputError for anything but one sign or `tab`."""
	delimiter = NAMES.get(name.lower(), name)
	if len(delimiter) != 1 or delimiter.isalnum() or delimiter in '"\r\n ':
		raise ImportInputError(f"--delimiter '{name}' is no single sign; write it like ; or tab.")
	return delimiter


def recognise_delimiter(header: str, file_name: str) -> str:
	"""Return what parts the names in a header, by the standard library's sniffer; one name alone is parted by anything.

	Raises ImportInputError when another sign would make as many columns.
	"""
	try:
		sniffed = csv.Sniffer().sniff(header, DELIMITERS).delimiter
	except csv.Error:
		sniffed = DEFAULT
	least = max(_count_columns(header, sniffed), 2)
	if any(_count_columns(header, other) >= least for other in DELIMITERS if other != sniffed):
		raise ImportInputError(f"{file_name} may be parted by one sign or another; name it by --delimiter.")
	return sniffed


def _count_columns(header: str, delimiter: str) -> int:
	return len(next(csv.reader([header], delimiter=delimiter), []))

"""The hash chain of the audit log: each entry is sealed with a key over its fields and the entry before it.

Entries are plain dicts with the keys of `SEALED_FIELDS`, `entry_hash` and `name` (`<record>-<position>`,
positions from 1 without gaps).
"""

import hashlib
import hmac
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from crm_pipeline.domain import clock

SEALED_FIELDS = (
	"name",
	"reference_doctype",
	"reference_name",
	"event",
	"from_status",
	"to_status",
	"user",
	"at",
	"reason",
	"amount",
	"currency",
	"seconds_in_status",
	"details",
	"key_id",
	"previous_hash",
)
# sealed in the entries that have them: those of former versions of the app are found as they were sealed
LATER_FIELDS = ("at_utc",)

LONGEST_NAME = 140  # of a document
NINE_DECIMALS = Decimal("1e-9")

KEY_ID = re.compile("[0-9a-f]{16}")
REDACTED = "Redacted"  # the event of a tombstone

ALTERED = "Altered entry"
MISSING = "Missing entry"
CUT_TAIL = "Cut tail"
UNKNOWN_KEY = "Cannot be checked"


class Finding(NamedTuple):
	"""One thing wrong with a chain: its kind, the entry's name, and the name or number that was expected in its place."""

	kind: str
	entry: str
	expected: str = ""


def get_key_id(key: str) -> str:
	"""Return a short public name of a secret key, to tell chains made under different keys apart."""
	return hashlib.sha256(b"crm_pipeline audit key\0" + key.encode()).hexdigest()[:16]


def is_key_id(key_id: str | None) -> bool:
	return bool(KEY_ID.fullmatch(key_id or ""))


def get_entry_name(reference_name: str, position: int) -> str:
	"""Return the name of an entry; what a master with a very long name is called is cut, and told apart by a checksum."""
	end = f"-{position:04d}"
	if len(reference_name) + len(end) > LONGEST_NAME:
		checksum = hashlib.sha256(reference_name.encode()).hexdigest()[:8]
		reference_name = f"{reference_name[: LONGEST_NAME - len(end) - len(checksum) - 1]}~{checksum}"
	return reference_name + end


def get_moment(entry: Mapping) -> tuple:
	"""Return when an entry was written, to be compared: the stamp in UTC, which no clock change or time zone moves.

	Those of former versions have the site's clock alone, and all came before those with a stamp.
	"""
	return entry.get("at_utc") or 0, clock.read_date(entry["at"]) or datetime.min


def get_position(entry_name: str) -> int:
	"""Return the position that an entry's name claims, 0 when the name holds none."""
	position = entry_name.rpartition("-")[2]
	return int(position) if position.isdecimal() else 0


def get_canonical_form(entry: Mapping) -> bytes:
	"""Return one byte string per distinct content, the same before and after a trip through the database."""
	values = [_get_canonical_value(fieldname, entry.get(fieldname)) for fieldname in SEALED_FIELDS]
	values += [
		_get_canonical_value(fieldname, entry[fieldname])
		for fieldname in LATER_FIELDS
		if entry.get(fieldname)
	]
	return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()


def get_entry_hash(entry: Mapping, key: str) -> str:
	"""Return the HMAC-SHA256 (64 hex digits) of an entry under the site's key."""
	return hmac.new(key.encode(), get_canonical_form(entry), hashlib.sha256).hexdigest()


def is_sealed(entry: Mapping, key: str) -> bool:
	"""Tell whether an entry is as it was written under this key."""
	given = (entry["entry_hash"] or "").encode(errors="replace")  # only ASCII can be compared as text
	is_ours = entry["key_id"] == get_key_id(key)
	return is_ours and hmac.compare_digest(given, get_entry_hash(entry, key).encode())


def get_content_seal(entry: Mapping, key: str) -> str:
	"""Return an HMAC of an entry as it stands, its own seal included, whichever key that was made under."""
	content = get_canonical_form(entry) + b"\0" + (entry["entry_hash"] or "").encode(errors="replace")
	return hmac.new(key.encode(), content, hashlib.sha256).hexdigest()


def read_changes(details: str | None) -> dict[str, dict]:
	"""Return fieldname → {"from", "to"} of an entry's details: what is no such thing is left out.

	Whoever altered an entry may have written anything there; that it was altered shows in its seal.
	"""
	return {name: change for name, change in read_details(details).items() if _is_change(change)}


def _is_change(change) -> bool:
	return isinstance(change, dict) and all(
		side in change and _is_plain(change[side]) for side in ("from", "to")
	)


def _is_plain(value) -> bool:
	if isinstance(value, list):
		return all(isinstance(part, str) for part in value)
	return value is None or isinstance(value, str | int | float)


class Redaction(NamedTuple):
	"""What a tombstone says of an entry: the seals of its content before the first redaction and after the last."""

	former: str
	current: str


def check_chain(
	entries: Iterable[Mapping],
	key: str,
	expected_count: int | None = None,
	expected_hash: str | None = None,
	accepted_keys: Collection[str] = (),
	began: tuple | None = None,
) -> Iterator[Finding]:
	"""Yield what is wrong with one record's chain.

	`entries` in any order; `expected_count` and `expected_hash` are what the record itself remembers of its
	log's end (None where nothing remembers it). `accepted_keys` are ids of former keys whose entries are held against
	what a manager accepted, and not here; `began` is when the site's key came into use.
	"""
	ordered = sort(entries)
	redactions = get_redactions(ordered, key)
	forged = find_forged(ordered, key, accepted_keys, began)
	previous_hash, position = "", 0
	for entry in ordered:
		position += 1
		yield from _check_seal(entry, key, redactions, accepted_keys, forged)
		yield from _check_place(entry, previous_hash, position)
		position = max(position, get_position(entry["name"]))
		previous_hash = entry["entry_hash"]
	if ordered and expected_count is not None:
		yield from _check_tail(ordered[-1], position, expected_count, expected_hash)


def sort(entries: Iterable[Mapping]) -> list[Mapping]:
	return sorted(entries, key=lambda entry: get_position(entry["name"]))


def find_forged(
	ordered: Iterable[Mapping], key: str, accepted_keys: Collection[str] = (), began: tuple | None = None
) -> set[str]:
	"""Return the entries under another key than the site's that no lost key can have made.

	A lost key's entries come before those of the site's key, in their chain and by their stamps, and all of them were there
	when a key break was accepted.
	"""
	forged, is_after_own, own_id = set(), False, get_key_id(key)
	for entry in ordered:
		if entry["key_id"] == own_id:
			is_after_own = True
		elif is_after_own or not _can_be_former(entry, accepted_keys, began):
			forged.add(entry["name"])
	return forged


def _can_be_former(entry: Mapping, accepted_keys: Collection[str], began: tuple | None) -> bool:
	is_known = entry["key_id"] in accepted_keys if accepted_keys else is_key_id(entry["key_id"])
	return is_known and (began is None or get_moment(entry) <= began)


def get_redactions(ordered: Sequence[Mapping], key: str) -> dict[str, Redaction]:
	"""Return which entries of a chain were redacted, by the tombstones in it that are as they were written themselves."""
	redactions: dict[str, Redaction] = {}
	for entry in reversed(ordered):  # a tombstone may itself be redacted by a later one
		told = _read_tombstone(entry)
		if told and is_genuine(entry, key, redactions):
			last = redactions.get(told["entry"])
			redactions[told["entry"]] = Redaction(told["former"], last.current if last else told["current"])
	return redactions


def is_genuine(entry: Mapping, key: str, redactions: Mapping[str, Redaction]) -> bool:
	"""Tell whether an entry is as it was written under this key; a redacted one, as its tombstone says and not as before."""
	if entry["name"] in redactions:
		return entry["key_id"] == get_key_id(key) and is_redacted(entry, key, redactions[entry["name"]])
	return is_sealed(entry, key)


def is_redacted(entry: Mapping, key: str, redaction: Redaction) -> bool:
	"""Tell whether an entry is what a tombstone says is left of it."""
	given = redaction.current.encode(errors="replace")
	return hmac.compare_digest(given, get_content_seal(entry, key).encode())


def get_chain_seal(entries: Iterable[Mapping], key: str, keys: Collection[str]) -> str:
	"""Return one seal of those entries of a chain that were made under former keys; what is redacted since changes nothing."""
	ordered = sort(entries)
	redactions = get_redactions(ordered, key)
	seals = [_get_former_seal(entry, key, redactions) for entry in ordered if entry["key_id"] in keys]
	return hashlib.sha256("".join(seals).encode(errors="replace")).hexdigest()[:32]


def _get_former_seal(entry: Mapping, key: str, redactions: Mapping[str, Redaction]) -> str:
	"""Return the seal of an entry before it was redacted; none where it is not what its tombstone left of it."""
	redaction = redactions.get(entry["name"])
	if not redaction:
		return get_content_seal(entry, key)
	return redaction.former if is_redacted(entry, key, redaction) else ""


def read_details(details: str | None) -> dict:
	"""Return an entry's details; nothing if they are no such thing."""
	try:
		content = json.loads(details or "{}")
	except (ValueError, RecursionError):
		return {}
	return content if isinstance(content, dict) else {}


def _read_tombstone(entry: Mapping) -> dict | None:
	details = read_details(entry["details"]) if entry["event"] == REDACTED else {}
	is_complete = all(isinstance(details.get(name), str) for name in ("entry", "former", "current"))
	return details if is_complete else None


def _check_seal(
	entry: Mapping,
	key: str,
	redactions: Mapping[str, Redaction],
	accepted_keys: Collection[str],
	forged: Collection[str],
) -> Iterator[Finding]:
	is_own = entry["key_id"] == get_key_id(key)
	if entry["name"] in forged or (is_own and not is_genuine(entry, key, redactions)):
		yield Finding(ALTERED, entry["name"])
	elif is_own:
		return
	elif entry["key_id"] not in accepted_keys:
		yield Finding(UNKNOWN_KEY, entry["name"])


def _check_place(entry: Mapping, previous_hash: str, position: int) -> Iterator[Finding]:
	if get_position(entry["name"]) != position or entry["previous_hash"] != previous_hash:
		reference_name = entry["name"].rpartition("-")[0]
		yield Finding(MISSING, entry["name"], get_entry_name(reference_name, position))


def _check_tail(
	last: Mapping, count: int, expected_count: int, expected_hash: str | None
) -> Iterator[Finding]:
	if count != expected_count or last["entry_hash"] != expected_hash:
		yield Finding(CUT_TAIL, last["name"], str(expected_count))


def _get_canonical_value(fieldname: str, value) -> str:
	if value in (None, ""):
		return "0.000000000" if fieldname == "amount" else "0" if fieldname == "seconds_in_status" else ""
	if fieldname == "amount":
		return f"{as_stored(value):.9f}"
	if fieldname == "at":
		at = clock.read_date(value)
		return at.isoformat(sep=" ", timespec="microseconds") if at else str(value)
	return str(value)


def as_stored(amount) -> Decimal:
	"""Return an amount as the database keeps it: nine decimals, halves away from zero, and no negative zero."""
	return Decimal(str(amount)).quantize(NINE_DECIMALS, ROUND_HALF_UP) + 0

"""How far a run of a proof has come, kept in a file so that a killed run goes on where it stopped."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
FOLDER = CHECKOUT / "proofs/state"
PROVED = ("crm_pipeline", "proofs", "sandbox")


@dataclass
class State:
	"""`failed` are the numbers of the steps that failed; `code` is what was run (`get_code`)."""

	seed: int
	steps: int
	code: str
	done: int = 0
	failed: list[int] = field(default_factory=list)
	seconds: float = 0

	def write(self, file: Path) -> None:
		"""Whole or not at all: a run may be killed at any moment."""
		file.parent.mkdir(parents=True, exist_ok=True)
		draft = file.with_suffix(".draft")
		draft.write_text(json.dumps(asdict(self)))
		draft.replace(file)


def get_file(host: str, proof: str) -> Path:
	return FOLDER / f"{host}.{proof}.json"


def read_state(file: Path, fresh: State) -> State:
	"""What stands in the file, if it is of the same seed, steps and code; else `fresh`."""
	if file.exists():
		kept = State(**json.loads(file.read_text()))
		if (kept.seed, kept.steps, kept.code) == (fresh.seed, fresh.steps, fresh.code):
			return kept
	return fresh


def get_code() -> str:
	"""A hash of the app and the proofs: what another version did proves nothing of this one."""
	digest = hashlib.sha256()
	for file in sorted(file for folder in PROVED for file in (CHECKOUT / folder).rglob("*")):
		if file.suffix in (".py", ".json") and file.parent != FOLDER:
			digest.update(file.read_bytes())
	return digest.hexdigest()


def get_unfinished_seed() -> int | None:
	"""The seed of the run that was killed, None where the last one came to its end."""
	return next((json.loads(file.read_text())["seed"] for file in sorted(FOLDER.glob("*.json"))), None)


def forget() -> None:
	"""The run has come to its end: the next one starts anew."""
	for file in FOLDER.glob("*.json"):
		file.unlink()

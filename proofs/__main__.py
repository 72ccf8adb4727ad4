"""Run the proofs on the host that the environment names (tools/run_proofs.py): `python -m proofs --host NAME --seed 1`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from tools.connection import connect


def main() -> int:
	options = get_options()
	connect()
	from proofs.run import PROOFS, run_all  # the tests that they import ask for a connection

	if unknown := set(options.only or ()) - PROOFS.keys():
		raise SystemExit(f"Unknown: {', '.join(sorted(unknown))}. Proofs are {', '.join(PROOFS)}.")
	rows = run_all(options)
	options.result.write_text(json.dumps(rows))
	return 1 if any(row["failed"] for row in rows) else 0


def get_options() -> argparse.Namespace:
	parser = argparse.ArgumentParser(prog="proofs", description=__doc__)
	parser.add_argument("--host", required=True)
	parser.add_argument("--seed", type=int, required=True)
	parser.add_argument("--steps", type=int, help="instead of as many as the proof says")
	parser.add_argument("--sample", action="store_true", help="a few steps, and nothing is kept of them")
	parser.add_argument("--only", type=lambda text: text.split(","))
	parser.add_argument("--result", type=Path, required=True)
	return parser.parse_args()


if __name__ == "__main__":
	raise SystemExit(main())

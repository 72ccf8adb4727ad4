"""Takes the steps of the proofs on the host that this process is connected to."""

from __future__ import annotations

import time
from argparse import Namespace
from pathlib import Path

from crm_pipeline.tests.base import IS_SANDBOX
from proofs.at_once import KilledSaves, RacingWriters
from proofs.lifecycle_walks import LifecycleWalks
from proofs.proof import Proof
from proofs.selling_walks import SellingWalks
from proofs.site_life.proof import SiteLife
from proofs.state import State, get_code, get_file, read_state
from proofs.wild_input import WildInput

PROOFS: dict[str, type[Proof]] = {
	"lifecycle-walks": LifecycleWalks,
	"selling-walks": SellingWalks,
	"wild-input": WildInput,
	"site-life": SiteLife,
	"killed-saves": KilledSaves,
	"racing-writers": RacingWriters,
}
SECONDS_BETWEEN_LINES = 30


def run_all(options: Namespace) -> list[dict]:
	"""Runs the proofs and returns a row of the table for each."""
	rows = []
	for name in options.only or PROOFS:
		proof = PROOFS[name]
		if IS_SANDBOX and proof.needs_site:
			print(f"{name} needs a site: left out here", flush=True)
			continue
		steps = options.steps or (proof.sample_steps if options.sample else proof.steps)
		state, file = State(options.seed, steps, get_code()), None
		if not options.sample:
			file = get_file(options.host, name)
			state = read_state(file, state)
		run(name, state, file)
		rows.append(get_row(name, state))
	return rows


def get_row(name: str, state: State) -> dict:
	return {
		"proof": name,
		"seed": state.seed,
		"steps": state.done,
		"failed": len(state.failed),
		"seconds": round(state.seconds),
	}


def run(name: str, state: State, file: Path | None) -> None:
	"""Takes the steps that are left and writes each down in the file, if there is one."""
	proof = PROOFS[name]
	print(f"{name}, seed {state.seed}: {state.done} of {state.steps} steps done", flush=True)
	spoke_at = time.monotonic()
	proof.setUpClass()
	try:
		while state.done < state.steps:
			take_step(proof, name, state)
			if file:
				state.write(file)
			if time.monotonic() - spoke_at > SECONDS_BETWEEN_LINES:
				spoke_at = time.monotonic()
				print(f"{name}: {state.done} of {state.steps}", flush=True)
	finally:
		proof.tearDownClass()
		proof.doClassCleanups()


def take_step(proof: type[Proof], name: str, state: State) -> None:
	"""A step that is skipped proves nothing: it counts as failed."""
	started_at = time.monotonic()
	outcome = proof(state.seed, state.done).run()
	for _test, problem in [*outcome.errors, *outcome.failures, *outcome.skipped]:
		print(f"{name}, seed {state.seed}, step {state.done}: {problem}", flush=True)
	if outcome.skipped or not outcome.wasSuccessful():
		state.failed.append(state.done)
	state.seconds += time.monotonic() - started_at
	state.done += 1

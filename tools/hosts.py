"""Where tests and proofs run: the sandbox, or a site on a bench."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tools.bench import CHECKOUT, Bench
from tools.bench_site import get_site_name, ready_site


@dataclass(frozen=True)
class Sandbox:
	"""The stand-in for a bench, in the Python that runs this."""

	name: str = "sandbox"
	python: str = sys.executable


Host = Bench | Sandbox


@contextmanager
def ready_host(host: Host) -> Iterator[dict[str, str]]:
	"""The environment that leads to the host (tools/connection.py), which is prepared and for this run alone."""
	more = {"HYPOTHESIS_STORAGE_DIRECTORY": str(CHECKOUT / ".hypothesis")}  # else beside the bench's sites
	if isinstance(host, Sandbox):
		yield {**os.environ, **more, "CRM_PIPELINE_HOST": "sandbox", "PYTHONPATH": get_sandbox_path()}
		return
	site = get_site_name()
	more |= {"CRM_PIPELINE_HOST": "site", "CRM_PIPELINE_SITE": site, "FRAPPE_BENCH": str(host.path)}
	with ready_site(host, site):
		yield host.environment(**more)


def get_sandbox_path() -> str:
	return os.pathsep.join([str(CHECKOUT / "sandbox"), str(CHECKOUT)])

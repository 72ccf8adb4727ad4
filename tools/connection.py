"""Connects this process to the host of tests and proofs, as the environment says (tools/hosts.py).

CRM_PIPELINE_HOST=site with FRAPPE_BENCH and CRM_PIPELINE_SITE is a real site; all else is the sandbox.
"""

import os
import sys
from pathlib import Path

HOST = "site" if os.environ.get("CRM_PIPELINE_HOST") == "site" else "sandbox"


def connect() -> None:
	if HOST == "site":
		connect_to_site()
	else:
		make_sandbox()


def connect_to_site() -> None:
	import frappe

	sites = Path(os.environ["FRAPPE_BENCH"]).expanduser() / "sites"
	os.chdir(sites)
	frappe.init(site=os.environ["CRM_PIPELINE_SITE"], sites_path=str(sites))
	frappe.connect()
	from crm_pipeline.tests.base import toggle_test_mode

	toggle_test_mode(True)


def make_sandbox() -> None:
	sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "sandbox"))
	from site_setup import create_site

	create_site()

import json
import os
import subprocess
import sys

from tools.bench import CHECKOUT

SAMPLE = """
import unittest

class Sample(unittest.TestCase):
	def test_passes(self): pass
	def test_fails(self): self.fail()
	@unittest.skip("site only: real locks")
	def test_site_only(self): pass
	@unittest.skip("no sample data")
	def test_skipped(self): pass

class FailsLate(unittest.TestCase):
	def tearDown(self): self.fail()
	def test_passes_first(self): pass
"""


def get_counts(folder, text: str) -> dict:
	(folder / "test_sample.py").write_text(text)
	tally = folder / "tally.json"
	environment = {**os.environ, "PYTHONPATH": str(CHECKOUT), "CRM_PIPELINE_TALLY": str(tally)}
	command = [sys.executable, "-m", "pytest", "-p", "tools.tally", "--rootdir", str(folder), str(folder)]
	subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
	return json.loads(tally.read_text())


def test_each_test_is_counted_once_by_how_it_ended(tmp_path):
	expected = {"collected": 5, "passed": 1, "failed": 2, "skipped": 1, "site_only": 1}
	assert get_counts(tmp_path, SAMPLE) == expected


def test_a_file_that_can_not_be_imported_counts_as_failed(tmp_path):
	expected = {"collected": 0, "passed": 0, "failed": 1, "skipped": 0, "site_only": 0}
	assert get_counts(tmp_path, "import no_such_module") == expected

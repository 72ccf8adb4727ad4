# Everything a checkout needs comes from PyPI into .venv. PYTHON names another interpreter (3.10 or newer): when it is
# not the one that .venv was made with, .venv is made anew.
PYTHON ?= python3
RUFF = ruff==0.14.14
COVERAGE = coverage==7.17.5
VENV = .venv/bin/python
WHICH_PYTHON = -c 'import sys; print(sys.base_prefix, sys.version)'

.PHONY: help demo test bench-test canary e2e proofs benchmark mutation lint format clean

ifneq ($(origin PYTHON),file)
ifneq ($(shell $(PYTHON) $(WHICH_PYTHON)),$(shell $(VENV) $(WHICH_PYTHON) 2>/dev/null))
.PHONY: .venv/ready
endif
endif

help:
	@echo "make demo        the main job, played on the sandbox (needs Python only)"
	@echo "make test        all tests: on the sandbox, and on a real site of each bench that is found"
	@echo "make bench-test  the tests on real sites alone"
	@echo "make canary      every function and route of a real site, asked for a hidden opportunity; ONLY=frappe.client.,GET"
	@echo "make e2e         a browser on real sites; SCREENSHOTS=1 also takes the pictures of docs/"
	@echo "make proofs      what takes longer than a test may; SAMPLE=1 SEED=4711 STEPS=100 ONLY=lifecycle-walks"
	@echo "make benchmark   the same work on ours and on ERPNext's opportunity; ROWS=1000000 ONLY=lists,reports"
	@echo "make mutation    change the rules in small ways and see whether a test fails; SAMPLE=50 SEED=4711 ONLY=domain,record"
	@echo "make lint        ruff, the static checks, and ESLint and Prettier where Node is there"
	@echo "make format      let ruff, ESLint and Prettier put the code in order"
	@echo "make clean       remove what these commands made here"

demo: .venv/ready
	@PYTHONPATH=sandbox:. $(VENV) -m sandbox demo

test: .venv/ready
	@$(VENV) -m tools.run_tests

bench-test: .venv/ready
	@$(VENV) -m tools.run_tests site

canary: .venv/ready
	@$(VENV) -m tools.run_canary $(if $(ONLY),--only "$(ONLY)")

e2e: .venv/e2e
	@SCREENSHOTS=$(SCREENSHOTS) $(VENV) -m tools.run_e2e

proofs: .venv/ready
	@$(VENV) -m tools.run_proofs $(if $(SAMPLE),--sample) $(if $(SEED),--seed $(SEED)) \
		$(if $(STEPS),--steps $(STEPS)) $(if $(ONLY),--only $(ONLY))

benchmark: .venv/ready
	@$(VENV) -m tools.benchmark $(or $(ROWS),100000) $(if $(ONLY),--only $(ONLY))

mutation: .venv/mutation
	@$(VENV) -m tools.mutation $(if $(SAMPLE),--sample $(SAMPLE)) $(if $(SEED),--seed $(SEED)) $(if $(ONLY),--only $(ONLY))

lint: .venv/ready
	@$(VENV) -m ruff check .
	@$(VENV) -m ruff format --check .
	@$(VENV) -m tools.static_checks
	@$(VENV) tools/lint_javascript.py

format: .venv/ready
	@$(VENV) -m ruff check --fix .
	@$(VENV) -m ruff format .
	@$(VENV) tools/lint_javascript.py --fix

.venv/ready: sandbox/requirements.txt Makefile
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "Python 3.10 or newer is needed: make PYTHON=python3.12 ...")'
	@echo "Setting up .venv ..."
	@$(PYTHON) -m venv --clear .venv
	@$(VENV) -m pip install --quiet --disable-pip-version-check -r sandbox/requirements.txt $(RUFF)
	@touch $@

.venv/e2e: .venv/ready e2e/requirements.txt
	@$(VENV) -m pip install --quiet --disable-pip-version-check -r e2e/requirements.txt
	@touch $@

.venv/mutation: .venv/ready
	@$(VENV) -m pip install --quiet --disable-pip-version-check $(COVERAGE)
	@touch $@

clean:
	rm -rf .venv tools/javascript/node_modules .pytest_cache .ruff_cache .hypothesis build dist *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

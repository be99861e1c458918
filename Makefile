# One door for everything a newcomer does; `make help` lists it. Works on a bare machine.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.ONESHELL:
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
# Relative on purpose: the environment works however long the checkout's path is.
PY := .venv/bin/python
PIP_VERSION := 26.3
WORKERS ?= 2
TESTS := not soak$(if $(filter-out 0,$(shell id -u)), and not root)
CATALOGUES := $(wildcard locale/*/LC_MESSAGES/*.po)
COMPILED := $(CATALOGUES:.po=.mo)

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONUNBUFFERED := 1

.PHONY: help run test bench load check soak pictures lock audit licences sbom setup setup-tools packages packages-tools packages-soak venv clean

help: ## This list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | while IFS=$$'\t' read -r name words; do printf 'make %-9s %s\n' "$$name" "$$words"; done

run: setup ## The portal with its servers, worker and demo data (PORT, default 8000); Ctrl-C stops it all
	@exec $(PY) -m iys_portal.devserver

test: check ## Every check, then every test
	@[ "$$(id -u)" -eq 0 ] || echo "Left out, as you are not root: tests marked root."
	exec $(PY) -m pytest -m "$(TESTS)" -n $(WORKERS) --dist loadgroup $(PYTEST_ARGS)

check: setup-tools ## Format, lint, types, imports, templates, migrations, translations, deployment
	@.ci/check

bench: setup-tools ## Benchmarks, one line each; ONLY=import,page picks groups, ROWS= sets the size, KEEP=1 keeps what was filled
	@export ONLY='$(ONLY)' ROWS='$(ROWS)' KEEP='$(KEEP)'; exec $(PY) -m iys_portal.bench

load: setup-tools ## Many people, programs and files at once against the production server; ROWS, USERS, LOAD_SECONDS set the size
	@export ROWS='$(ROWS)' USERS='$(USERS)' LOAD_SECONDS='$(LOAD_SECONDS)'; exec $(PY) -m tests.load

soak: setup-tools packages-soak ## Long proofs that `make test` leaves out
	@exec $(PY) -m pytest -m soak $(PYTEST_ARGS)

pictures: setup-tools ## The README's pictures, drawn anew from the demonstration
	@PICTURES=docs/pictures exec $(PY) -m pytest -m soak tests/soak/test_pictures.py

setup: packages .venv/.stamp-run $(COMPILED) ## What running needs: environment, libraries, translations

# Everything: also chromium and the tools for tests and checks.
setup-tools: setup packages-tools .venv/.stamp-tools

packages:
	@.ci/system_packages run

packages-tools:
	@.ci/system_packages test

packages-soak:
	@.ci/system_packages soak

venv: packages
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	# A moved checkout or an upgraded Python leaves an environment that does not work: it is made anew.
	if [ -e .venv ] && { ! $(PY) -c '' 2>/dev/null || [ "$$(cat .venv/.made-in 2>/dev/null || pwd)" != "$$(pwd)" ]; }; then rm -rf .venv; fi
	[ -x $(PY) ] || $(PYTHON) -m venv .venv
	pwd > .venv/.made-in

# What is installed stands in the lock files, every part with its hash; `make lock` writes them from the owner's lists.
.venv/.stamp-run: requirements.lock | venv
	@$(PY) -m pip install --quiet "pip==$(PIP_VERSION)"
	$(PY) -m pip install --quiet --require-hashes -r requirements.lock
	touch $@

.venv/.stamp-tools: requirements-dev.lock .venv/.stamp-run
	@$(PY) -m pip install --quiet --require-hashes -r requirements-dev.lock
	touch $@

UV_LOCK = .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --custom-compile-command 'make lock'

lock: ## Pin and hash every part again, after requirements.txt or the group "dev" changed
	@[ -x .venv/bin/uv ] || $(MAKE) setup-tools
	$(UV_LOCK) requirements.txt --output-file requirements.lock
	$(UV_LOCK) requirements.txt --group dev --constraint requirements.lock --output-file requirements-dev.lock
	$(MAKE) setup-tools
	$(MAKE) licences

audit: setup-tools ## Ask for known holes in what we run on (needs the network)
	@exec .venv/bin/pip-audit --require-hashes --disable-pip -r requirements.lock

licences: setup-tools ## Write docs/licences.md anew
	@exec $(PY) .ci/licences.py

sbom: setup-tools ## List of parts (CycloneDX) of what we run on: sbom.cdx.json
	@exec .venv/bin/cyclonedx-py requirements --pyproject pyproject.toml --mc-type application --output-reproducible --output-file sbom.cdx.json requirements.lock

# Compiled catalogues are made here and not kept in git: binary files conflict in every merge, and a
# stale one shows old words without anybody seeing it in a review.
%.mo: %.po
	@msgfmt --check-format --output-file=$@ $<

clean: ## Remove what make made: environment, caches, and the LOCAL DATABASE with its data
	@if [ -x $(PY) ]; then for name in local test; do $(PY) -m iys_portal.embedded remove --name $$name || true; done; fi
	rm -rf .venv .run var staticfiles .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache test-results $(COMPILED)
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

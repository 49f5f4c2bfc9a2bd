# `make` alone lists what there is.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help setup run test check lint types imports template format openapi bench hostile clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## make the virtual environment with everything pinned

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.13")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --constraint constraints.txt --upgrade pip
	$(BIN)/pip install --quiet --constraint constraints.txt --group dev --editable .
	@touch $@

run: $(READY) ## serve on http://127.0.0.1:8000 with embedded Postgres and Redis
	@$(BIN)/python -m local

test: $(READY) ## run the tests, with coverage
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest
	@$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

check: lint types imports template test ## everything that CI runs

lint: $(READY) ## style (ruff)
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(READY) ## types (mypy, strict)
	$(BIN)/mypy

imports: $(READY) ## who may import whom (import-linter)
	$(BIN)/lint-imports

template: $(READY) ## the SAM template (cfn-lint)
	$(BIN)/cfn-lint template.yaml

format: $(READY) ## put the code in shape
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

openapi: $(READY) ## write the OpenAPI document and the catalogue of problems anew from the code
	$(BIN)/python -m tests.documents

bench: $(READY) ## throughput, latency and cold starts, as ratios
	$(BIN)/python -m tests.benchmarks

hostile: $(READY) ## try all hostile inputs, and write docs/hostile-inputs.md
	$(BIN)/python -m tests.hostile

clean: ## remove the virtual environment and caches (not the data)
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .coverage*

# Every target sets up what it needs, with nothing but python3 and make. A second
# call is quick: the stamp below is made again only when pyproject.toml or this
# file is newer.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.stamp

.DEFAULT_GOAL := help
.PHONY: help venv demo test lint bench soak docs clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1	/p' $(MAKEFILE_LIST)

venv: $(STAMP) ## .venv with the command and all that the tests need

$(STAMP): pyproject.toml Makefile
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("workfront_orm needs Python 3.11 or newer, this is " + sys.version.split()[0] + "; name another: make PYTHON=python3.11")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: $(STAMP) ## the main job against a sandbox, step by step
	@$(BIN)/workfront-orm demo

# A file stays with one worker, so that its tests share their servers.
test: lint ## lint, types and tests
	$(BIN)/python -m pytest --numprocesses=auto --maxprocesses=4 --dist=loadfile

lint: $(STAMP) ## lint, types and what bandit finds
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive workfront_orm

bench: $(STAMP) ## every row of the speed table beside its peer; takes minutes
	$(BIN)/python -m benchmarks

soak: $(STAMP) ## bulk writes, limits, kills and random steps on a faulty server; ten minutes
	$(BIN)/python -m soak

docs: $(STAMP) ## run the code of every page, compare what it prints, check the links
	$(BIN)/python -m pytest tests/test_docs.py tests/test_readme.py

clean: ## remove what the other targets made
	rm -rf $(VENV) .peers build dist .mypy_cache .ruff_cache .hypothesis

# Each command sets up what it needs, in .venv and .nox, the first time.
PYTHON ?= python3
PORT ?= 8765
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help demo test lint docs dist bench engines clean installing

help: ## show this
	@sed -n 's/^\([a-z]*\):.*## /make \1	/p' $(MAKEFILE_LIST) | expand -t 16

demo: $(VENV)/.demo ## failures and their fix, in your own browser (PORT=8765)
	@trap : INT; $(BIN)/python example_projects/demo --port $(PORT) || true # it has said why it ended

test: $(VENV)/.nox ## everything that must hold: lint, docs, tests on every Python here (NOX="--session tests-3.12")
	$(BIN)/nox $(NOX)

lint: $(VENV)/.nox ## ruff, mypy, the layers, and words to avoid
	$(BIN)/nox --session lint

docs: $(VENV)/.nox ## the documentation, in docs/_build/index.html
	$(BIN)/nox --session docs
	@echo "Open docs/_build/index.html"

dist: $(VENV)/.nox ## the sdist and the wheel, in .nox/dist
	$(BIN)/nox --session build

bench: $(VENV)/.bench ## what CORS costs, beside other packages (BENCH=--short)
	PYTHONPATH=tests $(BIN)/python -P -m benchmarks.run $(BENCH)

engines: $(VENV)/.dev ## the browser model beside the real browsers (ENGINES="--seed 7")
	PYTHONPATH=tests $(BIN)/python -P -m engines.compare $(ENGINES)

clean: ## remove what these commands made
	rm -rf $(VENV) .nox .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache \
	    build dist docs/_build
	find . -name __pycache__ -prune -exec rm -rf {} +

# pip reads dependency groups from 25.1 on.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("cors-wsgi needs Python 3.11 or newer, and $(PYTHON) is %d.%d. Choose another: make PYTHON=python3.12" % sys.version_info[:2])'
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install --upgrade "pip>=25.1"

$(VENV)/.nox: pyproject.toml | $(BIN)/python
	$(PIP) install --group nox
	@touch $@

$(VENV)/.demo: pyproject.toml | installing $(BIN)/python
	@$(PIP) install --no-compile --editable ".[cli]" --group demo # takes half the time
	@touch $@

installing:
	@[ $(VENV)/.demo -nt pyproject.toml ] || echo "Installing the demo in $(VENV), this once: about 30 s."

$(VENV)/.bench: pyproject.toml | $(BIN)/python
	$(PIP) install --editable . --group bench
	@touch $@

$(VENV)/.dev: pyproject.toml | $(BIN)/python
	$(PIP) install --editable . --group dev
	@touch $@

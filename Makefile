# Every task of the project as one word. Needs python3 (3.11 or newer) and make; nothing needs root.

PYTHON  ?= python3
WORKERS ?= auto
VENV    := .venv
BIN     := $(VENV)/bin
BUILD   := guest_programs/build.py
# what setuptools says about editable installs is nothing a user can act on
INSTALL := PYTHONWARNINGS=ignore $(BIN)/pip install --quiet --editable

.DEFAULT_GOAL := help
.PHONY: help setup demo test check bench guests format clean

help:  ## list what make can do
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' Makefile | while IFS='|' read -r name what; \
		do printf '%-16s %s\n' "$$name" "$$what"; done

setup: $(VENV)/.dev  ## install everything into .venv, once
	@echo "ready: $(BIN)/emu386"

demo: $(VENV)/.demo  ## build the demo guests and show the traced vfork demo
	@$(BIN)/python $(BUILD) demo
	@$(BIN)/python -m compileall -q emulator kernel
	@$(BIN)/emu386 demo

test: $(VENV)/.dev guests check  ## all checks and all tests
	$(BIN)/python -m pytest -n $(WORKERS)

check: $(VENV)/.dev  ## format, lint, types, layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.dev  ## measure, next to native and qemu-i386 where they run
	@$(BIN)/python $(BUILD) demo bench
	@$(BIN)/python -m compileall -q emulator kernel
	$(BIN)/python -m tests.bench

guests: $(VENV)/.dev  ## build every guest program
	@$(BIN)/python $(BUILD)

format: $(VENV)/.dev  ## format the Python files
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:  ## remove what was built, .venv too
	rm -rf $(VENV) emulator/guests guest_programs/build *.egg-info build dist
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "emu386 needs Python 3.11 or newer: make PYTHON=python3.11 …" >&2; exit 1; }
	@if $(PYTHON) -c 'import ensurepip' 2>/dev/null; then $(PYTHON) -m venv $(VENV); \
	elif $(PYTHON) -c 'import pip' 2>/dev/null; then $(PYTHON) -m venv --without-pip $(VENV) \
		&& $(PYTHON) -m pip --python $(BIN)/python install --quiet pip; \
	else echo "$(PYTHON) has neither ensurepip nor pip: install python3-venv, or make PYTHON=…" >&2; exit 1; fi

# the demo needs a guest compiler, but not the tools of development
$(VENV)/.demo: pyproject.toml | $(BIN)/pip
	@if [ -e $(VENV)/.dev ] || $(PYTHON) $(BUILD) --probe-host; then extra=; else extra='[guests]'; fi; \
		echo "pip install -e .$$extra"; $(INSTALL) ".$$extra"
	@touch $@

$(VENV)/.dev: pyproject.toml | $(BIN)/pip
	$(INSTALL) '.[dev]'
	@touch $@ $(VENV)/.demo

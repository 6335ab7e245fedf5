# Only sets up .venv and calls nox; see noxfile.py for what each target does.
PYTHON ?= python3
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif
NOX := $(BIN)/nox

.PHONY: demo test check fix soak bench docs editors clean

demo check fix soak bench docs editors: $(NOX)
	$(NOX) -s $@

test: $(NOX)
	$(NOX) -s check test

$(NOX):
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt nox

clean:
	rm -rf .venv .cache runs

# make demo    play a whole case on this computer, and say where to look
# make test    everything that must hold before a change goes in
# make bench   how fast mail is taken in, beside what server and disk allow (docs/benchmark.md)
# make accuracy  how right forms are read: precision, recall and F1 (docs/accuracy.md)
# make fuzz    ten minutes of damaged files (MINUTES=1: one): nothing may raise or hang
# make lint    the part of it that takes seconds
# make docs    docs/process.md anew: the clocks and the flow, from the data that run
# make pictures  the pictures in docs/pictures anew (needs chromium, LibreOffice and poppler)
# make lock    choose the versions of what mailbot is built on anew (UPGRADE=--upgrade: the newest)

# The oldest Python that mailbot runs on first: it is the one the locks were made with.
PYTHON ?= $(shell for p in python3.11 python3 python3.12 python3.13 python3.14; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo "$$p" && break; done)
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.DEFAULT_GOAL := test
.PHONY: demo test bench accuracy fuzz lint docs pictures lock clean

demo: $(VENV)/for-running
	@$(BIN)/mailbot demo

test: lint
	@scripts/servers
	$(BIN)/python -m pytest --numprocesses 2 --dist worksteal

bench: $(VENV)/for-testing
	@scripts/servers
	$(BIN)/python -m scripts.bench
	$(BIN)/python -m scripts.bench_cases
	$(BIN)/python -m scripts.bench_forms

accuracy: $(VENV)/for-testing
	@$(BIN)/python -m scripts.accuracy --worst 10

MINUTES ?= 10
fuzz: $(VENV)/for-testing
	@$(BIN)/python -m scripts.fuzz --minutes $(MINUTES)

lint: $(VENV)/for-testing
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: $(VENV)/for-running
	@$(BIN)/python -m scripts.process_page

pictures: $(VENV)/for-testing
	@$(BIN)/python -m scripts.pictures

# The stamps below are newer than the locks they were made from: a second run costs nothing.

$(VENV)/made:
	@test -n "$(PYTHON)" || { echo "mailbot needs Python 3.11 or later; none was found."; exit 1; }
	@echo "Setting up $(VENV) with $(PYTHON); this happens once."
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV) || { echo "On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@touch $@

$(VENV)/for-running: $(VENV)/made requirements.lock pyproject.toml
	@$(INSTALL) --require-hashes --requirement requirements.lock
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/for-testing: $(VENV)/made requirements-dev.lock pyproject.toml
	@$(INSTALL) --require-hashes --requirement requirements-dev.lock
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@ $(VENV)/for-running

# Without this computer's own pip settings: a lock must not depend on where it was made, and names
# no host. It holds the build backend too, so that installing mailbot itself fetches nothing.
COMPILE = env -u PIP_FIND_LINKS -u PIP_EXTRA_INDEX_URL -u PIP_INDEX_URL PIP_CONFIG_FILE=/dev/null \
	CUSTOM_COMPILE_COMMAND="make lock" $(VENV)/locking/bin/pip-compile --quiet --no-config \
	--generate-hashes --strip-extras --allow-unsafe --build-deps-for editable --no-emit-index-url \
	--no-emit-find-links --no-emit-trusted-host --no-emit-options $(UPGRADE)

lock: $(VENV)/made
	@test -d $(VENV)/locking || $(PYTHON) -m venv $(VENV)/locking
	@$(VENV)/locking/bin/python -m pip install --quiet --disable-pip-version-check pip-tools
	$(COMPILE) --output-file requirements.lock pyproject.toml
	$(COMPILE) --extra dev --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist

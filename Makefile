# Every target stands on `make setup`: a virtual environment with everything, and the Debian packages it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEBIAN := libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0
# What the tests start for themselves, on loopback, with data of their own: nothing of it runs as a service.
DEBIAN_TESTS := poppler-utils git postgresql dovecot-imapd chromium
STAMP := $(VENV)/.installed
# One more than the two cores this is measured on: much of a test is waiting for a server or a child.
JOBS ?= 3

.PHONY: setup debian debian-tests demo test check lint docs soak estate sizes wheel clean

setup: $(STAMP)

$(STAMP): pyproject.toml constraints.txt | debian
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip -c constraints.txt
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[all,dev]'
	@touch $(STAMP)

# As root: installs what is missing. Otherwise: prints the one line.
debian:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed: make PYTHON=python3.11 …")'
	@sh tools/debian_packages.sh $(DEBIAN)

debian-tests:
	@sh tools/debian_packages.sh $(DEBIAN_TESTS)

demo: setup
	$(BIN)/cxready demo demo

test: setup debian-tests
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile -q

lint: setup
	$(BIN)/ruff format --check -q .
	$(BIN)/ruff check -q .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint test

# The counts that matter before a release: kills, races, random requests. Resumable; the seed is printed.
soak: setup debian-tests
	$(BIN)/python tools/soak.py

estate: setup
	@sh examples/request-tracker/install.sh
	$(BIN)/python -m pytest -q -m estate tests/examples

docs: setup
	$(BIN)/python tools/write_docs.py

# Each size in a virtual environment that holds only it; the wheel outside the repository.
sizes: setup
	$(BIN)/python -m pytest -q -m soak tests/test_sizes.py

wheel: setup
	$(BIN)/python -m build --wheel --no-isolation

clean:
	rm -rf $(VENV) dist build demo

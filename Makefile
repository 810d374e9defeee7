# Needs Python 3.11 or newer, and make.  `make` installs everything and runs the main job.

VENV ?= .venv
ORACLE ?= build/oracle
SPARK ?= build/spark
PYTHON ?= python3.15 python3.14 python3.13 python3.12 python3.11 python3
DIST ?= dist
JOBS ?= auto
ARGS ?=
SAMPLE := ledger/sample
RESULT := build/harvest

BIN := $(VENV)/bin
LOCKED := $(VENV)/.locked
INSTALLED := $(VENV)/.installed

.DELETE_ON_ERROR:
.PHONY: demo install test test-fast test-lowest test-oracle test-spark explore \
	lint format types contracts schema schema-check check lock wheel bench clean

demo: $(INSTALLED)
	@$(BIN)/taxlots harvest $(SAMPLE) --out $(RESULT)
	@echo
	@echo "The proposal for $(SAMPLE) is in $(RESULT):"
	@ls $(RESULT)

# Set-up.  Each step leaves a stamp in the environment, so that it is done once.

install: $(INSTALLED)

$(BIN)/pip:
	@for python in $(PYTHON); do \
	  if "$$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' \
	    >/dev/null 2>&1; then \
	    echo "Making $(VENV) with $$("$$python" --version)"; \
	    exec "$$python" -m venv "$(VENV)"; \
	  fi; \
	done; \
	echo "No Python 3.11 or newer with the venv module was found (looked for: $(PYTHON))." >&2; \
	echo "Install one (Debian, Ubuntu: apt install python3 python3-venv)," >&2; \
	echo "or say where it is: make PYTHON=/path/to/python3.12" >&2; \
	exit 1

$(LOCKED): requirements.lock | $(BIN)/pip
	@echo "Installing the locked packages into $(VENV): a minute or two, once"
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check \
	  --require-hashes --requirement requirements.lock
	@touch $@

$(INSTALLED): $(LOCKED) pyproject.toml
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check \
	  --no-deps --no-build-isolation --editable .
	@touch $@

# Checks.

test: $(INSTALLED)
	$(BIN)/python -m pytest -n $(JOBS) $(ARGS)

test-fast: $(INSTALLED)
	$(BIN)/python -m pytest -n $(JOBS) -m "not slow" $(ARGS)

explore: $(INSTALLED)
	HYPOTHESIS_PROFILE=explore $(BIN)/python -m pytest -n $(JOBS) -m hypothesis $(ARGS)

test-lowest: $(INSTALLED)
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python build/lowest
	$(BIN)/uv pip install --quiet --python build/lowest --resolution lowest-direct --editable .
	$(BIN)/uv pip install --quiet --python build/lowest --group dev
	build/lowest/bin/python -m pytest -n $(JOBS) $(ARGS)

$(ORACLE)/.locked: requirements-oracle.lock | $(BIN)/pip
	@echo "Installing Tax-Calculator into $(ORACLE): a minute or two, once"
	@$(BIN)/python -m venv --clear $(ORACLE)
	@$(ORACLE)/bin/python -m pip install --quiet --quiet --disable-pip-version-check \
	  --require-hashes --requirement requirements-oracle.lock
	@touch $@

# Its environment has no other package of the project's, so that the shared conftest is left out.
test-oracle: $(ORACLE)/.locked
	PYTHONPATH=src $(ORACLE)/bin/python -m pytest --confcutdir=tests/oracle tests/oracle $(ARGS)

$(SPARK)/.locked: requirements-spark.lock | $(BIN)/pip
	@echo "Installing Apache Spark into $(SPARK): a minute, once"
	@rm -rf $(SPARK)
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --no-compile \
	  --require-hashes --requirement requirements-spark.lock --target $(SPARK)
	@touch $@

# Spark is larger than all other packages together: it lies beside their environment, not in it.
test-spark: $(INSTALLED) $(SPARK)/.locked
	tests/spark/setup-java.sh
	PYTHONPATH=$(abspath $(SPARK)) $(BIN)/python -m pytest --confcutdir=tests/spark tests/spark $(ARGS)

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(INSTALLED)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(INSTALLED)
	$(BIN)/mypy

contracts: $(INSTALLED)
	$(BIN)/lint-imports --no-logo

schema-check: $(INSTALLED)
	$(BIN)/python -m taxlots.ledger.schema --check

check: lint types contracts schema-check test

# What is made from something else.

schema: $(INSTALLED)
	$(BIN)/python -m taxlots.ledger.schema

# $(call write_lock,WHAT,FILE,TITLE): WHAT by version and hash, for every platform, in FILE.
define write_lock
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header \
	  --python-version 3.11 $(1) $(ARGS) --output-file $(2)
	@printf '%s\n' '# $(3), by version and hash, for every platform.' \
	  '# Made from pyproject.toml by "make lock"; ARGS=--upgrade renews all versions.' \
	  | cat - $(2) > $(2).new
	@mv $(2).new $(2)
	@if grep -nE '://|file:|--index-url|--extra-index-url|--find-links' $(2); then \
	  echo "$(2) names a host or a local file: see the lines above." >&2; exit 1; fi
endef

lock: $(LOCKED)
	$(call write_lock,--group dev pyproject.toml,requirements.lock,What the project runs on and is checked with)
	$(call write_lock,--group pyproject.toml:oracle,requirements-oracle.lock,What taxes are compared with)
	$(call write_lock,--group pyproject.toml:spark,requirements-spark.lock,What nights are run on Spark with)

wheel: $(INSTALLED)
	$(BIN)/python -m build --wheel --no-isolation --outdir $(DIST)

bench: $(INSTALLED)
	$(BIN)/python -m benchmarks $(ARGS)

clean:
	rm -rf build dist

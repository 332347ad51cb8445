# Everything that is to be remembered: make optimize, make test, make check.
PYTHON ?= python3
VENV ?= .venv
# What is installed beside the package for developers; dev-frames adds polars and Arrow.
EXTRAS ?= dev
BIN = $(VENV)/bin
PIP = $(BIN)/python -m pip --disable-pip-version-check

# Tests that need no TensorFlow, for a look at another Python.
QUICK = tests/analysis tests/data tests/evaluation tests/execution/test_local.py tests/execution/test_pool.py tests/record tests/search \
	tests/models tests/statistics tests/study tests/tasks tests/attack/test_faults.py tests/test_arrays.py \
	tests/test_calls.py tests/test_cli.py tests/test_console.py tests/test_errors.py tests/test_files.py \
	tests/test_package.py tests/test_terminal.py

.PHONY: optimize test quick check screenshots bench attack soak format lock clean

optimize: $(VENV)/installed  ## install and run the reference study
	$(BIN)/hpsearch optimize --study higgs $(ARGS)

test: $(VENV)/dev  ## run the tests
	$(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

quick: $(VENV)/dev  ## the tests without TensorFlow; PYTHON=python3.13 VENV=.venv-3.13 for another Python
	$(BIN)/python -m pytest -n auto --dist worksteal $(QUICK) $(ARGS)

check: $(VENV)/dev  ## style, types and the order of the layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/test_layers.py

screenshots: $(VENV)/dev  ## the README's pictures; ARGS="--folder DIR" for another than runs/higgs
	$(BIN)/python -m docs.screenshots $(ARGS)

bench: $(VENV)/dev  ## speed and growth beside Keras, Optuna and KerasTuner; ARGS=--quick for less
	$(BIN)/python -m benchmarks $(ARGS)

attack: $(VENV)/dev  ## all attacks on what a study promises, some 40 minutes; ARGS="-k signals" for fewer
	HPSEARCH_ATTACK=all $(BIN)/python -m pytest -n 2 --dist worksteal tests/attack $(ARGS)

soak: $(VENV)/dev  ## an hour of small trials with random kills and stops; ARGS="--minutes 5" for less
	$(BIN)/python -m benchmarks.soak $(ARGS)

format: $(VENV)/dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The versions that are known to work together.
lock: $(VENV)/dev
	$(PIP) install -q uv
	$(BIN)/uv lock --quiet --upgrade
	$(BIN)/uv export --quiet --all-extras --no-hashes --no-emit-project --no-annotate --no-header -o requirements.lock

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; assert (3, 11) <= sys.version_info[:2] <= (3, 13), "Python 3.11 to 3.13 is needed, got " + sys.version'
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: $(VENV)/bin/python pyproject.toml requirements.lock
	$(PIP) install -q -c requirements.lock -e .
	touch $@

$(VENV)/dev: $(VENV)/installed
	$(PIP) install -q -c requirements.lock -e '.[$(EXTRAS)]'
	touch $@

clean:
	rm -rf .venv .venv-* .mypy_cache .pytest_cache .ruff_cache

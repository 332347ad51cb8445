# Everything that is to be remembered: make optimize, make test, make check.
PYTHON ?= python3
BIN = .venv/bin
PIP = $(BIN)/python -m pip --disable-pip-version-check

.PHONY: optimize test check screenshots bench attack soak format lock clean

optimize: .venv/installed  ## install and run the reference study
	$(BIN)/hpsearch optimize --study higgs $(ARGS)

test: .venv/dev  ## run the tests
	$(BIN)/python -m pytest -n auto $(ARGS)

check: .venv/dev  ## style, types and the order of the layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/test_layers.py

screenshots: .venv/dev  ## the README's pictures; ARGS="--folder DIR" for another than runs/higgs
	$(BIN)/python -m docs.screenshots $(ARGS)

bench: .venv/dev  ## speed and growth beside Keras, Optuna and KerasTuner; ARGS=--quick for less
	$(BIN)/python -m benchmarks $(ARGS)

attack: .venv/dev  ## all attacks on what a study promises, some 20 minutes; ARGS="-k signals" for fewer
	HPSEARCH_ATTACK=all $(BIN)/python -m pytest -n 2 --dist worksteal tests/attack $(ARGS)

soak: .venv/dev  ## an hour of small trials with random kills and stops; ARGS="--minutes 5" for less
	$(BIN)/python -m benchmarks.soak $(ARGS)

format: .venv/dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The versions that are known to work together.
lock: .venv/dev
	$(PIP) install -q uv
	$(BIN)/uv lock --quiet --upgrade
	$(BIN)/uv export --quiet --all-extras --no-hashes --no-emit-project --no-annotate --no-header -o requirements.lock

.venv/bin/python:
	$(PYTHON) -c 'import sys; assert (3, 11) <= sys.version_info[:2] <= (3, 13), "Python 3.11 to 3.13 is needed, got " + sys.version'
	$(PYTHON) -m venv .venv

.venv/installed: .venv/bin/python pyproject.toml requirements.lock
	$(PIP) install -q -c requirements.lock -e .
	touch $@

.venv/dev: .venv/installed
	$(PIP) install -q -c requirements.lock -e '.[dev]'
	touch $@

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache

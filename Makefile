# From clone to running: make demo. From clone to green: make test.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 5000
BENCH_VENV := .venv-bench
BENCH := $(BENCH_VENV)/bin/python -m benchmarks

.PHONY: demo test check conformance bench bench-quick bench-check format lock bench-lock clean

$(VENV)/ready: requirements/dev.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/dev.txt
	touch $@

demo: $(VENV)/ready  ## Serve the To-Do list.
	TODO_DEMO=1 $(BIN)/quaff --app examples.todo:create_app run --port $(PORT)

test: $(VENV)/ready  ## Run every test.
	$(BIN)/python scripts/services.py
	$(BIN)/python -m pytest --timeout 120 $(TESTS)

check: $(VENV)/ready  ## Lint, formatting, types, architecture, lock.
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/python scripts/generate_sync_pipeline.py --check
	$(BIN)/python -m pytest -q tests/test_architecture.py tests/test_requirements.py

conformance: $(VENV)/ready  ## Run Flask's own test suite on Quaff.
	$(BIN)/python scripts/conformance.py

# The peers' environment, apart from that of the development.
$(BENCH_VENV)/ready: benchmarks/requirements.txt pyproject.toml
	$(PYTHON) -m venv $(BENCH_VENV)
	$(BENCH_VENV)/bin/python -m pip install --quiet --disable-pip-version-check \
		-r benchmarks/requirements.txt
	$(BENCH_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	touch $@

bench: $(BENCH_VENV)/ready  ## Measure everything and write docs/benchmarks.md; takes long.
	$(BENCH) full

bench-quick: $(BENCH_VENV)/ready  ## Hold Quaff to its limits against its fastest peers.
	$(BENCH) quick

bench-check: $(BENCH_VENV)/ready  ## Do all peers answer as they must?
	$(BENCH).check

format: $(VENV)/ready
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

lock: $(VENV)/ready  ## Resolve the development environment anew.
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --no-header \
		--no-annotate --no-emit-index-url --no-emit-find-links \
		requirements/dev.in --output-file requirements/dev.txt

bench-lock: $(VENV)/ready  ## Resolve the peers' environment anew.
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --no-header \
		--no-annotate --no-emit-index-url --no-emit-find-links \
		benchmarks/requirements.in --output-file benchmarks/requirements.txt

clean:
	rm -rf $(VENV) .venv-conformance $(BENCH_VENV) .cache

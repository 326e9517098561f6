# From clone to running: make demo. From clone to green: make test.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 5000

.PHONY: demo test check conformance format lock clean

$(VENV)/ready: requirements/dev.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/dev.txt
	touch $@

demo: $(VENV)/ready  ## Serve the To-Do list.
	TODO_DEMO=1 $(BIN)/quaff --app examples.todo:create_app run --port $(PORT)

test: $(VENV)/ready  ## Run every test.
	$(BIN)/python scripts/services.py
	$(BIN)/python -m pytest --timeout 120

check: $(VENV)/ready  ## Lint, formatting, types, architecture, lock.
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/python scripts/generate_sync_pipeline.py --check
	$(BIN)/python -m pytest -q tests/test_architecture.py tests/test_requirements.py

conformance: $(VENV)/ready  ## Run Flask's own test suite on Quaff.
	$(BIN)/python scripts/conformance.py

format: $(VENV)/ready
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

lock: $(VENV)/ready  ## Resolve the development environment anew.
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --no-header \
		--no-annotate --no-emit-index-url --no-emit-find-links \
		requirements/dev.in --output-file requirements/dev.txt

clean:
	rm -rf $(VENV) .venv-conformance .cache

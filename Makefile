# Thin aliases for people who like make; `python3 app.py test` needs none of this.
PY := .venv/bin/python

check:
	$(PY) -m ruff format --check . && $(PY) -m ruff check . && $(PY) -m mypy . && .venv/bin/lint-imports && $(PY) -m pytest

format:
	$(PY) -m ruff format . && $(PY) -m ruff check --fix .

lock:
	uv pip compile --generate-hashes --no-header --no-emit-index-url --only-binary :all: --python-version 3.11 requirements.in -o requirements.txt
	uv pip compile --generate-hashes --no-header --no-emit-index-url --only-binary :all: --python-version 3.11 requirements-dev.in -o requirements-dev.txt

docs:
	$(PY) app.py flask docs write

.PHONY: check format lock docs

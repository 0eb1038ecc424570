# Rasad: `make run` starts it, `make test` tests it.
PYTHON ?= python3
BIN := .venv/bin
# Tests wait more than they work; `make test WORKERS=0` runs them one after the other.
WORKERS ?= 4
# Evaluation data lies beside the checkout, never in it.
RASAD_EVAL_DATA ?= $(wildcard $(abspath ../shared/data))
export RASAD_EVAL_DATA

.PHONY: help setup run demo test lint quality bench chaos lock clean
help:  ## list the verbs
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

# The lock is complete, so pip need not resolve anything (--no-deps).
# One stamp per lock file: a changed lock installs again, an unchanged one costs nothing.
.venv/.locked: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Rasad needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12 ...") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/.locked-dev: .venv/.locked requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.lock
	@touch $@

setup: .venv/.locked  ## create .venv from requirements.lock

run: setup  ## prepare the database and start the daemon in the foreground
	$(BIN)/rasad db upgrade
	exec $(BIN)/rasad run

demo: setup  ## play a small invented world: crawl, clean text, match, alert
	$(BIN)/rasad demo

# A Bot API that nobody here wrote; without npm, or without a network, its tests are skipped and say why.
.venv/.telegram-test-api: .venv/.locked-dev tests/bot/telegram_test_api/package-lock.json
	@mkdir -p .venv/telegram-test-api && cp tests/bot/telegram_test_api/package*.json .venv/telegram-test-api/
	@if command -v npm >/dev/null && command -v node >/dev/null; then \
	  cd .venv/telegram-test-api && npm ci --no-audit --no-fund --loglevel=error && touch ../.telegram-test-api \
	  || echo "telegram-test-api could not be installed; its tests are skipped"; fi

test: .venv/.telegram-test-api  ## run the tests
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile $(ARGS)

lint: .venv/.locked-dev  ## ruff, mypy --strict, import contracts
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

quality: .venv/.locked-dev  ## measure quality figures against their floors
	$(BIN)/python -m tests.quality $(ARGS)

bench: .venv/.locked-dev  ## measure speed as ratios within one run
	$(BIN)/python -m bench $(ARGS)

chaos: .venv/.locked-dev  ## kill daemon, sender and worker a hundred times; count what is lost
	$(BIN)/python -m tests.chaos $(ARGS)

lock: .venv/.locked-dev  ## write both lock files anew from pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links --extra install pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links --extra install --extra test pyproject.toml -o requirements-dev.lock

clean:  ## remove .venv and caches; never touches state/
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist *.egg-info

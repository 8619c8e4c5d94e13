# Every target is a thin call of tmi-db or of a tool in .venv, so that what it does can be repeated without make.
#
# TMI_DB_DSN, DATABASE_URL or PG* name the database; with none of them it is the embedded server's.

.DEFAULT_GOAL := help
SHELL := /bin/sh
.DELETE_ON_ERROR:

bin := .venv/bin
tmi-db := $(bin)/tmi-db

# make test PG=18 ARGS='-k restore'
PG ?=
ARGS ?=
WORKERS ?= 2

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z\/-]+:.*## / { printf "  %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: .venv/.complete ## Make .venv with everything that the other targets need
	@:

.venv/.complete: requirements.lock pyproject.toml tools/setup
	@tools/setup

.PHONY: demo
demo: setup ## Install into the embedded server and show the data layer at work
	@$(tmi-db) demo $(ARGS)

.PHONY: test
test: setup ## Run all tests; PG=18 or PG=/path/to/bin chooses the server, ARGS go to pytest
	@$(bin)/pytest --numprocesses $(WORKERS) $(if $(PG),--pg $(PG)) $(ARGS)

.PHONY: test-faults
test-faults: setup ## Crash at every place of every migration, where make test tries a sample
	@TMI_TEST_FAULTS=all $(bin)/pytest --numprocesses $(WORKERS) $(if $(PG),--pg $(PG)) tests/migrations/test_faults.py $(ARGS)

.PHONY: bench
bench: setup ## Measure what calls cost beside other ways: make bench ARGS='--scale full'
	@$(bin)/python -m bench $(ARGS)

.PHONY: migrate
migrate: setup ## Apply all pending migrations
	@$(tmi-db) migrate up $(ARGS)

.PHONY: rollback
rollback: setup ## Take back the newest migration
	@$(tmi-db) migrate down $(ARGS)

.PHONY: status
status: setup ## Show which migrations are applied
	@$(tmi-db) migrate status $(ARGS)

.PHONY: migration
migration: setup ## Write a migration from the declared truth: make migration NAME=add_x
	@$(tmi-db) migrate new $(or $(NAME),$(error Name it: make migration NAME=add_x)) $(ARGS)

.PHONY: drift
drift: setup ## Compare the live database with what the migrations build
	@$(tmi-db) drift $(ARGS)

.PHONY: drift-corpus
drift-corpus: setup ## Prove the repair of every change of the drift corpus, where make test tries a sample
	@TMI_TEST_CORPUS=all $(bin)/pytest --numprocesses $(WORKERS) $(if $(PG),--pg $(PG)) tests/drift/test_corpus.py $(ARGS)
	@$(bin)/python tools/drift_corpus.py

.PHONY: fingerprint
fingerprint: setup ## Commit what the migrations build, for databases checked without a scratch database
	@$(bin)/python -c 'from tmi_db import expected; print(*expected.write(), sep="\n")'

.PHONY: docs
docs: setup ## Write docs/schema.md and docs/schema.html from the catalogue of what the migrations build
	@$(tmi-db) docs $(ARGS)

.PHONY: verify-docs
verify-docs: setup ## Prove that the schema pages are what the catalogue says
	@$(tmi-db) docs --check $(ARGS)

.PHONY: lint
lint: lint/python lint/sql ## Check style and types of Python and SQL

.PHONY: lint/python
lint/python: setup
	@$(bin)/ruff check --quiet
	@$(bin)/ruff format --check --quiet
	@$(bin)/mypy

.PHONY: lint/sql
lint/sql: setup
	@$(bin)/squawk sql/migrations/*.up.sql
	@$(bin)/python tools/lint_sql.py

.PHONY: generate
generate: generate/sql generate/api ## Render what is rendered: SQL of sister tables, the Python API

.PHONY: generate/sql
generate/sql: setup
	@$(bin)/python tools/render_sql.py

.PHONY: generate/api
generate/api: setup
	@$(bin)/python -m tmi_db.generate

.PHONY: verify
verify: verify/sql verify/api ## Fail if make generate would change anything

.PHONY: verify/sql
verify/sql: setup
	@$(bin)/python tools/render_sql.py --check

.PHONY: verify/api
verify/api: setup
	@$(bin)/python -m tmi_db.generate --check

.PHONY: lock
lock: ## Resolve requirements.lock anew from pyproject.toml; needs uv
	@uv pip compile --quiet --upgrade --universal --generate-hashes --extra dev --python-version 3.11 \
		--no-emit-index-url pyproject.toml -o requirements.lock

.PHONY: server-start
server-start: setup ## Start the embedded server
	@$(tmi-db) server start

.PHONY: server-stop
server-stop: setup ## Stop the embedded server; its data stay
	@$(tmi-db) server stop

.PHONY: server-status
server-status: setup ## Say whether the embedded server runs
	@$(tmi-db) server status

.PHONY: psql
psql: setup ## Open psql on the database
	@$(tmi-db) server psql -- $(ARGS)

.PHONY: clean
clean: ## Remove the embedded server with its data, .venv and all caches
	@if [ -x $(tmi-db) ]; then $(tmi-db) server destroy --yes; fi
	@rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis dist build
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

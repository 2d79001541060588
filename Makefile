# Aura. `make` alone lists what can be made.
SHELL := /bin/sh
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
CLIENTS := .venv-contracts/.ready
PEERS := .venv-peers/dlt/.ready .venv-peers/airbyte/.ready
FUZZ := .venv-fuzz/.ready
NPM_CONTRACTS := tests/contracts/node_modules/.ready

.PHONY: help setup demo test check prove faults fuzz kills soak format lock bench-start bench-web bench-reports bench-import bench-footprint bench-forecast bench-sync bench-store bench-budget contracts oracles parquet fuzz-import bench-export docs screenshots clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Aura needs Python 3.11 or newer: make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) -m venv .venv || \
		{ echo "Python's venv module is missing: install it (Debian: apt install python3-venv)"; exit 1; }

.venv/.runtime: requirements/runtime.txt pyproject.toml | .venv/bin/python
	@echo "Installing what Aura needs into .venv (once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/runtime.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	@touch $@

.venv/.development: requirements/dev.txt .venv/.runtime
	@echo "Installing what tests and checks need into .venv (once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

$(NPM_CONTRACTS): tests/contracts/package.json tests/contracts/package-lock.json tests/contracts/shopify-schema.sh
	@if command -v npm >/dev/null; then cd tests/contracts && npm install --no-save --silent --no-audit --no-fund && ./shopify-schema.sh && touch node_modules/.ready; \
	else echo "npm is absent: contract tests that need it will be skipped by name"; fi

$(CLIENTS): requirements/contracts.txt
	@echo "Installing the platforms' own clients into .venv-contracts (once, 200 MB)"
	@$(PYTHON) -m venv .venv-contracts
	@.venv-contracts/bin/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements/contracts.txt
	@touch $@

$(FUZZ): requirements/fuzz.txt .venv/.development
	@echo "Installing what asks the API at random into .venv-fuzz, beside .venv (once, 40 MB)"
	@$(PYTHON) -m venv .venv-fuzz
	@.venv-fuzz/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/fuzz.txt
	@$(BIN)/python -c "import site; print('import site; site.addsitedir(%r)' % site.getsitepackages()[0])" > .venv-fuzz/beside.pth
	@cp .venv-fuzz/beside.pth $$(.venv-fuzz/bin/python -c "import site; print(site.getsitepackages()[0])")/
	@touch $@

.venv-peers/%/.ready: requirements/peers-%.txt
	@echo "Installing what Aura is measured against into .venv-peers/$* (once)"
	@$(PYTHON) -m venv .venv-peers/$*
	@.venv-peers/$*/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

.venv/.parquet: requirements/parquet.txt .venv/.development
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/parquet.txt
	@touch $@

parquet: .venv/.parquet ## install what exports as Parquet need (the extra `parquet`)

setup: .venv/.development ## make .venv with everything (.venv/bin/aura is the command)

demo: .venv/.runtime ## run everything on this machine, with a sandbox of the three platforms
	@exec $(BIN)/aura demo --exit-with-parent

test: .venv/.development $(NPM_CONTRACTS) ## the one test command
	@$(BIN)/python -m pytest -n 2 --dist loadgroup $(ARGS)

check: .venv/.development ## ruff, mypy, imports, SQL, size of modules and functions
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/sqlfluff lint --processes 2 supabase/migrations src/aura/store/queries
	@$(BIN)/squawk --config .squawk.toml supabase/migrations/*.sql

prove: .venv/.development ## every public claim with its figure, in three minutes at most
	@$(BIN)/python benchmarks/prove.py

faults: .venv/.development ## RUNS=200 scripts of failing platforms from SEED=1 (last line JSON)
	@$(BIN)/python benchmarks/faults.py

fuzz: $(FUZZ) ## RUNS=200 requests of each kind to every operation of /v1 from SEED=1 (last line JSON)
	@.venv-fuzz/bin/python benchmarks/fuzz.py

kills: .venv/.development ## a worker killed at every commit and at RUNS=100 points from SEED=1 (last line JSON)
	@$(BIN)/python benchmarks/kills.py

soak: .venv/.development ## ten workers killed at random for MINUTES=10 from SEED=1 leave the tables of one undisturbed (last line JSON)
	@$(BIN)/python benchmarks/soak.py

bench-start: ## fresh clone to ready, restart to ready (last line JSON)
	@$(PYTHON) benchmarks/start.py

bench-web: .venv/.development ## server time and bytes of pages, of the sample brand and of two large ones (last line JSON)
	@$(BIN)/python benchmarks/overview.py

bench-reports: .venv/.development ## cohorts of 70,000 orders, 5,000 campaigns, each against a bare scan (last line JSON)
	@$(BIN)/python benchmarks/reports.py

bench-import: .venv/.development ## import of orders against a bare COPY, and of a report (last line JSON)
	@$(BIN)/python benchmarks/orders.py

bench-store: .venv/.development .venv-peers/duckdb/.ready ## reads, writer and revisions at SIZE=20000000 rows beside the floor, DuckDB and the specification's indexes (last line JSON)
	@$(BIN)/python benchmarks/scale/run.py

bench-budget: .venv/.development ## budget advice on worlds whose answer to money is known (last line JSON)
	@$(BIN)/python benchmarks/insights/budget.py

bench-export: .venv/.development ## CSV export against psql's COPY TO of the same rows (last line JSON)
	@$(BIN)/python benchmarks/exports.py

fuzz-import: .venv/.development ## RUNS=10000 random edits of export files from SEED=1 (last line JSON)
	@$(BIN)/python benchmarks/fuzz_import.py

.PHONY: bench-insights
# a comma would end an argument of $(or)
UNSEEN_SEEDS := 1,2,3
MORE_SEEDS := 1,2,3,4,5
bench-insights: .venv/.development ## the insights on worlds of known truth beside usual rules, a forecasting tool, chance and an oracle; LONG=1 or BRANDS=5 SEEDS=1,2,3 NOISES=0.06,0.2,0.4 (last line JSON)
	@$(MAKE) --no-print-directory .venv-peers/statsforecast/.ready || echo "statsforecast could not be installed: it is skipped by name"
	@$(BIN)/python benchmarks/insights/run.py $(or $(BRANDS),$(if $(LONG),10,5)) $(or $(SEEDS),$(if $(LONG),$(MORE_SEEDS),$(UNSEEN_SEEDS))) $(NOISES)

bench-footprint: .venv/.development ## import time and installed size of the connectors (last line JSON)
	@$(BIN)/python benchmarks/footprint.py

bench-forecast: .venv/.development ## how often a month ends within its forecast's 80 % interval (last line JSON)
	@$(BIN)/python benchmarks/forecast.py

bench-sync: .venv/.development $(PEERS) ## a backfill and five nights beside dlt and Airbyte, and the rate limit (last line JSON)
	@$(BIN)/python benchmarks/backfill.py

contracts: $(CLIENTS) $(NPM_CONTRACTS) ## the platforms' own clients and schemas, for the tests that ask them

oracles: .venv/.development contracts ## the platforms' own clients read the sandbox (last line JSON)
	@$(BIN)/python benchmarks/oracles.py

docs: .venv/.development ## write the generated reference pages anew
	@$(BIN)/python docs/generate.py

screenshots: .venv/.development ## pictures of every page of the demo, light, dark and small
	@$(BIN)/python docs/screenshots.py

format: .venv/.development ## format and fix what can be fixed by itself
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

lock: .venv/.development ## pin the newest allowed versions (needs uv)
	@for group in dev build; do \
		name=$$([ $$group = dev ] && echo dev || echo runtime); \
		uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
			--no-emit-find-links --no-annotate --no-header pyproject.toml --group $$group \
			$$([ $$group = build ] && echo "-c requirements/dev.txt") -o requirements/$$name.txt >/dev/null; \
	done
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-emit-find-links --no-annotate --no-header --group pyproject.toml:contracts \
		-c requirements/dev.txt -o requirements/contracts.txt >/dev/null
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-emit-find-links --no-annotate --no-header --group pyproject.toml:parquet \
		-c requirements/dev.txt -o requirements/parquet.txt >/dev/null
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-emit-find-links --no-annotate --no-header --group pyproject.toml:fuzz \
		-c requirements/dev.txt -o .fuzz.txt >/dev/null
	@$(BIN)/python requirements/beside.py .fuzz.txt requirements/dev.txt requirements/runtime.txt > requirements/fuzz.txt; rm .fuzz.txt

clean: ## remove what was made here (never your data: that is in AURA_HOME)
	@rm -rf .venv .venv-fuzz .venv-contracts .venv-peers tests/contracts/node_modules .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

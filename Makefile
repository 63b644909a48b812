# Everything a person or a machine does with this project. State lies under var/ and .venv/; nothing needs root.
.DEFAULT_GOAL := help
.PHONY: help run trust test check bench faults screenshots lock translations clean

PYTHON ?= python3
RUN := .venv/bin/python
ONLY ?=
PORT ?= 8443
export PORT

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 22

run: ## start the whole site at https://localhost:8443/ (PORT=… for another); Ctrl-C stops it
	@$(PYTHON) clozette/development/environment.py run
	@exec $(RUN) -m clozette.development.run

trust: ## let this machine's browsers trust the development certificate (once)
	@$(RUN) -m clozette trust

test: ## every test: SQLite, PostgreSQL, Redis, a real browser
	@$(PYTHON) clozette/development/environment.py dev
	@$(RUN) -m pytest -n 3 --dist worksteal -q

check: ## format, lint, types, import rules, translations, migrations
	@$(PYTHON) clozette/development/environment.py dev
	@$(RUN) -m clozette.development.checks

bench: ## the measured claims (ONLY=name for one)
	@$(PYTHON) clozette/development/environment.py dev
	@$(RUN) -m benchmarks bench $(ONLY)

faults: ## the fault and race experiments (ONLY=name for one)
	@$(PYTHON) clozette/development/environment.py dev
	@$(RUN) -m benchmarks faults $(ONLY)

screenshots: ## pictures of every page at 390 and 1280 px, under var/screenshots
	@$(PYTHON) clozette/development/environment.py dev
	@PYTHONPATH=. $(RUN) tools/screenshots.py

lock: ## lock every dependency again (needs uv)
	@sh requirements/lock.sh

translations: ## read the texts of the sources into translations/
	@$(RUN) -m clozette.development.translations update

clean: ## forget the site's state and the environment
	rm -rf var .venv build *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

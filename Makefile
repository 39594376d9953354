# `make demo` and `make test` are all a new machine needs; `make help` lists the rest.

HOST ?= 127.0.0.1
PORT ?= 8000
ARGS ?=
WORKERS ?= 2
REQUIRE_ALL ?=
PYTHON = .venv/bin/python
export REQUIRE_ALL WORKERS
# `exec` in a recipe: a signal to make then reaches the program itself, which tidies up.

.DEFAULT_GOAL := help
.PHONY: help demo test bench lint format check lock messages screenshots venv venv-dev

help: ## list these commands
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

demo: venv ## serve the example data: make demo [PORT=8000] [HOST=127.0.0.1]
	@exec tools/demo.sh $(HOST) $(PORT)

test: venv-dev ## run every test: make test [ARGS="tests/test_x.py -k word"] [REQUIRE_ALL=1]
	@exec $(PYTHON) -m tests.run $(ARGS)

bench: venv-dev ## measure against the defaults: make bench [OF=spreadsheets|finding|daily|results] [ARGS=--help]
	@exec $(PYTHON) -m bench.$(or $(OF),spreadsheets) $(ARGS)

lint: venv-dev ## ruff and the import rules
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@.venv/bin/lint-imports

format: venv-dev ## put the code into shape
	@$(PYTHON) -m ruff check --fix .
	@$(PYTHON) -m ruff format .

check: venv-dev ## migrations complete, production settings safe, catalogue complete, pins intact
	@tools/check.sh

messages: venv-dev ## collect the texts to translate into locale/ and compile them (needs gettext)
	@tools/messages.sh

screenshots: venv-dev ## make the pictures of the user guide anew, from the example data (needs Chromium)
	@exec $(PYTHON) tools/screenshots.py $(ARGS)

lock: ## pin the newest versions that requirements*.in allow
	@tools/lock.sh

venv:
	@tools/venv.sh requirements.txt

venv-dev:
	@tools/venv.sh requirements-dev.txt

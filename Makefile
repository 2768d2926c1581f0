# Everything a newcomer needs is `make run` and `make test`; the rest are parts of them.
PYTHON ?= python3

.DEFAULT_GOAL := help
.PHONY: help setup run test lint train bench

help: ## Show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1|/' | column -t -s '|'

setup: ## Make both environments, or bring them up to date
	@$(PYTHON) -m ops.bootstrap

run: setup ## Set up what is missing and start everything (Ctrl-C stops it)
	@exec .venv/bin/python ops/tether.py $$PPID .venv/bin/python -m ops.supervise

test: setup ## Set up what is missing and run all tests
	@.venv/bin/python -m ops.run_tests

lint: setup ## Check style, types, content and the directions of imports
	@.venv/bin/python -m ops.run_lint

train: setup ## Train the assistant if what it learns from has changed
	@.venv/bin/python -m ops.train

bench: setup ## Measure the figures of docs/performance.md (SETS=folder: on the public sets too)
	@.venv/bin/python -m bench

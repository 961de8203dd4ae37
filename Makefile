# `make` lists the targets. They run from .venv, which the first target that needs it installs.

# The Python that creates .venv, later that of .venv. Another one: make demo PYTHON=python3.12
PYTHON ?= $(shell .venv/bin/python -c '' 2>/dev/null && echo .venv/bin/python || echo python3)
PYTEST_ARGS ?=
# `make test COVERAGE=yes`, as in CI and `make pr`, also measures coverage, which doubles the time of a test.
COVERAGE ?=
# The seed of `make prove`, which prints it. Repeat a run: make prove SEED=4711
SEED := $(shell od -An -N3 -tu4 /dev/urandom | tr -d ' ')
# `make lock UPGRADE=--upgrade` updates every package to its newest allowed version.
UPGRADE ?=

# The tests start hundreds of processes. Without stored byte-code, each would compile its libraries again.
unexport PYTHONDONTWRITEBYTECODE

# The interpreter of the CDK library; by default it is the `node` of the machine.
export JSII_NODE := $(CURDIR)/.venv/bin/node

RUN := .venv/bin/python -m
CDK := PATH="$(CURDIR)/.venv/bin:$$PATH" node_modules/.bin/cdk
NPM := PATH="$(CURDIR)/.venv/bin:$$PATH" npm
NODE := PATH="$(CURDIR)/.venv/bin:$$PATH" node
ASL := statemachine/order_workflow.asl.json
SOURCES := $(wildcard app.py stacks statemachine lambdas local cli bench tests tools)
COMPILE = UV_CUSTOM_COMPILE_COMMAND="make lock" .venv/bin/uv pip compile --quiet --universal \
	--python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links $(UPGRADE)

# Removes sponsor links from the lock file, which change although no package does.
STRIP_FUNDING := const fs = require("fs"), file = "package-lock.json"; \
	const lock = JSON.parse(fs.readFileSync(file)); \
	for (const entry of Object.values(lock.packages)) delete entry.funding; \
	fs.writeFileSync(file, JSON.stringify(lock, null, 2) + "\n")

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-unit prove soak mutate chaos fuzz drill bench predeploy deploy destroy verify-aws prune erase restore check lint format types asl synth diagram openapi pictures docs release draft-release localstripe browser pr lock clean purge

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install the packages of the lock files (the other targets do this first)
	@command -v $(PYTHON) >/dev/null || { \
		echo "There is no $(PYTHON). Install Python 3.11 or newer, or name one: make PYTHON=python3.12"; \
		exit 1; }
	@$(PYTHON) -m tools.setup

demo: setup ## run the whole system on this machine and every scenario; DEMO_ARGS='--payments stripe' (first: make localstripe)
	@$(RUN) local demo $(DEMO_ARGS)

test: setup ## run the tests on all cores; narrow them with PYTEST_ARGS='-k cancel'
	$(RUN) pytest -m 'not proof' $(or $(PYTEST_ARGS),-n auto $(if $(COVERAGE),--cov --cov-report=))
ifeq ($(PYTEST_ARGS),)
	@$(if $(COVERAGE),$(RUN) coverage report --fail-under=95)
	@$(if $(COVERAGE),$(RUN) coverage report --include='lambdas/domain/*' --fail-under=100)
endif

test-unit: setup ## run the tests that need neither engine nor emulator
	$(RUN) pytest tests/unit $(PYTEST_ARGS)

prove: setup ## run the long proofs with a new seed: simulation, mutation, fuzz, chaos
	@echo "seed $(SEED) (repeat: make prove SEED=$(SEED))"
	$(RUN) pytest $(PYTEST_ARGS) -m 'proof or hypothesis' -n auto --seed $(SEED) \
		--hypothesis-profile prove --hypothesis-seed $(SEED)

soak: setup ## simulate N orders on all cores (default 1000000); continues an interrupted run
	@$(RUN) tests.simulation --orders $(or $(N),1000000) --resume .local/soak.json

fuzz: setup ## fuzz the deployed API by role; FUZZ_ARGS='--seed 7 --examples 200'
	@$(RUN) tests.fuzz $(FUZZ_ARGS)

mutate: setup ## mutation testing of the definition and the code, or of a part: PART=api
ifeq ($(PART),)
	@$(RUN) tests.mutation
endif
	@nice -n 15 $(RUN) tests.mutation.code $(PART) $(MUTATE_ARGS)

chaos: setup ## kill -9 functions, emulator and tables while orders run; CHAOS_ARGS='--seed 7'
	@$(RUN) tests.chaos $(CHAOS_ARGS)

drill: setup ## list the drills, or run one: make drill NAME=CompensationStuck
	@$(RUN) tests.drills $(NAME)

deploy: setup ## deploy ENV=dev to AWS with first users and stock: make deploy EMAIL=you@your-domain.example
	@$(RUN) tools.aws deploy --environment $(or $(ENV),dev) \
		--email $(or $(EMAIL),$(error set an address of yours: make deploy EMAIL=you@your-domain.example)) $(DEPLOY_ARGS)

predeploy: setup ## check whether a release of STACK breaks open orders; PREDEPLOY_ARGS=--emulator
	@$(RUN) tools.predeploy $(or $(STACK),$(error name the stack: make predeploy STACK=OrderWorkflow-staging)) $(PREDEPLOY_ARGS); \
		drained=$$?; $(RUN) tests.evolution && exit $$drained

destroy: setup ## delete ENV=dev from AWS: make destroy CONFIRM=OrderWorkflow-dev
	@$(RUN) tools.aws destroy --environment $(or $(ENV),dev) --confirm "$(CONFIRM)"

verify-aws: setup ## list the checks of a deployed stack, or run them: make verify-aws STACK=OrderWorkflow-staging
	@$(RUN) tools.aws.verify $(or $(STACK),--list)

prune: setup ## list unused versions of STACK=OrderWorkflow-staging; PRUNE_ARGS=--delete deletes them
	@$(RUN) tools.prune_versions $(or $(STACK),$(error name the stack: make prune STACK=OrderWorkflow-staging)) $(PRUNE_ARGS)

erase: setup ## check CUSTOMER=alice in STACK=OrderWorkflow-staging; ERASE_ARGS=--erase erases its data
	@$(RUN) tools.customer_erasure $(or $(STACK),$(error name the stack: make erase STACK=OrderWorkflow-staging)) $(or $(CUSTOMER),$(error name the customer: make erase CUSTOMER=alice)) $(ERASE_ARGS)

restore: setup ## compare STACK=OrderWorkflow-staging with AT=2026-11-28T09:00:00+00:00; RESTORE_ARGS=--replace restores its tables
	@$(RUN) tools.table_restore $(or $(STACK),$(error name the stack: make restore STACK=OrderWorkflow-staging)) $(or $(AT),$(error name the time: make restore AT=2026-11-28T09:00:00+00:00)) $(RESTORE_ARGS)

bench: setup ## measure cost of an order, cold starts, rate of one SKU (`python -m bench.NAME --help`)
	@$(RUN) bench

check: lint types asl synth ## lint, types, the workflow definition, the AWS template

lint: setup ## ruff: rules and format
	$(RUN) ruff check .
	$(RUN) ruff format --check .

format: setup ## fix and format the code with ruff
	$(RUN) ruff check --fix .
	$(RUN) ruff format .

types: setup ## mypy, strict
	$(RUN) mypy $(SOURCES)

asl: setup ## validate the workflow definition, twice
	PATH="$(CURDIR)/.venv/bin:$$PATH" node_modules/.bin/asl-validator --json-path $(ASL)
	.venv/bin/statelint $(ASL)

synth: setup ## synthesise the AWS template and lint it
	rm -rf cdk.out
	$(CDK) synth --quiet --no-notices --output cdk.out -c sender_email=orders@shop.internal
	.venv/bin/cfn-lint --non-zero-exit-code warning cdk.out/*.template.json

diagram: setup ## draw the state machine and its worst-case times into statemachine/README.md
	$(RUN) tools.state_diagram
	$(RUN) tools.worst_case

openapi: setup ## write docs/openapi.json and docs/events.schema.json from the code
	$(RUN) lambdas.api > docs/openapi.json
	$(RUN) lambdas.api.event_schema > docs/events.schema.json

pictures: setup ## write the pictures of the documents, with a browser and a separate environment
	$(RUN) tools.pictures

docs: setup .local/docs/installed ## build the documentation site into build/site, fail on any warning
	@$(RUN) tools.site build/docs
	.local/docs/bin/mkdocs build --quiet --strict --config-file build/mkdocs.yml

release: setup .local/release/installed ## build what a release contains into dist/: make release TAG=v1.2.3
	@$(RUN) tools.release $(or $(TAG),$(error name the version: make release TAG=v1.2.3))

draft-release: ## publish dist/ as a draft release of TAG on GitHub (needs gh)
	@command -v gh >/dev/null || { echo "There is no gh. Install the command line of GitHub: https://cli.github.com"; exit 1; }
	gh release create "$(or $(TAG),$(error name the version: make draft-release TAG=v1.2.3))" --draft --verify-tag --title "$(TAG)" --notes-file dist/notes.md dist/*

localstripe: setup .local/localstripe/installed ## install localstripe, a server with Stripe's API, for tests and `local up --payments stripe`

browser: ## install the browser of the console's tests on Debian or Ubuntu
	@command -v chromium >/dev/null || { sudo apt-get update -qq && \
		sudo apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core; }

# A separate virtual environment, which `make setup` does not install.
.local/%/installed: requirements/%.txt | .venv
	$(PYTHON) -m venv --clear .local/$*
	.local/$*/bin/pip install --quiet --require-hashes -r requirements/$*.txt
	@touch $@

pr: COVERAGE = yes
pr: format check test ## the checks that a change must pass; CI also runs `make prove`

# Does not depend on `setup`, which fails while package.json and the lock file differ.
lock: | .venv ## recompile the lock files from requirements.in, requirements/*.in and package.json
	$(COMPILE) requirements/uv.in --output-file requirements/uv.txt
	$(COMPILE) requirements.in --output-file requirements.txt
	$(COMPILE) requirements/layer.in --constraint requirements.txt --output-file requirements/layer.txt
	$(COMPILE) requirements/stripe.in --output-file requirements/stripe.txt
	$(COMPILE) requirements/tracing.in --output-file requirements/tracing.txt
	$(COMPILE) requirements/dev.in --output-file requirements/dev.txt
	$(COMPILE) requirements/docs.in --output-file requirements/docs.txt
	$(COMPILE) requirements/release.in --output-file requirements/release.txt
	$(COMPILE) requirements/localstripe.in --output-file requirements/localstripe.txt
	$(NPM) install --package-lock-only --ignore-scripts
	$(NODE) -e '$(STRIP_FUNDING)'

.venv:
	@$(MAKE) --no-print-directory setup

clean: ## remove the files of checks and tests
	rm -rf cdk.out build dist htmlcov .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache \
		.hypothesis *.egg-info
	find $(SOURCES) -type d -name __pycache__ -prune -exec rm -rf {} +

purge: clean ## remove .venv, node_modules and local data too (first: python -m local down)
	rm -rf .venv node_modules .local

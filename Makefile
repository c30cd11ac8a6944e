# The two commands people need are `make demo` and `make test`; everything else is a part of them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev

.PHONY: demo first-contact install test test-slow test-fuzz test-gateway test-vm test-vm-short test-vm-layers test-vm-broken test-vm-containers test-deploy test-hostile-kinds test-hostile-dialects check lint types imports unit test-deps clean test-chaos web pictures

demo: first-contact $(STAMP)
	$(BIN)/judge demo

# Said before the long install, not after it: what only root can do.
first-contact:
	@if [ "$$(id -u)" -ne 0 ] && [ -d /sys/fs/cgroup/memory ] && [ ! -w "/sys/fs/cgroup/memory/judge-$$(id -u)" ]; then \
	  echo "make demo: as a plain user on cgroup v1 this will end with a refusal until root has typed, once after each boot:"; \
	  echo "    $(CURDIR)/$(BIN)/judge host delegate $$(id -un)     (it is there as soon as this has installed it)"; fi

# Its last lines say how long each stage took, and how many tests passed, failed and were skipped.
test:
	@$(PYTHON) tests/house/stages.py install test-deps lint types imports unit

install: $(DEV_STAMP)

# The whole on a cgroup v2 host under systemd, as a plain user: in a virtual machine (docs/howto/install.md).
test-vm: $(DEV_STAMP)
	$(BIN)/python -B deploy/vm $(VM_FLAGS)

# The part of it that continuous integration runs after `make test`: a plain user, user units, every wall and limit. Where
# no machine can be made (exit status 5: no qemu, no Debian mirror) it says so. A step that fails in the guest fails here:
# in it, too, only tests of real time are tried again, and their retries are counted in the step's line.
VM_SHORT := $(BIN)/python -B deploy/vm --scenario full --only 'user manager,doctor,selftest,cgroup v2,kernel,grading,units'
test-vm-short: $(DEV_STAMP)
	$(VM_SHORT) || { status=$$?; [ $$status -eq 5 ] || exit $$status; \
	  echo "test-vm-short: SKIPPED: no virtual machine here, see above"; }

# Layers built, used and removed by the plain user in the guest, from packages on a disk; some 25 minutes when emulated.
test-vm-layers: $(DEV_STAMP)
	$(BIN)/python -B deploy/vm --scenario layers

# That the tests in the guest can fail: each limit is unplugged in turn, and they must notice.
test-vm-broken: $(DEV_STAMP)
	for limit in memory processes cpu; do \
	  $(BIN)/python -B deploy/vm --scenario full --only 'cgroup v2' --break-limit $$limit --must-notice || exit 1; \
	done

# The image, built here, under rootless Podman in the guest with the settings of compose and chart; some half an hour when
# emulated. A step alone: VM_FLAGS="--only 'compose: judged'" starts what it needs.
test-vm-containers: $(DEV_STAMP)
	./deploy/helm/install-tools
	$(BIN)/python -B deploy/vm --scenario containers $(VM_FLAGS)

# The chart by helm, and by the schemas of Kubernetes, KEDA and the Prometheus operator; the unit files by systemd.
test-deploy: $(DEV_STAMP) test-deps
	./deploy/helm/install-tools
	$(BIN)/pytest -q -m "slow or not slow" tests/deploy

lint:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

# conftest.py has one name in every folder, so each is looked at alone.
types:
	$(BIN)/mypy
	for file in tests/*/conftest.py; do $(BIN)/mypy --no-error-summary $$file || exit 1; done

imports:
	$(BIN)/lint-imports

# Two pytests side by side, each with a part of the folders.
unit:
	$(BIN)/python tests/house/side_by_side.py

test-slow: $(DEV_STAMP) test-deps
	$(BIN)/pytest -q -m slow

test-deps:
	./deploy/install-test-deps

# A venv whose interpreter is broken or absent is made anew; the stamp depends on what is installed.
$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(STAMP): pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[embedded,gateway]'
	touch $@

$(DEV_STAMP): pyproject.toml constraints.txt $(STAMP) | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[embedded,gateway,dev]'
	touch $@

# 5,000 pieces of work, of all kinds in turn, while everything is killed, once for each way Redis may write; some eight
# minutes.
test-chaos: $(DEV_STAMP) test-deps
	$(BIN)/python tests/service/chaos.py --count 5000

# Every attack of the corpus as work of every kind; some ten minutes. `make test` has a sample of each kind.
test-hostile-kinds: $(DEV_STAMP) test-deps
	$(BIN)/pytest -q -m "slow or not slow" tests/hostile/test_in_kinds.py

# Every attack of the corpus through the doors of Judge0 and go-judge; some ten minutes. `make test` has a sample.
test-hostile-dialects: $(DEV_STAMP) test-deps
	$(BIN)/pytest -q -m "slow or not slow" tests/gateway/dialects/test_hostile_over_dialects.py

# Odd packages and odd submissions for MINUTES each, with a fresh seed; what breaks something is kept in tests/fuzz.
MINUTES ?= 10
test-fuzz: $(DEV_STAMP)
	$(BIN)/python tests/fuzz/package_fuzz.py --minutes $(MINUTES)
	$(BIN)/python tests/fuzz/submission_fuzz.py --minutes $(MINUTES)

# What `make test` has of the gateway in small: requests made from the OpenAPI document, 2,000 requests while gateways,
# workers and Redis are killed, and a batch of 100,000 lines; some half an hour.
test-gateway: $(DEV_STAMP) test-deps
	$(BIN)/pytest -q -m slow tests/gateway
	PYTHONPATH=tests/service:tests/gateway $(BIN)/python tests/gateway/gateway_chaos.py --count 2000
	PYTHONPATH=tests/service:tests/gateway $(BIN)/python tests/gateway/gateway_large_batch.py --lines 100000

# Editor and terminal of the pages, from deploy/web and its lock file; what comes out is checked in.
web: test-deps
	cd deploy/web && npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier && node build.mjs

# The pictures of pages that documents show, taken by the tests of those pages.
pictures: $(DEV_STAMP) test-deps
	JUDGE_TESTS_DOC_PICTURES=$(CURDIR)/docs/pictures $(BIN)/pytest -q tests/web

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

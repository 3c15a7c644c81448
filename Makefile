# BelowZero. `make` lists what there is.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help deps build run install uninstall deb test-package test test-browser pdf examples lint check sanitize fuzz bench bench-cold bench-instructions soak coverage power test-times bench-reference bench-quick bench-pages test-slurm test-peers bench-shards format clean

# Program and tests are one build.
SWIFT := Tests/Support/release.sh
STUDY ?= Data/Studies/default.yaml
RUN ?=
TRIALS ?= 1000
PREFIX ?= /usr/local
DESTDIR ?=
FUZZ_SECONDS ?= 300
SWIFT_SOURCES := Package.swift Sources Tests

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

deps: ## Install the C libraries we stand on, where apt can
	@Tests/Support/install-deps.sh

build: deps ## Build the program, optimised
	@Tests/Support/build.sh

run: build ## Run the default study (or STUDY=file) and print where the report is
	@echo "Running $(STUDY)"
	@.build/release/belowzero run $(STUDY)

install: build ## Install program, manual, completions and data below PREFIX (and DESTDIR)
	@.packaging/install.sh .build/release/belowzero "$(PREFIX)" "$(DESTDIR)"

uninstall: ## Remove what install put below PREFIX
	@.packaging/install.sh --remove "$(PREFIX)" "$(DESTDIR)"

deb: deps ## Build a Debian package in .build/deb that needs no Swift
	@.packaging/build-deb.sh

test-package: build ## Install into a scratch root, run, remove; the same with the Debian package
	@.packaging/test.sh install .build/release/belowzero
	@.packaging/test.sh deb "$$(.packaging/build-deb.sh | tail -1)"

# `swift test` alone would build all packages again, for tests that look inside them.
test: deps ## Run every test
	$(SWIFT) build --build-tests
	$(SWIFT) test --skip-build
	@Tests/Readers/run.sh .build/release/belowzero
	@Tests/Build/run.sh
	@Tests/Faults/run.sh
	@$(MAKE) --no-print-directory test-browser
	@Tests/Metrics/run.sh

test-browser: ## Open the pages of a fresh run in Chromium and check them
	$(SWIFT) build --product belowzero
	@Tests/Browser/run.sh

test-slurm: ## Share runs between two Slurm nodes on this machine, kill them in many ways, and compare every byte
	$(SWIFT) build --product belowzero
	@Tests/Slurm/run.sh .build/release/belowzero

bench-shards: ## Measure what shards cost on two Slurm nodes, and write the table to Reports/Benchmarks
	$(SWIFT) build --product belowzero
	@mkdir -p Reports/Benchmarks
	Tests/Slurm/run.sh .build/release/belowzero overhead | tee Reports/Benchmarks/shards.md

test-peers: ## Share a run with GNU parallel and with Dask, and compare every byte
	$(SWIFT) build --product belowzero
	@Tests/Peers/shards.sh .build/release/belowzero

pdf: ## Print the report pages of RUN (default: the newest below Reports) on two sheets each, with Chromium
	@.packaging/pdf.sh "$(RUN)"

examples: ## Make the pictures of Reports/Examples again
	$(SWIFT) build --product belowzero
	@Tests/Browser/run.sh examples

lint: ## Check the format of the sources, and that the faults of 'make power' fit them
	swift format lint --strict --recursive $(SWIFT_SOURCES)
	python3 Tests/Power/power.py --check

check: deps lint ## What every commit must pass: format, no warnings, quick tests
	$(SWIFT) build --build-tests
	$(SWIFT) test --skip-build --skip VectorTests --skip CommandLineTests --skip VendorFile

sanitize: deps ## Run the concurrent parts under the thread sanitizer
	swift test --sanitize=thread --scratch-path .build/tsan --filter "Laws|FirstPassage|SeriesCheck|Slice|SeriesCache|ContentStore"

fuzz: deps ## Fuzz the reader for FUZZ_SECONDS, from the broken files on
	@Tests/Fuzz/run.sh $(FUZZ_SECONDS)

bench: deps ## Measure, and write the tables to Reports/Benchmarks
	$(SWIFT) build --product StressBench
	@mkdir -p Reports/Benchmarks
	TOOLCHAIN="$$(swift --version 2>/dev/null | head -1)" .build/release/StressBench | tee Reports/Benchmarks/latest.md
	@Tests/Peers/run.sh .build/release/StressBench | tee Reports/Benchmarks/reading.md
	$(SWIFT) build --product belowzero
	.build/peers-venv/bin/python Tests/Peers/bench_grid.py .build/release/belowzero .build/bench | tee Reports/Benchmarks/grid.md

bench-reference: deps ## Build a commit (REVISION, HEAD if not said) into .build/reference, for bench-quick to compare with
	@Tests/Peers/reference.sh "$(or $(REVISION),HEAD)"

bench-quick: deps ## Hold this tree against bench-reference on what users run, in pairs, in two minutes (FULL=1: all of it)
	$(SWIFT) build --product belowzero
	@mkdir -p Reports/Benchmarks
	@test -x .build/reference/belowzero || { echo "error: no reference: run 'make bench-reference' first" >&2; exit 66; }
	python3 Tests/Peers/bench_quick.py .build/reference/belowzero .build/release/belowzero .build/bench/quick $(if $(FULL),--full) \
		| tee Reports/Benchmarks/quick.md

bench-pages: build ## Weigh pages and time their first paint, beside QuantStats and Our World in Data's grapher
	@Tests/Peers/pages.sh .build/release/belowzero $(PAGES)

bench-cold: deps ## Build a fresh copy and run it, and write what each stage costs to Reports/Benchmarks (REVISION=commit)
	@mkdir -p Reports/Benchmarks
	python3 Tests/Cold/cold.py .build/cold/checkout $(REVISION) | tee Reports/Benchmarks/cold.md

bench-instructions: deps ## Count the instructions of the engine's parts with callgrind
	$(SWIFT) build --product belowzero
	@Tests/Peers/instructions.sh .build/release/belowzero | tee Reports/Benchmarks/instructions.md

soak: deps ## Run 200 nights over a growing file, and write the table to Reports/Benchmarks
	$(SWIFT) build --product belowzero
	@mkdir -p Reports/Benchmarks
	python3 Tests/Soak/soak.py .build/release/belowzero .build/soak | tee Reports/Benchmarks/soak.md

coverage: deps ## Print how often the intervals hold the truth (TRIALS=1000, FILES=60), as in the documentation
	$(SWIFT) build --product StressCoverage
	$(SWIFT) build --product belowzero
	.build/release/StressCoverage $(TRIALS)
	python3 Tests/Coverage/Files/coverage_of_files.py .build/release/belowzero .build/coverage $(FILES)

power: deps ## Put 27 faults into a copy, one at a time, and expect the tests to find each
	python3 Tests/Power/power.py .build/power

test-times: deps ## Print what each suite of tests costs the processor, into Reports/Benchmarks
	$(SWIFT) build --build-tests
	@mkdir -p Reports/Benchmarks
	python3 Tests/Cold/suites.py .build/release/BelowZeroPackageTests.xctest | tee Reports/Benchmarks/tests.md

format: ## Format the sources in place
	swift format --in-place --recursive $(SWIFT_SOURCES)

clean: ## Remove what was built
	rm -rf .build

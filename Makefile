# Two commands: `make demo` and `make test`. Both set up what a fresh machine lacks; see .ci/setup.

NEARSHELF_TOOLS := $(or $(NEARSHELF_TOOLS),$(CURDIR)/.tools)
export NEARSHELF_TOOLS
export PATH := $(NEARSHELF_TOOLS)/bin:$(CURDIR)/tests/node_modules/.bin:$(PATH)

nearshelf := cargo run --release --features cli --

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test setup package size lint fmt bench eval fuzz audit clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

demo: package ## build the sample shop and serve it; SHOP=DIR for another shop, PORT=N for another port
	$(nearshelf) demo $(if $(SHOP),--shop "$(SHOP)") $(if $(PORT),--port "$(PORT)")

test: ## check everything; ONLY="lint rust ..." for some groups (listed in .ci/test)
	@.ci/test $(ONLY)

setup: ## install every tool now
	@.ci/setup package lint chromium

package: ## build the npm package into pkg/
	@.ci/setup package
	node pkg-template/build.mjs

size: package ## compare the package with its size budget
	node pkg-template/size.mjs

lint: ## rustfmt and clippy
	@.ci/test lint

fmt: ## format the Rust code
	cargo fmt

bench: ## measure the package in Node, Chromium and Bun, then the native core; ARGS="..." go to tests/bench/run.mjs
	@.ci/setup package chromium
	node pkg-template/build.mjs
	cargo build --release --features cli
	NEARSHELF_CHROMIUM=$$(.ci/chromium) node tests/bench/run.mjs $(ARGS)
	node tests/bench/ingest.mjs
	node tests/bench/conditions.mjs
	node tests/bench/quotes.mjs
	node tests/bench/overlay.mjs
	cargo bench --features cli --bench bench

eval: ## replay a log and score the ranking: DATA=DIR, ARGS="..."
	$(nearshelf) eval $(if $(DATA),"$(DATA)") $(ARGS)

fuzz: ## try wild bytes on every reader; SECONDS=N for each target (60), ONLY="pack calls ..." for some of them
	@.ci/setup fuzz
	@.ci/fuzz "$(or $(SECONDS),60)" $(ONLY)

audit: ## check the licences, sources and duplicates of the dependencies
	@.ci/setup deny
	"$(NEARSHELF_TOOLS)/bin/cargo-deny" --all-features check bans licenses sources

clean: ## remove what was built; the tools stay (rm -r .tools tests/node_modules removes them)
	cargo clean
	rm -rf pkg www-demo/.build

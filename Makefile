# The few commands of the house. `make run` and `make test` need a Rust toolchain and install the rest.
SHELL := /bin/bash
LISTEN ?= 127.0.0.1:8080
DATA ?= ./data

.PHONY: run build deb test test-rust test-e2e faults proof bench cost bench-clean lint fmt clippy deny imports clean

run: ## Build, and serve with demo content at http://127.0.0.1:8080
	@scripts/install.sh run
	cargo build --release --bin outro
	@mkdir -p $(DATA)
	target/release/outro serve --dev --demo --data $(DATA) --listen $(LISTEN)

build: ## Make target/release/outro
	@scripts/install.sh run
	cargo build --release --bin outro

deb: build ## Make a Debian package in target/deb
	scripts/deb.sh target/release/outro target/deb

test: ## Every test: unit, property, both database engines, the browser
	@scripts/install.sh test
	cargo build --bin outro
	scripts/test.sh
	scripts/e2e.sh

test-rust: ## The Rust tests alone
	@scripts/install.sh test
	scripts/test.sh

test-e2e: ## The browser tests alone
	@scripts/install.sh test
	cargo build --bin outro
	scripts/e2e.sh

faults: ## Plant faults in a copy of the tree; every one must be caught
	@scripts/install.sh test
	scripts/planted-faults.sh

proof: ## The proofs that nothing leaks and nothing is left, at full size (some hours); writes bench/PROOFS.md
	@scripts/install.sh test
	scripts/proof.sh

bench: ## Measure against peers; writes bench/RESULTS.md
	@scripts/install.sh bench
	cargo build --release --bin outro
	cargo build --release -p outro-policy --example decisions
	cargo build --release -p outro-media --example follow
	cargo build --release -p outro-testkit --example gdprbench
	bench/run.sh

cost: ## What single things cost at 10³, 10⁵ and 10⁶ accounts, on both engines (an hour); writes docs/cost.svg
	@scripts/install.sh bench
	cargo build --release --bin outro
	bench/cost.py

bench-clean: ## How long `make build` and `make test` take on a clean clone
	bench/clean-clone.sh

lint: fmt clippy deny imports ## Everything .ci/run checks before the tests

fmt:
	cargo fmt --all --check

clippy:
	cargo clippy --workspace --all-targets -- -D warnings

deny:
	@scripts/install.sh lint
	scripts/deny.sh

imports:
	cargo test --quiet -p outro-testkit --test imports

clean:
	cargo clean
	rm -rf e2e/node_modules bench/pds/node_modules

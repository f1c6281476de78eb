# `make demo` shows it, `make test` proves that it works, `make bench` how fast. All set everything up on a bare Debian 12.
SHELL := /bin/bash
PORT ?= 5000
CARGO := nice cargo

.PHONY: demo test bench setup

demo: setup
	.ci/frontend
	$(CARGO) build --release
	@exec "$$(.ci/binary)" demo --data-dir "$${DATA_DIR:-data/demo}" --port $(PORT) $(if $(PHOTOS),--photos "$(PHOTOS)")

test: SETUP_OPTIONS := --tests
test: setup
	.ci/frontend --check
	cargo fmt --check
	$(CARGO) clippy --release --all-targets -- -D warnings
	$(CARGO) test --release
	tests/with_postgres $(CARGO) test --release --test it
	tests/schemathesis
	tests/socketio/run
	tests/web/run
	tests/walk_through --own
	tests/digits/run
	tests/kill_and_resume.py
	tests/kill_server.py --kills 4
	tests/private_addresses.py
	@.ci/licences

# make bench BENCH="--only index --only scan"; `.ci/bench --help` tells more.
bench: SETUP_OPTIONS := --bench
bench: setup
	@.ci/bench $(if $(PHOTOS),--photos "$(PHOTOS)") $(BENCH)

setup:
	@.ci/setup $(SETUP_OPTIONS)

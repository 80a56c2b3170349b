# Two commands are enough: `make run` and `make test`.
# Both install what the machine lacks first (scripts/setup.sh says what, and does nothing where nothing is missing).

.PHONY: run test test-windows setup setup-test fmt lint bench

run: setup
	cargo run --release --locked --bin madoguchi -- $(ARGS)

test: setup-test
	cargo test --locked

# The same rules on Windows: built by mingw, run by Wine.
test-windows:
	@scripts/setup.sh build windows
	@scripts/test-windows.sh

setup:
	@scripts/setup.sh build

setup-test:
	@scripts/setup.sh build test

fmt:
	cargo fmt

lint: setup
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings

bench: setup
	cargo bench --locked

# Two commands are enough: `make run` and `make test`.
# Both install what the machine lacks first (scripts/setup.sh says what, and does nothing where nothing is missing).

.PHONY: run test test-windows pack-windows size setup setup-test fmt lint bench

run: setup
	cargo run --profile quick --locked --bin madoguchi -- $(ARGS)

test: setup-test
	cargo test --locked

# The same rules on Windows: built by mingw, run by Wine.
test-windows:
	@scripts/setup.sh build windows
	@scripts/test-windows.sh

# What Windows users unpack and run: target/pack/madoguchi-VERSION-windows-x86_64.zip
pack-windows:
	@scripts/setup.sh build pack
	cargo build --release --locked --target x86_64-pc-windows-gnu
	@scripts/pack_windows.py target/x86_64-pc-windows-gnu/release/madoguchi.exe target/pack

# The program as people download it, and whether it is as small as promised.
size: setup
	cargo build --release --locked
	@scripts/size.sh

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

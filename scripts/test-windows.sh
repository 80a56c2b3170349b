#!/bin/sh
# Runs the folder, the terminal and the station as Windows programs: built for Windows by mingw, run by Wine (make test-windows).
#
# Of the station, the tests are run that start it, ask it over its folders, and kill it; what else it does is the same code everywhere.
# How fast it answers says nothing under Wine.
set -eu
cd "$(dirname "$0")/.."

target=x86_64-pc-windows-gnu
all_built=${CARGO_TARGET_DIR:-target}
built=$all_built/$target/debug

# A Windows of our own, without a screen and without a word about what it lacks.
mkdir -p "$all_built/wine"
WINEPREFIX=$(cd "$all_built/wine" && pwd)
export WINEPREFIX WINEDEBUG=-all WINEDLLOVERRIDES="mscoree,mshtml=" DISPLAY=
export CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER=wine

cargo test --locked --target $target --lib --test folder --test terminal --test station --no-run
x86_64-w64-mingw32-gcc -shared -O1 -o "$built/bcryptprimitives.dll" tests/windows/bcryptprimitives.c -ladvapi32
cp "$built/bcryptprimitives.dll" "$built/deps/"

cargo test --locked --target $target --lib -- folder:: terminal::
cargo test --locked --target $target --test folder
cargo test --locked --target $target --test terminal -- --skip within_milliseconds
cargo test --locked --target $target --test station -- opening:: requests:: refusals:: killed:: --skip at_pace_

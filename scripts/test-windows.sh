#!/bin/sh
# Runs the program as a Windows program: built for Windows by mingw, run by Wine (make test-windows).
#
# Of the station, the tests are run whose subject Windows does otherwise (folders, paths, processes, sockets, the same bytes), and those of
# the faces that every user meets; what else it does is the same code everywhere, and the workflow runs all of it on a real Windows. How
# fast it answers says nothing under Wine.
set -eu
cd "$(dirname "$0")/.."

target=x86_64-pc-windows-gnu
all_built=${CARGO_TARGET_DIR:-target}
built=$all_built/$target/debug
export CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER=wine
# Without a screen, and without a word about what this Windows lacks.
export WINEDEBUG=-all WINEDLLOVERRIDES="mscoree,mshtml=" DISPLAY=

# A Windows of our own, with the library that Wine 8 lacks, a second drive, and its drive C: as a share, as every Windows has it.
windows() {
    mkdir -p "$1"
    WINEPREFIX=$(cd "$1" && pwd)
    export WINEPREFIX
    [ -e "$WINEPREFIX/system.reg" ] || wineboot --init
    cp "$built/bcryptprimitives.dll" "$WINEPREFIX/drive_c/windows/system32/"
    mkdir -p "$WINEPREFIX/drive_w" "$WINEPREFIX/dosdevices/unc/localhost"
    ln -sfn ../drive_w "$WINEPREFIX/dosdevices/w:"
    ln -sfn "$WINEPREFIX/drive_c" "$WINEPREFIX/dosdevices/unc/localhost/c\$"
}

test_there() { cargo test --locked --target $target --test "$@"; }

cargo test --locked --target $target --lib --test folder --test terminal --test station --test cli --test packed --no-run
x86_64-w64-mingw32-gcc -shared -O1 -o "$built/bcryptprimitives.dll" tests/windows/bcryptprimitives.c -ladvapi32

windows "$all_built/wine"
cargo test --locked --target $target --lib -- folder:: terminal::

# On a console, whose letters are those of its code page, Japanese comes out in every one.
for code_page in 932 65001; do
    shown=$(cd "$built" && TERM=xterm script -qec "wine cmd /c 'chcp $code_page & madoguchi.exe codes OQSCD006'" /dev/null </dev/null)
    case "$shown" in
    *"code page: $code_page"*該当資格なし*) echo "test console of code page $code_page ... ok" ;;
    *) echo "a console of code page $code_page shows: $shown" >&2; exit 1 ;;
    esac
done

test_there folder
test_there terminal -- --skip within_milliseconds
test_there cli
test_there station -- opening:: requests:: refusals:: killed:: commands:: control:: drives:: people:: remote:: several:: \
    golden:: faults::a --skip at_pace_

# What its users unpack, on a Windows that has never seen it.
MADOGUCHI_ZIP=Z:$(scripts/pack_windows.py "$built/madoguchi.exe" "$all_built/pack")
export MADOGUCHI_ZIP
rm -rf "$all_built/wine-new"
windows "$all_built/wine-new"
test_there packed

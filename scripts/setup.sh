#!/bin/sh
# Installs what madoguchi needs from the system, where it is missing.
#
#   scripts/setup.sh build          to build and run it
#   scripts/setup.sh build test     and to run its tests against a real pcscd and a real Samba
#   scripts/setup.sh build pack     and to build and pack it for Windows
#   scripts/setup.sh build windows  and to run that under Wine
#
# Where packages cannot be installed from here (no Debian, no root, no sudo) it says what is missing and how it is called.
set -eu

SCHEMATHESIS=4.32.5
missing=""
need() { missing="$missing $1"; }

for purpose in "$@"; do
    case "$purpose" in
    build)
        command -v cargo >/dev/null || { echo "cargo がありません / Rust is missing: https://rustup.rs" >&2; exit 3; }
        [ "$(uname -s)" = Linux ] || continue # Windows and macOS bring PC/SC themselves
        command -v cc >/dev/null || need gcc
        command -v pkg-config >/dev/null || need pkg-config
        pkg-config --exists libpcsclite 2>/dev/null || need libpcsclite-dev
        ;;
    test)
        [ "$(uname -s)" = Linux ] || continue
        [ -x /usr/sbin/pcscd ] || need pcscd
        [ -e /usr/lib/pcsc/drivers/serial/libifdvpcd.so ] || need vsmartcard-vpcd
        command -v opensc-tool >/dev/null || need opensc
        ls /usr/lib/*/opensc-pkcs11.so >/dev/null 2>&1 || need opensc-pkcs11
        command -v openssl >/dev/null || need openssl
        command -v curl >/dev/null || need curl
        command -v chromium >/dev/null || need chromium
        command -v python3 >/dev/null || need python3
        python3 -c "import ensurepip" 2>/dev/null || need python3-venv
        command -v node >/dev/null || need nodejs
        command -v tsc >/dev/null || need node-typescript
        command -v javac >/dev/null || need default-jdk-headless
        command -v mcs >/dev/null || need mono-mcs
        command -v mono >/dev/null || need mono-runtime
        for part in net-http runtime-serialization xml-linq; do
            dpkg -s "libmono-system-${part}4.0-cil" >/dev/null 2>&1 || need "libmono-system-${part}4.0-cil"
        done
        command -v 7zz >/dev/null || need 7zip
        command -v pdftotext >/dev/null || need poppler-utils
        command -v ip >/dev/null || need iproute2
        command -v unshare >/dev/null || need util-linux
        command -v setpriv >/dev/null || need util-linux
        [ -x /usr/sbin/smbd ] || need samba
        command -v smbclient >/dev/null || need smbclient
        ;;
    pack | windows)
        command -v x86_64-w64-mingw32-gcc >/dev/null || need gcc-mingw-w64-x86-64
        command -v python3 >/dev/null || need python3
        if [ "$purpose" = windows ]; then
            command -v wine >/dev/null || need wine
            [ -e /usr/lib/wine/wine64 ] || need wine64
        fi
        command -v rustup >/dev/null || { echo "rustup がありません / rustup is missing: https://rustup.rs" >&2; exit 3; }
        rustup target list --installed | grep -qx x86_64-pc-windows-gnu || rustup target add x86_64-pc-windows-gnu
        ;;
    *)
        echo "setup.sh: build, test, pack, windows" >&2
        exit 2
        ;;
    esac
done

# schemathesis is on PyPI only: in an environment of its own, which no other program sees.
schemathesis() {
    case " $* " in *" test "*) ;; *) return 0 ;; esac
    [ "$(uname -s)" = Linux ] || return 0
    tools="${XDG_CACHE_HOME:-$HOME/.cache}/madoguchi/schemathesis"
    [ -x "$tools/bin/st" ] && "$tools/bin/st" --version 2>/dev/null | grep -q "$SCHEMATHESIS" && return 0
    echo "インストールします / installing: schemathesis $SCHEMATHESIS" >&2
    python3 -m venv "$tools"
    "$tools/bin/pip" install --quiet --disable-pip-version-check "schemathesis==$SCHEMATHESIS"
}

if [ -z "$missing" ]; then
    schemathesis "$@"
    exit 0
fi

if ! command -v apt-get >/dev/null; then
    echo "次のものをインストールしてください / please install:$missing" >&2
    exit 3
fi
as_root=""
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || { echo "root で実行してください / run as root: apt-get install$missing" >&2; exit 3; }
    as_root=sudo
fi
echo "インストールします / installing:$missing" >&2
$as_root apt-get update -qq
# shellcheck disable=SC2086 # a list of package names
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null
schemathesis "$@"

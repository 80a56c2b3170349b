#!/usr/bin/env bash
# Is the released program as small as it is promised to be (docs/measurements.md, Size)?  make size
#
#     scripts/size.sh [PROGRAM]
set -euo pipefail
program=${1:-$(dirname "$0")/../target/release/madoguchi}
most=20000000
bytes=$(wc -c <"$program")
echo "$program: $bytes bytes, at most $most"
if ((bytes > most)); then
    echo "too large: size -A, and nm --size-sort -S -C of a build with CARGO_PROFILE_RELEASE_STRIP=false, say where it is" >&2
    exit 1
fi

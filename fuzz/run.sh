#!/bin/sh
# Builds the fuzz targets and runs each for some seconds, one after the other.
#
#   fuzz/run.sh                      # ten minutes a target
#   fuzz/run.sh 60 saft values       # a minute of these two
#
# It needs a C++ compiler and python3. The first build compiles polars once more, into
# fuzz/target: a quarter of an hour on two cores.
set -eu
cd "$(dirname "$0")"

seconds=${1:-600}
[ $# -gt 0 ] && shift
[ $# -gt 0 ] || set -- ledger ledger_sums parquet saft values subledger workbook configuration sniff book_tables prior_pack manifest

python3 seed.py
RUSTC_WRAPPER="$PWD/instrument.sh" cargo build --release --locked --target-dir target

# The targets write small files often: they belong in memory.
[ -d /dev/shm ] && base=/dev/shm || base=/tmp
TMPDIR=$(mktemp -d "$base/closepack-fuzz-XXXXXX")
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
trap 'exit 1' HUP INT TERM

status=0
for target in "$@"; do
    mkdir -p "artifacts/$target" "corpus/$target"
    echo "== $target"
    "target/release/$target" "corpus/$target" -max_total_time="$seconds" -max_len=65536 -timeout=20 \
        -rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix="artifacts/$target/" || status=1
done
exit "$status"

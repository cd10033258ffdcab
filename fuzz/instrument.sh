#!/bin/sh
# A compiler for `RUSTC_WRAPPER`: coverage of closepack and of the crates that parse for it, and of nothing else. The
# others are built as fast as they always are, and what they do tells the fuzzer nothing about an input. Build scripts
# go by a name of their own, and are left alone.
crate=
before=
for argument in "$@"; do
    [ "$before" = --crate-name ] && crate=$argument
    before=$argument
done

case $crate in
closepack | calamine | csv | csv_core | flate2 | miniz_oxide | polars_parquet | polars_parquet_format | quick_xml | toml | \
    toml_parser | zip)
    exec "$@" -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
        -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
        -Cllvm-args=-sanitizer-coverage-trace-compares
    ;;
*) exec "$@" ;;
esac

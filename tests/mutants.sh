#!/bin/sh
# Mutation test of the rules: every mutant that `cargo mutants` makes of them must fail a unit test, or stand in
# tests/mutants-explained.txt with the reason why no test can tell it from the code.
#
# The package takes minutes to build because of polars, which the rules do not know. So they are copied with the rooms
# that they need into a crate of their own in a temporary folder, with the versions of Cargo.lock.
#
#   cargo install cargo-mutants --locked
#   tests/mutants.sh                          # all of the rules: a quarter of an hour
#   tests/mutants.sh src/adjust/royalties.rs  # these files alone
set -eu

repository=$(cd "$(dirname "$0")/.." && pwd)
explained=$repository/tests/mutants-explained.txt
rooms='adjust book diagnostics domain journal records'
mutated='src/adjust/*.rs src/domain/allocate.rs src/domain/money.rs src/book/methods.rs src/journal/*.rs'
seconds_a_mutant=10

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

export CARGO_TARGET_DIR="$work/target"
mkdir "$work/crate" "$work/crate/src"
cd "$work/crate"
for room in $rooms; do
    cp -R "$repository/src/$room" src/
    echo "pub mod $room;" >>src/lib.rs
done
{
    sed -n '/^\[package\]/,/^edition/p' "$repository/Cargo.toml"
    printf '\n[dependencies]\n'
    grep -E '^(chrono|ethnum|glob|rust_decimal|serde|sha2|thiserror|toml) = ' "$repository/Cargo.toml"
    printf '\n[profile.dev]\ndebug = false\n'
} >Cargo.toml
cp "$repository/Cargo.lock" .
# A test of the configuration reads the embedded book's, and the presets are compiled in.
mkdir -p data/book
cp "$repository/data/book/closepack.toml" data/book/
cp -R "$repository/data/layouts" data/

set -f
[ $# -gt 0 ] && files=$* || files=$mutated
options=
for file in $files; do options="$options --file $file"; done
code=0
# shellcheck disable=SC2086 # The options are words.
cargo mutants --in-place --timeout "$seconds_a_mutant" --output "$work" $options -- --lib || code=$?
# 2: a mutant survived; 3: one ran into the time-out, which tells it from the code as well.
case $code in 0 | 2 | 3) ;; *) exit 1 ;; esac

out=$work/mutants.out
sed -E 's/:[0-9]+:[0-9]+: /: /' "$out/missed.txt" | LC_ALL=C sort >"$work/survivors"
grep -v '^#' "$explained" | sed 's/ # .*//' | LC_ALL=C sort >"$work/explained"
tested=$(cat "$out/caught.txt" "$out/missed.txt" "$out/timeout.txt" | wc -l)
LC_ALL=C comm -23 "$work/survivors" "$work/explained" >"$work/unexplained"
LC_ALL=C comm -13 "$work/survivors" "$work/explained" >"$work/caught"

for list in caught missed timeout unviable; do printf '%6d %s\n' "$(wc -l <"$out/$list.txt")" "$list"; done
if [ "$tested" -eq 0 ]; then
    echo 'no mutant was tested'
    exit 1
fi
status=0
if [ -s "$work/unexplained" ]; then
    echo 'Survivors without an explanation in tests/mutants-explained.txt:'
    awk 'NR == FNR { told[$0]; next } { name = $0; sub(/:[0-9]+:[0-9]+: /, ": ", name) } name in told' \
        "$work/unexplained" "$out/missed.txt"
    status=1
fi
# Of single files the others' explanations say nothing.
if [ $# -eq 0 ] && [ -s "$work/caught" ]; then
    echo 'Explained in tests/mutants-explained.txt, and caught or gone:'
    cat "$work/caught"
    status=1
fi
exit "$status"

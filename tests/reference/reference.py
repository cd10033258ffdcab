#!/usr/bin/env python3
"""An independent re-performance of closepack's measurements, in plain Python and exact decimals.

    python3 tests/reference/reference.py BOOK_DIR              prints a summary
    python3 tests/reference/reference.py BOOK_DIR PACKS_DIR    compares packs with it, to the cent
    python3 tests/reference/reference.py --many DIR            compares DIR/*/book with DIR/*/packs
    python3 tests/reference/reference.py --self-test           tries it on known answers

With `--scenario NAME` the policies of that scenario of closepack.toml hold.

It reads the book's CSV files and closepack.toml, and nothing that closepack made: each quarter opens with what this
program found for the quarter before. It shares no code with closepack; where both agree, two readings of the rules do.
The rules are in one module a subledger, what they post in `entries`.
"""

import sys
from pathlib import Path
from typing import NamedTuple

sys.dont_write_bytecode = True

from amounts import total  # noqa: E402
from book import Quarter, read_sources, read_terms  # noqa: E402
from compare import compare  # noqa: E402
from entries import movements, set_aside  # noqa: E402
from fixed_assets import fixed_assets  # noqa: E402
from inventory_reserve import inventory_reserve  # noqa: E402
from known_answers import self_test  # noqa: E402
from obligations import obligations, running_royalties  # noqa: E402
from prepaid_advertising import prepaid_advertising  # noqa: E402


class Result(NamedTuple):
    """A quarter as it is re-performed: its schedules by file and key, what they post, and what the ledger has of it."""

    quarter: Quarter
    schedules: dict
    postings: list
    own_lines: list


# ---------------------------------------------------------------- a quarter, and the chain of them


def measure(sources, prior, terms, quarter, opens_year):
    """All schedules of a quarter: by file, then by key. `prior` is what this returned for the quarter before."""
    before = prior or dict.fromkeys(("inventory_reserve", "prepaid_advertising", "fixed_assets", "obligations"), {})
    return {
        "inventory_reserve": inventory_reserve(
            sources["inventory"], before["inventory_reserve"], terms, quarter, opens_year),
        "prepaid_advertising": prepaid_advertising(
            sources["prepaid_advertising"], before["prepaid_advertising"], terms, quarter),
        "fixed_assets": fixed_assets(sources["fixed_assets"], before["fixed_assets"], terms, quarter),
        "obligations": obligations(sources, before["obligations"], terms, quarter),
        "royalties": running_royalties(sources["ledger"], terms, quarter),
    }


def perform(sources, prior, terms, quarter, opens_year):
    """A quarter from its sources; lines of its own entries are no evidence of anything but that they are posted."""
    others, own = set_aside(sources["ledger"], quarter, terms.entities)
    schedules = measure(sources | {"ledger": others}, prior, terms, quarter, opens_year)
    return Result(quarter, schedules, movements(schedules, terms), own)


def perform_book(book, terms):
    """Every quarter from the first one on that the book has a folder for, each chained to the one before."""
    prior, year = None, None
    first = [quarter.name for quarter in terms.quarters].index(terms.first_quarter)
    for quarter in terms.quarters[first:]:
        folder = Path(book) / quarter.name
        if folder.is_dir():
            result = perform(read_sources(folder), prior, terms, quarter, opens_year=quarter.fiscal_year != year)
            prior, year = result.schedules, quarter.fiscal_year
            yield result


# ---------------------------------------------------------------- what it prints


SUMMARY = {
    "inventory_reserve": ("required", "charge", "release", "closing"),
    "prepaid_advertising": ("catch_up", "write_off", "refund", "transferred", "closing"),
    "fixed_assets": ("catch_up", "write_down", "closing"),
    "obligations": ("opening", "incurred", "paid", "charge", "closing", "current", "non_current", "noted", "deferred"),
    "royalties": ("net_sales", "required", "recorded", "amount"),
}
POOL_SUMMARY = ("cost", "required", "opening", "utilised_sale", "utilised_scrap", "charge", "release", "closing")


def totals(rows, columns):
    return "  ".join(f"{column} {total(row[column] for row in rows):,.2f}" for column in columns)


def summarise(result):
    print(result.quarter.name)
    items = result.schedules["inventory_reserve"]
    for pool in sorted({key[3] for key in items}):
        print(f"  reserve {pool:<19} " + totals([row for key, row in items.items() if key[3] == pool], POOL_SUMMARY))
    for file, columns in SUMMARY.items():
        rows = result.schedules[file].values()
        print(f"  {file:<27} rows {len(rows)}  {totals(rows, columns)}")
    for movement in sorted({posting.movement for posting in result.postings}):
        amount = total(posting.amount for posting in result.postings if posting.movement == movement)
        print(f"  {movement:<27} {amount:,.2f}")


def split_arguments(arguments):
    """The scenario, if one is named, and the folders."""
    if len(arguments) > 2 and arguments[-2] == "--scenario":
        return arguments[-1], arguments[:-2]
    return None, arguments


def told(compared, differences):
    for difference in differences:
        print(difference)
    print(f"{compared} figures compared, {len(differences)} differences")
    return 1 if differences else 0


def compare_many(folder):
    """Each folder in one holds a `book` and its `packs`; a book that cannot be re-performed is a difference."""
    compared, differences, books = 0, [], 0
    for home in sorted(Path(folder).iterdir()):
        books += 1
        try:
            terms = read_terms(home / "book")
            count, found = compare(perform_book(home / "book", terms), home / "packs", terms)
        except (ArithmeticError, LookupError, TypeError, ValueError) as error:
            count, found = 0, [f"not re-performed: {error!r}"]
        compared, differences = compared + count, differences + [f"{home.name} {text}" for text in found]
    print(f"{books} books, ", end="" if not differences else "\n")
    return told(compared, differences)


def main(arguments):
    if arguments == ["--self-test"]:
        return self_test()
    if len(arguments) == 2 and arguments[0] == "--many":
        return compare_many(arguments[1])
    scenario, folders = split_arguments(arguments)
    if len(folders) not in (1, 2):
        print(__doc__.strip(), file=sys.stderr)
        return 2
    terms = read_terms(folders[0], scenario)
    results = perform_book(folders[0], terms)
    if len(folders) == 2:
        return told(*compare(results, folders[1], terms))
    for result in results:
        summarise(result)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

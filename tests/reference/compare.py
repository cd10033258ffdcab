"""Compares published packs with the re-performance, to the cent."""

from collections import defaultdict
from pathlib import Path

from amounts import ZERO, number
from book import KEYS, dimension_of, read_rows
from entries import by_entry, proposed

# What is compared of each schedule's rows.
FIGURES = {
    "inventory_reserve": (
        "method", "required", "opening", "utilised_sale", "utilised_scrap", "carried", "charge", "release", "closing",
    ),
    "prepaid_advertising": (
        "earned", "expensed_to_date", "catch_up", "write_off", "closing", "transferred", "transferred_to_date",
    ),
    "fixed_assets": (
        "accumulated_depreciation", "catch_up", "carrying", "at_decision", "measured", "write_down", "closing",
        "transferred",
    ),
    "obligations": (
        "opening", "incurred", "paid", "change", "closing", "current", "non_current", "charge", "noted", "sold_to_date",
        "deferred", "paid_to_date",
    ),
    "royalties": ("net_sales", "required", "recorded", "amount"),
}
# Columns of words; all others are amounts.
WORDS = {"method"}


def shown(value):
    return value if isinstance(value, str) else f"{value:.2f}"


def differs(figure, row, expected):
    """A column that the pack has not differs; an empty amount is nothing."""
    if figure not in row:
        return True
    return row[figure] != expected if figure in WORDS else number(row[figure]) != expected


def compare_row(place, figures, found, expected):
    """An amount that the re-performance does not know of a row is not compared."""
    known = [figure for figure in figures if expected[figure] is not None]
    differences = [
        f"{place}: {figure}: pack {found[figure] or 'nothing'}, reference {shown(expected[figure])}"
        for figure in known if differs(figure, found, expected[figure])
    ]
    return len(known), differences


def compare_schedule(place, path, file, expected):
    """The number of figures compared in a pack's file, and its differences."""
    if not path.is_file():
        return 0, [f"{place}: the file is missing"] if expected else []
    compared, differences, seen = 0, [], set()
    for row in read_rows(path):
        key = tuple(row[column] for column in KEYS[file])
        label = f"{place} {'/'.join(key)}"
        if key not in expected or key in seen:
            differences.append(f"{label}: the pack has a row that the reference has not")
            continue
        seen.add(key)
        count, found = compare_row(label, FIGURES[file], row, expected[key])
        compared, differences = compared + count, differences + found
    missing = (f"{place} {'/'.join(key)}: the row is missing in the pack" for key in expected if key not in seen)
    return compared, differences + list(missing)


def compare_amounts(place, found, expected):
    """Two tables of amounts; what one of them has not is nothing there. `found` is None without the file."""
    if found is None:
        return 0, [f"{place}: the file is missing"]
    keys = sorted(set(found) | set(expected))
    differences = [
        f"{place} {'/'.join(key)}: pack {found.get(key, ZERO):.2f}, reference {expected.get(key, ZERO):.2f}"
        for key in keys if found.get(key, ZERO) != expected.get(key, ZERO)
    ]
    return len(keys), differences


def summed(path, key_of_row, amount_of_row):
    if not path.is_file():
        return None
    amounts = defaultdict(lambda: ZERO)
    for row in read_rows(path):
        amounts[key_of_row(row)] += amount_of_row(row)
    return amounts


def compare_adjustments(place, folder, result, terms):
    """The pack's adjustments by entry, brand and segment, in full."""
    found = summed(
        folder / "adjustments.csv", lambda row: (row["entry_id"], row["brand"], row["segment"]),
        lambda row: number(row["amount"]))
    return compare_amounts(place, found, by_entry(result.postings, result.quarter, terms.scenario))


def compare_entries(place, folder, result, terms):
    """The pack's journal lines by account and dimension: what the ledger has not already."""
    found = summed(
        folder / "journal_entries.csv", lambda row: (row["account"], *dimension_of(row)),
        lambda row: number(row["debit"]) - number(row["credit"]))
    expected = proposed(result.postings, result.own_lines, terms.accounts)
    return compare_amounts(place, found, {(at.account, *at.dimension): amount for at, amount in expected.items()})


def compare_pack(folder, result, terms):
    """Every file of a quarter's pack that the re-performance has figures for: counts, and differences."""
    name = result.quarter.name
    for file, expected in result.schedules.items():
        yield compare_schedule(f"{name} {file}", folder / f"{file}.csv", file, expected)
    yield compare_adjustments(f"{name} adjustments", folder, result, terms)
    yield compare_entries(f"{name} journal_entries", folder, result, terms)


def compare(results, packs, terms):
    """The number of figures compared in the packs of a book, and the differences."""
    compared, differences = 0, []
    for result in results:
        for count, found in compare_pack(Path(packs) / result.quarter.name / "current", result, terms):
            compared, differences = compared + count, differences + found
    return compared, differences

#!/usr/bin/env python3
"""Writes a copy of the embedded book with many stock-keeping units, for measuring and for tests.

    python3 benches/skus.py OUT_DIR [ROWS]        default: 1000000 rows in the second quarter's inventory.csv

All of the added stock is invented, from a seed, so that running this again gives the same bytes. The book has two
quarters, 2004-Q1 and 2004-Q2. Each added unit is a variant of one of the embedded book's, in the same pool, with a
quantity, a cost and prices of its own; some are gone in the second quarter, and some are new. The inventory accounts,
their reserve and the ledger of the second quarter move with it, so that the close has no failed check.
"""

import csv
import shutil
import sys
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests" / "reference"))
sys.dont_write_bytecode = True
# The independent re-performance gives what the first quarter's pack reserves, with which the second one opens.
from book import Row, read_quarters, read_terms  # noqa: E402
from inventory_reserve import candidates, largest, lower_of_cost  # noqa: E402

BOOK = HERE.parent / "data" / "book"
FIRST, SECOND = "2004-Q1", "2004-Q2"
INVENTORY, RESERVE, CHARGE, COST_OF_SALES, PAYABLES, DEFICIT = "1300", "1390", "5100", "5000", "2000", "3200"
UNALLOCATED = ("CORP", "corporate")
SIZES = ["XS", "S", "M", "L", "XL", "26", "28", "30", "32", "34", "36", "one size"]
KEY = ("entity", "brand", "segment", "pool", "sku")
# Of a hundred places in a file: those whose unit leaves after the first quarter, for another in the second.
LEAVE = 3


class Random:
    """splitmix64: the same numbers everywhere, whatever Python does with its own generator."""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        mask = (1 << 64) - 1
        self.state = (self.state + 0x9E3779B97F4A7C15) & mask
        mixed = self.state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & mask
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & mask
        return mixed ^ (mixed >> 31)

    def between(self, low, high):
        """A whole number, both ends included."""
        return low + self.next() % (high - low + 1)


def money(amount):
    """Cents as the book writes them."""
    sign = "-" if amount < 0 else ""
    return f"{sign}{abs(amount) // 100}.{abs(amount) % 100:02d}"


def as_cents(text):
    return int(Decimal(text or 0) * 100)


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def writer(file, columns):
    return csv.DictWriter(file, columns, lineterminator="\n")


# ---------------------------------------------------------------- the added units


class Variant:
    """A unit like one of the embedded book, in both quarters. Costs and prices are cents."""

    def __init__(self, random, number, before, after):
        self.before, self.after = before, after
        base = after or before
        self.sku = f"{base['sku']}-{number:07d}"
        self.description = f"{base['description']}, {SIZES[random.between(0, len(SIZES) - 1)]}"
        self.scale = random.between(60, 160)
        self.unit_cost = max(1, as_cents(base["unit_cost"]) * self.scale // 100)
        self.price_scale = self.scale * random.between(88, 112)
        self.opening = random.between(0, 60) if before else 0
        available = int(after["quantity_on_hand"]) if after else 0
        most = max(1, available + int(after["quantity_received"] or 0)) if after else 1
        self.received = random.between(0, 40) if after and int(after["quantity_received"] or 0) else 0
        kept = random.between(0, 2 * available * 100 // most) if after else 0
        self.on_hand = min(100, kept) * (self.opening + self.received) // 100
        used = self.opening + self.received - self.on_hand
        self.scrapped = used * random.between(0, 25) // 100 if random.between(1, 10) == 1 else 0

    def row(self, base, quantity, received, scrapped):
        priced = {
            column: money(as_cents(base[column]) * self.price_scale // 10000) if base[column] else ""
            for column in ("replacement_cost", "selling_price", "cost_to_complete", "scrap_value")
        }
        expected = int(base["expected_units"]) * quantity // max(1, int(base["quantity_on_hand"])) \
            if base["expected_units"] else ""
        return base | priced | {
            "sku": self.sku, "description": self.description, "unit_cost": money(self.unit_cost),
            "quantity_on_hand": str(quantity), "quantity_received": str(received), "quantity_scrapped": str(scrapped),
            "quantity_returned": "0" if base["quantity_returned"] else "", "expected_units": str(expected),
            "average_monthly_units": str(1 + quantity // 4),
        }


def variants(rows):
    """The added units in the order of their keys: with the book's own, `rows` in the second quarter."""
    files = {quarter: {row["sku"]: row for row in read(BOOK / quarter / "inventory.csv")} for quarter in (FIRST, SECOND)}
    both = sorted(set(files[FIRST]) & set(files[SECOND]), key=lambda sku: [files[FIRST][sku][name] for name in KEY])
    random, added = Random(20040529), max(0, rows - len(files[SECOND]))
    for at, sku in enumerate(both):
        before, after = files[FIRST][sku], files[SECOND][sku]
        for number in range(1, 1 + added // len(both) + (at < added % len(both))):
            if number % 100 < LEAVE:
                yield Variant(random, 2 * number, before, None)
                yield Variant(random, 2 * number + 1, None, after)
            else:
                yield Variant(random, 2 * number, before, after)


# ---------------------------------------------------------------- the files


class Ties:
    """What the added stock brings to the accounts, in cents by dimension."""

    def __init__(self):
        self.opening, self.reserve = defaultdict(int), defaultdict(int)
        self.received, self.used = defaultdict(int), defaultdict(int)

    def add(self, dimension, unit, reserve):
        self.opening[dimension] += unit.opening * unit.unit_cost
        self.reserve[dimension] += reserve
        self.received[dimension] += unit.received * unit.unit_cost
        self.used[dimension] += (unit.opening + unit.received - unit.on_hand) * unit.unit_cost


def reserved(row, terms, end):
    """What an item requires that has no opening: the charge of the first quarter, in cents."""
    required = next(iter(lower_of_cost([row], terms, end).values()))
    return as_cents(largest(candidates(row, required, terms, None, end))[1])


def write_inventories(out, rows):
    """Both quarters' files, sorted by key like the embedded ones; gives what ties them to the ledger."""
    own = {quarter: read(BOOK / quarter / "inventory.csv") for quarter in (FIRST, SECOND)}
    columns = list(own[FIRST][0])
    terms = read_terms(BOOK)
    quarter = next(quarter for quarter in read_quarters(BOOK) if quarter.name == FIRST)
    ties, lines = Ties(), {FIRST: [], SECOND: []}
    for unit in variants(rows):
        base = unit.before or unit.after
        reserve = 0
        if unit.before:
            row = unit.row(unit.before, unit.opening, unit.opening // 2, 0)
            reserve = reserved(Row(row), terms, quarter.end)
            lines[FIRST].append([row[column] for column in columns])
        if unit.after:
            row = unit.row(unit.after, unit.on_hand, unit.received, unit.scrapped)
            lines[SECOND].append([row[column] for column in columns])
        ties.add((base["entity"], base["brand"], base["segment"]), unit, reserve)
    places = [columns.index(name) for name in KEY]
    for name, added in lines.items():
        added.extend([row[column] for column in columns] for row in own[name])
        added.sort(key=lambda row: [row[place] for place in places])
        with open(out / name / "inventory.csv", "w", encoding="utf-8", newline="") as file:
            plain = csv.writer(file, lineterminator="\n")
            plain.writerow(columns)
            plain.writerows(added)
    return ties


def write_opening(path, changes):
    """Opening balances with these amounts on top, in cents by entity, account, brand and segment."""
    columns = ["entity", "account", "brand", "segment", "amount"]
    balances = defaultdict(int)
    for row in read(path):
        balances[tuple(row[column] for column in columns[:4])] += as_cents(row["amount"])
    for key, amount in changes:
        balances[key] += amount
    with open(path, "w", encoding="utf-8", newline="") as file:
        sheet = writer(file, columns)
        sheet.writeheader()
        for key in sorted(balances):
            if balances[key]:
                sheet.writerow(dict(zip(columns, (*key, money(balances[key])))))


def opening_changes(ties, with_reserve):
    """The stock against the accumulated deficit; with the first quarter's charge, in the second."""
    for (entity, brand, segment), cost in ties.opening.items():
        yield (entity, INVENTORY, brand, segment), cost
        yield (entity, DEFICIT, *UNALLOCATED), -cost
    for (entity, brand, segment), reserve in ties.reserve.items() if with_reserve else ():
        yield (entity, RESERVE, brand, segment), -reserve
        yield (entity, CHARGE, brand, segment), reserve


def add_to_ledger(path, ties):
    """Goods that came in, and those that left: two entries a dimension."""
    columns = list(read(path)[0])
    with open(path, "a", encoding="utf-8", newline="") as file:
        sheet = writer(file, columns)
        for at, dimension in enumerate(sorted(ties.received)):
            entity, *codes = dimension
            came = [(INVENTORY, codes, ties.received[dimension]), (PAYABLES, UNALLOCATED, -ties.received[dimension])]
            left = [(COST_OF_SALES, codes, ties.used[dimension]), (INVENTORY, codes, -ties.used[dimension])]
            for kind, lines in (("RECEIVED", came), ("LEFT", left)):
                for line, (account, (brand, segment), amount) in enumerate(lines, 1):
                    sides = {"debit": money(amount) if amount >= 0 else "", "credit": money(-amount) if amount < 0 else ""}
                    sheet.writerow({
                        "journal_id": f"ST-2004Q2-{kind}-{at + 1:02d}", "journal_line": line,
                        "effective_date": "2004-05-28", "entity": entity, "account": account, "brand": brand,
                        "segment": segment, "description": "Added stock, invented", "currency": "USD", **sides,
                    })


def write(out, rows):
    """The book in a new folder."""
    later = shutil.ignore_patterns("2004-Q3", "2004-Q4", "2005-Q*", "README.md")
    shutil.copytree(BOOK, out, ignore=later)
    ties = write_inventories(out, rows)
    write_opening(out / FIRST / "opening_balances.csv", opening_changes(ties, with_reserve=False))
    write_opening(out / SECOND / "opening_balances.csv", opening_changes(ties, with_reserve=True))
    add_to_ledger(out / SECOND / "ledger.csv", ties)


if __name__ == "__main__":
    if not 2 <= len(sys.argv) <= 3:
        sys.exit(__doc__)
    write(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) == 3 else 1_000_000)

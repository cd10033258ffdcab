#!/usr/bin/env python3
"""An independent re-performance of closepack's measurements, in plain Python and exact decimals.

    python3 tests/reference/reference.py BOOK_DIR              prints a summary
    python3 tests/reference/reference.py BOOK_DIR PACKS_DIR    compares packs with it, to the cent

It reads the book's CSV files and closepack.toml, and nothing that closepack made: each quarter opens with what this
program found for the quarter before. It shares no code with closepack; where both agree, two readings of the rules do.
"""

import csv
import sys
import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from pathlib import Path

ZERO = Decimal(0)
CENT = Decimal("0.01")

# What is compared, by file: the key's columns, then the figures'.
COMPARED = {
    "inventory_reserve": (
        ("entity", "brand", "segment", "pool", "sku"),
        ("required", "opening", "utilised_sale", "utilised_scrap", "carried", "charge", "release", "closing"),
    ),
    "prepaid_advertising": (
        ("entity", "brand", "segment", "contract_id"),
        ("earned", "catch_up", "write_off", "closing"),
    ),
    "fixed_assets": (
        ("entity", "brand", "segment", "asset_id", "component"),
        ("catch_up", "carrying", "measured", "write_down", "closing"),
    ),
    "obligations": (
        ("entity", "brand", "segment", "obligation_id"),
        ("opening", "incurred", "paid", "change", "closing", "current", "non_current"),
    ),
}


# ---------------------------------------------------------------- numbers and dates


def cents(amount):
    """The one rounding: to cents, half away from zero (ROUND_HALF_UP of `decimal` is away from zero)."""
    with localcontext() as context:
        context.prec = 60
        return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def share(amount, part, whole):
    """`amount * part / whole`, rounded; nothing of nothing."""
    if whole == 0:
        return ZERO
    with localcontext() as context:
        context.prec = 60
        return cents(Decimal(amount) * part / whole)


def number(text):
    return Decimal(text) if text else ZERO


def day(text):
    return date.fromisoformat(text)


def a_year_after(when):
    last_of_february = when.month == 2 and when.day == 29
    return when.replace(year=when.year + 1, day=28 if last_of_february else when.day)


def month_number(when):
    return when.year * 12 + when.month


# ---------------------------------------------------------------- the book


@dataclass(frozen=True)
class Quarter:
    name: str
    start: date
    end: date
    fiscal_year: str


class Terms:
    """What of closepack.toml the rules need."""

    def __init__(self, config):
        self.basis = config["policies"]["basis"]
        self.first_quarter = config["policies"]["first_quarter"]
        self.pools = {pool["code"]: pool for pool in config.get("pools", [])}
        self.events = config.get("events", [])

    def event_date(self, brand, end):
        """The date of the brand's earliest event that counts at `end`, or None."""
        dates = [day(event["date"]) for event in self.events if brand in event["brands"]]
        return min((when for when in dates if when <= end), default=None)

    def deadline(self, pool, end):
        """The pool's deadline; one with an event binds only when that event counts."""
        terms = self.pools[pool]
        if not terms.get("sell_off_deadline"):
            return None
        own = [day(event["date"]) for event in self.events if event["id"] == terms.get("event")]
        return day(terms["sell_off_deadline"]) if all(when <= end for when in own) else None

    def royalty_rate(self, pool):
        return number(self.pools[pool]["royalty_rate"])


def read_rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_terms(book):
    return Terms(tomllib.loads((Path(book) / "closepack.toml").read_text(encoding="utf-8")))


def read_quarters(book):
    rows = read_rows(Path(book) / "calendar.csv")
    return [Quarter(row["quarter"], day(row["start"]), day(row["end"]), row["fiscal_year"]) for row in rows]


def key_of(row, file):
    return tuple(row[column] for column in COMPARED[file][0])


# ---------------------------------------------------------------- inventory reserve


def net_realizable_value(row, royalty_rate):
    kept = 1 - number(row["selling_cost_rate"]) - royalty_rate
    return max(ZERO, number(row["selling_price"]) * kept - number(row["cost_to_complete"]))


def market(row, nrv, basis):
    if basis != "us-gaap-2004":
        return nrv
    floor = max(ZERO, nrv - number(row["normal_margin_rate"]) * number(row["selling_price"]))
    return max(floor, min(nrv, number(row["replacement_cost"])))


def reserve_required(row, terms, end):
    """The cost of an item on hand and the reserve that it needs."""
    on_hand, unit_cost = number(row["quantity_on_hand"]), number(row["unit_cost"])
    pool = row["pool"]
    value = market(row, net_realizable_value(row, terms.royalty_rate(pool)), terms.basis)
    deadline = terms.deadline(pool, end)
    saleable = on_hand
    if deadline is not None:
        saleable = ZERO if deadline <= end else min(on_hand, number(row["expected_units"]))
    scrap = min(unit_cost, max(ZERO, number(row["scrap_value"])))
    cost = cents(on_hand * unit_cost)
    return cost, cost - cents(saleable * min(unit_cost, value) + (on_hand - saleable) * scrap)


def roll_reserve(opening, on_hand, received, scrapped, cost, required, opens_year):
    """An item's reserve from the last close to this one; `opening` is what this function returned then, or None."""
    before = opening or {"closing": ZERO, "units": ZERO, "releasable": ZERO}
    reserve, units = before["closing"], before["units"]
    used = max(ZERO, min(units, units + received - on_hand))
    utilised = max(share(reserve, used, units), reserve - cost)
    by_scrap = min(share(reserve, min(scrapped, used), units), utilised)
    carried = reserve - utilised
    releasable = ZERO if opens_year else before["releasable"]
    releasable = min(releasable - share(releasable, used, units), carried)
    charge = max(ZERO, required - carried)
    release = min(max(ZERO, carried - required), releasable)
    return {
        "required": required, "opening": reserve, "utilised_sale": utilised - by_scrap, "utilised_scrap": by_scrap,
        "carried": carried, "charge": charge, "release": release, "closing": carried + charge - release,
        "releasable": releasable - release + charge, "units": on_hand, "cost": cost,
    }


def inventory_reserve(rows, prior, terms, quarter, opens_year):
    """Every item of the file, and every item of the quarter before that is gone from it."""
    results = {}
    for row in rows:
        key = key_of(row, "inventory_reserve")
        cost, required = reserve_required(row, terms, quarter.end)
        moved = (number(row[column]) for column in ("quantity_on_hand", "quantity_received", "quantity_scrapped"))
        results[key] = roll_reserve(prior.get(key), *moved, cost, required, opens_year)
    for key, opening in prior.items():
        if key not in results and (opening["units"] or opening["closing"]):
            results[key] = roll_reserve(opening, ZERO, ZERO, ZERO, ZERO, ZERO, opens_year)
    return results


# ---------------------------------------------------------------- prepaid advertising


def earned(row, when):
    """What is earned of a contract at the end of a day."""
    paid = number(row["amount_paid"])
    if row["recognition"] == "units":
        return share(paid, number(row["units_delivered"]), number(row["units_total"]))
    if row["recognition"] == "first-showing":
        return paid if when >= day(row["first_showing"]) else ZERO
    start, end = day(row["service_start"]), day(row["service_end"])
    return share(paid, max(0, (min(when, end) - start).days + 1), (end - start).days + 1)


def prepaid_contract(row, before, event, end):
    """A contract; `before` is what this function returned for the quarter before, or None."""
    through = earned(row, min(event, end) if event else end)
    written_off = before["written_off_to_date"] if before else ZERO
    refunded = before["refunded_to_date"] if before else ZERO
    write_off = refund = ZERO
    if event and not (before and before["under_event"]):
        refund = number(row["refundable_amount"])
        write_off = number(row["amount_paid"]) - through - refund - number(row["transferable_amount"])
        if write_off < 0:
            raise ValueError(f"{row['contract_id']}: more is refundable and transferable than is unearned")
    written_off, refunded = written_off + write_off, refunded + refund
    return {
        "earned": through, "catch_up": through - number(row["expensed_to_date"]), "write_off": write_off,
        "closing": number(row["amount_paid"]) - through - written_off - refunded, "refund": refund,
        "written_off_to_date": written_off, "refunded_to_date": refunded, "under_event": bool(event),
    }


def prepaid_advertising(rows, prior, terms, quarter):
    results = {}
    for row in rows:
        key = key_of(row, "prepaid_advertising")
        event = terms.event_date(row["brand"], quarter.end)
        results[key] = prepaid_contract(row, prior.get(key), event, quarter.end)
    return results


# ---------------------------------------------------------------- fixed assets


def depreciation(row, when):
    """Straight-line to the month of a day, the month of service counted in full."""
    months = month_number(when) - month_number(day(row["in_service_date"])) + 1
    life = int(row["life_months"])
    return share(number(row["cost"]) - number(row["salvage_value"]), max(0, min(months, life)), life)


def decided(row, end):
    """The decision date of an asset whose disposition has been decided by `end`, or None."""
    when = day(row["decision_date"]) if row["disposition"] else None
    return when if when and when <= end else None


def abandoned(row, at_decision, decision, end):
    """What is left of an asset that runs down by the day from the decision to the end of its use."""
    cease, run_down = day(row["cease_use_date"]), max(ZERO, at_decision - number(row["salvage_value"]))
    if cease <= end:
        return at_decision - run_down
    return at_decision - share(run_down, (end - decision).days, (cease - decision).days)


def asset_value(row, at_decision, carrying, decision, end):
    if row["disposition"] == "held-for-sale":
        return min(carrying, max(ZERO, number(row["fair_value"]) - number(row["cost_to_sell"])))
    if row["disposition"] == "abandon":
        return min(carrying, abandoned(row, at_decision, decision, end))
    raise ValueError(f"{row['asset_id']}: this re-performance knows no disposition {row['disposition']!r}")


def fixed_asset(row, before, end):
    """A component of an asset; `before` is what this function returned for the quarter before, or None."""
    decision = decided(row, end)
    depreciated = depreciation(row, decision or end)
    written_down = before["written_down_to_date"] if before else ZERO
    at_decision = number(row["cost"]) - depreciated
    carrying = measured = at_decision - written_down
    if decision:
        measured = asset_value(row, at_decision, carrying, decision, end)
    return {
        "catch_up": depreciated - number(row["accumulated_depreciation"]), "carrying": carrying, "measured": measured,
        "write_down": carrying - measured, "closing": measured, "depreciation": depreciated,
        "written_down_to_date": written_down + carrying - measured,
    }


def fixed_assets(rows, prior, quarter):
    keyed = ((key_of(row, "fixed_assets"), row) for row in rows)
    return {key: fixed_asset(row, prior.get(key), quarter.end) for key, row in keyed}


# ---------------------------------------------------------------- obligations


def obligation(row, parts, before, quarter):
    """An obligation with its installments; `before` is what this function returned for the quarter before, or None."""
    def paid_from_to(first, last):
        paid = [part for part in parts if part["paid_date"] and first <= day(part["paid_date"]) <= last]
        return sum((number(part["amount"]) for part in paid), ZERO)

    amount, incurred_on = number(row["amount"]), day(row["incurred_date"])
    to_date = amount if incurred_on <= quarter.end else ZERO
    incurred = amount if quarter.start <= incurred_on <= quarter.end else ZERO
    opening = before["closing"] if before else ZERO
    paid = paid_from_to(quarter.start, quarter.end)
    closing = to_date - paid_from_to(date.min, quarter.end)
    later = [
        number(part["amount"]) for part in parts
        if not (part["paid_date"] and day(part["paid_date"]) <= quarter.end)
        and day(part["due_date"]) > a_year_after(quarter.end)
    ]
    non_current = min(sum(later, ZERO), max(ZERO, closing))
    return {
        "opening": opening, "incurred": incurred, "paid": paid, "change": closing - opening - incurred + paid,
        "closing": closing, "current": closing - non_current, "non_current": non_current,
        "charge": to_date - number(row["accrued_to_date"]),
    }


def obligations(rows, installments, prior, quarter):
    results = {}
    for row in rows:
        parts = [part for part in installments if part["obligation_id"] == row["obligation_id"]]
        key = key_of(row, "obligations")
        results[key] = obligation(row, parts, prior.get(key), quarter)
    return results


# ---------------------------------------------------------------- a quarter, and the chain of them


def measure(sources, prior, terms, quarter, opens_year):
    """All four schedules of a quarter: by file, then by key. `prior` is what this returned for the quarter before."""
    before = prior or {file: {} for file in COMPARED}
    return {
        "inventory_reserve": inventory_reserve(
            sources["inventory"], before["inventory_reserve"], terms, quarter, opens_year),
        "prepaid_advertising": prepaid_advertising(
            sources["prepaid_advertising"], before["prepaid_advertising"], terms, quarter),
        "fixed_assets": fixed_assets(sources["fixed_assets"], before["fixed_assets"], quarter),
        "obligations": obligations(sources["obligations"], sources["installments"], before["obligations"], quarter),
    }


def read_sources(folder):
    names = ("inventory", "prepaid_advertising", "fixed_assets", "obligations", "installments")
    return {name: read_rows(folder / f"{name}.csv") for name in names}


def measure_book(book):
    """Every quarter from the first one on that the book has a folder for, each chained to the one before."""
    terms, results, prior, year = read_terms(book), {}, None, None
    quarters = read_quarters(book)
    first = [quarter.name for quarter in quarters].index(terms.first_quarter)
    for quarter in quarters[first:]:
        folder = Path(book) / quarter.name
        if not folder.is_dir():
            continue
        prior = measure(read_sources(folder), prior, terms, quarter, opens_year=quarter.fiscal_year != year)
        year = quarter.fiscal_year
        results[quarter.name] = prior
    return results


# ---------------------------------------------------------------- what it prints


def total(results, column):
    return sum((row[column] for row in results), ZERO)


def summarise(name, schedules):
    print(name)
    items = schedules["inventory_reserve"]
    for pool in sorted({key[3] for key in items}):
        rows = [row for key, row in items.items() if key[3] == pool]
        columns = ("cost", "required", "opening", "utilised_sale", "utilised_scrap", "charge", "release", "closing")
        print(f"  reserve {pool:<19} " + "  ".join(f"{column} {total(rows, column):,.2f}" for column in columns))
    for file, columns in (
        ("inventory_reserve", ("required", "charge", "release", "closing")),
        ("prepaid_advertising", ("catch_up", "write_off", "refund", "closing")),
        ("fixed_assets", ("catch_up", "write_down", "closing")),
        ("obligations", ("opening", "incurred", "paid", "charge", "closing", "current", "non_current")),
    ):
        rows = schedules[file].values()
        figures = "  ".join(f"{column} {total(rows, column):,.2f}" for column in columns)
        print(f"  {file:<27} rows {len(rows)}  {figures}")


def compare_row(place, figures, found, expected):
    differences = [
        f"{place}: {figure}: pack {found[figure]}, reference {expected[figure]:.2f}"
        for figure in figures if number(found[figure]) != expected[figure]
    ]
    return len(figures), differences


def compare_file(place, path, file, expected):
    """The number of figures compared in a pack's file, and its differences."""
    keys, figures = COMPARED[file]
    if not path.is_file():
        return 0, [f"{place}: the file is missing"]
    compared, differences, seen = 0, [], set()
    for row in read_rows(path):
        key = tuple(row[column] for column in keys)
        label = f"{place} {'/'.join(key)}"
        if key not in expected or key in seen:
            differences.append(f"{label}: the pack has a row that the reference has not")
            continue
        seen.add(key)
        count, found = compare_row(label, figures, row, expected[key])
        compared, differences = compared + count, differences + found
    missing = (f"{place} {'/'.join(key)}: the row is missing in the pack" for key in expected if key not in seen)
    return compared, differences + list(missing)


def compare(results, packs):
    compared, differences = 0, []
    for name, schedules in results.items():
        for file, expected in schedules.items():
            path = Path(packs) / name / "current" / f"{file}.csv"
            count, found = compare_file(f"{name} {file}", path, file, expected)
            compared, differences = compared + count, differences + found
    for difference in differences:
        print(difference)
    print(f"{compared} figures compared, {len(differences)} differences")
    return 1 if differences else 0


def main(arguments):
    if len(arguments) not in (1, 2):
        print(__doc__.strip(), file=sys.stderr)
        return 2
    results = measure_book(arguments[0])
    if len(arguments) == 2:
        return compare(results, arguments[1])
    for name, schedules in results.items():
        summarise(name, schedules)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

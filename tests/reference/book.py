"""The book: closepack.toml, the calendar and the source files, as far as the rules need them."""

import csv
import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from amounts import day, number

# The key's columns of each schedule.
KEYS = {
    "inventory_reserve": ("entity", "brand", "segment", "pool", "sku"),
    "prepaid_advertising": ("entity", "brand", "segment", "contract_id"),
    "fixed_assets": ("entity", "brand", "segment", "asset_id", "component"),
    "obligations": ("entity", "brand", "segment", "obligation_id"),
    "royalties": ("royalty_id",),
}
SOURCES = ("ledger", "inventory", "prepaid_advertising", "fixed_assets", "obligations", "installments")


class Posting(NamedTuple):
    """A movement of one item. `into` is the new dimension, where the movement carries a balance to another one."""

    movement: str
    dimension: tuple
    amount: Decimal
    into: tuple = None


@dataclass(frozen=True)
class Quarter:
    name: str
    start: date
    end: date
    fiscal_year: str


class Row(dict):
    """A row of a source file; a column that the file has not is empty."""

    def __missing__(self, column):
        return ""


class Terms:
    """What of closepack.toml and the calendar the rules need; a scenario overrides policies."""

    def __init__(self, config, quarters, scenario=None):
        overrides = config["scenarios"][scenario] if scenario else {}
        policies = config["policies"] | overrides
        self.scenario = scenario
        self.quarters = quarters
        self.basis = policies["basis"]
        self.first_quarter = policies["first_quarter"]
        self.tax_rate = number(policies["tax_rate"])
        self.valuation_allowance = policies["valuation_allowance"]
        self.subledger_shows_write_downs = policies.get("subledger_shows_write_downs", False)
        self.cost_formula = policies.get("cost_formula", "fifo")
        self.unit_of_account = policies.get("unit_of_account", "item")
        self.reserve_relief = policies.get("reserve_relief", "propose")
        self.production_advertising = policies.get("production_advertising", "first-showing")
        self.royalty_buyout = policies.get("royalty_buyout", "expense")
        self.minimum_retention_days = policies.get("minimum_retention_days", 60)
        self.accounts = config["accounts"]
        self.entities = [entity["code"] for entity in config.get("entities", [])]
        self.pools = {pool["code"]: pool for pool in config.get("pools", [])}
        self.events = config.get("events", [])
        self.royalties = config.get("royalties", [])
        if self.is_ifrs and self.cost_formula == "lifo":
            raise ValueError("IFRS knows no LIFO")

    @property
    def is_ifrs(self):
        return self.basis == "ifrs"

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

    def fiscal_year_end(self, when):
        """The end of the fiscal year that holds a day."""
        years = [quarter.fiscal_year for quarter in self.quarters if quarter.start <= when <= quarter.end]
        if not years:
            raise ValueError(f"{when} is in no quarter of the calendar")
        return max(quarter.end for quarter in self.quarters if quarter.fiscal_year == years[0])


def read_rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return [Row(row) for row in csv.DictReader(file)]


def read_sources(folder):
    return {name: read_rows(folder / f"{name}.csv") for name in SOURCES}


def read_quarters(book):
    rows = read_rows(Path(book) / "calendar.csv")
    return [Quarter(row["quarter"], day(row["start"]), day(row["end"]), row["fiscal_year"]) for row in rows]


def read_terms(book, scenario=None):
    config = tomllib.loads((Path(book) / "closepack.toml").read_text(encoding="utf-8"))
    return Terms(config, read_quarters(book), scenario)


def key_of(row, file):
    return tuple(row[column] for column in KEYS[file])


def dimension_of(row):
    return row["entity"], row["brand"], row["segment"]


def new_dimension(row):
    """Where a row's balance moves: its transfer brand, in its own segment unless another is named."""
    if not row["transfer_brand"]:
        raise ValueError(f"{row['asset_id'] or row['contract_id']}: a transfer needs a brand")
    return row["entity"], row["transfer_brand"], row["transfer_segment"] or row["segment"]

#!/usr/bin/env python3
"""Writes the embedded book: Innovo Group's exit from the FETISH licence, five quarters of it.

    python3 data/generate.py [OUT_DIR]        default: data/book

What is public is named in the book's README; every other amount is invented here, from a seed, so that running this
again gives the same bytes. Amounts are whole cents. Selling and general expense is spread so that each quarter's net
income, after the adjustments that closepack will propose, is the one reported (or the one invented).
"""

import csv
import io
import sys
import tomllib
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests" / "reference"))
sys.dont_write_bytecode = True
# The independent re-performance: it gives the adjustments to solve for.
import book as books  # noqa: E402
from amounts import cents  # noqa: E402
from entries import by_account  # noqa: E402
from fixed_assets import after_test, depreciation  # noqa: E402
from obligations import incurred_to  # noqa: E402
from prepaid_advertising import earned  # noqa: E402
from reference import perform  # noqa: E402

# ---------------------------------------------------------------- the public frame, and the invented one

CALENDAR = [
    ("2003-Q1", "2002-12-01", "2003-03-01", 2003), ("2003-Q2", "2003-03-02", "2003-05-31", 2003),
    ("2003-Q3", "2003-06-01", "2003-08-30", 2003), ("2003-Q4", "2003-08-31", "2003-11-29", 2003),
    ("2004-Q1", "2003-11-30", "2004-02-28", 2004), ("2004-Q2", "2004-02-29", "2004-05-29", 2004),
    ("2004-Q3", "2004-05-30", "2004-08-28", 2004), ("2004-Q4", "2004-08-29", "2004-11-27", 2004),
    ("2005-Q1", "2004-11-28", "2005-02-26", 2005), ("2005-Q2", "2005-02-27", "2005-05-28", 2005),
    ("2005-Q3", "2005-05-29", "2005-08-27", 2005), ("2005-Q4", "2005-08-28", "2005-11-26", 2005),
]
QUARTERS = ["2004-Q1", "2004-Q2", "2004-Q3", "2004-Q4", "2005-Q1"]
EVENT_DATE = date(2004, 5, 26)
EVENT_QUARTER = "2004-Q2"
WIND_DOWN = ("FETISH", "SHAGO")

# Net sales and net income after adjustments, in cents. 2004-Q2 and 2004-Q3 are public.
NET_SALES = dict(zip(QUARTERS, [2251238417, 3002300000, 4112200000, 2104671563, 2398740208]))
NET_INCOME = dict(zip(QUARTERS, [-211438652, -672800000, 200400000, -230691847, -38821590]))
WIND_DOWN_LOSS = 549864027  # of 2004-Q2; public as about $5.5 million

SHARES = [
    ("2003-Q1", 14926400, 1198300), ("2003-Q2", 16412000, 1204100), ("2003-Q3", 16514700, 1221650),
    ("2003-Q4", 23871200, 1236400), ("2004-Q1", 28411800, 1227350), ("2004-Q2", 29082593, 1219480),
    ("2004-Q3", 29090390, 1214060), ("2004-Q4", 29189390, 1208775), ("2005-Q1", 29204390, 1203920),
]

# code, name, type, normal balance, statement line, section, cash flow class
ACCOUNTS = [
    ("1000", "Cash and cash equivalents", "asset", "debit", "Cash and cash equivalents", "current-asset", "cash"),
    ("1100", "Accounts receivable and due from factor", "asset", "debit", "Accounts receivable and due from factor",
     "current-asset", "operating"),
    ("1150", "Advertising refunds receivable", "asset", "debit", "Other receivables", "current-asset", "operating"),
    ("1180", "Due from affiliates", "asset", "debit", "Due from affiliates", "current-asset", "operating"),
    ("1300", "Inventories at cost", "asset", "debit", "Inventories, net", "current-asset", "operating"),
    ("1390", "Inventory reserve", "asset", "credit", "Inventories, net", "current-asset", "operating"),
    ("1410", "Prepaid advertising", "asset", "debit", "Prepaid advertising", "current-asset", "operating"),
    ("1420", "Deferred royalties", "asset", "debit", "Deferred royalties", "current-asset", "operating"),
    ("1500", "Property and equipment at cost", "asset", "debit", "Property and equipment, net", "non-current-asset",
     "investing"),
    ("1590", "Accumulated depreciation", "asset", "credit", "Property and equipment, net", "non-current-asset",
     "investing"),
    ("1610", "Deferred tax asset", "asset", "debit", "Deferred tax asset", "non-current-asset", "operating"),
    ("1650", "Former plant held for sale", "asset", "debit", "Former plant held for sale", "non-current-asset",
     "investing"),
    ("1700", "Goodwill and trademarks", "asset", "debit", "Goodwill and trademarks", "non-current-asset", "investing"),
    ("1800", "Investment in subsidiaries", "asset", "debit", "Investment in subsidiaries", "non-current-asset",
     "investing"),
    ("2000", "Accounts payable", "liability", "credit", "Accounts payable and accrued expenses", "current-liability",
     "operating"),
    ("2050", "Due to factor", "liability", "credit", "Due to factor", "current-liability", "financing"),
    ("2180", "Due to affiliates", "liability", "credit", "Due to affiliates", "current-liability", "operating"),
    ("2200", "Accrued royalties", "liability", "credit", "Accounts payable and accrued expenses", "current-liability",
     "operating"),
    ("2300", "Licence obligations, current", "liability", "credit", "Licence obligations, current",
     "current-liability", "operating"),
    ("2600", "Notes payable, long-term", "liability", "credit", "Notes payable, long-term", "non-current-liability",
     "financing"),
    ("2700", "Licence obligations, non-current", "liability", "credit", "Licence obligations, non-current",
     "non-current-liability", "operating"),
    ("3000", "Common stock", "equity", "credit", "Common stock", "equity", "financing"),
    ("3100", "Additional paid-in capital", "equity", "credit", "Additional paid-in capital", "equity", "financing"),
    ("3110", "Capital from the parent", "equity", "credit", "Capital from the parent", "equity", "financing"),
    ("3200", "Accumulated deficit", "equity", "credit", "Accumulated deficit", "equity", "financing"),
    ("4000", "Net sales", "revenue", "credit", "Net sales", "revenue", "operating"),
    ("4900", "Management fees from affiliates", "revenue", "credit", "Management fees between affiliates",
     "other-income-expense", "operating"),
    ("5000", "Cost of goods sold", "expense", "debit", "Cost of goods sold", "cost-of-goods-sold", "operating"),
    ("5100", "Inventory reserve charge", "expense", "debit", "Cost of goods sold", "cost-of-goods-sold", "non-cash"),
    ("6000", "Salaries and benefits", "expense", "debit", "Selling, general and administrative", "operating-expense",
     "operating"),
    ("6020", "Rent and occupancy", "expense", "debit", "Selling, general and administrative", "operating-expense",
     "operating"),
    ("6030", "Sales commissions", "expense", "debit", "Selling, general and administrative", "operating-expense",
     "operating"),
    ("6040", "Freight out and warehousing", "expense", "debit", "Selling, general and administrative",
     "operating-expense", "operating"),
    ("6050", "Design and samples", "expense", "debit", "Selling, general and administrative", "operating-expense",
     "operating"),
    ("6060", "Professional fees", "expense", "debit", "Selling, general and administrative", "operating-expense",
     "operating"),
    ("6070", "Insurance and office", "expense", "debit", "Selling, general and administrative", "operating-expense",
     "operating"),
    ("6080", "Travel and trade shows", "expense", "debit", "Selling, general and administrative", "operating-expense",
     "operating"),
    ("6100", "Factor commissions", "expense", "debit", "Selling, general and administrative", "operating-expense",
     "operating"),
    ("6200", "Advertising", "expense", "debit", "Selling, general and administrative", "operating-expense",
     "operating"),
    ("6210", "Prepaid advertising written off", "expense", "debit", "Selling, general and administrative",
     "operating-expense", "non-cash"),
    ("6300", "Royalties", "expense", "debit", "Selling, general and administrative", "operating-expense", "operating"),
    ("6310", "Licence termination", "expense", "debit", "Selling, general and administrative", "operating-expense",
     "operating"),
    ("6320", "Severance", "expense", "debit", "Selling, general and administrative", "operating-expense", "operating"),
    ("6400", "Depreciation", "expense", "debit", "Depreciation and amortization", "operating-expense", "non-cash"),
    ("6500", "Impairment of equipment", "expense", "debit", "Impairment of long-lived assets", "operating-expense",
     "non-cash"),
    ("6510", "Impairment of former plant", "expense", "debit", "Impairment of long-lived assets", "operating-expense",
     "non-cash"),
    ("6900", "Management fees to affiliates", "expense", "debit", "Management fees between affiliates",
     "other-income-expense", "operating"),
    ("7000", "Interest expense", "expense", "debit", "Interest expense", "other-income-expense", "operating"),
    ("7100", "Income taxes", "expense", "debit", "Income taxes", "income-tax", "operating"),
    ("7110", "Deferred income taxes", "expense", "debit", "Income taxes", "income-tax", "operating"),
]
# The balance sheet account whose movement a non-cash expense explains, and the groups that consolidation eliminates.
CONTRA = {"5100": "1390", "6210": "1410", "6400": "1590", "6500": "1590", "6510": "1650"}
INTERCOMPANY = {"1180": "affiliates", "2180": "affiliates", "4900": "management-fees", "6900": "management-fees",
                "1800": "investment", "3110": "investment"}
CHART = [(*account, CONTRA.get(account[0], ""), INTERCOMPANY.get(account[0], "")) for account in ACCOUNTS]

CONFIG = """\
[company]
name = "Innovo Group Inc."
currency = "USD"
notice = "Public: the fiscal calendar, the settlement of 837,171.79 and its dates, net sales, net income (loss) and \
loss or income per share of the quarters ended 2003-05-31, 2003-08-30, 2004-05-29 and 2004-08-28; every other amount \
in this book is invented."

[policies]
basis = "us-gaap-2004"
first_quarter = "2004-Q1"
tax_rate = "0.40"
valuation_allowance = true
subledger_shows_write_downs = false

[accounts]
inventory = "1300"
inventory_reserve = "1390"
inventory_charge = "5100"
prepaid_advertising = "1410"
advertising_receivable = "1150"
advertising_expense = "6200"
advertising_write_off = "6210"
fixed_assets = "1500"
accumulated_depreciation = "1590"
depreciation_expense = "6400"
impairment_loss = "6500"
obligations_current = "2300"
obligations_non_current = "2700"
royalty_expense = "6300"
termination_expense = "6310"
net_sales = "4000"
cash = "1000"
retained_earnings = "3200"
accrued_royalties = "2200"
deferred_royalty = "1420"
severance_expense = "6320"
deferred_tax_asset = "1610"
income_tax_expense = "7110"

[[entities]]
code = "INNO"
name = "Innovo Group Inc. (parent)"

[[entities]]
code = "II"
name = "Innovo Inc. (craft and accessories)"

[[entities]]
code = "IAA"
name = "Innovo Azteca Apparel Inc. (apparel)"

[[brands]]
code = "FETISH"
name = "FETISH"

[[brands]]
code = "SHAGO"
name = "Shago"

[[brands]]
code = "JOES"
name = "Joe's Jeans"

[[brands]]
code = "PRIVATE"
name = "Private label"

[[brands]]
code = "CRAFT"
name = "Craft"

[[brands]]
code = "CORP"
name = "Unallocated"

[[segments]]
code = "apparel"
name = "Apparel"

[[segments]]
code = "accessories"
name = "Craft and accessories"

[[segments]]
code = "corporate"
name = "Corporate"

[[pools]]
code = "fetish-apparel"
name = "FETISH apparel"
sell_off_deadline = "2004-12-31"
royalty_rate = "0"
event = "fetish-termination"

[[pools]]
code = "fetish-accessories"
name = "FETISH accessories"
sell_off_deadline = "2005-03-31"
royalty_rate = "0.10"
event = "fetish-termination"

[[pools]]
code = "shago"
name = "Shago apparel"
royalty_rate = "0"
event = "shago-end"
methods = ["lower-of-cost", "specific"]

[[pools]]
code = "joes"
name = "Joe's Jeans denim"
royalty_rate = "0"
methods = ["lower-of-cost", "movement"]
movement = [
  { from = "0", rate = "0.12" },
  { from = "0.35", rate = "0.05" },
  { from = "0.75", rate = "0.02" },
  { from = "1", rate = "0" },
]

[[pools]]
code = "private-label"
name = "Private label apparel"
royalty_rate = "0"
methods = ["lower-of-cost", "ageing"]
ageing = [
  { from = "181", rate = "0.10" },
  { from = "271", rate = "0.20" },
  { from = "361", rate = "0.35" },
]

[[pools]]
code = "craft"
name = "Craft products"
royalty_rate = "0"
methods = ["lower-of-cost", "coverage"]
coverage = [
  { from = "2", rate = "0.03" },
  { from = "3", rate = "0.05" },
  { from = "4", rate = "0.07" },
  { from = "5", rate = "0.10" },
  { from = "8", rate = "0.15" },
  { from = "12", rate = "0.25" },
]

[[events]]
id = "fetish-termination"
kind = "licence-termination"
date = "2004-05-26"
brands = ["FETISH"]
description = "The FETISH licence of 2003-02-13 ends by a settlement signed 2004-05-25 and announced 2004-05-26."

[[events]]
id = "shago-end"
kind = "brand-exit"
date = "2004-05-26"
brands = ["SHAGO"]
description = "The Shago brand ends in the same quarter; the day is invented."

[[royalties]]
id = "fetish-accessories"
payee = "Blondie Rockwell, Inc."
pool = "fetish-accessories"
entity = "II"
brand = "FETISH"
segment = "accessories"
start = "2004-05-27"
end = "2005-03-31"

[[targets]]
id = "revenue-2004-Q3"
quarter = "2004-Q3"
line = "Net sales"
above = "30000000.00"
source = "Release of 2004-05-26: third-quarter revenue in excess of $30 million"

[[targets]]
id = "profit-2004-Q3"
quarter = "2004-Q3"
line = "Net income (loss)"
above = "0.00"
source = "Release of 2004-05-26: a return to profitability in the third quarter"

[[sensitivities]]
id = "selling-price"
input = "selling_price"
steps = ["-0.10", "-0.05", "0.05", "0.10"]

[[sensitivities]]
id = "expected-units"
input = "expected_units"
steps = ["-0.10", "-0.05", "0.05", "0.10"]

[[sensitivities]]
id = "fair-value"
input = "fair_value"
steps = ["-0.10", "-0.05", "0.05", "0.10"]

[scenarios.today]
basis = "us-gaap"

[scenarios.ifrs]
basis = "ifrs"

[scenarios.buyout-deferred]
royalty_buyout = "prorate-sell-off"
"""

README = """\
# The reference book

Five quarters of Innovo Group Inc., from 2004-Q1 to 2005-Q1, around its exit from the FETISH licence. `data/generate.py`
writes this folder; change that, not these files.

## What is public
- The fiscal period ends, 2003-03-01 to 2005-11-26 (releases and filings of the company).
- The licence of 2003-02-13 and its settlement, signed 2004-05-25 and announced 2004-05-26 (the release of 2004-05-26,
  Exhibit 99.1; the settlement agreement, Exhibit 10.1): 837,171.79 in all, of which 87,171.79 are royalties owed on
  sales through 2004-04-24 and 250,000.00 accelerated royalties, both paid on signing, then 250,000.00 by 2004-06-15
  and 250,000.00 later. Apparel may be sold to the end of 2004 without further royalty, accessories to 2005-03-31 with a
  royalty on every sale.
- The outlook of the release of 2004-05-26 for the third quarter, which is the book's two targets: revenue above
  $30 million and a return to profitability.
- Net sales, net income (loss) and the amount per share of the quarters ended 2003-05-31, 2003-08-30, 2004-05-29 and
  2004-08-28 (releases of 2004-07-14 and 2004-10-12). Other quarters are invented (a release of 2005-02-28 exists too).
- FETISH and Shago were about $2.9 million of the sales of the quarter ended 2004-05-29, and ceasing them cost about
  $5.5 million of its loss (release of 2004-07-14; WWD, 2004-07-15). That the Shago brand and a Hot Wheels licence
  ended and a former plant in Springfield, Tennessee was impaired in that quarter is public; their amounts are not.
  The rest of the business is reported to have lost about $0.4 million; the Hot Wheels and plant amounts are chosen to
  bridge from there to the net loss, which is a reading, not a public fact.
- 94,016 of advertising above the obligation of the first annual period (contract AD-F-07); how it runs off is invented.
- The coverage steps of the craft pool are SAP's table for raw materials: 2 months 3 %, 3: 5, 4: 7, 5: 10, 8: 15, 12: 25.
- Shares outstanding of 29,082,593 (2004-04-11), 29,090,390 (2004-07-13) and 29,189,390 (2004-10-08), used here as the
  basic shares of 2004-Q2, 2004-Q3 and 2004-Q4.

## What is invented
Everything else: every ledger line, customer, vendor, stock-keeping unit, price, contract, asset and balance, the split
of the charges by kind, the third installment's date (2004-08-24), the day of the Shago event, all dilutive shares, and
all comparatives except the two quarters' net sales and net loss that are marked `public`. So are:

- The rate of the royalty on accessories (0.10) and its first day; every reserve rate and step but the craft pool's.
- The severance of those who stay to 2004-09-30, and the parent's guarantee of the settlement, which is only noted.
- The management fees between the parent and its subsidiaries, what they owe each other, and the capital they have.
- That 22,500.00 of billboards go to Joe's, as credit that it has not used by 2005-02-26; that the booth's frame goes to
  Joe's, where the register has it from 2004-Q4 on; and the Shago sample room, its two tests and their values.
- Values in use, and the days on which film work was delivered: they let the book be run under IFRS too.

## What it shows
| what | where |
|---|---|
| the larger of two methods | with coverage for craft, ageing for private label, movement for Joe's, rates for Shago |
| goods that came back | FETISH, 2004-Q3 and 2004-Q4 |
| advertising deferred within a fiscal year | AD-J-06 to its end, AD-F-09 until the event |
| declining balance | FA-2003-021 |
| half months, and the next month | FA-2003-006, FA-2005-001 |
| abandoned, held for sale, reused | the booth; its lounge recovers 700.00 in 2004-Q4 |
| a group tested for holding and use | FA-2003-029 and FA-2003-030, in 2004-Q2 and again in 2005-Q1 |
| severance earned over service; a guarantee | OB-SEVERANCE, OB-GUARANTEE |
| a running royalty that the books missed | three days of 2004-Q2, on accessories |
| balances that consolidation eliminates | accounts 1180, 1800, 2180, 3110, 4900, 6900 |

The ledgers carry what the book's own policies post: under a scenario only the first quarter ties to them.
"""

# ---------------------------------------------------------------- numbers


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

    def choose(self, items):
        return items[self.next() % len(items)]

    def weights(self, count, low=40, high=160):
        return [self.between(low, high) for _ in range(count)]


def split(total, weights):
    """Whole parts of a whole total in proportion to the weights, by largest remainder."""
    whole, sign = sum(weights), -1 if total < 0 else 1
    parts = [abs(total) * weight // whole for weight in weights]
    remainders = sorted(range(len(weights)), key=lambda at: (-(abs(total) * weights[at] % whole), at))
    for at in remainders[: abs(total) - sum(parts)]:
        parts[at] += 1
    return [sign * part for part in parts]


def percent(amount, rate):
    """`rate` hundredths of a whole amount, rounded to a whole one."""
    return (amount * rate + 50) // 100


def money(amount):
    """Cents as the book writes them."""
    sign = "-" if amount < 0 else ""
    return f"{sign}{abs(amount) // 100}.{abs(amount) % 100:02d}"


def as_cents(amount):
    scaled = Decimal(amount) * 100
    assert scaled == scaled.to_integral_value(), amount
    return int(scaled)


# ---------------------------------------------------------------- dates


class Quarter:
    def __init__(self, name):
        row = next(row for row in CALENDAR if row[0] == name)
        self.name, self.start, self.end = name, date.fromisoformat(row[1]), date.fromisoformat(row[2])
        self.code = name.replace("-", "")
        days = [self.start + timedelta(days=at) for at in range((self.end - self.start).days + 1)]
        self.working_days = [day for day in days if day.weekday() < 5]
        self.opens_year = name.endswith("Q1")

    def month_ends(self):
        """Three posting days, one a month of the quarter."""
        third = len(self.working_days) // 3
        return [self.working_days[third - 1], self.working_days[2 * third - 1], self.working_days[-1]]

    def weeks(self):
        return self.working_days[4::5]

    def reference(self):
        return books.Quarter(self.name, self.start, self.end, self.name[:4])


CONFIGURATION = tomllib.loads(CONFIG)
TERMS = books.Terms(CONFIGURATION, [Quarter(row[0]).reference() for row in CALENDAR])


def previous_end(quarter):
    return quarter.start - timedelta(days=1)


# ---------------------------------------------------------------- dimensions and pools

CORPORATE = {entity: (entity, "CORP", "corporate") for entity in ("INNO", "II", "IAA")}
POOLS = {
    "fetish-apparel": ("IAA", "FETISH", "apparel"),
    "fetish-accessories": ("II", "FETISH", "accessories"),
    "shago": ("IAA", "SHAGO", "apparel"),
    "joes": ("IAA", "JOES", "apparel"),
    "private-label": ("IAA", "PRIVATE", "apparel"),
    "craft": ("II", "CRAFT", "accessories"),
}
ORDINARY = ("joes", "private-label", "craft")

# Net sales by pool in cents; private label is the rest of the quarter.
POOL_SALES = {
    "fetish-apparel": [228416230, 161238744, 64127315, 38091640, 6104275],
    "fetish-accessories": [79820455, 52115603, 19104490, 9216085, 4080130],
    "shago": [71204860, 77077495, 12240580, 4115220, 1046415],
    "joes": [392117240, 461284915, 640915330, 661204780, 781330645],
    "craft": [168240775, 389127660, 470218425, 209315590, 309127840],
}
# Invoices by pool and quarter.
INVOICES = {
    "fetish-apparel": [95, 88, 40, 30, 14], "fetish-accessories": [55, 50, 32, 24, 18], "shago": [45, 48, 18, 10, 6],
    "joes": [190, 205, 230, 235, 245], "private-label": [185, 200, 240, 230, 240], "craft": [150, 165, 180, 165, 170],
}
# What the parent bills its subsidiaries in a quarter.
MANAGEMENT_FEES = {"IAA": [37500000, 39200000, 42400000, 36800000, 38100000],
                   "II": [12600000, 14100000, 15300000, 12900000, 13400000]}
# Stock-keeping units at the start: count, unit cost range in cents, list price and normal margin in % of cost and price.
RANGES = {
    "fetish-apparel": (64, 780, 2900, 162, "0.15"), "fetish-accessories": (44, 210, 1450, 168, "0.15"),
    "shago": (42, 690, 2300, 160, "0.14"), "joes": (52, 1450, 3900, 194, "0.20"),
    "private-label": (56, 520, 1500, 130, "0.10"), "craft": (54, 95, 1250, 145, "0.12"),
}
# Opening stock at cost in cents (wind-down pools), and goods received at cost by quarter.
WIND_DOWN_STOCK = {"fetish-apparel": 213000000, "fetish-accessories": 61000000, "shago": 66000000}
WIND_DOWN_RECEIPTS = {
    "fetish-apparel": [204000000, 158000000, 0, 0, 0], "fetish-accessories": [62000000, 51000000, 0, 0, 0],
    "shago": [57000000, 61000000, 0, 0, 0],
}
# In % of list price: what the quarter's sales fetch, and what the quarter's close expects later sales to fetch.
FETCHED = {"fetish-apparel": [100, 88, 40, 32, 24], "fetish-accessories": [100, 90, 45, 36, 30],
           "shago": [98, 84, 36, 26, 20]}
EXPECTED = {"fetish-apparel": [96, 41, 34, 28, 20], "fetish-accessories": [97, 46, 38, 34, 30],
            "shago": [94, 31, 27, 22, 18]}
# Units expected to sell before the deadline, and units scrapped, in % of units on hand and available.
SELL_THROUGH = {"fetish-apparel": [90, 76, 62, 34, 0], "fetish-accessories": [92, 82, 70, 52, 26]}
SCRAPPED = {"fetish-apparel": [0, 2, 5, 11, 46], "fetish-accessories": [0, 1, 4, 8, 18], "shago": [0, 2, 16, 30, 35]}

PREFIXES = {"fetish-apparel": "FTA", "fetish-accessories": "FTC", "shago": "SHG", "joes": "JOE",
            "private-label": "PRL", "craft": "CRF"}
STYLES = {
    "fetish-apparel": ["halter top", "velour jacket", "track pant", "denim skirt", "logo tee", "capri", "hoodie"],
    "fetish-accessories": ["handbag", "belt", "cap", "wallet", "tote", "scarf"],
    "shago": ["baggy jean", "jersey", "hooded fleece", "cargo short", "print tee", "warm-up jacket"],
    "joes": ["boot cut jean", "honey fit jean", "rocker jean", "denim jacket", "cord pant", "socialite jean"],
    "private-label": ["five-pocket jean", "khaki short", "twill skirt", "knit polo", "cropped pant", "denim short"],
    "craft": ["canvas tote", "apron", "denim bag", "craft blank", "drawstring bag", "fabric kit"],
}
COLOURS = ["black", "rose", "indigo", "sand", "ivory", "red", "stone", "navy", "lime", "vintage"]
CUSTOMERS = ["Harbor Department Stores", "Northgate Apparel", "Lakeview Retail Group", "Cedar & Pine", "Metro Style 44",
             "Bluebird Boutiques", "Sunset Specialty", "Prairie Mercantile", "Union Square Fashions", "Eastline Outlets",
             "Coastal Trend Shops", "Hobby Barn", "Maple Craft Centers", "Fairway Stores", "Grand Avenue Ltd"]
OFF_PRICE = ["Closeout Partners", "Last Rack Inc", "Eastline Outlets", "Off-Price Traders", "Value Bin Stores"]
VENDORS = ["Azul Sewing SA", "Pacific Cut & Sew", "Tehuacan Denim Mills", "Orient Trims Ltd", "Golden Needle Co",
           "Quality Bags Mfg", "Rio Laundry", "Delta Fabrics"]
SERVICES = ["Western Freight Lines", "Crate & Dock Logistics", "Hollis & Ward LLP", "Studio Nine", "Apex Travel",
            "Pattern House", "General Indemnity", "City Office Supply", "Convention Services", "Regional Sales Agency"]


class Sku:
    """A stock-keeping unit over its life. Costs and prices are cents a unit."""

    def __init__(self, random, pool, at, born=0):
        _, low, high, margin, self.normal_margin = RANGES[pool]
        self.pool, self.dimension = pool, POOLS[pool]
        self.code = f"{PREFIXES[pool]}-{10000 + at * 37}"
        self.description = f"{random.choose(STYLES[pool])}, {random.choose(COLOURS)}"
        self.unit_cost = random.between(low, high)
        self.list_price = percent(self.unit_cost, margin + random.between(-4, 4))
        self.weak = pool in ORDINARY and born == 0 and random.between(1, 100) <= 14
        self.weak_path = random.choose([[86, 90, 112, 112, 108], [110, 82, 88, 104, 104], [84, 80, 74, 78, 78],
                                        [92, 97, 111, 90, 92], [106, 104, 90, 85, 99]])
        self.weight = random.between(50, 130) if self.weak else random.between(60, 160)
        self.cover = random.between(30, 62)
        self.born, self.ends = born, None
        self.quantity = 0
        self.last_receipt = date(2003, 9, 1) + timedelta(days=random.between(0, 80))
        self.monthly = 0
        self.received = self.returned = self.scrapped = self.sold = 0

    def fetched(self, at):
        if self.weak:
            return percent(self.unit_cost, self.weak_path[at])
        return percent(self.list_price, FETCHED[self.pool][at]) if self.pool in FETCHED else self.list_price

    def expected_price(self, at):
        if self.weak:
            return percent(self.unit_cost, self.weak_path[at])
        return percent(self.list_price, EXPECTED[self.pool][at]) if self.pool in EXPECTED else self.list_price

    def replacement(self, at):
        """What it costs to buy again: in an exit, what the trade pays for stock of the kind."""
        if self.pool not in ORDINARY and at >= 1:
            return percent(self.unit_cost, {1: 47, 2: 42, 3: 38, 4: 34}[at])
        return percent(self.unit_cost, 96 if self.weak else 102)


RETURNS = ("fetish-apparel", "fetish-accessories")  # what stores may send back after the event
# The rates at which Shago goods are reserved after the event: those that no store takes, and the others.
UNWANTED, WANTED = "0.85", "0.40"


class Inventory:
    def __init__(self, random):
        self.random, self.returns = random, Random(20040527)
        self.skus = {pool: [Sku(random, pool, at) for at in range(RANGES[pool][0])] for pool in POOLS}
        self.numbers = {pool: RANGES[pool][0] for pool in POOLS}
        for pool in ORDINARY:
            self._plan_ends(pool)
        for pool, skus in self.skus.items():
            self._open(pool, skus)

    def _plan_ends(self, pool):
        """Some ordinary units sell out and leave the file."""
        for at in range(1, len(QUARTERS)):
            for _ in range(3):
                self.random.choose(self.skus[pool]).ends = at

    def _open(self, pool, skus):
        if pool in WIND_DOWN_STOCK:
            costs = split(WIND_DOWN_STOCK[pool], [sku.weight for sku in skus])
        else:
            sales = POOL_SALES[pool][0] if pool in POOL_SALES else 1300000000
            costs = split(percent(sales, 27), [sku.weight for sku in skus])
        for sku, cost in zip(skus, costs):
            sku.quantity = max(1, cost // sku.unit_cost)

    def cost(self):
        costs = defaultdict(int)
        for skus in self.skus.values():
            for sku in skus:
                costs[sku.dimension] += sku.quantity * sku.unit_cost
        return costs

    def move(self, at, quarter, sales):
        """Receives, sells and scraps a quarter's units; gives costs of each movement by pool."""
        moved = {}
        for pool, skus in self.skus.items():
            if pool in ORDINARY:
                self._introduce(pool, at)
                self._move_ordinary(skus, at, sales[pool])
            else:
                self._move_wind_down(pool, skus, at, sales[pool])
            for sku in skus:
                self._settle(sku, quarter)
            moved[pool] = {
                what: sum(getattr(sku, what) * sku.unit_cost for sku in skus)
                for what in ("received", "returned", "sold", "scrapped")
            }
            moved[pool]["credited"] = sum(sku.returned * sku.fetched(at - 1) for sku in skus)
        return moved

    def _introduce(self, pool, at):
        for _ in range(3 if at else 0):
            self.skus[pool].append(Sku(self.random, pool, self.numbers[pool], born=at))
            self.numbers[pool] += 1

    def _demand(self, sku, sales, weight, whole, at):
        return sales * weight // whole // max(1, sku.fetched(at))

    def _move_ordinary(self, skus, at, sales):
        live = [sku for sku in skus if sku.ends is None or at <= sku.ends]
        weights = [sku.weight + self.random.between(0, 30) for sku in live]
        for sku in skus:
            sku.received = sku.scrapped = sku.sold = 0
        for sku, weight in zip(live, weights):
            if sku.ends == at:
                sku.sold = sku.quantity
                continue
            demand = self._demand(sku, sales, weight, sum(weights), at)
            closing = percent(demand, sku.cover)
            if sku.weak and at:
                sku.sold = min(sku.quantity, percent(sku.quantity, 25 + self.random.between(0, 20)))
            else:
                sku.received = max(0, closing + demand - sku.quantity)
                sku.sold = min(demand, sku.quantity + sku.received)
            left = sku.quantity + sku.received - sku.sold
            if self.random.between(1, 12) == 1:
                sku.scrapped = min(left, self.random.between(2, 40))

    def _move_wind_down(self, pool, skus, at, sales):
        receipts = split(WIND_DOWN_RECEIPTS[pool][at], self.random.weights(len(skus)))
        for sku, cost in zip(skus, receipts):
            sku.returned = self._returned(sku) if pool in RETURNS and at in (2, 3) else 0
            sku.received = cost // sku.unit_cost + sku.returned
        weights = [(sku.quantity + sku.received) * sku.fetched(at) * self.random.between(70, 130) for sku in skus]
        for sku, weight in zip(skus, weights):
            available = sku.quantity + sku.received
            sku.sold = min(available, self._demand(sku, sales, weight, sum(weights), at))
            rate = SCRAPPED[pool][at]
            sku.scrapped = percent(available - sku.sold, self.random.between(rate // 2, rate + rate // 2)) if rate else 0

    def _returned(self, sku):
        """Of what a unit sold in the quarter before, a few come back."""
        most = percent(sku.sold, 9)
        return self.returns.between(1, most) if most and self.returns.between(1, 3) == 1 else 0

    def _settle(self, sku, quarter):
        sku.opening = sku.quantity
        sku.quantity += sku.received - sku.sold - sku.scrapped
        assert sku.quantity >= 0, sku.code
        sku.monthly = (sku.sold + 1) // 3
        if sku.received:
            random = self.returns if sku.returned else self.random
            sku.last_receipt = random.choose(quarter.working_days)

    def rows(self, at):
        """The quarter's file. A unit that had nothing to move and has nothing left is not in it."""
        rows = []
        for pool, skus in self.skus.items():
            for sku in skus:
                gone = sku.ends == at and not sku.received
                if not gone and (sku.quantity or sku.opening or sku.received):
                    rows.append(self._row(sku, pool, at))
        return sorted(rows, key=lambda row: [row[column] for column in ("entity", "brand", "segment", "pool", "sku")])

    def _row(self, sku, pool, at):
        licensed = pool in SELL_THROUGH
        return {
            **dimension_columns(sku.dimension), "pool": pool, "sku": sku.code, "description": sku.description,
            "quantity_on_hand": str(sku.quantity), "quantity_received": str(sku.received),
            "quantity_returned": str(sku.returned) if pool in RETURNS else "",
            "quantity_scrapped": str(sku.scrapped), "unit_cost": money(sku.unit_cost),
            "replacement_cost": money(sku.replacement(at)), "selling_price": money(sku.expected_price(at)),
            "cost_to_complete": "0.00", "selling_cost_rate": "0.08" if pool not in ORDINARY else "0.06",
            "normal_margin_rate": sku.normal_margin,
            "expected_units": str(percent(sku.quantity, SELL_THROUGH[pool][at])) if licensed else "",
            "scrap_value": money(percent(sku.unit_cost, 9)) if pool not in ORDINARY else "",
            "last_receipt_date": sku.last_receipt.isoformat(), "average_monthly_units": str(sku.monthly),
            "reserve_rate": self._reserve_rate(sku, at) if pool == "shago" else "",
        }

    @staticmethod
    def _reserve_rate(sku, at):
        if at == 0:
            return "0"
        return UNWANTED if int(sku.code[-5:]) % 5 == 0 else WANTED


def dimension_columns(dimension):
    return dict(zip(("entity", "brand", "segment"), dimension))


# ---------------------------------------------------------------- prepaid advertising

FETISH_APPAREL, FETISH_ACCESSORIES = POOLS["fetish-apparel"], POOLS["fetish-accessories"]
SHAGO, JOES, PRIVATE, CRAFT = (POOLS[pool] for pool in ("shago", "joes", "private-label", "craft"))


def contract(dimension, number, vendor, description, paid_on, amount, rule, refundable=0, transferable=0, erp=None):
    """`rule`: ("straight-line", start, end), ("interim-deferral", start, end), ("first-showing", day, day on which the
    work was delivered) or ("units", total, delivered by quarter). What is transferable goes to Joe's.
    `erp`: the day, by quarter, to which the ledger amortised where that is not the rule's day."""
    return {"dimension": dimension, "id": number, "vendor": vendor, "description": description,
            "paid_on": date.fromisoformat(paid_on), "amount": amount, "rule": rule, "refundable": refundable,
            "transferable": transferable, "erp": erp or {}}


CONTRACTS = [
    contract(FETISH_APPAREL, "AD-F-01", "Gloss Media", "Magazine pages, twelve issues", "2003-11-21", 48000000,
             ("straight-line", "2003-12-01", "2004-11-30"), refundable=4000000),
    contract(FETISH_APPAREL, "AD-F-02", "Skyline Outdoor", "Billboards, Los Angeles and New York", "2004-02-11", 21600000,
             ("straight-line", "2004-02-15", "2004-08-14"), refundable=1500000, transferable=2250000,
             erp={"2004-Q2": "2004-04-30"}),
    contract(FETISH_APPAREL, "AD-F-03", "Channel Nine Productions", "Television spot, autumn line", "2004-03-18",
             18450000, ("first-showing", "2004-08-30", "2004-08-12"), refundable=2500000),
    contract(FETISH_APPAREL, "AD-F-04", "Insert Press", "Catalogue inserts", "2004-01-14", 9640000,
             ("units", 400000, {"2004-Q1": 62000, "2004-Q2": 151000})),
    contract(FETISH_ACCESSORIES, "AD-F-05", "Mall Network", "Mall displays, accessories", "2003-12-29", 12000000,
             ("straight-line", "2004-01-01", "2004-12-31"), refundable=1000000, erp={"2004-Q2": "2004-05-15"}),
    contract(FETISH_ACCESSORIES, "AD-F-06", "Point & Place", "Counter cards for stores", "2004-03-02", 6430000,
             ("units", 9000, {"2004-Q2": 2150})),
    contract(FETISH_APPAREL, "AD-F-07", "Various", "Advertising above the first annual obligation, carried forward",
             "2003-11-25", 9401600, ("straight-line", "2004-02-18", "2005-02-17")),
    contract(FETISH_APPAREL, "AD-F-08", "Runway Events", "Fashion week presentation", "2004-02-02", 7350000,
             ("first-showing", "2004-02-10", "2004-02-09")),
    contract(FETISH_ACCESSORIES, "AD-F-09", "Mall Network", "Campaign of the year, planned to help all of its quarters",
             "2004-02-24", 4200000, ("interim-deferral", "2004-03-01", "2005-02-28")),
    contract(SHAGO, "AD-S-01", "Beat Street Video", "Music video placement", "2004-04-06", 8800000,
             ("first-showing", "2004-06-15", "2004-06-08"), refundable=1200000),
    contract(SHAGO, "AD-S-02", "Urban Radio Group", "Radio flights", "2004-01-23", 7260000,
             ("straight-line", "2004-02-01", "2004-10-31")),
    contract(JOES, "AD-J-01", "Denim Monthly", "Back covers", "2003-11-24", 16200000,
             ("straight-line", "2003-12-15", "2004-12-14")),
    contract(JOES, "AD-J-02", "Skyline Outdoor", "Wallscape, Melrose Avenue", "2004-03-09", 8400000,
             ("straight-line", "2004-03-15", "2004-09-14"), erp={"2004-Q2": "2004-05-15"}),
    contract(JOES, "AD-J-03", "Stylist Agency", "Celebrity seeding, samples sent", "2004-06-08", 5600000,
             ("units", 1400, {"2004-Q3": 410, "2004-Q4": 920, "2005-Q1": 1400})),
    contract(JOES, "AD-J-04", "Channel Nine Productions", "Short film, holiday line", "2004-08-17", 9900000,
             ("first-showing", "2004-11-08", "2004-08-26")),
    contract(JOES, "AD-J-05", "Denim Monthly", "Back covers, second year", "2004-12-02", 17400000,
             ("straight-line", "2004-12-15", "2005-12-14")),
    contract(JOES, "AD-J-06", "Stylist Agency", "Campaign of the year, planned to help all of its quarters",
             "2003-12-19", 13500000, ("interim-deferral", "2004-01-05", "2005-01-04")),
    contract(CRAFT, "AD-C-01", "Hobby Barn", "Co-operative catalogue", "2003-11-20", 7320000,
             ("straight-line", "2004-01-01", "2004-12-31")),
    contract(CRAFT, "AD-C-02", "Craft Fair Assoc.", "Demonstration days", "2004-07-12", 3850000,
             ("units", 60, {"2004-Q3": 18, "2004-Q4": 47, "2005-Q1": 60})),
]


class Prepaid:
    """The contracts, and what the ledger has expensed of each (catch-ups of earlier packs included)."""

    def __init__(self):
        self.expensed = {row["id"]: self._rule(row, date(2003, 11, 29), None) for row in CONTRACTS}

    def _rule(self, row, when, quarter):
        return as_cents(earned(self._columns(row, quarter, 0), when, TERMS))

    def _delivered(self, row, quarter):
        """Units delivered to the quarter's end; none after an exit."""
        known = [done for name, done in row["rule"][2].items() if quarter and name <= quarter]
        return max(known, default=0)

    def _columns(self, row, quarter, expensed):
        kind, *terms = row["rule"]
        columns = dict.fromkeys(("service_start", "service_end", "first_showing", "units_total", "units_delivered"), "")
        if kind in ("straight-line", "interim-deferral"):
            columns["service_start"], columns["service_end"] = terms
        elif kind == "first-showing":
            columns["first_showing"], columns["service_end"] = terms
        else:
            columns["units_total"], columns["units_delivered"] = str(terms[0]), str(self._delivered(row, quarter))
        known = quarter and quarter >= EVENT_QUARTER
        return {
            **dimension_columns(row["dimension"]), "contract_id": row["id"], "vendor": row["vendor"],
            "description": row["description"], "amount_paid": money(row["amount"]), "recognition": kind, **columns,
            "expensed_to_date": money(expensed),
            "refundable_amount": money(row["refundable"] if known else 0),
            "transferable_amount": money(row["transferable"] if known else 0),
            "transfer_brand": JOES[1] if known and row["transferable"] else "", "transfer_segment": "",
        }

    def opening(self):
        balances = defaultdict(int)
        for row in CONTRACTS:
            if row["paid_on"] <= date(2003, 11, 29):
                balances[row["dimension"]] += row["amount"] - self.expensed[row["id"]]
        return balances

    def amortise(self, quarter):
        """The quarter's ordinary expense by contract, and the contracts paid in it."""
        expense, paid = {}, []
        for row in CONTRACTS:
            if row["paid_on"] > quarter.end:
                continue
            if row["paid_on"] >= quarter.start:
                paid.append(row)
            when = date.fromisoformat(row["erp"].get(quarter.name, quarter.end.isoformat()))
            if row["dimension"][1] in WIND_DOWN:
                when = min(when, EVENT_DATE)
            to_date = self._rule(row, when, quarter.name)
            expense[row["id"]] = to_date - self.expensed[row["id"]]
            assert expense[row["id"]] >= 0, row["id"]
            self.expensed[row["id"]] = to_date
        return expense, paid

    def rows(self, quarter):
        live = [row for row in CONTRACTS if row["paid_on"] <= quarter.end]
        return [self._columns(row, quarter.name, self.expensed[row["id"]]) for row in live]

    def caught_up(self, schedule):
        for key, found in schedule.items():
            self.expensed[key[3]] += as_cents(found["catch_up"])


# ---------------------------------------------------------------- fixed assets

BOOTH = "FA-2003-BOOTH"
SAMPLE_ROOM = "shago sample room"
ADMIN = CORPORATE["INNO"]


def asset(dimension, number, component, description, cost, in_service, life, salvage=0, exit_terms=None, missed=None,
          later=None, group="", method="straight-line", convention="full-month"):
    """`exit_terms`: ("abandon", cease use), ("held-for-sale", fair value, cost to sell), ("reuse", new dimension,
    quarter from which the register has it there) or ("hold-and-use", fair value, cost to sell, undiscounted cash flows,
    value in use), decided on the event's day. `later`: a quarter, and the decision's date and terms from then on.
    `missed`: a quarter in which the ledger missed one month of depreciation."""
    return {"dimension": dimension, "id": number, "component": component, "description": description, "cost": cost,
            "in_service": in_service, "life": life, "salvage": salvage, "exit": exit_terms, "missed": missed,
            "later": later, "group": group, "method": method, "convention": convention}


ASSETS = [
    asset(FETISH_APPAREL, BOOTH, "fascia", "Trade-show booth: FETISH fascia and signs", 6850000, "2003-08-18", 36,
          exit_terms=("abandon", "2004-05-28")),
    asset(FETISH_APPAREL, BOOTH, "graphics", "Trade-show booth: printed graphic panels", 3120000, "2003-08-18", 24,
          exit_terms=("abandon", "2004-05-28")),
    asset(FETISH_APPAREL, BOOTH, "runway", "Trade-show booth: FETISH runway", 5475000, "2003-08-18", 48, 250000,
          exit_terms=("held-for-sale", 780000, 95000)),
    asset(FETISH_APPAREL, BOOTH, "fixtures", "Trade-show booth: racks and mannequins", 4260000, "2003-08-18", 48,
          exit_terms=("held-for-sale", 910000, 110000)),
    asset(FETISH_APPAREL, BOOTH, "lounge", "Trade-show booth: lounge furniture", 2385000, "2003-09-02", 60, 120000,
          exit_terms=("held-for-sale", 540000, 60000),
          later=("2004-Q4", "2004-05-26", ("held-for-sale", 610000, 60000))),
    asset(FETISH_APPAREL, BOOTH, "crates", "Trade-show booth: fitted shipping crates", 1240000, "2003-08-18", 48,
          exit_terms=("held-for-sale", 0, 15000)),
    asset(FETISH_ACCESSORIES, BOOTH, "cases", "Trade-show booth: accessories show cases", 1765000, "2003-09-02", 48,
          exit_terms=("held-for-sale", 420000, 45000)),
    asset(FETISH_APPAREL, BOOTH, "frame", "Trade-show booth: aluminium frame, reused for Joe's", 7940000, "2003-08-18",
          60, 500000, exit_terms=("reuse", JOES, "2004-Q4")),
    asset(JOES, BOOTH, "lighting", "Trade-show booth: lighting rig, for Joe's too", 3315000, "2003-08-18", 60, 150000),
    asset(ADMIN, "FA-2001-014", "main", "Order and ledger system", 61200000, "2001-03-12", 60),
    asset(ADMIN, "FA-2002-003", "main", "Office furniture, Los Angeles", 14800000, "2002-02-04", 84, 800000),
    asset(ADMIN, "FA-2003-021", "main", "File and mail servers", 5240000, "2003-04-22", 36, method="declining-balance"),
    asset(ADMIN, "FA-2004-008", "main", "Warehouse scanners", 3960000, "2004-03-22", 36, missed="2004-Q2"),
    asset(CORPORATE["IAA"], "FA-2002-017", "main", "Leasehold improvements, Commerce", 48600000, "2002-07-01", 96),
    asset(CORPORATE["IAA"], "FA-2002-018", "main", "Telephone system", 4120000, "2002-07-15", 60),
    asset(CORPORATE["IAA"], "FA-2003-006", "main", "Pattern and marker workstations", 11950000, "2003-02-10", 48,
          600000, convention="half-month"),
    asset(JOES, "FA-2002-025", "main", "Showroom fit-out, New York", 22400000, "2002-10-07", 60),
    asset(JOES, "FA-2003-033", "main", "Wash-test equipment", 6480000, "2003-07-21", 60, 300000),
    asset(JOES, "FA-2004-019", "main", "Showroom fixtures, Los Angeles", 8325000, "2004-07-12", 60),
    asset(PRIVATE, "FA-2002-029", "main", "Sample sewing line", 13750000, "2002-11-18", 72, 900000),
    asset(PRIVATE, "FA-2003-011", "main", "Cutting table and spreader", 9170000, "2003-03-17", 84, 500000),
    asset(SHAGO, "FA-2003-029", "main", "Sample room partitions", 1480000, "2003-06-09", 36, group=SAMPLE_ROOM,
          exit_terms=("hold-and-use", 420000, 30000, 500000, 390000),
          later=("2005-Q1", "2005-01-31", ("hold-and-use", 300000, 30000, 350000, 340000))),
    asset(SHAGO, "FA-2003-030", "main", "Sample room machines", 2260000, "2003-06-09", 60, group=SAMPLE_ROOM,
          exit_terms=("hold-and-use", 1100000, 80000, 1200000, 1040000),
          later=("2005-Q1", "2005-01-31", ("hold-and-use", 980000, 80000, 1060000, 1060000))),
    asset(CRAFT, "FA-1999-004", "main", "Warehouse racking, Knoxville", 17300000, "1999-05-10", 120),
    asset(CRAFT, "FA-2001-009", "main", "Screen-print carousel", 12640000, "2001-09-04", 84, 700000, missed="2004-Q2"),
    asset(CRAFT, "FA-2002-012", "main", "Lift trucks", 5830000, "2002-05-20", 60, 450000),
    asset(CORPORATE["II"], "FA-1998-002", "main", "Office equipment, Knoxville", 3890000, "1998-10-12", 84),
    asset(CORPORATE["II"], "FA-2005-001", "main", "Label printers", 2745000, "2005-01-10", 36, convention="next-month"),
]


class FixedAssets:
    """The register, and what the ledger has depreciated of each component (catch-ups of earlier packs included).

    `tested` is what an earlier pack found of the components that it tested for holding and use: their new basis."""

    def __init__(self):
        self.accumulated = {self.number(row): self._rule(row, date(2003, 11, 29)) for row in ASSETS}
        self.tested = {}

    @staticmethod
    def number(row):
        return row["id"], row["component"]

    @staticmethod
    def terms(row, quarter):
        """The decision's date and terms as the register has them in a quarter, or nothing."""
        if not row["exit"] or quarter < EVENT_QUARTER or FixedAssets._is_moved(row, quarter):
            return "", ()
        if row["later"] and quarter >= row["later"][0]:
            return row["later"][1:]
        return EVENT_DATE.isoformat(), row["exit"]

    @staticmethod
    def _is_moved(row, quarter):
        return row["exit"] and row["exit"][0] == "reuse" and quarter >= row["exit"][2]

    @staticmethod
    def registered(row, quarter):
        """The dimension under which the register has a component."""
        return row["exit"][1] if FixedAssets._is_moved(row, quarter) else row["dimension"]

    @staticmethod
    def carried(row, quarter):
        """The dimension under which the ledger has a component in a quarter: a move is posted at the end of one."""
        reused = row["exit"] and row["exit"][0] == "reuse" and quarter > EVENT_QUARTER
        return row["exit"][1] if reused else row["dimension"]

    @staticmethod
    def _in_service(row):
        return date.fromisoformat(row["in_service"])

    def _rule(self, row, when):
        return as_cents(depreciation(self._columns(row, "", 0), when))

    @staticmethod
    def _values(terms):
        """What the register says of a component's worth, by its disposition."""
        kind, *values = terms
        if kind == "abandon":
            return {"cease_use_date": values[0]}
        if kind == "reuse":
            return {"transfer_brand": values[0][1]}
        columns = ("fair_value", "cost_to_sell", "undiscounted_cash_flows", "value_in_use")
        return {column: money(value) for column, value in zip(columns, values)}

    def _columns(self, row, quarter, accumulated):
        decision, terms = self.terms(row, quarter)
        exits = ("cease_use_date", "fair_value", "cost_to_sell", "undiscounted_cash_flows", "value_in_use",
                 "transfer_brand", "transfer_segment")
        return {
            **dimension_columns(self.registered(row, quarter)), "asset_id": row["id"], "component": row["component"],
            "asset_group": "trade-show booth" if row["id"] == BOOTH else row["group"],
            "description": row["description"],
            "cost": money(row["cost"]), "salvage_value": money(row["salvage"]), "in_service_date": row["in_service"],
            "life_months": str(row["life"]), "method": row["method"], "convention": row["convention"],
            "accumulated_depreciation": money(accumulated), "disposition": terms[0] if terms else "",
            "decision_date": decision, **dict.fromkeys(exits, ""), **(self._values(terms) if terms else {}),
        }

    def opening(self):
        cost, accumulated = defaultdict(int), defaultdict(int)
        for row in ASSETS:
            if self._in_service(row) <= date(2003, 11, 29):
                cost[row["dimension"]] += row["cost"]
                accumulated[row["dimension"]] += self.accumulated[self.number(row)]
        return cost, accumulated

    def _to_date(self, row, quarter):
        """What the ledger will have depreciated of a component at a quarter's end."""
        tested = self.tested.get(self.number(row))
        if tested:
            spent = after_test(self._columns(row, "", 0), tested["measured"], tested["decision"], quarter.end)
            return row["cost"] - as_cents(tested["measured"] - spent + tested["written_down_to_date"])
        stops = row["exit"] and row["exit"][0] in ("abandon", "held-for-sale")
        when = min(quarter.end, EVENT_DATE) if stops else quarter.end
        if row["missed"] == quarter.name:
            when = when.replace(month=when.month - 1)
        return self._rule(row, when)

    def depreciate(self, quarter):
        """The quarter's depreciation as the ledger has it, by component, and the assets bought in it."""
        expense, bought = [], []
        for row in ASSETS:
            if self._in_service(row) > quarter.end:
                continue
            if self._in_service(row) >= quarter.start:
                bought.append(row)
            to_date = self._to_date(row, quarter)
            expense.append((row, to_date - self.accumulated[self.number(row)]))
            self.accumulated[self.number(row)] = to_date
        return expense, bought

    def rows(self, quarter):
        live = [row for row in ASSETS if self._in_service(row) <= quarter.end]
        rows = [self._columns(row, quarter.name, self.accumulated[self.number(row)]) for row in live]
        return sorted(rows, key=lambda row: (row["entity"], row["brand"], row["asset_id"], row["component"]))

    def caught_up(self, schedule):
        for key, found in schedule.items():
            self.accumulated[key[3:]] += as_cents(found["catch_up"])
            if found["tested"] and found["disposition"] == "hold-and-use":
                self.tested[key[3:]] = found


# ---------------------------------------------------------------- the settlement

PAYEE = "Blondie Rockwell, Inc."
ROYALTY_OWED, TERMINATION = 8717179, 75000000
SCHEDULE = [
    ("OB-ROYALTY-OWED", "2004-05-25", ROYALTY_OWED), ("OB-SETTLEMENT", "2004-05-25", 25000000),
    ("OB-SETTLEMENT", "2004-06-15", 25000000), ("OB-SETTLEMENT", "2004-08-24", 25000000),
]


STAFF, SEVERANCE, STAY = "FETISH design and sales staff", 18400000, "2004-09-30"
SCHEDULE += [("OB-SEVERANCE", "2004-10-08", 9200000), ("OB-SEVERANCE", "2004-11-05", 9200000)]
PAYEES = {"OB-ROYALTY-OWED": PAYEE, "OB-SETTLEMENT": PAYEE, "OB-SEVERANCE": STAFF}
OBLIGATIONS = [
    (FETISH_APPAREL, "OB-ROYALTY-OWED", PAYEE, "royalties-owed", "Royalties on sales through 2004-04-24", ROYALTY_OWED,
     "2004-04-24", ""),
    (FETISH_APPAREL, "OB-SETTLEMENT", PAYEE, "contract-termination", "Accelerated royalties under the settlement",
     TERMINATION, "2004-05-25", ""),
    (FETISH_APPAREL, "OB-SEVERANCE", STAFF, "severance", "Severance of those who stay to the end of September",
     SEVERANCE, "2004-05-26", STAY),
    (ADMIN, "OB-GUARANTEE", PAYEE, "guarantee", "The parent's guarantee of the settlement, at its most", TERMINATION,
     "2004-05-25", ""),
]


def obligation_rows(quarter):
    """The ERP accrues the royalties owed itself; of the others it has what earlier packs posted."""
    if quarter.name < EVENT_QUARTER:
        return []
    columns = ("obligation_id", "payee", "kind", "description", "amount", "incurred_date", "service_end")
    rows = []
    for dimension, *values in OBLIGATIONS:
        row = {**dimension_columns(dimension), **dict(zip(columns, values))}
        row["amount"] = money(row["amount"])
        posted_to = quarter.end if row["kind"] == "royalties-owed" else previous_end(quarter)
        rows.append(row | {"accrued_to_date": money(as_cents(incurred_to(row, posted_to, TERMS)))})
    return rows


def installment_rows(quarter):
    if quarter.name < EVENT_QUARTER:
        return []
    return [
        {"obligation_id": number, "due_date": due, "amount": money(amount),
         "paid_date": due if date.fromisoformat(due) <= quarter.end else ""}
        for number, due, amount in SCHEDULE
    ]


# ---------------------------------------------------------------- the ledger


class Ledger:
    """A quarter's entries. A line is (dimension, account, debit-positive cents)."""

    def __init__(self, quarter):
        self.quarter, self.entries = quarter, []

    def post(self, journal, when, text, *lines):
        assert self.quarter.start <= when <= self.quarter.end, (when, text)
        lines = [line for line in lines if line[2]]
        totals = defaultdict(int)
        for dimension, _, amount in lines:
            totals[dimension[0]] += amount
        assert lines and not any(totals.values()), (text, lines)
        self.entries.append((when, journal, text, lines))

    def activity(self):
        balances = defaultdict(int)
        for _, _, _, lines in self.entries:
            for dimension, account, amount in lines:
                balances[account, dimension] += amount
        return balances

    def rows(self):
        numbers, rows = defaultdict(int), []
        for when, journal, text, lines in sorted(self.entries, key=lambda entry: entry[:2]):
            numbers[journal] += 1
            number = f"{journal}-{self.quarter.code}-{numbers[journal]:06d}"
            for at, (dimension, account, amount) in enumerate(lines, start=1):
                rows.append({
                    "journal_id": number, "journal_line": str(at), "effective_date": when.isoformat(),
                    "account": account, **dimension_columns(dimension), "description": text,
                    "debit": money(amount) if amount > 0 else "", "credit": money(-amount) if amount < 0 else "",
                    "currency": "USD",
                })
        return rows


class Clerk:
    """Posts a quarter's business to its ledger."""

    def __init__(self, random, at, quarter, opening):
        self.random, self.at, self.quarter, self.opening = random, at, quarter, opening
        self.ledger = Ledger(quarter)
        self.document = 200000 + at * 10000

    def day(self):
        return self.random.choose(self.quarter.working_days)

    def number(self):
        self.document += 1
        return self.document

    def balance(self, account, dimension):
        return self.opening.get((account, dimension), 0) + self.ledger.activity()[account, dimension]

    # Sales and stock

    def sales(self, pool, net, cost, returned):
        """`returned`: what customers are credited for goods that came back, and the goods' cost."""
        dimension, count = POOLS[pool], INVOICES[pool][self.at]
        weights = self.random.weights(count, 20, 240)
        credits = percent(net, self.random.between(1, 3))
        amounts = split(net + credits + returned[0], weights)
        costs = split(cost, [weight * self.random.between(92, 108) for weight in weights])
        buyers = OFF_PRICE if pool not in ORDINARY and self.at >= 2 else CUSTOMERS
        for amount, goods in zip(amounts, costs):
            text = f"Invoice {self.number()} {self.random.choose(buyers)}, {self.random.choose(STYLES[pool])}"
            self.ledger.post("SJ", self.day(), text, (dimension, "1100", amount), (dimension, "4000", -amount),
                             (dimension, "5000", goods), (dimension, "1300", -goods))
        for amount in split(credits, self.random.weights(max(1, count // 15))):
            text = f"Credit memo {self.number()} {self.random.choose(buyers)}, allowance"
            self.ledger.post("CM", self.day(), text, (dimension, "4000", amount), (dimension, "1100", -amount))
        if returned[0]:
            text = f"Credit memo {self.number()} {self.random.choose(CUSTOMERS)}, goods returned"
            self.ledger.post("CM", self.quarter.weeks()[4], text, (dimension, "4000", returned[0]),
                             (dimension, "1100", -returned[0]), (dimension, "1300", returned[1]),
                             (dimension, "5000", -returned[1]))

    def purchases(self, pool, cost):
        if cost:
            dimension = POOLS[pool]
            for amount in split(cost, self.random.weights(26 if pool in ORDINARY else 12)):
                text = f"Receipt {self.number()} {self.random.choose(VENDORS)}, {pool}"
                payable = (CORPORATE[dimension[0]], "2000", -amount)
                self.ledger.post("PJ", self.day(), text, (dimension, "1300", amount), payable)

    def scrap(self, pool, cost):
        if cost:
            dimension = POOLS[pool]
            for amount in split(cost, self.random.weights(2)):
                text = f"Goods scrapped, count sheet {self.number()}, {pool}"
                self.ledger.post("GJ", self.day(), text, (dimension, "5000", amount), (dimension, "1300", -amount))

    def collections(self, pool, net):
        """Customers pay all but what is usual to be open at a quarter's end."""
        dimension = POOLS[pool]
        paid = self.balance("1100", dimension) - percent(net, 43)
        assert paid > 0, pool
        count = max(6, INVOICES[pool][self.at] // 4)
        for amount in split(paid, self.random.weights(count)):
            text = f"Receipt from {self.random.choose(CUSTOMERS)}, remittance {self.number()}"
            cash = (CORPORATE[dimension[0]], "1000", amount)
            self.ledger.post("CR", self.day(), text, cash, (dimension, "1100", -amount))

    # Running expense

    def payroll(self):
        for when in self.quarter.weeks()[1::2]:
            for entity, amount in (("IAA", 18450000), ("INNO", 10280000), ("II", 6120000)):
                dimension = CORPORATE[entity]
                amount = percent(amount, self.random.between(97, 103))
                text = f"Payroll {when.isoformat()}"
                self.ledger.post("PY", when, text, (dimension, "6000", amount), (dimension, "1000", -amount))

    def rent(self):
        for when in self.quarter.month_ends():
            for entity, place, amount in (("IAA", "Commerce", 8240000), ("II", "Knoxville", 5120000),
                                          ("INNO", "New York", 2360000)):
                dimension = CORPORATE[entity]
                self.ledger.post("GJ", when, f"Rent, {place}", (dimension, "6020", amount), (dimension, "1000", -amount))

    def royalties(self, sales):
        """Accrued monthly, paid after the quarter. FETISH apparel has none from 2004-04-24 on."""
        rates = {"joes": 3, "craft": 4, "shago": 6}
        if self.at == 0:
            rates |= {"fetish-apparel": 6, "fetish-accessories": 6}
        if self.at >= 2:
            rates["fetish-accessories"] = 10
        for pool, rate in rates.items():
            dimension = POOLS[pool]
            owed = -self.opening.get(("2200", dimension), 0)
            if owed:
                cash = (CORPORATE[dimension[0]], "1000", -owed)
                when = self.quarter.working_days[18]
                self.ledger.post("CD", when, f"Royalties of the quarter before, {pool}", (dimension, "2200", owed), cash)
            for when, amount in zip(self.quarter.month_ends(), split(percent(sales[pool], rate), [31, 30, 34])):
                self.ledger.post("GJ", when, f"Royalties accrued, {pool}", (dimension, "6300", amount),
                                 (dimension, "2200", -amount))
        for pool in POOLS:
            owed = -self.opening.get(("2200", POOLS[pool]), 0)
            if owed and pool not in rates:
                cash = (CORPORATE[POOLS[pool][0]], "1000", -owed)
                self.ledger.post("CD", self.quarter.working_days[20], f"Royalties of the quarter before, {pool}",
                                 (POOLS[pool], "2200", owed), cash)

    def management_fees(self):
        """The parent bills its subsidiaries, which pay most of what they owe."""
        for entity, fee in (("IAA", MANAGEMENT_FEES["IAA"][self.at]), ("II", MANAGEMENT_FEES["II"][self.at])):
            subsidiary, text = CORPORATE[entity], f"Management fee, {entity}"
            for when, part in zip(self.quarter.month_ends(), split(fee, [1, 1, 1])):
                self.ledger.post("IC", when, text, (ADMIN, "1180", part), (ADMIN, "4900", -part))
                self.ledger.post("IC", when, text, (subsidiary, "6900", part), (subsidiary, "2180", -part))
            paid, when = percent(-self.balance("2180", subsidiary), 70), self.quarter.weeks()[10]
            text = f"Management fees paid, {entity}"
            self.ledger.post("IC", when, text, (ADMIN, "1000", paid), (ADMIN, "1180", -paid))
            self.ledger.post("IC", when, text, (subsidiary, "2180", paid), (subsidiary, "1000", -paid))

    def factor_commissions(self, sales):
        apparel = sum(amount for pool, amount in sales.items() if POOLS[pool][0] == "IAA")
        for when, amount in zip(self.quarter.weeks(), split(apparel * 6 // 1000, self.random.weights(13))):
            dimension = CORPORATE["IAA"]
            self.ledger.post("FX", when, "Factor commission", (dimension, "6100", amount), (dimension, "1000", -amount))

    def interest_and_taxes(self):
        for when in self.quarter.month_ends():
            for entity, amount, text in (("IAA", 9120000, "factor advances"), ("INNO", 3460000, "notes")):
                dimension = CORPORATE[entity]
                amount = percent(amount, self.random.between(94, 108))
                self.ledger.post("GJ", when, f"Interest on {text}", (dimension, "7000", amount),
                                 (dimension, "1000", -amount))
        amount = self.random.between(3100000, 6400000)
        self.ledger.post("GJ", self.quarter.working_days[30], "State income taxes", (ADMIN, "7100", amount),
                         (ADMIN, "1000", -amount))

    def expenses(self, dimension, total, count):
        """A total of selling and general expense as invoices of many suppliers."""
        assert total > 0, (self.quarter.name, dimension, total)
        accounts = ["6060", "6070", "6080"] if dimension[1] == "CORP" else ["6030", "6040", "6050", "6040", "6080", "6030"]
        names = {row[0]: row[1].lower() for row in CHART}
        for amount in split(total, self.random.weights(count, 15, 190)):
            account = self.random.choose(accounts)
            text = f"Voucher {self.number()} {self.random.choose(SERVICES)}, {names[account]}"
            payable = (CORPORATE[dimension[0]], "2000", -amount)
            self.ledger.post("AP", self.day(), text, (dimension, account, amount), payable)

    # Subledgers

    def advertising(self, prepaid):
        expense, paid = prepaid.amortise(self.quarter)
        for row in paid:
            self.ledger.post("CD", row["paid_on"], f"{row['vendor']}, contract {row['id']}",
                             (row["dimension"], "1410", row["amount"]),
                             (CORPORATE[row["dimension"][0]], "1000", -row["amount"]))
        for row in CONTRACTS:
            amount = expense.get(row["id"], 0)
            days = [day for day in self.quarter.month_ends() if day >= row["paid_on"]] or [self.quarter.end]
            if row["dimension"][1] in WIND_DOWN and self.quarter.name == EVENT_QUARTER:
                days = [day for day in days if day <= EVENT_DATE] + [EVENT_DATE]
            for when, part in zip(days, split(amount, [1] * len(days)) if amount else []):
                if part:
                    self.ledger.post("AM", when, f"Advertising earned, contract {row['id']}",
                                     (row["dimension"], "6200", part), (row["dimension"], "1410", -part))

    def depreciation(self, register):
        expense, bought = register.depreciate(self.quarter)
        for row in bought:
            when = date.fromisoformat(row["in_service"])
            self.ledger.post("CD", when, f"Bought {row['id']}, {row['description'].lower()}",
                             (row["dimension"], "1500", row["cost"]),
                             (CORPORATE[row["dimension"][0]], "1000", -row["cost"]))
        for row, amount in expense:
            dimension = register.carried(row, self.quarter.name)
            days = [day for day in self.quarter.month_ends() if day.isoformat() >= row["in_service"]]
            for when, part in zip(days, split(amount, [1] * len(days))):
                if part:
                    self.ledger.post("DP", when, f"Depreciation {row['id']} {row['component']}",
                                     (dimension, "6400", part), (dimension, "1590", -part))

    def settlement(self):
        dimension, cash = FETISH_APPAREL, CORPORATE["IAA"]
        if self.quarter.name == EVENT_QUARTER:
            self.ledger.post("GJ", date(2004, 4, 24), "Royalties owed on FETISH sales to date",
                             (dimension, "6300", ROYALTY_OWED), (dimension, "2300", -ROYALTY_OWED))
        for number, due, amount in SCHEDULE:
            when = date.fromisoformat(due)
            if self.quarter.start <= when <= self.quarter.end:
                self.ledger.post("CD", when, f"{PAYEES[number]}, {number}", (dimension, "2300", amount),
                                 (cash, "1000", -amount))

    def other_exits(self):
        """Public as facts, invented as amounts: a Hot Wheels licence ended, a former plant was impaired."""
        if self.quarter.name == EVENT_QUARTER:
            self.ledger.post("GJ", date(2004, 5, 14), "Hot Wheels licence ended, minimum royalties",
                             (CRAFT, "6300", 33840000), (CRAFT, "2200", -33840000))
            plant = CORPORATE["II"]
            self.ledger.post("GJ", date(2004, 5, 28), "Springfield plant written down to its appraisal",
                             (plant, "6510", 49250000), (plant, "1650", -49250000))

    def refunds(self):
        """Advertising refunds that an earlier quarter made receivable come in."""
        for (account, dimension), amount in sorted(self.opening.items()):
            if account == "1150" and amount > 0:
                for part in split(amount, [3, 2]):
                    self.ledger.post("CR", self.day(), "Advertising refund received",
                                     (CORPORATE[dimension[0]], "1000", part), (dimension, "1150", -part))

    # Financing

    def suppliers(self):
        for entity, dimension in CORPORATE.items():
            bought = -self.ledger.activity()["2000", dimension]
            paid = -self.balance("2000", dimension) - percent(bought, 38)
            assert paid > 0, entity
            for amount in split(paid, self.random.weights({"IAA": 110, "II": 60, "INNO": 30}[entity])):
                text = f"Payment {self.number()} {self.random.choose(VENDORS + SERVICES)}"
                self.ledger.post("CD", self.day(), text, (dimension, "2000", amount), (dimension, "1000", -amount))

    def finance(self):
        """Advances and repayments bring cash to where it usually is at a quarter's end."""
        for entity, account, target in (("IAA", "2050", 214000000), ("II", "2050", 96000000), ("INNO", "2600", 128000000)):
            dimension = CORPORATE[entity]
            needed = percent(target, self.random.between(88, 116)) - self.balance("1000", dimension)
            needed = max(needed, percent(self.balance(account, dimension), 85))
            text = {"2050": "Factor advance", "2600": "Notes"}[account]
            for when, amount in zip(self.quarter.weeks(), split(needed, self.random.weights(13))):
                words = f"{text}, drawn" if amount > 0 else f"{text}, repaid"
                self.ledger.post("FX", when, words, (dimension, "1000", amount), (dimension, account, -amount))


# ---------------------------------------------------------------- closepack's entries, and the chain of balances


def adjustments(result):
    """What closepack will post, as balances by account and dimension."""
    balances = by_account(result.postings, TERMS.accounts)
    return {(place.account, place.dimension): as_cents(amount) for place, amount in balances.items()}


def is_income(account):
    return account >= "4000"


def income(balances, brands=None):
    """Net income of some brands, or of all, from debit-positive balances."""
    return -sum(
        amount for (account, dimension), amount in balances.items()
        if is_income(account) and (brands is None or dimension[1] in brands)
    )


def add(*parts):
    total = defaultdict(int)
    for part in parts:
        for key, amount in part.items():
            total[key] += amount
    return {key: amount for key, amount in total.items() if amount}


def close_year(balances):
    closed = defaultdict(int)
    for (account, dimension), amount in balances.items():
        closed["3200" if is_income(account) else account, dimension] += amount
    return {key: amount for key, amount in closed.items() if amount}


def first_opening(stock, prepaid, register):
    """2003-11-29: subledgers as they are, other balances invented, the deficit what balances each entity."""
    balances = defaultdict(int)
    cost, accumulated = register.opening()
    for account, amounts, sign in (("1300", stock.cost(), 1), ("1410", prepaid.opening(), 1), ("1500", cost, 1),
                                   ("1590", accumulated, -1)):
        for dimension, amount in amounts.items():
            balances[account, dimension] += sign * amount
    for dimension, amount in ((FETISH_APPAREL, 118420000), (FETISH_ACCESSORIES, 36210000), (SHAGO, 24105000),
                              (JOES, 149830000), (PRIVATE, 574615000), (CRAFT, 82340000)):
        balances["1100", dimension] = amount
    for account, entity, amount in (
        ("1000", "INNO", 286400000), ("1000", "IAA", 241750000), ("1000", "II", 108260000), ("1650", "II", 121600000),
        ("1700", "INNO", 427100000), ("2000", "INNO", -28450000), ("2000", "IAA", -421380000), ("2000", "II", -76240000),
        ("2050", "IAA", -386200000), ("2050", "II", -64150000), ("2600", "INNO", -214600000), ("3000", "INNO", -2870000),
        ("3100", "INNO", -4186350000), ("1800", "INNO", 170000000), ("3110", "IAA", -50000000),
        ("3110", "II", -120000000), ("1180", "INNO", 17720000), ("2180", "IAA", -13140000), ("2180", "II", -4580000),
    ):
        balances[account, CORPORATE[entity]] = amount
    for entity, dimension in CORPORATE.items():
        total = sum(amount for (_, key), amount in balances.items() if key[0] == entity)
        balances["3200", dimension] = -total
    return {key: amount for key, amount in balances.items() if amount}


# ---------------------------------------------------------------- a quarter


class Book:
    def __init__(self):
        self.random = Random(20040526)
        self.stock, self.prepaid, self.register = Inventory(self.random), Prepaid(), FixedAssets()
        self.opening = first_opening(self.stock, self.prepaid, self.register)
        self.first_opening = dict(self.opening)
        self.prior = None
        self.evidence = []
        self.files, self.summary = {}, []

    def quarter(self, at, name):
        quarter = Quarter(name)
        if at and quarter.opens_year:
            self.opening = close_year(self.opening)
        sales = pool_sales(at, name)
        clerk = Clerk(self.random, at, quarter, self.opening)
        self._post_business(clerk, sales)
        sources = self._sources(at, quarter)
        evidence = sources | {"ledger": clerk.ledger.rows()}
        result = perform(evidence, self.prior, TERMS, quarter.reference(), quarter.opens_year)
        self.evidence.append((quarter, evidence))
        schedules, proposed = result.schedules, adjustments(result)
        self._solve(clerk, proposed)
        clerk.suppliers()
        clerk.finance()
        self._write(quarter, clerk.ledger, sources)
        self._check(quarter, clerk.ledger, schedules, proposed)
        self.opening = add(self.opening, clerk.ledger.activity(), proposed)
        self.prior = schedules
        self.prepaid.caught_up(schedules["prepaid_advertising"])
        self.register.caught_up(schedules["fixed_assets"])

    def _post_business(self, clerk, sales):
        moved = self.stock.move(clerk.at, clerk.quarter, sales)
        for pool in POOLS:
            clerk.sales(pool, sales[pool], moved[pool]["sold"], (moved[pool]["credited"], moved[pool]["returned"]))
            clerk.purchases(pool, moved[pool]["received"] - moved[pool]["returned"])
            clerk.scrap(pool, moved[pool]["scrapped"])
            clerk.collections(pool, sales[pool])
        clerk.payroll()
        clerk.rent()
        clerk.royalties(sales)
        clerk.management_fees()
        clerk.factor_commissions(sales)
        clerk.interest_and_taxes()
        clerk.advertising(self.prepaid)
        clerk.depreciation(self.register)
        clerk.settlement()
        clerk.other_exits()
        clerk.refunds()

    def _sources(self, at, quarter):
        return {
            "inventory": self.stock.rows(at), "prepaid_advertising": self.prepaid.rows(quarter),
            "fixed_assets": self.register.rows(quarter), "obligations": obligation_rows(quarter),
            "installments": installment_rows(quarter),
        }

    def _solve(self, clerk, proposed):
        """Selling and general expense for the brands in wind-down, then for the rest, that gives the net income."""
        name = clerk.quarter.name
        usual = {"2004-Q1": 71400000, "2004-Q3": 14200000, "2004-Q4": 8100000, "2005-Q1": 4300000}
        total = usual.get(name)
        if name == EVENT_QUARTER:
            total = WIND_DOWN_LOSS + income(add(clerk.ledger.activity(), proposed), WIND_DOWN)
        counts = {FETISH_APPAREL: 46, FETISH_ACCESSORIES: 24, SHAGO: 26} if clerk.at < 2 else {
            FETISH_APPAREL: 9, FETISH_ACCESSORIES: 7, SHAGO: 4}
        for dimension, part in zip(counts, split(total, [58, 19, 23])):
            clerk.expenses(dimension, part, counts[dimension])
        rest = income(add(clerk.ledger.activity(), proposed)) - NET_INCOME[name]
        shares = [(JOES, 27, 70), (PRIVATE, 31, 70), (CRAFT, 14, 50), (CORPORATE["INNO"], 12, 36),
                  (CORPORATE["IAA"], 11, 34), (CORPORATE["II"], 5, 20)]
        for (dimension, _, count), part in zip(shares, split(rest, [share for _, share, _ in shares])):
            clerk.expenses(dimension, part, count)
        self.summary.append(f"{name}: solved expense, wind-down {money(total)}, rest {money(rest)}")

    # Files

    def _write(self, quarter, ledger, sources):
        opening = [
            {**dimension_columns(dimension), "account": account, "amount": money(amount)}
            for (account, dimension), amount in sorted(self.opening.items(), key=lambda item: (item[0][1][0], item[0]))
        ]
        for name, rows in ({"ledger": ledger.rows(), "opening_balances": opening} | sources).items():
            self.files[f"{quarter.name}/{name}.csv"] = as_csv(COLUMNS[name], rows)

    # What must hold

    def _check(self, quarter, ledger, schedules, proposed):
        name, activity = quarter.name, ledger.activity()
        closing, adjusted = add(self.opening, activity), add(activity, proposed)
        assert len(ledger.rows()) >= 4000, (name, len(ledger.rows()))
        assert not any(row["journal_id"].startswith("CP-") for row in ledger.rows())
        entities = defaultdict(int)
        for (_, dimension), amount in self.opening.items():
            entities[dimension[0]] += amount
        assert not any(entities.values()), entities
        sales = -sum(amount for (account, _), amount in activity.items() if account == "4000")
        assert sales == NET_SALES[name], (name, sales)
        assert income(adjusted) == NET_INCOME[name], (name, income(adjusted))
        self._check_ties(closing, schedules)
        self._check_affiliates(add(closing, proposed))
        self._check_signs(name, add(closing, proposed))
        self._check_units()
        self._summarise(name, ledger, schedules, adjusted, activity, add(closing, proposed))

    def _check_ties(self, closing, schedules):
        def tie(accounts, expected):
            found = defaultdict(int)
            for (account, dimension), amount in closing.items():
                if account in accounts:
                    found[dimension] += amount
            assert nonzero(found) == nonzero(expected), (accounts, nonzero(found), nonzero(expected))

        prior = self.prior or {file: {} for file in schedules}
        tie(["1300"], self.stock.cost())
        reserve = totals((key, -as_cents(row["opening"])) for key, row in schedules["inventory_reserve"].items())
        tie(["1390"], reserve)
        tie(["1410"], totals(self._prepaid(schedules, prior)))
        cost, accumulated = self._equipment(schedules, prior)
        tie(["1500"], totals(cost))
        tie(["1590"], totals(accumulated))
        tie(["2300", "2700"], totals((key, -as_cents(row["closing"] - row["charge"]))
                                     for key, row in schedules["obligations"].items()))

    def _prepaid(self, schedules, prior):
        """What the ledger has of the contracts; what an earlier pack transferred is under Joe's."""
        amounts = {row["id"]: row["amount"] for row in CONTRACTS}
        for key in schedules["prepaid_advertising"]:
            earlier = prior["prepaid_advertising"].get(key, defaultdict(Decimal))
            moved = as_cents(earlier["written_off_to_date"] + earlier["refunded_to_date"])
            transferred = as_cents(earlier["transferred_to_date"])
            yield key, amounts[key[3]] - self.prepaid.expensed[key[3]] - moved - transferred
            yield (key[0], JOES[1], key[2]), transferred

    def _equipment(self, schedules, prior):
        """What the ledger has of the register: cost, and depreciation with what earlier packs wrote down."""
        costs, cost, accumulated = {FixedAssets.number(row): row["cost"] for row in ASSETS}, [], []
        for key in schedules["fixed_assets"]:
            earlier = prior["fixed_assets"].get(key, {"into": None, "written_down_to_date": Decimal(0)})
            dimension = earlier["into"] or key
            cost.append((dimension, costs[key[3:]]))
            written = as_cents(earlier["written_down_to_date"])
            accumulated.append((dimension, -self.register.accumulated[key[3:]] - written))
        return cost, accumulated

    @staticmethod
    def _check_affiliates(balances):
        """What the entities have among each other comes to nothing in each group."""
        groups = defaultdict(int)
        for (account, _), amount in balances.items():
            groups[INTERCOMPANY.get(account, "")] += amount
        assert not any(amount for group, amount in groups.items() if group), groups

    def check_scenarios(self):
        """The book has what every scenario's rules need."""
        for name in CONFIGURATION["scenarios"]:
            terms, prior = books.Terms(CONFIGURATION, TERMS.quarters, name), None
            for quarter, evidence in self.evidence:
                prior = perform(evidence, prior, terms, quarter.reference(), quarter.opens_year).schedules

    @staticmethod
    def _check_signs(name, balances):
        for entity, dimension in CORPORATE.items():
            assert balances["1000", dimension] > 0, (name, entity)
        for (account, dimension), amount in balances.items():
            if account in ("1100", "1150", "1180", "1300", "1410", "1500", "1650", "1700", "1800"):
                assert amount > 0, (name, account, dimension, amount)
            if account in ("1390", "1590", "2000", "2050", "2180", "2200", "2300", "2600"):
                assert amount < 0, (name, account, dimension, amount)

    def _check_units(self):
        for skus in self.stock.skus.values():
            for sku in skus:
                assert sku.opening + sku.received - sku.sold - sku.scrapped == sku.quantity >= 0

    def _summarise(self, name, ledger, schedules, adjusted, activity, balances):
        sales = -sum(amount for (account, _), amount in activity.items() if account == "4000")
        wind_down_sales = -sum(
            amount for (account, dimension), amount in activity.items()
            if account == "4000" and dimension[1] in WIND_DOWN)
        net, wind_down = income(adjusted), income(adjusted, WIND_DOWN)
        _, basic, incremental = next(row for row in SHARES if row[0] == name)
        per_share = cents(Decimal(net) / 100 / (basic + (incremental if net > 0 else 0)))
        assert per_share == {"2004-Q2": Decimal("-0.23"), "2004-Q3": Decimal("0.07")}.get(name, per_share)
        items = schedules["inventory_reserve"].values()
        if name == EVENT_QUARTER:
            self.summary += wind_down_lines(adjusted)
        cash = [money(balances["1000", dimension]) for dimension in CORPORATE.values()]
        self.summary.append(
            f"{name}: {len(ledger.rows())} lines, net sales {money(sales)}, net income {money(net)}, a share {per_share}; "
            f"FETISH and Shago: sales {money(wind_down_sales)}, income {money(wind_down)}, the rest {money(net - wind_down)}; "
            f"reserve charged {sum(row['charge'] for row in items)}, released {sum(row['release'] for row in items)}; "
            f"cash by entity {', '.join(cash)}; due to factor {money(balances['2050', CORPORATE['IAA']])}")


def wind_down_lines(adjusted):
    """What ceasing the two brands cost, by account, as adjusted."""
    lines = ["2004-Q2: income of FETISH and Shago by account, as adjusted:"]
    for account, name, *_ in CHART:
        amount = -sum(part for (code, key), part in adjusted.items() if code == account and key[1] in WIND_DOWN)
        if is_income(account) and amount:
            lines.append(f"  {account} {name:<34} {money(amount):>14}")
    return lines


def totals(pairs):
    sums = defaultdict(int)
    for key, amount in pairs:
        sums[key[:3]] += amount
    return sums


def nonzero(amounts):
    return {key: amount for key, amount in amounts.items() if amount}


def pool_sales(at, name):
    sales = {pool: amounts[at] for pool, amounts in POOL_SALES.items()}
    sales["private-label"] = NET_SALES[name] - sum(sales.values())
    return sales


# ---------------------------------------------------------------- tables

COLUMNS = {
    "ledger": ["journal_id", "journal_line", "effective_date", "entity", "account", "brand", "segment", "description",
               "debit", "credit", "currency"],
    "opening_balances": ["entity", "account", "brand", "segment", "amount"],
    "inventory": ["entity", "brand", "segment", "pool", "sku", "description", "quantity_on_hand", "quantity_received",
                  "quantity_returned", "quantity_scrapped", "unit_cost", "replacement_cost", "selling_price",
                  "cost_to_complete", "selling_cost_rate", "normal_margin_rate", "expected_units", "scrap_value",
                  "last_receipt_date", "average_monthly_units", "reserve_rate"],
    "prepaid_advertising": ["entity", "brand", "segment", "contract_id", "vendor", "description", "amount_paid",
                            "recognition", "service_start", "service_end", "first_showing", "units_total",
                            "units_delivered", "expensed_to_date", "refundable_amount", "transferable_amount",
                            "transfer_brand", "transfer_segment"],
    "fixed_assets": ["entity", "brand", "segment", "asset_id", "component", "asset_group", "description", "cost",
                     "salvage_value", "in_service_date", "life_months", "method", "convention",
                     "accumulated_depreciation", "disposition", "decision_date", "cease_use_date", "fair_value",
                     "cost_to_sell", "undiscounted_cash_flows", "value_in_use", "transfer_brand", "transfer_segment"],
    "obligations": ["entity", "brand", "segment", "obligation_id", "payee", "kind", "description", "amount",
                    "incurred_date", "service_end", "accrued_to_date"],
    "installments": ["obligation_id", "due_date", "amount", "paid_date"],
    "calendar": ["quarter", "start", "end", "fiscal_year"],
    "chart_of_accounts": ["account", "name", "type", "normal_balance", "statement_line", "section", "cash_flow_class",
                          "cash_flow_contra", "intercompany"],
    "shares": ["quarter", "basic_shares", "incremental_shares"],
    "comparatives": ["quarter", "statement", "line", "amount", "source"],
}


def as_csv(columns, rows):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([row[column] for column in columns] for row in rows)
    return text.getvalue()


def table(name, rows):
    return as_csv(COLUMNS[name], [dict(zip(COLUMNS[name], map(str, row))) for row in rows])


# Income of 2003 by quarter in cents, as it contributes to income: net sales, cost of goods sold, depreciation, interest,
# taxes and the net result; selling, general and administrative expense is the rest.
INCOME_2003 = {
    "2003-Q1": (1061428700, -741832450, -10644120, -19236405, -2140000, -98214375),
    "2003-Q2": (1201300000, -816240915, -11285330, -21408660, -2615000, -49300000),
    "2003-Q3": (2190600000, -1634871220, -12842075, -30117945, -3180000, -231200000),
    "2003-Q4": (2214871930, -1688140285, -13920410, -33604120, -2950000, -305418660),
}
PUBLIC_2003 = ("2003-Q2", "2003-Q3")
SCALE_2003 = {"2003-Q1": 58, "2003-Q2": 66, "2003-Q3": 92, "2003-Q4": 100}


def income_2003(quarter):
    sales, cost, depreciation, interest, taxes, net = INCOME_2003[quarter]
    expense = net - (sales + cost + depreciation + interest + taxes)
    return {
        "Net sales": sales, "Cost of goods sold": cost, "Selling, general and administrative": expense,
        "Depreciation and amortization": depreciation, "Impairment of long-lived assets": 0,
        "Management fees between affiliates": 0, "Interest expense": interest, "Income taxes": taxes,
        "Net income (loss)": net,
    }


def captions():
    return list(dict.fromkeys((row[4], row[5]) for row in CHART if not is_income(row[0])))


def balance_sheet_2003(quarter, last):
    """2003-Q4 is what 2004-Q1 opens with; earlier quarters are smaller, and payables make them balance."""
    earned = {name: sum(INCOME_2003[each][5] for each in INCOME_2003 if each <= name) for name in INCOME_2003}
    fixed = ("Former plant held for sale", "Goodwill and trademarks")
    sheet = {line: amount if line in fixed else percent(amount, SCALE_2003[quarter]) for line, amount in last.items()}
    sheet["Accumulated deficit"] = last["Accumulated deficit"] - earned["2003-Q4"]
    sheet["Current-year earnings"] = earned[quarter]
    assets = sum(sheet[line] for line, section in captions() if section.endswith("-asset"))
    financed = sum(amount for line, amount in sheet.items()) - assets
    if quarter == "2003-Q4":
        assert assets == financed
    else:
        sheet["Additional paid-in capital"] += assets - financed
    return sheet


def comparatives(opening):
    last = dict.fromkeys((line for line, _ in captions()), 0)
    sections = {row[0]: (row[4], row[5]) for row in CHART}
    for (account, _), amount in opening.items():
        line, section = sections[account]
        if account not in INTERCOMPANY:
            last[line] += amount if section.endswith("-asset") else -amount
    rows = []
    for quarter in INCOME_2003:
        for line, amount in income_2003(quarter).items():
            public = quarter in PUBLIC_2003 and line in ("Net sales", "Net income (loss)")
            rows.append((quarter, "income-statement", line, money(amount), "public" if public else "invented"))
        for line, amount in balance_sheet_2003(quarter, last).items():
            rows.append((quarter, "balance-sheet", line, money(amount), "invented"))
    return rows


# ---------------------------------------------------------------- all of it


def build():
    book = Book()
    for at, name in enumerate(QUARTERS):
        book.quarter(at, name)
    book.check_scenarios()
    book.files |= {
        "closepack.toml": CONFIG, "README.md": README, "calendar.csv": table("calendar", CALENDAR),
        "chart_of_accounts.csv": table("chart_of_accounts", CHART), "shares.csv": table("shares", SHARES),
        "comparatives.csv": table("comparatives", comparatives(book.first_opening)),
    }
    return book


def main(arguments):
    out = Path(arguments[0]) if arguments else HERE / "book"
    book = build()
    for name, text in sorted(book.files.items()):
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    for line in book.summary:
        print(line)
    print(f"{len(book.files)} files, {sum(len(text.encode()) for text in book.files.values())} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])

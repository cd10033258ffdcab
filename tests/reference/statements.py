#!/usr/bin/env python3
"""An independent re-performance of closepack's statements, in plain Python and exact decimals.

    python3 tests/reference/statements.py BOOK_DIR PACKS_DIR    compares packs with it, to the cent

It reads the book's ledgers and tables, and of each pack the proposed entries and the reserve that sales used; the
measurements themselves are re-performed by reference.py. It shares no code with closepack.
"""

import csv
import re
import sys
import tomllib
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal, localcontext
from pathlib import Path

ZERO = Decimal(0)
KINDS = {
    "INV": "inventory_reserve",
    "ADV": "prepaid_advertising",
    "FA": "fixed_assets",
    "OBL": "obligations",
    "TAX": "income_tax",
}
INCOME = ("revenue", "expense")
TOTALS = {
    "Gross profit": ("revenue", "cost-of-goods-sold"),
    "Operating income (loss)": ("revenue", "cost-of-goods-sold", "operating-expense"),
    "Income (loss) before income taxes": (
        "revenue",
        "cost-of-goods-sold",
        "operating-expense",
        "other-income-expense",
    ),
    "Net income (loss)": None,
    "Total current assets": ("current-asset",),
    "Total assets": ("current-asset", "non-current-asset"),
    "Total current liabilities": ("current-liability",),
    "Total liabilities": ("current-liability", "non-current-liability"),
    "Total equity": ("equity",),
    "Total liabilities and equity": ("current-liability", "non-current-liability", "equity"),
}


def read(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def number(text):
    return Decimal(text) if text else ZERO


def rounded(amount, places):
    with localcontext() as context:
        context.prec = 60
        return amount.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def divided(amount, by):
    with localcontext() as context:
        context.prec = 60
        return amount / by


class Line(defaultdict):
    """Amounts by column: `as_recorded` and the kinds."""

    def __init__(self):
        super().__init__(lambda: ZERO)

    def add(self, other, sign=1):
        for column, amount in list(other.items()):
            self[column] += sign * amount
        return self

    def adjusted(self):
        return sum(self.values(), ZERO)


def positions(book, packs, quarter):
    """Opening, activity by column, of every account, entity, brand and segment; debit positive."""
    opening, activity = defaultdict(lambda: ZERO), defaultdict(Line)
    dimension = ("account", "entity", "brand", "segment")
    for row in read(book / quarter / "opening_balances.csv"):
        opening[tuple(row[name] for name in dimension)] += number(row["amount"])
    own = re.compile(rf"CP-{quarter}-({'|'.join(KINDS)})-[A-Z]+-")
    for row in read(book / quarter / "ledger.csv"):
        found = own.search(row["journal_id"])
        column = KINDS[found[1]] if found else "as_recorded"
        activity[tuple(row[name] for name in dimension)][column] += number(row["debit"]) - number(row["credit"])
    for row in read(packs / quarter / "current" / "journal_entries.csv"):
        kind = KINDS[own.match(row["entry_id"])[1]]
        activity[tuple(row[name] for name in dimension)][kind] += number(row["debit"]) - number(row["credit"])
    return opening, activity


def statement(chart, opening, activity, takes, names, to_date=False):
    """An income statement (`names` of INCOME) or balance sheet by line."""
    lines, by_section = defaultdict(Line), defaultdict(Line)
    for key in set(opening) | set(activity):
        account = chart[key[0]]
        if not takes(account, key):
            continue
        amount = Line().add(activity[key])
        is_income = account["type"] in INCOME
        if to_date or not is_income or names is not INCOME:
            amount["as_recorded"] += opening[key]
        section, caption = account["section"], account["statement_line"]
        if is_income and names is not INCOME:
            section, caption = "equity", "Current-year earnings"
        elif is_income != (names is INCOME):
            continue
        sign = 1 if section.endswith("-asset") else -1
        lines[caption].add(amount, sign)
        by_section[section].add(amount, sign)
    for total, sections in TOTALS.items():
        lines[total] = Line()
        for section, amount in by_section.items():
            if sections is None or section in sections:
                lines[total].add(amount)
    return lines


def cash_flow(chart, opening, activity):
    """The indirect cash flow by line. The change of a caption is what its accounts explain beyond the charges."""
    lines, beginning = defaultdict(Line), ZERO
    for key in set(opening) | set(activity):
        account, moved = chart[key[0]], activity[key]
        if account.get("intercompany"):
            continue
        flow, caption = account["cash_flow_class"], account["statement_line"]
        if account["type"] in INCOME:
            lines["Net income (loss)"].add(moved, -1)
            lines["Net cash from operating activities"].add(moved, -1)
        if flow == "non-cash":
            contra = chart[account["cash_flow_contra"]]
            lines[account["name"]].add(moved)
            lines["Net cash from operating activities"].add(moved)
            lines[f"Change in {contra['statement_line']}"].add(moved, -1)
            lines[f"Net cash from {contra['cash_flow_class']} activities"].add(moved, -1)
        elif flow == "cash":
            beginning += opening[key]
            lines["Net change in cash"].add(moved)
        elif account["type"] not in INCOME:
            lines[f"Change in {caption}"].add(moved, -1)
            lines[f"Net cash from {flow} activities"].add(moved, -1)
    lines["Cash at beginning of period"]["as_recorded"] = beginning
    lines["Cash at end of period"] = Line().add(lines["Net change in cash"])
    lines["Cash at end of period"]["as_recorded"] += beginning
    return lines


class Comparison:
    def __init__(self):
        self.compared, self.differences = 0, []

    def figure(self, place, found, expected):
        self.compared += 1
        if number(found) != expected:
            self.differences.append(f"{place}: {found}, expected {expected}")

    def line(self, place, row, expected):
        for column in ("as_recorded", *KINDS.values()):
            if column in row:
                self.figure(f"{place} {column}", row[column], expected[column])
        self.figure(f"{place} as_adjusted", row["as_adjusted"], expected.adjusted())


def compare_quarter(book, terms, chart, packs, quarter, earlier_cash, found):
    """Compares one pack; gives its cash flow as adjusted, for the year to date."""
    pack = packs / quarter["quarter"] / "current"
    opening, activity = positions(book, packs, quarter["quarter"])
    outside = lambda account, _: not account.get("intercompany")
    income = statement(chart, opening, activity, outside, INCOME)
    balance = statement(chart, opening, activity, outside, None)
    cash = cash_flow(chart, opening, activity)
    cash_to_date = defaultdict(Line)
    for line in cash:
        cash_to_date[line].add(cash[line])
        for before in earlier_cash:
            if not line.startswith("Cash at"):
                cash_to_date[line]["as_recorded"] += before[line].adjusted()
    if earlier_cash:
        cash_to_date["Cash at beginning of period"] = earlier_cash[0]["Cash at beginning of period"]
    made = {
        "income-statement": income,
        "balance-sheet": balance,
        "cash-flow": cash,
        "income-statement-ytd": statement(chart, opening, activity, outside, INCOME, to_date=True),
        "cash-flow-ytd": cash_to_date,
    }
    seen = set()
    for row in read(pack / "statements.csv"):
        seen.add(row["statement"])
        place = f"{quarter['quarter']} {row['statement']} {row['line']}"
        found.line(place, row, made[row["statement"]][row["line"]])
    if seen != set(made):
        found.differences.append(f"{quarter['quarter']}: no {', '.join(sorted(set(made) - seen))}")
    compare_dimensions(terms, chart, opening, activity, quarter, pack, found)
    compare_measures(terms, chart, activity, income, balance, pack, found)
    return cash


def compare_dimensions(terms, chart, opening, activity, quarter, pack, found):
    wound = {brand for event in terms["events"] if event["date"] <= quarter["end"] for brand in event["brands"]}
    is_inside = lambda account: bool(account.get("intercompany"))
    members = {
        "wind-down": lambda key: "wind-down" if key[2] in wound else "continuing",
        "brand": lambda key: key[2],
        "segment": lambda key: key[3],
        "entity": lambda key: key[1],
    }
    made = {}
    for row in read(pack / "dimensions.csv"):
        which = (row["statement"], row["by"], row["member"])
        if which not in made:
            _, by, member = which
            if member == "eliminations":
                takes = lambda account, key: is_inside(account)
            elif member == "consolidated":
                takes = lambda account, key: not is_inside(account)
            else:
                takes = lambda account, key, by=by, member=member: (
                    members[by](key) == member and (by == "entity" or not is_inside(account))
                )
            names = INCOME if row["statement"] == "income-statement" else None
            made[which] = statement(chart, opening, activity, takes, names)
        expected = made[which][row["line"]]
        if row["member"] == "eliminations":
            expected = Line().add(expected, -1)
        found.line(f"{quarter['quarter']} {' '.join(which)} {row['line']}", row, expected)


def compare_measures(terms, chart, activity, income, balance, pack, found):
    place = f"{pack.parent.name}"
    rate, full = Decimal(terms["policies"]["tax_rate"]), terms["policies"]["valuation_allowance"]
    effects = defaultdict(lambda: ZERO)
    for key, moved in activity.items():
        account = chart[key[0]]
        if account["type"] in INCOME and account["section"] != "income-tax":
            effects[key[1:]] -= moved.adjusted() - moved["as_recorded"]
    before_tax = sum(effects.values(), ZERO)
    at_rate = sum((rounded(-effect * rate, 2) for effect in effects.values()), ZERO)
    allowance = -at_rate if full else ZERO
    expected = [before_tax, at_rate, allowance, at_rate + allowance]
    for row, amount in zip(read(pack / "tax.csv"), expected, strict=True):
        found.figure(f"{place} tax {row['line']}", row["amount"], amount)
    pretax = income["Income (loss) before income taxes"]
    for row in read(pack / "materiality.csv"):
        base = (balance if row["base"].startswith("Total") else income)[row["base"]].adjusted()
        part = pretax.adjusted() - pretax["as_recorded"] if row["kind"] == "all" else pretax[row["kind"]]
        where = f"{place} materiality {row['base']} {row['kind']}"
        found.figure(f"{where} amount", row["amount"], base)
        found.figure(f"{where} adjustments", row["adjustments"], part)
        if base:
            found.figure(f"{where} percent", row["percent"], rounded(divided(100 * part, abs(base)), 2))
    compare_margin(chart, activity, pack, found)


def compare_margin(chart, activity, pack, found):
    sales, cost, relief = (defaultdict(lambda: ZERO) for _ in range(3))
    for key, moved in activity.items():
        section = chart[key[0]]["section"]
        side = {"revenue": sales, "cost-of-goods-sold": cost}.get(section)
        if side is not None and not chart[key[0]].get("intercompany"):
            for at in (key[2:], ("total", "")):
                side[at] -= moved.adjusted()
    for row in read(pack / "inventory_reserve.csv"):
        for at in ((row["brand"], row["segment"]), ("total", "")):
            relief[at] += number(row["utilised_sale"])
    for row in read(pack / "margin.csv"):
        at = (row["brand"], row["segment"])
        profit = sales[at] + cost[at]
        expected = {
            "net_sales": sales[at],
            "cost_of_goods_sold": cost[at],
            "gross_profit": profit,
            "relief": relief[at],
            "gross_profit_without_relief": profit - relief[at],
        }
        if sales[at]:
            expected["gross_margin_rate"] = rounded(divided(profit, sales[at]), 4)
            expected["gross_margin_rate_without_relief"] = rounded(divided(profit - relief[at], sales[at]), 4)
        for column, amount in expected.items():
            found.figure(f"{pack.parent.name} margin {' '.join(at)} {column}", row[column], amount)


def compare_shares(shares, year, packs, found):
    """Amounts a share of the last quarter of `year`, the quarters of a fiscal year to date."""
    pack = packs / year[-1] / "current"
    lines = {(row["statement"], row["line"]): row for row in read(pack / "statements.csv")}
    for row in read(pack / "per_share.csv"):
        of = year if row["period"] == "year-to-date" else year[-1:]
        of_statement = "income-statement-ytd" if row["period"] == "year-to-date" else "income-statement"
        net = number(lines[of_statement, "Net income (loss)"][row["column"].replace("-", "_")])
        mean = lambda column, of=of: rounded(divided(sum(number(shares[q][column]) for q in of), len(of)), 4)
        count = mean("basic_shares")
        if row["measure"] == "diluted" and net >= 0:
            count += mean("incremental_shares")
        where = f"{year[-1]} {row['period']} {row['measure']} {row['column']}"
        found.figure(f"{where} net_income", row["net_income"], net)
        found.figure(f"{where} shares", row["shares"], count)
        found.figure(f"{where} per_share", row["per_share"], rounded(divided(net, count), 4))


def main(arguments):
    if len(arguments) != 2:
        print(__doc__)
        return 2
    book, packs = map(Path, arguments)
    terms = tomllib.loads((book / "closepack.toml").read_text(encoding="utf-8"))
    chart = {row["account"]: row for row in read(book / "chart_of_accounts.csv")}
    shares = {row["quarter"]: row for row in read(book / "shares.csv")}
    found, years = Comparison(), defaultdict(list)
    for quarter in read(book / "calendar.csv"):
        if (packs / quarter["quarter"] / "current").exists():
            year = years[quarter["fiscal_year"]]
            cash = compare_quarter(book, terms, chart, packs, quarter, [before for _, before in year], found)
            year.append((quarter["quarter"], cash))
            compare_shares(shares, [name for name, _ in year], packs, found)
    for difference in found.differences[:50]:
        print(difference)
    print(f"{found.compared} figures compared, {len(found.differences)} differences")
    return 1 if found.differences else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

#!/usr/bin/env python3
"""Writes the ledger of a generated book in the peers' own formats.

    python3 benches/exports.py parquet BOOK OUT_BOOK     the same book with ledger.parquet in the place of ledger.csv
    python3 benches/exports.py hledger BOOK FILE         a journal that hledger and ledger read
    python3 benches/exports.py beancount BOOK FILE

The plain-text formats know no entities: they get a transaction for each entry and entity, so that what they prove is
what closepack proves. They need a ledger in order.
"""

import csv
import shutil
import sys
from itertools import groupby
from pathlib import Path

QUARTER = "2004-Q1"
ROOTS = {"1": "Assets", "2": "Liabilities", "3": "Equity", "4": "Income", "5": "Expenses", "6": "Expenses",
         "7": "Expenses"}


def parquet(book: Path, out: Path) -> None:
    """A copy of the book whose ledger is Parquet: dates as dates, amounts as DECIMAL(18,2), the rest as text."""
    import duckdb  # the other formats do without it

    shutil.copytree(book, out, ignore=shutil.ignore_patterns("ledger.csv"), dirs_exist_ok=True)
    source, target = book / QUARTER / "ledger.csv", out / QUARTER / "ledger.parquet"
    duckdb.sql(f"""
        COPY (SELECT * FROM read_csv('{source}', header = true, auto_detect = false, quote = '"',
                  columns = {{'journal_id': 'VARCHAR', 'journal_line': 'INTEGER', 'effective_date': 'DATE',
                    'entity': 'VARCHAR', 'account': 'VARCHAR', 'brand': 'VARCHAR', 'segment': 'VARCHAR',
                    'description': 'VARCHAR', 'debit': 'DECIMAL(18,2)', 'credit': 'DECIMAL(18,2)',
                    'currency': 'VARCHAR'}}))
        TO '{target}' (FORMAT parquet, COMPRESSION zstd)""")


def transactions(book: Path):
    """The day, id, description and lines of each entry and entity, in the ledger's order."""
    with (book / QUARTER / "ledger.csv").open(newline="") as file:
        for (identity, _), rows in groupby(csv.DictReader(file), lambda row: (row["journal_id"], row["entity"])):
            rows = list(rows)
            yield rows[0]["effective_date"], identity, rows[0]["description"], rows


def account(row: dict) -> str:
    """An account and its dimension as one name, such as `Assets:A1000:IAA:JOES:APPAREL`."""
    parts = (f"A{row['account']}", row["entity"], row["brand"], row["segment"].upper())
    return ":".join((ROOTS[row["account"][0]], *parts))


def amount(row: dict) -> str:
    """The signed amount, debit positive."""
    return row["debit"] or f"-{row['credit']}"


def hledger(book: Path, out: Path) -> None:
    """A journal of hledger and ledger."""
    with out.open("w") as file:
        for day, identity, text, rows in transactions(book):
            file.write(f"{day} ({identity}) {text}\n")
            file.writelines(f"    {account(row)}  {amount(row)} USD\n" for row in rows)
            file.write("\n")


def beancount(book: Path, out: Path) -> None:
    """A file of beancount, with the directives that open its accounts."""
    opened = sorted({account(row) for *_, rows in transactions(book) for row in rows})
    with out.open("w") as file:
        file.writelines(f"2003-11-30 open {name} USD\n" for name in opened)
        for day, identity, text, rows in transactions(book):
            file.write(f'\n{day} * "{identity}" "{text}"\n')
            file.writelines(f"  {account(row)}  {amount(row)} USD\n" for row in rows)


def main() -> None:
    """Writes one export."""
    writers = {"parquet": parquet, "hledger": hledger, "beancount": beancount}
    if len(sys.argv) != 4 or sys.argv[1] not in writers:
        sys.exit(__doc__)
    writers[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))


if __name__ == "__main__":
    main()

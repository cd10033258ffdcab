#!/usr/bin/env python3
"""Writes a book with a large ledger, for measuring. Every line of the ledger is invented, from a seed.

    python3 benches/generate.py --out DIR [--lines 10000000] [--order sorted|interleaved|shuffled] [--jobs N] [--seed N]

DIR becomes a book that `closepack check --quarter 2004-Q1` takes: the embedded book's configuration, tables, subledgers
and opening balances, and a ledger of its own. The ledger's entries have 2 to 12 lines and balance in each entity; its
accounts and dimensions are the embedded book's. It does not tie to the subledgers, so closepack ends with exit code 1.

The same arguments give the same bytes, whatever the number of jobs. Memory does not grow with the number of lines.
"""

import argparse
import math
import os
import random
import re
import shutil
import sys
import tempfile
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

EMBEDDED = Path(__file__).resolve().parent.parent / "data" / "book"
QUARTER = "2004-Q1"
HEADER = "journal_id,journal_line,effective_date,entity,account,brand,segment,description,debit,credit,currency\n"
NOTICE = "Made for measuring: every line of the ledger is invented, and it does not tie to the subledgers."

# ---------------------------------------------------------------- what is posted where

APPAREL = [f"IAA {brand} apparel" for brand in ("JOES", "PRIVATE", "FETISH", "SHAGO")]
ACCESSORIES = [f"II {brand} accessories" for brand in ("CRAFT", "FETISH")]
UNALLOCATED = {"IAA": "IAA CORP corporate", "II": "II CORP corporate", "INNO": "INNO CORP corporate"}
EXPENSES = ["6020", "6030", "6040", "6050", "6060", "6070", "6080", "6100"]

# How many of a thousand entries are of each journal and number of parts (lines on the side that is split).
MIX = {
    "AR": {1: 230, 2: 60, 3: 25, 4: 12, 5: 8},
    "AP": {1: 110, 2: 55, 3: 30, 4: 20, 5: 12, 6: 8, 7: 5, 8: 4, 9: 3, 10: 2, 11: 2},
    "CR": {1: 70, 2: 30, 4: 20, 8: 8, 11: 4},
    "CD": {1: 60, 2: 25, 3: 15, 6: 6},
    "PJ": {1: 40, 2: 20, 4: 10},
    "PY": {3: 15, 6: 10, 11: 5},
    "GL": {1: 30, 2: 14, 5: 6},
    "IC": {1: 26},
}
DECK_ENTRIES = 20 * 1000  # a chunk of the ledger: the mix twenty times over, in an order of its own
VARIANTS = 48  # spreads over dimensions and accounts for each journal and number of parts
WORDS = {"AR": "Invoice", "AP": "Voucher", "CR": "Receipt", "CD": "Check", "PJ": "Goods", "PY": "Payroll",
         "GL": "Journal", "IC": "Fee"}
NAMES = ["Apex", "Bay", "Crest", "Delta", "Elm & Co", "Fox", "Grand", "Hill", "Iris", "Juno", "Kent", "Lark", "Mesa",
         "Nova", "Oak", "Pike", "Quay", "Rex", "Sage", "Tate", "Umber", "Vale", "West", "Yale", "Zephyr"]
QUOTED_EACH = 8  # one description in so many has a comma, and so needs quotes
OPEN_ENTRIES = 50  # entries that are open at a time in an interleaved ledger
BUCKET_LINES = 500_000  # lines of a shuffled ledger that are in memory at a time


@dataclass(frozen=True)
class Posting:
    """A line of an entry before it has its amount: `slot` is the place of that among the entry's amounts."""

    dimension: str
    account: str
    side: str
    slot: int


@dataclass(frozen=True)
class Template:
    """Lines of an entry, to be filled with its id, day, description and amounts.

    `groups` says how the amounts are made: each group has that many parts, and their total where they are several.
    """

    lines: tuple[str, ...]
    groups: tuple[int, ...]


def template(groups: list[list[Posting]]) -> Template:
    """The text of the lines; the amounts of each group follow those of the group before."""
    lines, counts, first = [], [], 3
    for group in groups:
        for posting in group:
            entity, brand, segment = posting.dimension.split()
            amount = f"{{{first + posting.slot}}}"
            sides = f"{amount}," if posting.side == "debit" else f",{amount}"
            number = len(lines) + 1
            lines.append(f"{{0}},{number},{{1}},{entity},{posting.account},{brand},{segment},{{2}},{sides},USD\n")
        parts = len({posting.slot for posting in group})
        counts.append(max(1, parts - 1))
        first += parts
    return Template(tuple(lines), tuple(counts))


def split(parts: list[tuple[str, str]], side: str, total: tuple[str, str]) -> list[Posting]:
    """Parts on one side, each a dimension and an account, and their total on the other."""
    other = "credit" if side == "debit" else "debit"
    postings = [Posting(*part, side, slot) for slot, part in enumerate(parts)]
    return [*postings, Posting(*total, other, len(parts) if len(parts) > 1 else 0)]


def entry(rng: random.Random, journal: str, parts: int) -> Template:
    """One way in which a journal posts an entry of so many parts."""
    entity = rng.choices(["IAA", "II"], [7, 3])[0]
    brands = rng.choices(APPAREL if entity == "IAA" else ACCESSORIES, k=parts)
    central = UNALLOCATED[entity]
    if journal == "AR":
        sales = split([(brand, "4000") for brand in brands], "credit", (brands[0], "1100"))
        costs = split([(brand, "5000") for brand in brands], "debit", (brands[0], "1300"))
        return template([sales, costs])
    if journal == "IC":
        head = UNALLOCATED["INNO"]
        fee = split([(head, "4900")], "credit", (head, "1180"))
        charge = split([(central, "6900")], "debit", (central, "2180"))
        # The fee of one is the charge of the other: both groups have one amount, the same.
        return template([fee + charge])
    if journal == "GL" and rng.random() < 0.3:
        head = UNALLOCATED["INNO"]
        return template([split([(head, rng.choice(EXPENSES)) for _ in brands], "debit", (head, "2000"))])
    side, account, other = {
        "AP": ("debit", None, "2000"),
        "CR": ("credit", "1100", "1000"),
        "CD": ("debit", "2000", "1000"),
        "PJ": ("debit", "1300", "2000"),
        "PY": ("debit", "6000", "1000"),
        "GL": ("debit", None, "2200"),
    }[journal]
    lines = [(central if account == "2000" else brand, account or rng.choice(EXPENSES)) for brand in brands]
    return template([split(lines, side, (central, other))])


# ---------------------------------------------------------------- entries

class Ledger:
    """The ledger as chunks that can be made apart from each other, in any process."""

    def __init__(self, lines: int, seed: int):
        self.lines, self.seed = lines, seed
        rng = random.Random(seed)
        self.kinds = [(journal, parts) for journal, mix in MIX.items() for parts in mix]
        self.templates = {kind: [entry(rng, *kind) for _ in range(VARIANTS)] for kind in self.kinds}
        self.deck = [kind for kind in self.kinds for _ in range(MIX[kind[0]][kind[1]] * DECK_ENTRIES // 1000)]
        self.chunk_lines = sum(self.size(kind) for kind in self.deck)
        self.chunks = -(-lines // self.chunk_lines)
        self.per_chunk = {journal: sum(kind[0] == journal for kind in self.deck) for journal in MIX}
        # Amounts in cents: most of some hundred, few of many thousand.
        self.amounts = [int(100 * math.exp(rng.gauss(6.2, 1.3))) + 100 for _ in range(1 << 13)]
        self.days = working_days(date(2003, 12, 1), date(2004, 2, 27))

    def size(self, kind: tuple[str, int]) -> int:
        """Lines of an entry."""
        return len(self.templates[kind][0].lines)

    def entries(self, index: int):
        """The entries of a chunk, each as a list of lines."""
        rng = random.Random(self.seed * 1_000_003 + index)
        deck = self.deck.copy()
        rng.shuffle(deck)
        numbers = {journal: count * index for journal, count in self.per_chunk.items()}
        written = index * self.chunk_lines
        left = min(self.chunk_lines, self.lines - written)
        # A chunk that is cut short is filled to the line by vouchers, which have every size.
        for kind in deck + [("AP", parts) for parts in range(11, 0, -1)] * 2:
            if left == 0:
                return
            size = self.size(kind)
            if size != left and size > left - 2:
                continue
            numbers[kind[0]] += 1
            day = self.days[(written * len(self.days)) // self.lines]
            yield self.entry(rng, kind, numbers[kind[0]], day)
            written, left = written + size, left - size

    def entry(self, rng: random.Random, kind: tuple[str, int], number: int, day: str) -> list[str]:
        """One entry's lines."""
        bits = rng.getrandbits(32)
        form = self.templates[kind][bits % VARIANTS]
        journal, name = kind[0], NAMES[(bits >> 8) % len(NAMES)]
        text = f"{WORDS[journal]} {bits % 900_000 + 100_000} {name}"
        if number % QUOTED_EACH == 0:
            text = f'"{WORDS[journal]} {bits % 900_000 + 100_000}, {name}"'
        amounts = self.parts(rng, form.groups)
        identity = f"{journal}-2004Q1-{number:08d}"
        return [line.format(identity, day, text, *amounts) for line in form.lines]

    def parts(self, rng: random.Random, groups: tuple[int, ...]) -> list[str]:
        """The amounts of an entry, as text: of each group the parts and, where they are several, their total."""
        texts = []
        for count in groups:
            draws = [rng.getrandbits(32) for _ in range(count)]
            cents = [self.amounts[draw & 0x1FFF] + (draw >> 13) % 9973 for draw in draws]
            if count > 1:
                cents.append(sum(cents))
            texts += ["%d.%02d" % divmod(amount, 100) for amount in cents]
        return texts


def working_days(first: date, last: date) -> list[str]:
    """Mondays to Fridays, both ends counted."""
    days = (first + timedelta(days) for days in range((last - first).days + 1))
    return [day.isoformat() for day in days if day.weekday() < 5]


# ---------------------------------------------------------------- orders

@cache
def ledger(lines: int, seed: int) -> Ledger:
    """The ledger of a process: made once in each."""
    return Ledger(lines, seed)


def sorted_chunk(lines: int, seed: int, index: int) -> bytes:
    """A chunk in order."""
    return "".join(line for entry in ledger(lines, seed).entries(index) for line in entry).encode()


def interleaved_chunk(lines: int, seed: int, index: int) -> bytes:
    """A chunk whose entries are open many at a time, each with its lines in order."""
    rng = random.Random(seed * 1_000_033 + index)
    waiting = ledger(lines, seed).entries(index)
    open_entries, written = [], []
    for entry in waiting:
        open_entries.append(iter(entry))
        while len(open_entries) == OPEN_ENTRIES:
            step(rng, open_entries, written)
    while open_entries:
        step(rng, open_entries, written)
    return "".join(written).encode()


def step(rng: random.Random, open_entries: list, written: list[str]) -> None:
    """Writes the next line of one of the open entries, or closes it."""
    at = int(rng.random() * len(open_entries))
    line = next(open_entries[at], None)
    if line is None:
        open_entries[at] = open_entries[-1]
        open_entries.pop()
    else:
        written.append(line)


def dealt_chunk(lines: int, seed: int, index: int, buckets: int) -> list[bytes]:
    """A chunk dealt at random to buckets."""
    rng = random.Random(seed * 1_000_037 + index)
    dealt = [[] for _ in range(buckets)]
    for entry in ledger(lines, seed).entries(index):
        for line in entry:
            dealt[int(rng.random() * buckets)].append(line)
    return ["".join(lines).encode() for lines in dealt]


def shuffled_bucket(path: Path, seed: int, index: int) -> bytes:
    """A bucket's lines in random order."""
    lines = path.read_bytes().splitlines(keepends=True)
    random.Random(seed * 1_000_039 + index).shuffle(lines)
    path.unlink()
    return b"".join(lines)


# ---------------------------------------------------------------- files

def in_order(pool: ProcessPoolExecutor, jobs: int, task, calls):
    """The results of calls in their order, never more under way than the jobs can use."""
    running = deque()
    for call in calls:
        running.append(pool.submit(task, *call))
        if len(running) > 2 * jobs:
            yield running.popleft().result()
    while running:
        yield running.popleft().result()


def write_ledger(path: Path, lines: int, order: str, seed: int, jobs: int) -> None:
    """Writes a ledger of so many lines."""
    chunks = ledger(lines, seed).chunks
    calls = [(lines, seed, index) for index in range(chunks)]
    with ProcessPoolExecutor(jobs) as pool, path.open("wb") as file:
        file.write(HEADER.encode())
        if order == "shuffled":
            write_shuffled(pool, file, path.parent, calls, jobs)
        else:
            task = sorted_chunk if order == "sorted" else interleaved_chunk
            for text in in_order(pool, jobs, task, calls):
                file.write(text)


def write_shuffled(pool: ProcessPoolExecutor, file, folder: Path, calls: list[tuple], jobs: int) -> None:
    """Deals the lines to files, then shuffles each."""
    lines, seed, _ = calls[0]
    buckets = -(-lines // BUCKET_LINES)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        paths = [Path(scratch) / str(bucket) for bucket in range(buckets)]
        for dealt in in_order(pool, jobs, dealt_chunk, ((*call, buckets) for call in calls)):
            for path, text in zip(paths, dealt):
                with path.open("ab") as bucket:
                    bucket.write(text)
        for text in in_order(pool, jobs, shuffled_bucket, ((path, seed, at) for at, path in enumerate(paths))):
            file.write(text)


def write_book(out: Path) -> None:
    """Copies all of a book but its ledger."""
    (out / QUARTER).mkdir(parents=True, exist_ok=True)
    for source in [*EMBEDDED.glob("*.csv"), *(EMBEDDED / QUARTER).glob("*.csv")]:
        if source.name != "ledger.csv":
            shutil.copyfile(source, out / source.relative_to(EMBEDDED))
    config = (EMBEDDED / "closepack.toml").read_text()
    (out / "closepack.toml").write_text(re.sub(r"(?m)^notice = .*$", f'notice = "{NOTICE}"', config, count=1))


def main() -> None:
    """Writes a book as the arguments ask."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, help="folder of the book")
    parser.add_argument("--lines", type=int, default=10_000_000, help="lines of the ledger, 2 or more")
    parser.add_argument("--order", choices=["sorted", "interleaved", "shuffled"], default="sorted")
    parser.add_argument("--seed", type=int, default=2004)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    args = parser.parse_args()
    if args.lines < 2:
        sys.exit("a ledger has 2 lines or more")
    write_book(args.out)
    write_ledger(args.out / QUARTER / "ledger.csv", args.lines, args.order, args.seed, args.jobs)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Measures closepack against its peers on the same ledgers, in one run, and prints Markdown.

    python3 benches/run.py [--write-readme]

Needs a release build of closepack and what benches/requirements.txt names. Parts of the run: `--only csv,parquet,small,
ways,series,items`; smaller ledgers: `--lines N`; fewer items: `--items N`. The ledgers are made below `--work` and taken away at the end; the series to
100 million lines needs 10 GB there.

Each run of a peer follows a run of closepack on the same ledger. Ratios are medians over those pairs.
"""

import argparse
import csv
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

sys.dont_write_bytecode = True
from measure import Run, floor, machine, medians, run  # noqa: E402

HERE = Path(__file__).resolve().parent
README = HERE / "README.md"
MARKS = ("<!-- measured: begin -->", "<!-- measured: end -->")
QUARTER = "2004-Q1"
SMALL_LINES = 100_000
SHUFFLED_MILLIONS_MAX = 10
GB_PER_MILLION = 0.09
ROW = "| {} | {} | {} | {} | {} |\n"


@dataclass
class Contender:
    """A command that is measured; a trial balance that it writes is compared with closepack's."""

    name: str
    command: list[str]
    balance: Path | None = None
    accepted: tuple[int, ...] = (0,)
    runs: list[Run] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)


class Bench:
    """One run of the bench: where its files are, and what it was asked."""

    def __init__(self, args: argparse.Namespace, work: Path):
        self.args, self.work = args, work
        self.missing: list[str] = []

    # ------------------------------------------------------------ what is measured

    def book(self, lines: int, order: str = "sorted") -> Path:
        """A generated book with a CSV ledger, made once."""
        out = self.work / f"{order}-{lines}"
        if not out.exists():
            say(f"making {lines:,} lines, {order}")
            script("generate.py", "--out", out, "--lines", lines, "--order", order)
        return out

    def export(self, kind: str, book: Path) -> Path:
        """The same ledger in a peer's format, made once."""
        out = book.with_name(f"{book.name}-{kind}")
        if not out.exists():
            say(f"writing {kind}")
            script("exports.py", kind, book, out)
        return out

    def closepack(self, book: Path) -> Contender:
        """The whole close of the quarter, published nowhere."""
        return Contender("closepack", self.close(book, "check"), accepted=(0, 1))

    def close(self, book: Path, command: str) -> list[str]:
        """A command of closepack on a book."""
        out = str(self.work / "packs" / book.name)
        return [str(self.args.closepack), command, "--book", str(book), "--quarter", QUARTER, "--out", out,
                "--as-of", "2005-01-01"]

    def peer(self, name: str, module: str, ledger: Path, way: str | None = None) -> list[Contender]:
        """A peer that is a script here, in its fastest way unless one is named; none where its package is missing."""
        if not installed(module):
            self.missing.append(module)
            return []
        balance = self.work / f"{module}-{way}-{ledger.suffix[1:]}.out"
        command = [sys.executable, str(HERE / "peers" / f"{module}_ledger.py"), str(ledger), str(balance)]
        return [Contender(name, command + (["--way", way] if way else []), balance)]

    def tool(self, name: str, *command: str | Path) -> list[Contender]:
        """A peer that is a program; none where it is missing."""
        if shutil.which(command[0]) is None:
            self.missing.append(command[0])
            return []
        return [Contender(name, [str(word) for word in command])]

    # ------------------------------------------------------------ measuring

    def table(self, title: str, book: Path, peers: list[Contender]) -> str:
        """Measures peers in pairs with closepack, and says it as a table."""
        own = self.closepack(book) if self.args.closepack else None
        for contender in [own, *peers] if own else peers:
            say(f"warming up: {contender.name}")
            self.once(contender)
        self.compare(book, peers)
        for number in range(self.args.rounds):
            say(f"{title}: round {number + 1} of {self.args.rounds}")
            for peer in peers:
                self.pair(own, peer)
        rows = [row(contender) for contender in ([own] if own else []) + peers]
        head = ROW.format(title, "wall", "CPU", "peak memory", "wall, in closepack's")
        return f"{head}|---|---:|---:|---:|---:|\n{''.join(rows)}"

    def pair(self, own: Contender | None, peer: Contender) -> None:
        """One run of closepack and one of a peer."""
        before = self.once(own) if own else None
        after = self.once(peer)
        if own and before:
            own.runs.append(before)
            peer.ratios.append(after.wall / before.wall)
        peer.runs.append(after)

    def once(self, contender: Contender) -> Run:
        """One run; ends the bench where it fails."""
        log = self.work / "said.log"
        took = run(contender.command, log)
        if took.status not in contender.accepted:
            tail = log.read_text(errors="replace")[-2000:]
            sys.exit(f"{contender.name} ended with {took.status}: {' '.join(contender.command)}\n{tail}")
        if contender.balance and log.read_text().split()[:1] != ["0"]:
            sys.exit(f"{contender.name} does not find that every entry balances")
        return took

    def compare(self, book: Path, peers: list[Contender]) -> None:
        """Ends the bench unless all trial balances are the same to the cent, closepack's among them."""
        found = {peer.name: trial_balance(peer.balance) for peer in peers if peer.balance}
        if self.args.closepack and found:
            self.once(Contender("closepack run", self.close(book, "run"), accepted=(0, 1)))
            pack = self.work / "packs" / book.name
            found["closepack"] = trial_balance(pack / QUARTER / "current" / "trial_balance.csv")
            shutil.rmtree(pack)
        names = sorted(found)
        for one, other in zip(names, names[1:]):
            if found[one] != found[other]:
                sys.exit(f"the trial balances of {one} and {other} differ")

    # ------------------------------------------------------------ the parts

    def csv(self) -> str:
        """A large CSV ledger against the engines."""
        ledger = self.book(self.args.lines) / QUARTER / "ledger.csv"
        peers = self.peer("DuckDB", "duckdb", ledger) + self.peer("polars, streaming", "polars", ledger)
        return self.table(f"CSV, {self.args.lines:,} lines, {size(ledger)}", self.book(self.args.lines), peers)

    def parquet(self) -> str:
        """The same ledger in Parquet."""
        book = self.export("parquet", self.book(self.args.lines))
        ledger = book / QUARTER / "ledger.parquet"
        peers = self.peer("DuckDB", "duckdb", ledger) + self.peer("polars, streaming", "polars", ledger)
        return self.table(f"Parquet, {self.args.lines:,} lines, {size(ledger)}", book, peers)

    def small(self) -> str:
        """A small ledger against the plain-text accounting tools."""
        book = self.book(SMALL_LINES)
        journal, beans = self.export("hledger", book), self.export("beancount", book)
        peers = self.tool("hledger balance", "hledger", "-f", journal, "balance")
        peers += self.tool("ledger balance", "ledger", "-f", journal, "balance")
        peers += self.tool("bean-check", "bean-check", "--no-cache", beans)
        return self.table(f"{SMALL_LINES:,} lines", book, peers)

    def ways(self) -> str:
        """The peers' other ways of asking the same, to show that the fastest was taken."""
        book = self.book(self.args.lines)
        files = [book / QUARTER / "ledger.csv", self.export("parquet", book) / QUARTER / "ledger.parquet"]
        peers = []
        for ledger in files:
            for module, ways in {"duckdb": ("two", "sets", "table", "enum"), "polars": ("two", "all")}.items():
                for way in ways:
                    if way != "enum" or ledger.suffix == ".csv":
                        peers += self.peer(f"{module} `{way}`, {ledger.suffix[1:]}", module, ledger, way)
        kept, self.args.closepack = self.args.closepack, None
        text = self.table(f"The peers' ways, {self.args.lines:,} lines", book, peers)
        self.args.closepack = kept
        return text

    def series(self) -> str:
        """closepack alone on ledgers of growing length."""
        if not self.args.closepack:
            return ""
        text = "| order | lines | wall | CPU | peak memory | lines a second | time a line, against the least |\n"
        text += "|---|---:|---:|---:|---:|---:|---:|\n"
        for order in ("sorted", "shuffled"):
            longest = SHUFFLED_MILLIONS_MAX if order == "shuffled" else max(self.args.series)
            text += self.grown(order, [millions for millions in self.args.series if millions <= longest])
        return text

    def grown(self, order: str, series: list[int]) -> str:
        """The rows of one order."""
        measured = {}
        for millions in series:
            if shutil.disk_usage(self.work).free / 1e9 < 2.5 * GB_PER_MILLION * millions:
                say(f"no room for {millions} million lines")
                continue
            lines = millions * 1_000_000
            kept = (self.work / f"{order}-{lines}").exists()
            contender = self.closepack(self.book(lines, order))
            self.once(contender)
            measured[lines] = medians([self.once(contender) for _ in range(self.args.rounds)])
            if not kept:
                shutil.rmtree(self.book(lines, order))
        least = min((took.wall / lines for lines, took in measured.items()), default=0)
        return "".join(
            f"| {order} | {lines:,} | {took.wall:.2f} s | {took.cpu:.2f} s | {took.peak:.0f} MB "
            f"| {lines / took.wall:,.0f} | {100 * (took.wall / lines / least - 1):+.0f} % |\n"
            for lines, took in measured.items()
        )

    def items(self) -> str:
        """A large inventory: what all that follows takes against the reading of it."""
        if not self.args.closepack:
            return ""
        book, count = self.work / f"items-{self.args.items}", f"{self.args.items:,} items"
        if not book.exists():
            say(f"making {count}")
            script("skus.py", book, self.args.items)
        spoiled = self.spoiled(book)
        out = self.work / "packs" / book.name
        shutil.rmtree(out, ignore_errors=True)

        def step(name: str, command: str, quarter: str, of: Path, accepted: tuple[int, ...]) -> Contender:
            words = [command, "--book", of, "--quarter", quarter, "--out", out, "--as-of", "2005-01-01"]
            return Contender(name, [str(word) for word in (self.args.closepack, *words)], accepted=accepted)

        first, second = "2004-Q1", "2004-Q2"
        steps = [
            step("first quarter, read", "check", first, spoiled, (3,)),
            step("first quarter, the whole run", "run", first, book, (0, 1)),
            step("second quarter, the pack before and the sources read", "check", second, spoiled, (3,)),
            step("second quarter, the whole run", "run", second, book, (0, 1)),
        ]
        for number in range(self.args.rounds + 1):
            say(f"{count}: round {number} of {self.args.rounds}" if number else f"warming up: {count}")
            shutil.rmtree(out, ignore_errors=True)
            # What the round before has written must not be on its way to the disk.
            subprocess.run(["sync"], check=True)
            took = [self.once(contender) for contender in steps]
            for contender, one in zip(steps, took) if number else ():
                contender.runs.append(one)
                before = {steps[1].name: 0, steps[3].name: 2}.get(contender.name)
                if before is not None:
                    contender.ratios.append((one.wall - took[before].wall) / took[0].wall)
        shutil.rmtree(out)
        text = ROW.format(f"{count}, {size(book / second / 'inventory.csv')}", "wall", "CPU", "peak memory",
                          "what follows the reading, in readings")
        rows = [row(contender) if contender.ratios else row(contender, "") for contender in steps]
        return f"{text}|---|---:|---:|---:|---:|\n{''.join(rows)}"

    def spoiled(self, book: Path) -> Path:
        """The same book with a fault in the last row of each inventory: its run ends when all is read."""
        out = book.with_name(f"{book.name}-spoiled")
        if not out.exists():
            shutil.copytree(book, out)
            for inventory in out.glob("*/inventory.csv"):
                # The end alone is read: what this process holds at most shows in the figures of those that it starts.
                with inventory.open("r+b") as file:
                    file.seek(-4096, os.SEEK_END)
                    end = file.read()
                    at = end.rindex(b"\n", 0, -1) + 1
                    fields = end[at:].split(b",")
                    # The scrap value, counted from the end: a description before it may have commas.
                    fields[-4] = b"?"
                    file.seek(at - len(end), os.SEEK_END)
                    file.truncate()
                    file.write(b",".join(fields))
        return out

    # ------------------------------------------------------------ the report

    def report(self) -> str:
        """The whole run as Markdown."""
        head = [f"- {line}" for line in [*machine(), self.versions(), f"{self.args.rounds} pairs after a warm-up; "
                f"files in the page cache; {self.start_up()}"]]
        parts = [getattr(self, part)() for part in self.args.only]
        head.append(f"- peaks below {floor():.0f} MB would be the measuring program's own")
        if self.missing:
            head.append(f"- not installed, so not measured: {', '.join(sorted(set(self.missing)))}")
        return "\n".join(head) + "\n\n" + "\n".join(part for part in parts if part)

    def versions(self) -> str:
        """The version that each contender tells of itself."""
        programs = [[str(self.args.closepack), "--version"]] if self.args.closepack else []
        programs += [[name, "--version"] for name in ("hledger", "ledger", "bean-check") if shutil.which(name)]
        told = [said(command).splitlines()[0] for command in programs]
        modules = [f"{name} {module_version(name)}" for name in ("duckdb", "polars") if installed(name)]
        return "; ".join([re.sub(r", (linux.*|the command.*)", "", line) for line in told] + modules)

    def start_up(self) -> str:
        """What of the engines' wall is Python's start and the import."""
        log, words = self.work / "said.log", []
        for module in filter(installed, ("duckdb", "polars")):
            runs = [run([sys.executable, "-c", f"import {module}"], log) for _ in range(self.args.rounds + 1)]
            words.append(f"{medians(runs[1:]).wall:.2f} s for {module}")
        return "Python's start and import, within the engines' figures, " + " and ".join(words)


# ---------------------------------------------------------------- small helpers

def row(contender: Contender, ratio: str = "1") -> str:
    """A contender's row; the ratio is what is given where it has none."""
    took = medians(contender.runs)
    if contender.ratios or contender.name != "closepack" and ratio:
        ratios = contender.ratios
        ratio = f"{median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})" if ratios else ""
    return ROW.format(contender.name, f"{took.wall:.2f} s", f"{took.cpu:.2f} s", f"{took.peak:.0f} MB", ratio)


def trial_balance(path: Path) -> dict[tuple[str, ...], tuple[int, int]]:
    """Debits and credits in cents by entity, account, brand and segment; without rows where nothing moved."""
    with path.open(newline="") as file:
        key = ("entity", "account", "brand", "segment")
        sums = {
            tuple(line[name] for name in key): (cents(line["debits"]), cents(line["credits"]))
            for line in csv.DictReader(file)
        }
    return {key: value for key, value in sums.items() if value != (0, 0)}


def cents(text: str) -> int:
    """An amount in cents; nothing is none."""
    whole, _, part = text.partition(".")
    return int(f"{whole or 0}{part:0<2}")


def script(name: str, *words: object) -> None:
    """Runs one of the bench's scripts."""
    subprocess.run([sys.executable, str(HERE / name), *map(str, words)], check=True)


def said(command: list[str]) -> str:
    """What a command prints."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def installed(module: str) -> bool:
    """Whether this Python has a package."""
    return subprocess.run([sys.executable, "-c", f"import {module}"], capture_output=True).returncode == 0


def module_version(module: str) -> str:
    """A package's version, asked for in a process of its own so that this one stays small."""
    return said([sys.executable, "-c", f"import {module}; print({module}.__version__)"]).strip()


def size(path: Path) -> str:
    """A file's size in MB."""
    return f"{path.stat().st_size / 1e6:,.0f} MB"


def say(text: str) -> None:
    """Tells how far the run is."""
    print(text, file=sys.stderr, flush=True)


def write_readme(text: str) -> None:
    """Puts the report in the README's block."""
    readme = README.read_text()
    first, last = (readme.index(mark) for mark in MARKS)
    README.write_text(f"{readme[:first]}{MARKS[0]}\n{text}\n{readme[last:]}")


def arguments() -> argparse.Namespace:
    """What the run is asked."""
    parts = ["csv", "parquet", "small", "ways", "series", "items"]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--closepack", type=Path, default=HERE.parent / "target" / "release" / "closepack")
    parser.add_argument("--peers-only", action="store_true", help="without closepack, and so without ratios")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()), help="where the ledgers are made")
    parser.add_argument("--lines", type=int, default=10_000_000)
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", type=lambda text: text.split(","), default=parts, help=",".join(parts))
    parser.add_argument("--series", type=lambda text: [int(word) for word in text.split(",")],
                        default=[1, 3, 10, 30, 100], help="millions of lines")
    parser.add_argument("--write-readme", action="store_true", help="put the tables in benches/README.md")
    args = parser.parse_args()
    if wrong := set(args.only) - set(parts):
        parser.error(f"not a part of the run: {', '.join(sorted(wrong))}")
    if args.peers_only:
        args.closepack = None
    elif not args.closepack.exists():
        parser.error(f"{args.closepack} is not there: cargo build --release --locked")
    return args


def main() -> None:
    """Measures and reports."""
    args = arguments()
    with tempfile.TemporaryDirectory(prefix="closepack-bench-", dir=args.work) as work:
        text = Bench(args, Path(work)).report()
    print(text)
    if args.write_readme:
        write_readme(text)


if __name__ == "__main__":
    main()

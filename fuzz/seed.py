#!/usr/bin/env python3
"""Writes the corpora that fuzzing starts from: the exports of tests/exports, good and bad, the book's own files, and
what was found before (found/<target>/). It leaves what is in corpus/ already.

    python3 fuzz/seed.py
"""

import csv
import gzip
import io
import json
import pathlib
import re
import shutil
import subprocess
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
EXPORTS = ROOT / "tests" / "exports"
BOOK = ROOT / "data" / "book"
QUARTER = BOOK / "2004-Q2"
PACK = ROOT / "tests" / "golden" / "2004-Q2"
# Lines of a good file that are enough to start from.
LINES = 8


def put(target, name, data):
    folder = HERE / "corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)


def head(path, lines=LINES):
    """The first lines of a file, as bytes."""
    return b"".join(path.read_bytes().splitlines(keepends=True)[:lines])


def listed(target, table):
    """A table in a target's source: the first byte of an input is a place in it."""
    text = (HERE / "targets" / f"{target}.rs").read_text(encoding="utf-8")
    return re.search(rf"const {table}.*?\];\n", text, re.S).group(0)


def ledger_exports():
    """Folders of the target's exports, in order; the last is the packed file that has none."""
    return re.findall(r"tests/exports/([a-z0-9-]+)/sources\.toml", listed("ledger", "EXPORTS"))


def export_file(folder):
    return next(path for path in sorted(folder.iterdir()) if path.name != "sources.toml")


def good_head(name, path):
    """A short good file: of text its first lines, of others what is like them."""
    if name == "canonical-gzip":
        return gzip.compress(head(EXPORTS / "canonical" / "ledger.csv"), 9, mtime=0)
    if name == "canonical-utf-16":
        text = path.read_bytes().decode("utf-16").splitlines(keepends=True)[:LINES]
        return b"\xff\xfe" + "".join(text).encode("utf-16-le")
    if name == "saf-t":
        text = path.read_text(encoding="utf-8")
        start, end = text.index("<GeneralLedgerEntries>"), text.index("</Transaction>")
        before = "<AuditFile><Header><DefaultCurrencyCode>USD</DefaultCurrencyCode></Header>"
        behind = "</Transaction></Journal></GeneralLedgerEntries></AuditFile>"
        return (before + text[start:end] + behind).encode()
    return head(path, LINES + 6 if name in ("sap-list", "quickbooks-journal") else LINES)


def ledgers():
    names = ledger_exports()
    for at, name in enumerate(names):
        put("ledger", f"good-{name}", bytes([at]) + good_head(name, export_file(EXPORTS / name)))
    layouts = {name: (EXPORTS / name / "sources.toml").read_text(encoding="utf-8") for name in names}
    for folder in sorted(path for path in (EXPORTS / "bad").iterdir() if path.is_dir()):
        sources = (folder / "sources.toml").read_text(encoding="utf-8")
        layout = re.search(r'layout = "([^"]+)"', sources).group(1)
        packed = ".gz" in sources
        at = next(at for at, name in enumerate(names)
                  if f'layout = "{layout}"' in layouts[name] and (".gz" in layouts[name]) == packed)
        data = export_file(folder).read_bytes()
        if layout == "saf-t":
            put("saft", folder.name, data)
        put("ledger", f"bad-{folder.name}", bytes([at]) + data)
    packer = shutil.which("zstd")
    if packer:
        short = head(EXPORTS / "canonical" / "ledger.csv")
        packed = subprocess.run([packer, "-c"], input=short, stdout=subprocess.PIPE, check=True).stdout
        put("ledger", "good-zstd", bytes([len(names)]) + packed)
    put("saft", "good", good_head("saf-t", export_file(EXPORTS / "saf-t")))
    prefixed = export_file(EXPORTS / "saf-t-prefixed").read_bytes()
    end = prefixed.index(b"</n1:Transaction>")
    put("saft", "prefixed", prefixed[:end] + b"</n1:Transaction></n1:Journal></n1:GeneralLedgerEntries></n1:AuditFile>")


def ledger_sums():
    """Decisions, of which any make a ledger: six bytes a line, or five."""
    for step in (1, 7, 30, 101):
        put("ledger_sums", f"step-{step}", bytes(at * step % 256 for at in range(120)))


def tables():
    for at, name in enumerate(["opening_balances", "inventory", "prepaid_advertising", "fixed_assets", "obligations",
                               "installments"]):
        put("subledger", name, bytes([at]) + head(QUARTER / f"{name}.csv"))
    for at, name in enumerate(["calendar", "chart_of_accounts", "shares", "comparatives"]):
        put("book_tables", name, bytes([at]) + (BOOK / f"{name}.csv").read_bytes()[:4096])
    names = re.findall(r'\("([a-z_]+\.csv)"', listed("prior_pack", "FILES"))
    for at, name in enumerate(names):
        put("prior_pack", name, bytes([at]) + head(PACK / name))


def configurations():
    put("configuration", "book", b"\0" + (BOOK / "closepack.toml").read_bytes())
    for folder in sorted(path for path in EXPORTS.iterdir() if (path / "sources.toml").exists()):
        put("configuration", folder.name, b"\1" + (folder / "sources.toml").read_bytes())
    for path in sorted((ROOT / "data" / "layouts").glob("*.toml")):
        # A preset as a layout of the book: its tables below the layout's name.
        text = re.sub(r"^(\[+)", r"\1layouts.own.", path.read_text(encoding="utf-8"), flags=re.M)
        put("configuration", f"preset-{path.stem}", b"\1[layouts.own]\n" + text.encode())


def values():
    texts = ["22828.36", "-1.5", "(1,234.50)", "$1,234.50", "22.828,36-", "000000000003000,00", "1'234.50",
             "2004-03-01", "20040301", "01.03.2004", "3/1/2004", "1 Mar 2004", "USD 5", "1 234,5"]
    for at, text in enumerate(texts):
        put("values", f"{at:02}", bytes([at % 10, 255, 255]) + text.encode())


def manifest():
    digest = "0" * 64
    value = {
        "format_version": 1, "closepack_version": "0.1.0", "company": "Acme", "quarter": "2004-Q2", "basis": "us-gaap",
        "scenario": "today", "run_id": "0" * 16,
        "inputs": [{"source": "ledger", "path": "2004-Q2/ledger.csv", "sha256": digest, "bytes": 1, "rows": 1,
                    "debit_total": "1.00", "credit_total": None}],
        "outputs": [{"path": "checks.csv", "sha256": digest, "bytes": 1, "rows": 1}],
        "prior": {"quarter": "2004-Q1", "run_id": "0" * 16, "manifest_sha256": digest},
    }
    put("manifest", "manifest", json.dumps(value).encode())


def cell(column, row, text):
    name = ""
    at = column + 1
    while at:
        at, rest = divmod(at - 1, 26)
        name = chr(65 + rest) + name
    text = text.replace("&", "&amp;").replace("<", "&lt;")
    return f'<c r="{name}{row}" t="inlineStr"><is><t>{text}</t></is></c>'


def workbook():
    """An inventory as the smallest workbook there is."""
    rows = csv.reader(io.StringIO(head(QUARTER / "inventory.csv", 4).decode()))
    sheet = "".join(f'<row r="{at}">' + "".join(cell(column, at, text) for column, text in enumerate(row)) + "</row>"
                    for at, row in enumerate(rows, 1))
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    types = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType='
                               '"application/vnd.openxmlformats-package.relationships+xml"/>'
                               f'<Override PartName="/xl/workbook.xml" ContentType="{types}.sheet.main+xml"/>'
                               f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{types}.worksheet+xml"/>'
                               '</Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
                       f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {space} xmlns:r="{office}"><sheets><sheet name="Inventory" sheetId="1" '
                           'r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
                                      f'Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f"<worksheet {space}><sheetData>{sheet}</sheetData></worksheet>",
    }
    for name, packing in [("deflated", zipfile.ZIP_DEFLATED), ("stored", zipfile.ZIP_STORED)]:
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w", packing) as archive:
            for path, text in parts.items():
                archive.writestr(zipfile.ZipInfo(path), text, packing)
        put("workbook", name, data.getvalue())


def sniffed():
    """Texts of the ledger's corpus and the workbooks, without the bytes that choose."""
    for path in sorted((HERE / "corpus" / "ledger").glob("good-*")):
        put("sniff", path.name, b"\0" + path.read_bytes()[1:])
    put("sniff", "inventory", b"\1" + head(QUARTER / "inventory.csv"))
    for path in sorted((HERE / "corpus" / "workbook").iterdir()):
        put("sniff", f"workbook-{path.name}", b"\3" + path.read_bytes())


def parquet():
    """Needs pyarrow; without it the fuzzer starts from nothing, and learns little."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        print("no pyarrow: the corpus of parquet is left empty")
        return
    rows = list(csv.DictReader(io.StringIO(head(EXPORTS / "canonical" / "ledger.csv").decode())))
    table = pyarrow.table({name: [row[name] for row in rows] for name in rows[0]})
    plain = {"compression": "none", "use_dictionary": False}
    for name, options in [("plain", plain), ("packed", {"compression": "zstd"})]:
        data = io.BytesIO()
        pyarrow.parquet.write_table(table, data, **options)
        put("parquet", name, data.getvalue())


def found():
    """What was found before and mended must never be found again."""
    for path in sorted((HERE / "found").glob("*/*")):
        put(path.parent.name, f"found-{path.name}", path.read_bytes())


if __name__ == "__main__":
    for make in [ledgers, ledger_sums, tables, configurations, values, manifest, workbook, sniffed, parquet, found]:
        make()

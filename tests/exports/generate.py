#!/usr/bin/env python3
"""Writes one ledger in the shape of each system's export, and broken exports with one fault each.

Nothing here was exported by any system. Every file is made for the purpose of testing closepack: the entries are a
slice of the embedded book (data/book/2004-Q2/ledger.csv), and what a system adds to them (document numbers, users,
titles, customers' names) is invented. The same input gives the same files.

    python3 tests/exports/generate.py            writes every file beside this script
    python3 tests/exports/generate.py --check    compares instead; exits 1 where a file differs

README.md tells what each folder is shaped like.
"""

import collections
import csv
import datetime
import gzip
import io
import pathlib
import sys
import uuid
from xml.sax.saxutils import escape

HERE = pathlib.Path(__file__).resolve().parent
BOOK = HERE.parent.parent / "data" / "book"
QUARTER = "2004-Q2"
# Of each journal's entries, one in so many is in the slice.
STRIDE = 13
# Entries in a broken export.
BAD_ENTRIES = 12

CANONICAL = ["journal_id", "journal_line", "effective_date", "entity", "account", "brand", "segment", "description",
             "debit", "credit", "currency"]

Line = collections.namedtuple("Line", "journal_id number date entity account brand segment description debit credit")


# The slice

def cents(text):
    """A plain amount as whole cents; nothing for an empty text."""
    if not text:
        return 0
    whole, _, part = text.partition(".")
    return int(whole) * 100 + int(part.ljust(2, "0"))


def read_entries():
    """The slice as a list of entries, each a list of lines, in the order of the ledger."""
    with open(BOOK / QUARTER / "ledger.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    entries = collections.OrderedDict()
    for row in rows:
        date = datetime.date.fromisoformat(row["effective_date"])
        line = Line(row["journal_id"], int(row["journal_line"]), date, row["entity"], row["account"], row["brand"],
                    row["segment"], row["description"], cents(row["debit"]), cents(row["credit"]))
        entries.setdefault(line.journal_id, []).append(line)
    seen = collections.Counter()
    chosen = []
    for journal_id, lines in entries.items():
        if seen[journal(journal_id)] % STRIDE == 0:
            chosen.append(lines)
        seen[journal(journal_id)] += 1
    for lines in chosen:
        assert sum(line.debit - line.credit for line in lines) == 0, lines[0].journal_id
    return chosen


def read_chart():
    """Names of the accounts."""
    with open(BOOK / "chart_of_accounts.csv", encoding="utf-8", newline="") as file:
        return {row["account"]: row["name"] for row in csv.DictReader(file)}


def journal(journal_id):
    """The journal that an id of the embedded book starts with."""
    return journal_id.split("-", 1)[0]


ENTRIES = read_entries()
LINES = [line for lines in ENTRIES for line in lines]
CHART = read_chart()


# How values are written

def number(amount, decimal=".", thousands=""):
    """Cents as digits with two decimals and a leading minus."""
    whole, part = divmod(abs(amount), 100)
    digits = f"{whole:,}".replace(",", thousands)
    return f"{'-' if amount < 0 else ''}{digits}{decimal}{part:02}"


def filled(amount, **form):
    """As `number`; nothing for zero."""
    return number(amount, **form) if amount else ""


def american(amount, sign=""):
    """As reports print an amount: thousands separated, negative in parentheses."""
    text = sign + number(abs(amount), thousands=",")
    return f"({text})" if amount < 0 else text


def trailing(amount):
    """As German list downloads print an amount: the minus behind."""
    return number(abs(amount), decimal=",", thousands=".") + ("-" if amount < 0 else "")


MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def month_name(date):
    return MONTHS[date.month - 1]


# Writing

OUT = {}


def put(path, data):
    """Keeps a file, by its path below this folder."""
    assert path not in OUT, path
    OUT[path] = data


def delimited(rows, delimiter=",", ending="\n", quoting=csv.QUOTE_MINIMAL):
    """Rows as text."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=ending, quoting=quoting).writerows(rows)
    return text.getvalue()


def unquoted(rows, delimiter, ending="\n"):
    """Rows of a format that knows no quotes."""
    assert not any(delimiter in field or "\n" in field for row in rows for field in row)
    return "".join(delimiter.join(row) + ending for row in rows)


def toml_table(pairs):
    return "{ " + ", ".join(f'"{key}" = "{value}"' for key, value in pairs.items()) + " }"


# Canonical, and its dialects

def canonical_rows(lines=None, decimal=".", thousands="", date=lambda day: day.isoformat(), describe=lambda text: text):
    rows = [CANONICAL]
    for line in LINES if lines is None else lines:
        form = {"decimal": decimal, "thousands": thousands}
        rows.append([line.journal_id, str(line.number), date(line.date), line.entity, line.account, line.brand,
                     line.segment, describe(line.description), filled(line.debit, **form), filled(line.credit, **form),
                     "USD"])
    return rows


def canonical():
    put("canonical/ledger.csv", delimited(canonical_rows()).encode())
    put("canonical/sources.toml", b"[sources.ledger]\nfiles = \"ledger.csv\"\nlayout = \"canonical\"\n")


def canonical_semicolon():
    rows = canonical_rows(decimal=",", thousands=".", date=lambda day: day.strftime("%d.%m.%Y"))
    put("canonical-semicolon/ledger.csv", delimited(rows, delimiter=";").encode())
    put("canonical-semicolon/sources.toml", b"""[sources.ledger]
files = "ledger.csv"
layout = "canonical"

[sources.ledger.dialect]
delimiter = ";"
decimal = ","
thousands = "."
dates = ["dd.mm.yyyy"]
""")


def canonical_utf16():
    text = delimited(canonical_rows(), delimiter="\t", ending="\r\n")
    put("canonical-utf-16/ledger.csv", b"\xff\xfe" + text.encode("utf-16-le"))
    put("canonical-utf-16/sources.toml", b"""[sources.ledger]
files = "ledger.csv"
layout = "canonical"

[sources.ledger.dialect]
encoding = "utf-16"
delimiter = "tab"
""")


def canonical_bom_crlf():
    text = delimited(canonical_rows(), ending="\r\n")
    put("canonical-bom-crlf/ledger.csv", b"\xef\xbb\xbf" + text.encode())
    put("canonical-bom-crlf/sources.toml", b"[sources.ledger]\nfiles = \"ledger.csv\"\nlayout = \"canonical\"\n")


def told_in_lines(text):
    """A description over two lines, with quotes, as people paste them."""
    head, _, tail = text.partition(", ")
    return f'"{head}"\n{tail}, {head}' if tail else f'as "{head}"'


def canonical_quoted():
    rows = canonical_rows(describe=told_in_lines)
    put("canonical-quoted/ledger.csv", delimited(rows, quoting=csv.QUOTE_ALL).encode())
    put("canonical-quoted/sources.toml", b"[sources.ledger]\nfiles = \"ledger.csv\"\nlayout = \"canonical\"\n")


def packed(text):
    """Two gzip members, as tools append them; without a time or a name."""
    half = text.index(b"\n", len(text) // 2) + 1
    return gzip.compress(text[:half], 9, mtime=0) + gzip.compress(text[half:], 9, mtime=0)


def canonical_gzip():
    put("canonical-gzip/ledger.csv.gz", packed(delimited(canonical_rows()).encode()))
    put("canonical-gzip/sources.toml", b"[sources.ledger]\nfiles = \"ledger.csv.gz\"\nlayout = \"canonical\"\n")


# AICPA Audit Data Standards, GL_Detail

ADS = ["Journal_ID", "Journal_ID_Line_Number", "JE_Header_Description", "JE_Line_Description", "Source",
       "Business_Unit_Code", "Effective_Date", "Fiscal_Year", "Period", "GL_Account_Number", "Amount",
       "Amount_Credit_Debit_Indicator", "Amount_Currency", "Reporting_Amount", "Reporting_Amount_Currency",
       "Local_Amount", "Local_Amount_Currency", "Reversal_Indicator", "Reversal_Journal_ID", "Entered_By",
       "Entered_Date", "Entered_Time", "Last_Modified_By", "Last_Modified_Date", "Approved_By", "Approved_Date",
       "Segment01", "Segment02", "Segment03", "Segment04", "Segment05"]
ADS_FILE = "GL_Detail_20040301_20040529.csv"
ADS_SOURCES = """[sources.ledger]
files = "GL_Detail_20040301_20040529.csv"
layout = "ads"

[sources.ledger.columns]
brand = "Segment01"
segment = "Segment02"
"""


def ads_row(line, amount, indicator, day, null):
    text = number(amount)
    period = f"M{(line.date.month - 12) % 12 + 1:02}"
    entered = line.date + datetime.timedelta(days=1)
    return [line.journal_id, str(line.number), line.description, line.description, journal(line.journal_id),
            line.entity, day(line.date), "2004", period, line.account, text, indicator, "USD", text, "USD", text, "USD",
            "", "", "batch", day(entered), "93015", "", day(datetime.date(1900, 1, 1)), null, "", line.brand,
            line.segment, "", "", ""]


def ads_rows(sides, signed, day, null, lines=None):
    rows = [ADS]
    for line in LINES if lines is None else lines:
        amount = line.debit - line.credit
        indicator = sides[0] if amount >= 0 else sides[1]
        rows.append(ads_row(line, amount if signed else abs(amount), indicator, day, null))
    return rows


def compact(day):
    return day.strftime("%Y%m%d")


def ads():
    """Unsigned amounts with D or C, dates without hyphens, a literal #N/A."""
    put(f"ads/{ADS_FILE}", delimited(ads_rows("DC", False, compact, "#N/A")).encode())
    put("ads/sources.toml", ADS_SOURCES.encode())


def ads_soll_haben():
    """Unsigned amounts with S (debit) or H (credit), as a German system fills the same columns."""
    put(f"ads-soll-haben/{ADS_FILE}", delimited(ads_rows("SH", False, datetime.date.isoformat, "")).encode())
    put("ads-soll-haben/sources.toml", ADS_SOURCES.encode())


def ads_signed():
    """Signed amounts and no indicator: the column is not there at all."""
    at = ADS.index("Amount_Credit_Debit_Indicator")
    rows = [row[:at] + row[at + 1:] for row in ads_rows("  ", True, datetime.date.isoformat, "")]
    put(f"ads-signed/{ADS_FILE}", delimited(rows).encode())
    put("ads-signed/sources.toml", ADS_SOURCES.encode())


# FEC: France, art. A47 A-1 of the Livre des procédures fiscales

FEC = ["JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum",
       "CompAuxLib", "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit", "EcritureLet", "DateLet", "ValidDate",
       "Montantdevise", "Idevise"]
# Columns that a company adds behind the eighteen of the decree: here the analytical axes.
FEC_ADDED = ["Etablissement", "AxeMarque", "AxeSecteur"]
FEC_FILE = "000000000FEC20040529.txt"
FEC_JOURNALS = {
    "AM": "Amortissement de la publicité", "AP": "Achats de services", "CD": "Décaissements", "CM": "Avoirs émis",
    "CR": "Encaissements", "DP": "Amortissements", "FX": "Factor: commissions et intérêts",
    "GJ": "Opérations diverses",
    "IC": "Opérations intragroupe", "PJ": "Achats de marchandises", "PY": "Paie: main-d'œuvre, charges",
    "SJ": "Ventes en $ et en €",
}
FEC_SOURCES = """[sources.ledger]
files = "000000000FEC20040529.txt"
layout = "fec"

[sources.ledger.columns]
entity = "Etablissement"
brand = "AxeMarque"
segment = "AxeSecteur"
currency = { value = "USD" }
"""


def fec_head(line):
    """The first eleven fields."""
    code, _, rest = line.journal_id.partition("-")
    day = compact(line.date)
    return [code, FEC_JOURNALS[code], rest, day, line.account, CHART[line.account], "", "", line.journal_id, day,
            line.description]


def fec_rows(amounts, lines=None):
    rows = []
    for line in LINES if lines is None else lines:
        rows.append(fec_head(line) + amounts(line)
                    + ["", "", compact(line.date), "", "", line.entity, line.brand, line.segment])
    return rows


def padded(amount):
    """Fifteen characters, filled with zeros; a minus first."""
    text = number(abs(amount), decimal=",")
    return "-" + text.zfill(15) if amount < 0 else text.zfill(16)


def fec_sides(line):
    """Both columns filled; a credit note is a negative amount on the side of the sale that it takes back."""
    debit, credit = line.debit, line.credit
    if journal(line.journal_id) == "CM":
        debit, credit = -credit, -debit
    return [padded(debit), padded(credit)]


def fec_letters(line):
    """One amount, padded with spaces, and the letter of its side."""
    amount = line.debit - line.credit
    return [number(abs(amount), decimal=",").rjust(14), "D" if amount >= 0 else "C"]


def fec():
    rows = [FEC + FEC_ADDED] + fec_rows(fec_sides)
    put(f"fec/{FEC_FILE}", unquoted(rows, "\t", "\r\n").encode("iso-8859-15"))
    put("fec/sources.toml", (FEC_SOURCES + '\n[sources.ledger.dialect]\nencoding = "iso-8859-15"\n').encode())


def fec_sens():
    at = FEC.index("Debit")
    head = FEC[:at] + ["Montant", "Sens"] + FEC[at + 2:] + FEC_ADDED
    put(f"fec-sens/{FEC_FILE}", unquoted([head] + fec_rows(fec_letters), "|").encode())
    put("fec-sens/sources.toml", FEC_SOURCES.encode())


# SAF-T Financial, the OECD's file as Norway takes it

SAFT_FILE = "SAF-T_Financial_999999999_20040529.xml"
SAFT_SOURCES = """[sources.ledger]
files = "SAF-T_Financial_999999999_20040529.xml"
layout = "saf-t"

[sources.ledger.columns]
entity = "Analysis:SEL"
brand = "Analysis:P"
segment = "Analysis:A"
"""
SAFT_AXES = [("SEL", "Selskap", "entity"), ("P", "Prosjekt", "brand"), ("A", "Avdeling", "segment")]


class Saft:
    """One file. `prefix` stands before each element's name, and `pretty` gives each element a line."""

    def __init__(self, prefix="", pretty=False, ending="\n"):
        self.prefix, self.pretty, self.ending = prefix, pretty, ending

    def leaf(self, name, text):
        return f"<{self.prefix}{name}>{escape(text)}</{self.prefix}{name}>"

    def element(self, name, children, depth):
        """An element and its children: on lines of their own where it is deep, or the file is pretty."""
        start, end = f"<{self.prefix}{name}>", f"</{self.prefix}{name}>"
        if depth >= 5 and not self.pretty:
            return start + "".join(children) + end
        indent = "  " * depth
        inner = "".join(f"{self.ending}{indent}  {child}" for child in children)
        return f"{start}{inner}{self.ending}{indent}{end}"

    def header(self):
        leaf = self.leaf
        return self.element("Header", [
            leaf("AuditFileVersion", "1.30"), leaf("AuditFileCountry", "NO"),
            leaf("AuditFileDateCreated", "2004-06-03"),
            leaf("SoftwareCompanyName", "Made for the purpose of testing"), leaf("SoftwareID", "generate.py"),
            leaf("SoftwareVersion", "1"),
            self.element("Company", [leaf("RegistrationNumber", "999999999"),
                                     leaf("Name", "Invented & derived AS")], 2),
            leaf("DefaultCurrencyCode", "USD"),
            self.element("SelectionCriteria", [leaf("PeriodStart", "4"), leaf("PeriodStartYear", "2004"),
                                               leaf("PeriodEnd", "6"), leaf("PeriodEndYear", "2004")], 2),
            leaf("TaxAccountingBasis", "A"),
        ], 1)

    def master_files(self, lines):
        accounts = []
        for account in sorted({line.account for line in lines}):
            accounts.append(self.element("Account", [
                self.leaf("AccountID", account), self.leaf("AccountDescription", CHART[account]),
                self.leaf("AccountType", "GL"), self.leaf("OpeningDebitBalance", "0.00"),
                self.leaf("ClosingDebitBalance", "0.00")], 5))
        axes = []
        for code, name, field in SAFT_AXES:
            for value in sorted({getattr(line, field) for line in lines}):
                axes.append(self.element("AnalysisTypeTableEntry", [
                    self.leaf("AnalysisType", code), self.leaf("AnalysisTypeDescription", name),
                    self.leaf("AnalysisID", value), self.leaf("AnalysisIDDescription", value)], 5))
        return self.element("MasterFiles", [self.element("GeneralLedgerAccounts", accounts, 2),
                                            self.element("AnalysisTypeTable", axes, 2)], 1)

    def description(self, text):
        """A text that shows what XML may do with it: escapes, and in the pretty file a section and a comment too."""
        if self.pretty and "Voucher" in text:
            head, _, tail = text.partition(", ")
            inner = f"{escape(head)}<!-- as posted --><![CDATA[, {tail}]]>"
            return f"<{self.prefix}Description>{inner}</{self.prefix}Description>"
        return self.leaf("Description", text)

    def amount(self, line):
        name, amount = ("DebitAmount", line.debit) if line.debit else ("CreditAmount", line.credit)
        inner = [self.leaf("Amount", number(amount))]
        if line.account == "2000":
            # What was owed in another currency; the amount itself is in the file's own.
            inner += [self.leaf("CurrencyCode", "MXN"), self.leaf("CurrencyAmount", number(amount * 11)),
                      self.leaf("ExchangeRate", "0.0909090909")]
        return self.element(name, inner, 6)

    def line(self, line):
        axes = [self.element("Analysis", [self.leaf("AnalysisType", code),
                                          self.leaf("AnalysisID", getattr(line, field))], 6)
                for code, _, field in SAFT_AXES]
        return self.element("Line", [
            self.leaf("RecordID", str(line.number)), self.leaf("AccountID", line.account), *axes,
            self.leaf("SourceDocumentID", line.journal_id), self.description(line.description), self.amount(line)], 5)

    def transaction(self, lines):
        first = lines[0]
        # The document is older than its posting: that of the first days lies before the quarter.
        document = first.date - datetime.timedelta(days=3 if journal(first.journal_id) == "AP" else 0)
        month = (first.date.month - 12) % 12 + 1
        return self.element("Transaction", [
            self.leaf("TransactionID", first.journal_id.partition("-")[2]), self.leaf("Period", str(month)),
            self.leaf("PeriodYear", "2004"), self.leaf("TransactionDate", document.isoformat()),
            self.leaf("Description", first.description), self.leaf("SystemEntryDate", first.date.isoformat()),
            self.leaf("GLPostingDate", first.date.isoformat()), *[self.line(line) for line in lines]], 4)

    def entries(self, entries, count=0, debit=0):
        """`count` and `debit` are what the control totals are wrong by."""
        lines = [line for entry in entries for line in entry]
        journals = collections.OrderedDict()
        for entry in entries:
            journals.setdefault(journal(entry[0].journal_id), []).append(entry)
        parts = [self.leaf("NumberOfEntries", str(len(entries) + count)),
                 self.leaf("TotalDebit", number(sum(line.debit for line in lines) + debit)),
                 self.leaf("TotalCredit", number(sum(line.credit for line in lines)))]
        for code, members in journals.items():
            parts.append(self.element("Journal", [
                self.leaf("JournalID", code), self.leaf("Description", f"Journal {code}"), self.leaf("Type", code),
                *[self.transaction(entry) for entry in members]], 2))
        return self.element("GeneralLedgerEntries", parts, 1)

    def file(self, entries, **wrong):
        lines = [line for entry in entries for line in entry]
        name = f"{self.prefix}AuditFile"
        space = f"xmlns:{self.prefix[:-1]}" if self.prefix else "xmlns"
        parts = ['<?xml version="1.0" encoding="UTF-8"?>',
                 "<!-- Made for the purpose of testing closepack; derived from its embedded book. -->",
                 f'<{name} {space}="urn:StandardAuditFile-Taxation-Financial:NO">',
                 "  " + self.header(), "  " + self.master_files(lines), "  " + self.entries(entries, **wrong),
                 f"</{name}>", ""]
        return self.ending.join(parts)


def saf_t():
    put(f"saf-t/{SAFT_FILE}", Saft().file(ENTRIES).encode())
    put("saf-t/sources.toml", SAFT_SOURCES.encode())


def saf_t_prefixed():
    """With a byte order mark, a prefix on each name, a line for each element, sections, comments, CRLF."""
    text = Saft(prefix="n1:", pretty=True, ending="\r\n").file(ENTRIES[::2])
    other = Saft(prefix="n1:", pretty=True, ending="\r\n").file(ENTRIES[1::2])
    put("saf-t-prefixed/SAF-T_Financial_999999999_1_2.xml", b"\xef\xbb\xbf" + text.encode())
    put("saf-t-prefixed/SAF-T_Financial_999999999_2_2.xml", b"\xef\xbb\xbf" + other.encode())
    put("saf-t-prefixed/sources.toml", SAFT_SOURCES.replace(f'"{SAFT_FILE}"', '"SAF-T_Financial_*.xml"').encode())


# SAP: BKPF and BSEG joined

SAP_COMPANIES = {"1000": "INNO", "2000": "II", "3000": "IAA"}
SAP_SEGMENTS = {"S100": "apparel", "S200": "accessories", "S900": "corporate"}
SAP_FILE = "bseg_20040529.txt"
# The document types, each with the number range that its documents are numbered from in each company.
SAP_TYPES = {
    "AM": ("SA", 100), "AP": ("KR", 1900), "CD": ("KZ", 1500), "CM": ("DG", 1600), "CR": ("DZ", 1400),
    "DP": ("AF", 300), "FX": ("SB", 102), "GJ": ("SA", 101), "IC": ("SI", 103), "PJ": ("RE", 5105), "PY": ("PY", 104),
    "SJ": ("RV", 1800),
}
SAP_NAMES = {
    "BUKRS": "Company Code", "BELNR": "Accounting Document Number", "GJAHR": "Fiscal Year", "BUZEI": "Line Item",
    "BLART": "Document Type", "BLDAT": "Document Date", "BUDAT": "Posting Date", "MONAT": "Fiscal Period",
    "USNAM": "User Name", "XBLNR": "Reference", "HKONT": "G/L Account", "PRCTR": "Profit Center", "SEGMENT": "Segment",
    "BSCHL": "Posting Key", "SHKZG": "Debit/Credit Ind.", "DMBTR": "Amount in LC", "DMSHB": "Amount in LC (signed)",
    "HWAER": "Local Currency", "WRBTR": "Amount", "WAERS": "Currency", "SGTXT": "Text",
}
SAP_COLUMNS = """
[sources.ledger.columns]
entity = { from = "BUKRS", values = { "1000" = "INNO", "2000" = "II", "3000" = "IAA" } }
brand = "PRCTR"
segment = { from = "SEGMENT", values = { "S100" = "apparel", "S200" = "accessories", "S900" = "corporate" } }
"""


def key_of(table, value):
    return next(key for key, found in table.items() if found == value)


def sap_numbers():
    """A document number for each entry: the same number comes again in another company."""
    taken = collections.Counter()
    numbers = {}
    for entry in ENTRIES:
        first = entry[0]
        company = key_of(SAP_COMPANIES, first.entity)
        kind, start = SAP_TYPES[journal(first.journal_id)]
        taken[company, start] += 1
        numbers[first.journal_id] = (company, kind, f"{start * 1_000_000 + taken[company, start]:010}")
    return numbers


SAP_NUMBERS = sap_numbers()


def sap_fields(line):
    """Every field of a line that is a text or a date, by its name."""
    company, kind, document = SAP_NUMBERS[line.journal_id]
    return {
        "BUKRS": company, "BELNR": document, "GJAHR": "2004", "BUZEI": f"{line.number:03}", "BLART": kind,
        "BLDAT": line.date, "BUDAT": line.date, "MONAT": f"{(line.date.month - 12) % 12 + 1:02}", "USNAM": "BATCH",
        "XBLNR": line.journal_id, "HKONT": line.account, "PRCTR": line.brand,
        "SEGMENT": key_of(SAP_SEGMENTS, line.segment),
        "BSCHL": "40" if line.debit else "50", "SHKZG": "S" if line.debit else "H", "HWAER": "USD", "WAERS": "USD",
        "SGTXT": line.description,
    }


def sap_rows(names, day, amounts, lines=None):
    rows = []
    for line in LINES if lines is None else lines:
        fields = sap_fields(line) | amounts(line)
        rows.append([day(fields[name]) if name in ("BLDAT", "BUDAT") else fields[name] for name in names])
    return rows


SAP_TABLE = ["BUKRS", "BELNR", "GJAHR", "BUZEI", "BLART", "BLDAT", "BUDAT", "MONAT", "USNAM", "XBLNR", "BSCHL", "SHKZG",
             "HKONT", "PRCTR", "SEGMENT", "DMBTR", "HWAER", "WRBTR", "WAERS", "SGTXT"]


def sap_unsigned(line):
    text = number(line.debit + line.credit)
    return {"DMBTR": text, "WRBTR": text}


def sap():
    """The tables as an extractor writes them: names with their meaning behind, amounts unsigned with S or H."""
    head = [f"{name} ({SAP_NAMES[name]})" for name in SAP_TABLE]
    rows = [head] + sap_rows(SAP_TABLE, compact, sap_unsigned)
    put(f"sap/{SAP_FILE}", unquoted(rows, "|").encode())
    put("sap/sources.toml", f'[sources.ledger]\nfiles = "{SAP_FILE}"\nlayout = "sap"\n{SAP_COLUMNS}'.encode())


SAP_LIST = ["BUKRS", "BELNR", "GJAHR", "BUZEI", "BLART", "BLDAT", "BUDAT", "HKONT", "PRCTR", "SEGMENT", "DMSHB",
            "HWAER", "SGTXT"]


def framed(rows):
    """A list as it stands on the screen: columns of one width, bars around them, rules of hyphens."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = ["|" + "|".join(field.ljust(width) for field, width in zip(row, widths)) + "|" for row in rows]
    rule = "-" * len(lines[0])
    return [rule, lines[0], rule, *lines[1:], rule]


def sap_list():
    """A list as a German user downloads it: titles, umlauts, points and commas, the minus behind."""
    def signed(line):
        return {"DMSHB": trailing(line.debit - line.credit).rjust(16)}
    titles = ["Einzelpostenliste Sachkonten", "Geschäftsjahr 2004, Währung USD, für Prüfungszwecke erfunden", ""]
    rows = [SAP_LIST] + sap_rows(SAP_LIST, lambda day: day.strftime("%d.%m.%Y"), signed)
    text = "".join(line + "\r\n" for line in titles + framed(rows))
    put("sap-list/fbl3n.txt", text.encode("iso-8859-1"))
    put("sap-list/sources.toml", f'[sources.ledger]\nfiles = "fbl3n.txt"\nlayout = "sap-list"\n{SAP_COLUMNS}'.encode())


# QuickBooks Online: the Journal report

QUICKBOOKS = ["", "Date", "Transaction Type", "Num", "Name", "Location", "Class", "Memo/Description", "Account",
              "Debit", "Credit"]
QUICKBOOKS_TYPES = {
    "AM": "Journal Entry", "AP": "Bill", "CD": "Bill Payment (Check)", "CM": "Credit Memo", "CR": "Deposit",
    "DP": "Journal Entry", "FX": "Journal Entry", "GJ": "Journal Entry", "IC": "Journal Entry", "PJ": "Bill",
    "PY": "Payroll Check", "SJ": "Invoice",
}
QUICKBOOKS_CLASSES = {
    ("FETISH", "apparel"): "FETISH:Apparel", ("FETISH", "accessories"): "FETISH:Accessories",
    ("SHAGO", "apparel"): "Shago", ("JOES", "apparel"): "Joe's Jeans", ("PRIVATE", "apparel"): "Private label",
    ("CRAFT", "accessories"): "Craft", ("CORP", "corporate"): "Unallocated",
}
QUICKBOOKS_LOCATIONS = {"Innovo Group Inc.": "INNO", "Innovo Inc.": "II", "Azteca Apparel": "IAA"}


def quickbooks_line(line):
    """Head fields stand in the first line of a transaction; a deposit has no number."""
    first = line.number == 1
    kind = QUICKBOOKS_TYPES[journal(line.journal_id)]
    sign = "$" if first else ""
    debit, credit = line.debit, line.credit
    if kind == "Credit Memo":
        debit, credit = -credit, -debit
    number_shown = "" if kind == "Deposit" else line.journal_id
    head = [line.date.strftime("%m/%d/%Y"), kind, number_shown, ""] if first else [""] * 4
    return ["", *head, key_of(QUICKBOOKS_LOCATIONS, line.entity), QUICKBOOKS_CLASSES[line.brand, line.segment],
            line.description, f"{line.account} {CHART[line.account]}", american(debit, sign) if debit else "",
            american(credit, sign) if credit else ""]


def quickbooks_sums(entry):
    """What the report prints below a transaction: the sums of its columns as they are shown."""
    back = journal(entry[0].journal_id) == "CM"
    debit = sum(-line.credit if back else line.debit for line in entry)
    credit = sum(-line.debit if back else line.credit for line in entry)
    return debit, credit


def quickbooks_rows(entries, wrong=0):
    rows = [["Innovo Group Inc."], ["Journal"], ["March 1 - May 29, 2004"], [], QUICKBOOKS]
    totals = [0, 0]
    for at, entry in enumerate(entries):
        debit, credit = quickbooks_sums(entry)
        rows += [quickbooks_line(line) for line in entry]
        shown = debit + (wrong if at == 3 else 0)
        rows += [[""] * 9 + [american(shown, "$"), american(credit, "$")], []]
        totals = [totals[0] + debit, totals[1] + credit]
    rows += [["TOTAL"] + [""] * 8 + [american(totals[0], "$"), american(totals[1], "$")], [], [],
             ["Thursday, Jun 03, 2004 10:30:15 AM GMT-7 - Accrual Basis"]]
    return rows


def quickbooks_sources(dates='dates = ["mm/dd/yyyy"]\n'):
    brands = toml_table({name: brand for (brand, _), name in QUICKBOOKS_CLASSES.items()})
    segments = toml_table({name: segment for (_, segment), name in QUICKBOOKS_CLASSES.items()})
    dialect = f"\n[sources.ledger.dialect]\n{dates}" if dates else ""
    return f"""[sources.ledger]
files = "Journal.csv"
layout = "quickbooks-journal"

[sources.ledger.columns]
entity = {{ from = "Location", values = {toml_table(QUICKBOOKS_LOCATIONS)} }}
brand = {{ from = "Class", values = {brands} }}
segment = {{ from = "Class", values = {segments} }}
currency = {{ value = "USD" }}
{dialect}"""


def quickbooks_journal():
    put("quickbooks-journal/Journal.csv", delimited(quickbooks_rows(ENTRIES), ending="\r\n").encode())
    put("quickbooks-journal/sources.toml", quickbooks_sources().encode())


# Xero: journals

XERO = ["TenantName", "JournalID", "JournalNumber", "JournalDate", "SourceType", "Reference", "CreatedDateUTC",
        "JournalLineID", "AccountCode", "AccountName", "Description", "NetAmount", "GrossAmount", "TaxAmount", "Brand",
        "Segment"]
XERO_TENANTS = {"Innovo Group Inc.": "INNO", "Innovo Inc.": "II", "Innovo Azteca Apparel Inc.": "IAA"}
XERO_TYPES = {
    "AM": "MANJOURNAL", "AP": "ACCPAY", "CD": "ACCPAYPAYMENT", "CM": "ACCRECCREDIT", "CR": "ACCRECPAYMENT",
    "DP": "DEPRECIATION", "FX": "MANJOURNAL", "GJ": "MANJOURNAL", "IC": "MANJOURNAL", "PJ": "ACCPAY",
    "PY": "WAGEPAYABLE", "SJ": "ACCREC",
}
XERO_SPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")


def xero_numbers():
    """Each organisation counts its own journals from one."""
    taken = collections.Counter()
    numbers = {}
    for entry in ENTRIES:
        taken[entry[0].entity] += 1
        numbers[entry[0].journal_id] = taken[entry[0].entity]
    return numbers


XERO_NUMBERS = xero_numbers()


def xero_row(line, day):
    net = number(line.debit - line.credit)
    made = f"{line.date.isoformat()}T09:30:15"
    return [key_of(XERO_TENANTS, line.entity), str(uuid.uuid5(XERO_SPACE, line.journal_id)),
            str(XERO_NUMBERS[line.journal_id]), day(line.date), XERO_TYPES[journal(line.journal_id)], line.journal_id,
            made, str(uuid.uuid5(XERO_SPACE, f"{line.journal_id}/{line.number}")), line.account, CHART[line.account],
            line.description, net, net, "0.00", line.brand, line.segment]


XERO_SOURCES = """[sources.ledger]
files = "Journals.csv"
layout = "xero"

[sources.ledger.columns]
journal_id = { join = ["TenantName", "JournalNumber"], with = "-" }
entity = { from = "TenantName", values = %s }
brand = "Brand"
segment = "Segment"
currency = { value = "USD" }
""" % toml_table(XERO_TENANTS)


def spelled(day):
    return f"{day.day} {month_name(day)} {day.year}"


def xero():
    put("xero/Journals.csv", delimited([XERO] + [xero_row(line, spelled) for line in LINES]).encode())
    put("xero/sources.toml", XERO_SOURCES.encode())


def xero_iso():
    rows = [XERO] + [xero_row(line, datetime.date.isoformat) for line in LINES]
    put("xero-iso/Journals.csv", delimited(rows).encode())
    put("xero-iso/sources.toml", XERO_SOURCES.encode())


# NetSuite: a saved search of transactions

NETSUITE = ["Internal ID", "Date", "Period", "Type", "Document Number", "Account", "Name", "Memo", "Debit", "Credit",
            "Subsidiary", "Department", "Class", "Location"]
NETSUITE_TYPES = QUICKBOOKS_TYPES | {"AM": "Journal", "DP": "Journal", "FX": "Journal", "GJ": "Journal",
                                     "IC": "Journal", "CD": "Bill Payment", "PY": "Paycheck Journal"}
NETSUITE_SUBSIDIARIES = {"Innovo Group Inc.": "INNO", "Innovo Group Inc. : Innovo Inc.": "II",
                         "Innovo Group Inc. : Innovo Azteca Apparel Inc.": "IAA"}


def netsuite_row(at, line):
    day = line.date
    return [str(41_000 + at), f"{day.month}/{day.day}/{day.year}", f"{month_name(day)} {day.year}",
            NETSUITE_TYPES[journal(line.journal_id)], line.journal_id, f"{line.account} {CHART[line.account]}", "",
            line.description, filled(line.debit), filled(line.credit), key_of(NETSUITE_SUBSIDIARIES, line.entity),
            line.segment, line.brand, ""]


NETSUITE_SOURCES = """[sources.ledger]
files = "TransactionSearchResults.csv"
layout = "netsuite"

[sources.ledger.columns]
entity = { from = "Subsidiary", values = %s }
brand = "Class"
segment = "Department"
currency = { value = "USD" }

[sources.ledger.dialect]
dates = ["m/d/yyyy"]
""" % toml_table(NETSUITE_SUBSIDIARIES)


def netsuite():
    rows = [NETSUITE] + [netsuite_row(at, line) for at, entry in enumerate(ENTRIES) for line in entry]
    put("netsuite/TransactionSearchResults.csv", delimited(rows).encode())
    put("netsuite/sources.toml", NETSUITE_SOURCES.encode())


# Broken exports: one fault each

BAD = []
FEW = ENTRIES[:BAD_ENTRIES]
FEW_LINES = [line for entry in FEW for line in entry]
PLAIN = '[sources.ledger]\nfiles = "ledger.csv"\nlayout = "canonical"\n'


def bad(folder, file, data, sources, line, value, fault):
    """Keeps a broken export and the row of `faults.csv` that tells of it. Line 0: the file as a whole."""
    put(f"bad/{folder}/{file}", data)
    put(f"bad/{folder}/sources.toml", sources.encode())
    BAD.append([folder, file, str(line), value, fault])


def bad_canonical(folder, rows, line, value, fault, sources=PLAIN, **form):
    bad(folder, "ledger.csv", delimited(rows, **form).encode(), sources, line, value, fault)


def line_of(text, part):
    """The one-based line of the first place that has the part."""
    return text[:text.index(part)].count("\n") + 1


def bad_saf_t():
    for folder, wrong, part, fault in [
        ("saf-t-total-debit", {"debit": 1}, "<TotalDebit>", "the debits of the lines sum to one cent less"),
        ("saf-t-number-of-entries", {"count": 1}, "<NumberOfEntries>", "the file has one transaction less"),
    ]:
        text = Saft().file(FEW, **wrong)
        start = text.index(part) + len(part)
        value = text[start:text.index("<", start)]
        bad(folder, SAFT_FILE, text.encode(), SAFT_SOURCES, line_of(text, part), value, fault)
    text = Saft().file(FEW)
    cut = text[:text.rindex("<Line>")]
    bad("saf-t-cut-off", SAFT_FILE, cut.encode(), SAFT_SOURCES, cut.count("\n") + 1, "",
        "the file ends within a transaction")
    entities = '<!DOCTYPE AuditFile [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>\n<AuditFile'
    text = text.replace("<AuditFile", entities, 1)
    bad("saf-t-doctype", SAFT_FILE, text.encode(), SAFT_SOURCES, line_of(text, "<!DOCTYPE"), "",
        "the file defines entities of its own")


def bad_fec():
    rows = fec_rows(fec_letters, FEW_LINES)
    at = FEC.index("Debit")
    head = FEC[:at] + ["Montant", "Sens"] + FEC[at + 2:] + FEC_ADDED
    broken = [list(row) for row in rows]
    broken[4][at] = broken[4][at].strip() + "5"
    bad("fec-three-decimals", FEC_FILE, unquoted([head] + broken, "|").encode(), FEC_SOURCES, 6, broken[4][at],
        "the amount has three decimals")
    label = rows[0][10].replace(", ", "|")
    text = unquoted([head] + rows, "|").replace(rows[0][10], label, 1)
    bad("fec-separator-in-label", FEC_FILE, text.encode(), FEC_SOURCES, line_of(text, label), label,
        "the label has the separator in it, so that the line has one field too many")
    text = unquoted([FEC + FEC_ADDED] + fec_rows(fec_sides), "\t")
    text = "".join(text.splitlines(keepends=True)[:30])
    data = text.encode("iso-8859-15")
    line = next(at for at, row in enumerate(text.splitlines(), 1) if not row.isascii())
    bad("fec-not-utf-8", FEC_FILE, data, FEC_SOURCES, line, "", "ISO 8859-15 that is read as UTF-8")


def bad_sap():
    head = [f"{name} ({SAP_NAMES[name]})" for name in SAP_TABLE]
    rows = sap_rows(SAP_TABLE, compact, sap_unsigned, FEW_LINES)
    rows[5][SAP_TABLE.index("SHKZG")] = "X"
    sources = f'[sources.ledger]\nfiles = "{SAP_FILE}"\nlayout = "sap"\n{SAP_COLUMNS}'
    bad("sap-indicator", SAP_FILE, unquoted([head] + rows, "|").encode(), sources, 7, "X",
        "the indicator is neither S nor H")


def bad_quickbooks():
    two_ways = [entry for entry in ENTRIES if entry[0].date.day <= 12 and entry[0].date.day != entry[0].date.month]
    text = delimited(quickbooks_rows(two_ways[:3]), ending="\r\n")
    value = two_ways[0][0].date.strftime("%m/%d/%Y")
    bad("ambiguous-date", "Journal.csv", text.encode(), quickbooks_sources(dates=""), line_of(text, value), value,
        "the month may be the first number or the second")
    text = delimited(quickbooks_rows(FEW, wrong=100), ending="\r\n")
    right = delimited(quickbooks_rows(FEW), ending="\r\n").splitlines()
    line, row = next((at, row) for at, row in enumerate(text.splitlines(), 1) if row != right[at - 1])
    value = next(csv.reader([row]))[9]
    bad("wrong-total-row", "Journal.csv", text.encode(), quickbooks_sources(), line, value,
        "the total of a transaction is one dollar more than its lines")


def bad_grouped():
    """Reports by account: nothing in them proves that an entry balances."""
    accounts = collections.OrderedDict()
    for line in FEW_LINES:
        accounts.setdefault(line.account, []).append(line)
    rows = [["Innovo Group Inc."], ["General Ledger"], ["March 1 - May 29, 2004"], [],
            ["", "Date", "Transaction Type", "Num", "Name", "Memo/Description", "Split", "Amount", "Balance"]]
    for account, lines in sorted(accounts.items()):
        name = f"{account} {CHART[account]}"
        side = -1 if account[0] in "234" else 1
        rows.append([name] + [""] * 8)
        rows.append(["", "Beginning Balance"] + [""] * 6 + [american(0)])
        balance = 0
        for line in lines:
            amount = side * (line.debit - line.credit)
            balance += amount
            kind = QUICKBOOKS_TYPES[journal(line.journal_id)]
            rows.append(["", line.date.strftime("%m/%d/%Y"), kind, line.journal_id, "", line.description,
                         "-Split-", american(amount), american(balance)])
        rows += [[f"Total for {name}"] + [""] * 6 + [american(balance, "$"), ""], []]
    bad("quickbooks-general-ledger", "General Ledger.csv", delimited(rows, ending="\r\n").encode(),
        quickbooks_sources().replace("Journal.csv", "General Ledger.csv"), 5, "",
        "a report by account; export the Journal")
    rows = [["Account Transactions"], ["Innovo Group Inc."], ["For the period 1 March 2004 to 29 May 2004"], [],
            ["Date", "Source", "Description", "Reference", "Debit", "Credit", "Running Balance", "Account Code",
             "Account"]]
    for account, lines in sorted(accounts.items()):
        balance = 0
        for line in lines:
            balance += line.debit - line.credit
            rows.append([spelled(line.date), XERO_TYPES[journal(line.journal_id)], line.description, line.journal_id,
                         number(line.debit), number(line.credit), number(balance), account, CHART[account]])
    bad("xero-account-transactions", "Account Transactions.csv", delimited(rows).encode(),
        XERO_SOURCES.replace("Journals.csv", "Account Transactions.csv"), 5, "",
        "a report by account; export the journals")


def bad_rows():
    """Faults of canonical rows."""
    rows = canonical_rows(FEW_LINES)
    date, debit, credit, currency = 2, 8, 9, 10

    def changed(row, field, value):
        copy = [list(fields) for fields in rows]
        copy[row][field] = value
        return copy

    copy = changed(5, currency, "EUR")
    copy[6][currency] = "EUR"
    bad_canonical("mixed-currencies", copy, 6, "EUR", "an entry in another currency than the book's")
    bad_canonical("entry-cut-off", rows[:-1], len(rows) - 1, rows[-1][0], "the last line of the last entry is missing")
    late = [list(fields) for fields in rows]
    for fields in late:
        if fields[0] == rows[-1][0]:
            fields[date] = "2004-05-30"
    first = next(at for at, fields in enumerate(late, 1) if fields[date] == "2004-05-30")
    bad_canonical("outside-quarter", late, first, "2004-05-30", "an entry on the day after the quarter's last")
    each = [rows[0]] + [[f"L-{at}", *fields[1:]] for at, fields in enumerate(rows[1:], 1)]
    bad_canonical("journal-id-for-each-line", each, 2, "L-1", "every line has a journal id of its own")
    one = [rows[0]] + [["GL", str(at), *fields[2:]] for at, fields in enumerate(rows[1:], 1)]
    bad_canonical("journal-id-for-all", one, 2, "GL", "one journal id for all entries of all days")
    lines = delimited(rows).splitlines(keepends=True)
    lines[8] = lines[8].replace(",USD", "")
    bad("field-count", "ledger.csv", "".join(lines).encode(), PLAIN, 9, "", "the line has one field too few")
    plain = canonical_rows(FEW_LINES, describe=lambda text: text.replace(",", ""))
    lines = delimited(plain).splitlines(keepends=True)
    lines[4] = lines[4].replace(plain[4][7], plain[4][7] + ' 12" pipe')
    bad("stray-quote", "ledger.csv", "".join(lines).encode(), PLAIN, 5, "", "a quote within a field that is not quoted")
    lines = delimited(rows).splitlines(keepends=True)
    lines[4] = lines[4].replace(",USD", ',"USD')
    bad("quote-never-closed", "ledger.csv", "".join(lines).encode(), PLAIN, 5, "", "a quoted field that does not end")
    three = rows[3][debit] + "5"
    bad_canonical("three-decimals", changed(3, debit, three), 4, three, "the amount has three decimals")
    bad_canonical("both-sides", changed(3, credit, "1.00"), 4, "1.00", "a debit and a credit in one line")


def bad_bytes():
    """Faults of what the bytes are."""
    whole = packed(delimited(canonical_rows()).encode())
    sources = PLAIN.replace("ledger.csv", "ledger.csv.gz")
    bad("gzip-cut-off", "ledger.csv.gz", whole[:len(whole) - 100], sources, 0, "", "the packed file is cut off")
    bad("gzip-by-name-only", "ledger.csv.gz", delimited(canonical_rows(FEW_LINES)).encode(), sources, 0, "",
        "the name says gzip and the bytes are text")
    text = delimited(canonical_rows(FEW_LINES))
    bad("utf-16-without-mark", "ledger.csv", text.encode("utf-16-le"), PLAIN, 0, "",
        "UTF-16 without a byte order mark, read as UTF-8")


def bad_table():
    rows = [["folder", "file", "line", "value", "fault"]] + sorted(BAD)
    put("bad/faults.csv", delimited(rows).encode())


GOOD = [canonical, canonical_semicolon, canonical_utf16, canonical_bom_crlf, canonical_quoted, canonical_gzip, ads,
        ads_soll_haben, ads_signed, fec, fec_sens, saf_t, saf_t_prefixed, sap, sap_list, quickbooks_journal, xero,
        xero_iso, netsuite]
BROKEN = [bad_saf_t, bad_fec, bad_sap, bad_quickbooks, bad_grouped, bad_rows, bad_bytes, bad_table]


def same(path, data):
    """Packed files are compared unpacked: how they are packed is the library's choice."""
    if not path.exists():
        return False
    found = path.read_bytes()
    if path.suffix == ".gz" and "cut-off" not in str(path) and data[:2] == b"\x1f\x8b":
        return gzip.decompress(found) == gzip.decompress(data)
    return found == data or "gzip-cut-off" in str(path)


def check():
    differing = [name for name, data in OUT.items() if not same(HERE / name, data)]
    there = {path.relative_to(HERE).as_posix() for path in HERE.rglob("*") if path.is_file() and path.parent != HERE}
    strangers = sorted(name for name in there - OUT.keys() if "__pycache__" not in name)
    for name in differing + strangers:
        print(f"{name}: not what generate.py writes", file=sys.stderr)
    return 1 if differing or strangers else 0


def main():
    for make in GOOD + BROKEN:
        make()
    if "--check" in sys.argv[1:]:
        return check()
    for name, data in OUT.items():
        path = HERE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What the schedules post: by movement, by account, and without what the ledger has already."""

import re
from collections import defaultdict
from typing import NamedTuple

from amounts import ZERO, cents, number
from book import Posting

# Debit and credit of a positive amount, by the roles of closepack.toml.
PAIRS = {
    "INV-CHARGE": ("inventory_charge", "inventory_reserve"),
    "INV-SALE": ("inventory_charge", "inventory_reserve"),
    "INV-SCRAP": ("inventory_charge", "inventory_reserve"),
    "INV-RELEASE": ("inventory_charge", "inventory_reserve"),
    "ADV-CATCHUP": ("advertising_expense", "prepaid_advertising"),
    "ADV-WRITEOFF": ("advertising_write_off", "prepaid_advertising"),
    "ADV-REFUND": ("advertising_receivable", "prepaid_advertising"),
    "ADV-TRANSFER": ("prepaid_advertising", "prepaid_advertising"),
    "FA-CATCHUP": ("depreciation_expense", "accumulated_depreciation"),
    "FA-ACCELERATED": ("depreciation_expense", "accumulated_depreciation"),
    "FA-WRITEDOWN": ("impairment_loss", "accumulated_depreciation"),
    "FA-MOVE-COST": ("fixed_assets", "fixed_assets"),
    "FA-MOVE-DEPR": ("accumulated_depreciation", "accumulated_depreciation"),
    "OBL-TERMINATION": ("termination_expense", "obligations_current"),
    "OBL-ROYALTY": ("royalty_expense", "obligations_current"),
    "OBL-SEVERANCE": ("severance_expense", "obligations_current"),
    "OBL-RUNNING": ("royalty_expense", "accrued_royalties"),
    "OBL-DEFERRAL": ("termination_expense", "deferred_royalty"),
    "OBL-NONCURRENT": ("obligations_current", "obligations_non_current"),
    "TAX-DEFERRED": ("income_tax_expense", "deferred_tax_asset"),
}
# Movements between balance sheet accounts; every other one is income before tax.
WITHOUT_INCOME = {
    "ADV-REFUND", "ADV-TRANSFER", "FA-MOVE-COST", "FA-MOVE-DEPR", "OBL-NONCURRENT", "TAX-DEFERRED",
}
# Movements between dimensions whose debit is the old one's; of others it is the new one's.
DEBITS_THE_OLD = {"FA-MOVE-DEPR"}


class Place(NamedTuple):
    """A balance: an account in a dimension."""

    account: str
    dimension: tuple


def movements(schedules, terms):
    """Every posting of the schedules that is not nothing, and the deferred tax on their income."""
    found = [posting for schedule in schedules.values() for item in schedule.values() for posting in item["postings"]]
    found += deferred_tax(found, terms)
    return [posting for posting in found if posting.amount]


def deferred_tax(postings, terms):
    if terms.valuation_allowance:
        return []
    income = defaultdict(lambda: ZERO)
    for posting in postings:
        if posting.movement not in WITHOUT_INCOME:
            income[posting.dimension] += posting.amount
    taxes = {dimension: cents(terms.tax_rate * amount) for dimension, amount in sorted(income.items())}
    return [Posting("TAX-DEFERRED", dimension, -amount) for dimension, amount in taxes.items()]


def entry_id(posting, quarter, scenario):
    start = f"SCENARIO-{scenario}" if scenario else "CP"
    return f"{start}-{quarter.name}-{posting.movement}-{posting.dimension[0]}"


def by_entry(postings, quarter, scenario=None):
    """Amounts by entry, brand and segment."""
    amounts = defaultdict(lambda: ZERO)
    for posting in postings:
        amounts[(entry_id(posting, quarter, scenario), *posting.dimension[1:])] += posting.amount
    return {key: amount for key, amount in amounts.items() if amount}


def by_account(postings, accounts):
    """Balances, debit positive, that the postings make."""
    balances = defaultdict(lambda: ZERO)
    for posting in postings:
        debit, credit = PAIRS[posting.movement]
        new = posting.into or posting.dimension
        places = (posting.dimension, new) if posting.movement in DEBITS_THE_OLD else (new, posting.dimension)
        balances[Place(accounts[debit], places[0])] += posting.amount
        balances[Place(accounts[credit], places[1])] -= posting.amount
    return {place: amount for place, amount in balances.items() if amount}


# ---------------------------------------------------------------- what is already posted


def own_entries(quarter, entities):
    """Finds an entry number of closepack's for a quarter in a journal's id."""
    names, codes = "|".join(PAIRS), "|".join(re.escape(code) for code in sorted(entities, key=len, reverse=True))
    return re.compile(rf"CP-{re.escape(quarter.name)}-(?:{names})-(?:{codes})(?![^\W_])")


def set_aside(ledger, quarter, entities):
    """A ledger without the quarter's own entries, and those."""
    own, others, found = own_entries(quarter, entities), [], []
    for line in ledger:
        (found if own.search(line["journal_id"]) else others).append(line)
    return others, found


def posted(lines):
    """Balances, debit positive, of ledger lines."""
    balances = defaultdict(lambda: ZERO)
    for line in lines:
        place = Place(line["account"], (line["entity"], line["brand"], line["segment"]))
        balances[place] += number(line["debit"]) - number(line["credit"])
    return balances


def proposed(postings, lines, accounts):
    """What is left to post: what is required less what the ledger has."""
    balances = defaultdict(lambda: ZERO, by_account(postings, accounts))
    for place, amount in posted(lines).items():
        balances[place] -= amount
    return {place: amount for place, amount in balances.items() if amount}

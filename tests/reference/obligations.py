"""Obligations (SFAS 146, ASC 420, IAS 37) and running royalties."""

from amounts import DAY, ZERO, a_year_after, cents, day, days_counted, number, share, total
from book import Posting, dimension_of, key_of
from inventory_reserve import saleable_units

MOVEMENTS = {"contract-termination": "OBL-TERMINATION", "royalties-owed": "OBL-ROYALTY", "severance": "OBL-SEVERANCE"}
NEW = {"closing": ZERO, "non_current": ZERO, "deferred": ZERO, "sold_to_date": ZERO}


# What is incurred


def is_spread(row, terms):
    """Severance for which people must stay longer than the minimum retention period is earned over their service."""
    if row["kind"] != "severance" or not row["service_end"]:
        return False
    days = (day(row["service_end"]) - day(row["incurred_date"])).days
    return terms.is_ifrs or days > terms.minimum_retention_days


def incurred_to(row, when, terms):
    """What is incurred of an obligation by the end of a day; a guarantee is only noted."""
    incurred_on = day(row["incurred_date"])
    if row["kind"] == "guarantee" or when < incurred_on:
        return ZERO
    amount = number(row["amount"])
    if not is_spread(row, terms):
        return amount
    end = day(row["service_end"])
    return share(amount, days_counted(incurred_on, min(when, end)), days_counted(incurred_on, end))


# What is sold in the dimension


def activity(ledger, account, dimension, first, last):
    """Debits less credits of an account in a dimension from one day to another, both counted."""
    lines = (line for line in ledger if line["account"] == account and dimension_of(line) == dimension)
    return total(
        number(line["debit"]) - number(line["credit"]) for line in lines if first <= day(line["effective_date"]) <= last
    )


def net_sales(ledger, terms, dimension, first, last):
    return -activity(ledger, terms.accounts["net_sales"], dimension, first, last)


# The part of a buyout that the sell-off has still to earn


def expected_sales(inventory, dimension, terms, end):
    """What the dimension's stock under a deadline that is still ahead is expected to fetch."""
    def under_deadline(row):
        deadline = terms.deadline(row["pool"], end)
        return dimension_of(row) == dimension and deadline is not None and deadline > end

    rows = [row for row in inventory if under_deadline(row)]
    return total(cents(saleable_units(row, terms, end) * number(row["selling_price"])) for row in rows)


def deferral(row, before, sources, terms, quarter):
    """What is sold of the sell-off to date, and what of the obligation is deferred to the sales still expected."""
    event = terms.event_date(row["brand"], quarter.end)
    if terms.royalty_buyout != "prorate-sell-off" or row["kind"] != "contract-termination" or not event:
        return before["sold_to_date"], ZERO
    dimension = dimension_of(row)
    sold_now = net_sales(sources["ledger"], terms, dimension, max(event, quarter.start), quarter.end)
    sold = before["sold_to_date"] + max(ZERO, sold_now)
    expected = expected_sales(sources["inventory"], dimension, terms, quarter.end)
    if incurred_to(row, quarter.end, terms) <= 0:
        return sold, ZERO
    return sold, share(number(row["amount"]), expected, sold + expected)


# An obligation, and all of them


def paid_by(parts, when):
    """What was paid by the end of a day."""
    return total(number(part["amount"]) for part in parts if part["paid_date"] and day(part["paid_date"]) <= when)


def due_later(parts, end):
    """What is unpaid and due more than a year after a quarter's end."""
    unpaid = [part for part in parts if not part["paid_date"] or day(part["paid_date"]) > end]
    return total(number(part["amount"]) for part in unpaid if day(part["due_date"]) > a_year_after(end))


def obligation(row, prior, sources, terms, quarter):
    """An obligation with its installments; `prior` is what this function returned for the quarter before, or None.

    What is paid to date and was not at the last close is paid in this quarter, also where its date lies before it."""
    before = prior or NEW
    parts = [part for part in sources["installments"] if part["obligation_id"] == row["obligation_id"]]
    to_date = incurred_to(row, quarter.end, terms)
    incurred = to_date - incurred_to(row, quarter.start - DAY, terms)
    paid_to_date = paid_by(parts, quarter.end)
    paid = paid_to_date - (prior["paid_to_date"] if prior else paid_by(parts, quarter.start - DAY))
    closing = to_date - paid_to_date
    non_current = min(due_later(parts, quarter.end), max(ZERO, closing))
    sold, deferred = deferral(row, before, sources, terms, quarter)
    return {
        "opening": before["closing"], "incurred": incurred, "paid": paid,
        "change": closing - before["closing"] - incurred + paid, "closing": closing,
        "current": closing - non_current, "non_current": non_current,
        "accrued_to_date": number(row["accrued_to_date"]), "charge": to_date - number(row["accrued_to_date"]),
        "sold_to_date": sold, "deferred": deferred, "paid_to_date": paid_to_date,
        "noted": number(row["amount"]) if row["kind"] == "guarantee" else ZERO,
    }


def postings(row, before, result):
    dimension = dimension_of(row)
    if row["kind"] != "guarantee":
        yield Posting(MOVEMENTS[row["kind"]], dimension, result["charge"])
    yield Posting("OBL-DEFERRAL", dimension, before["deferred"] - result["deferred"])
    yield Posting("OBL-NONCURRENT", dimension, result["non_current"] - before["non_current"])


def obligations(sources, prior, terms, quarter):
    results = {}
    for row in sources["obligations"]:
        key = key_of(row, "obligations")
        result = obligation(row, prior.get(key), sources, terms, quarter)
        results[key] = result | {"postings": list(postings(row, prior.get(key, NEW), result))}
    return results


# Running royalties


def running_royalty(royalty, ledger, terms, quarter):
    dimension = dimension_of(royalty)
    first = max(day(royalty["start"]), quarter.start) if royalty.get("start") else quarter.start
    last = min(day(royalty["end"]), quarter.end) if royalty.get("end") else quarter.end
    sold = required = recorded = ZERO
    if first <= last:
        sold = net_sales(ledger, terms, dimension, first, last)
        required = max(ZERO, cents(terms.royalty_rate(royalty["pool"]) * sold))
        recorded = activity(ledger, terms.accounts["royalty_expense"], dimension, first, last)
    return {
        "net_sales": sold, "required": required, "recorded": recorded, "amount": required - recorded,
        "postings": [Posting("OBL-RUNNING", dimension, required - recorded)],
    }


def running_royalties(ledger, terms, quarter):
    return {(royalty["id"],): running_royalty(royalty, ledger, terms, quarter) for royalty in terms.royalties}

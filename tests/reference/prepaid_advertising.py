"""Prepaid advertising (SOP 93-7, APB 28, ASC 720-35, ASC 270-10-45, ASC 340-10; IAS 38.69)."""

from amounts import ZERO, day, days_counted, number, share
from book import Posting, dimension_of, key_of, new_dimension

# What an earlier quarter leaves of a contract that it did not have.
NEW = {"written_off_to_date": ZERO, "refunded_to_date": ZERO, "transferred_to_date": ZERO, "under_event": False}


def earned(row, when, terms):
    """What is earned of a contract at the end of a day."""
    paid, recognition = number(row["amount_paid"]), row["recognition"]
    if recognition == "units":
        return share(paid, number(row["units_delivered"]), number(row["units_total"]))
    if recognition == "first-showing":
        return paid if when >= production_day(row, terms) else ZERO
    start, end = day(row["service_start"]), day(row["service_end"])
    if recognition == "interim-deferral":
        end = start if terms.is_ifrs else min(end, terms.fiscal_year_end(start))
    if when >= end:
        return paid
    return share(paid, days_counted(start, when), days_counted(start, end))


def earned_under_event(row, before, event, end, terms):
    """What is earned of a contract by a quarter's end: under an event nothing after it.

    Units have no dates: those delivered by the close that the event first counted in are the last that are earned."""
    if before["under_event"] and row["recognition"] == "units":
        return before["earned"]
    return earned(row, min(event, end) if event else end, terms)


def production_day(row, terms):
    """The first showing; or the day on which the service was received."""
    as_incurred = terms.is_ifrs or terms.production_advertising == "as-incurred"
    return day(row["service_end"] if as_incurred else row["first_showing"])


def ordinary_expense(row, before, terms):
    """What the ERP has expensed, without what earlier packs wrote off or made receivable."""
    shown = before["written_off_to_date"] + before["refunded_to_date"] if terms.subledger_shows_write_downs else ZERO
    ordinary = number(row["expensed_to_date"]) - shown
    if ordinary < 0:
        raise ValueError(f"{row['contract_id']}: less is expensed than was written off")
    return ordinary


def wound_up(row, before, through):
    """What an event writes off, moves to the receivable and moves to another brand in a quarter.

    The latter two follow what the row now has of them, up or down; what is written off stays so."""
    refundable, transferable = number(row["refundable_amount"]), number(row["transferable_amount"])
    left = max(ZERO, number(row["amount_paid"]) - through - before["written_off_to_date"])
    if refundable + transferable > left:
        raise ValueError(f"{row['contract_id']}: more is refundable and transferable than is unearned")
    refund, transferred = refundable - before["refunded_to_date"], transferable - before["transferred_to_date"]
    return left - refundable - transferable, refund, transferred


def prepaid_contract(row, prior, event, end, terms):
    """A contract; `prior` is what this function returned for the quarter before, or None."""
    before = prior or NEW
    through = earned_under_event(row, before, event, end, terms)
    write_off, refund, transferred = wound_up(row, before, through) if event else (ZERO, ZERO, ZERO)
    written_off_to_date = before["written_off_to_date"] + write_off
    refunded_to_date = before["refunded_to_date"] + refund
    ordinary = ordinary_expense(row, before, terms)
    return {
        "earned": through, "expensed_to_date": ordinary, "catch_up": through - ordinary, "write_off": write_off,
        "closing": number(row["amount_paid"]) - through - written_off_to_date - refunded_to_date, "refund": refund,
        "transferred": transferred, "transferred_to_date": before["transferred_to_date"] + transferred,
        "written_off_to_date": written_off_to_date, "refunded_to_date": refunded_to_date, "under_event": bool(event),
    }


def postings(row, contract):
    dimension = dimension_of(row)
    yield Posting("ADV-CATCHUP", dimension, contract["catch_up"])
    yield Posting("ADV-WRITEOFF", dimension, contract["write_off"])
    yield Posting("ADV-REFUND", dimension, contract["refund"])
    if contract["transferred"]:
        yield Posting("ADV-TRANSFER", dimension, contract["transferred"], new_dimension(row))


def prepaid_advertising(rows, prior, terms, quarter):
    results = {}
    for row in rows:
        key = key_of(row, "prepaid_advertising")
        event = terms.event_date(row["brand"], quarter.end)
        contract = prepaid_contract(row, prior.get(key), event, quarter.end, terms)
        results[key] = contract | {"postings": list(postings(row, contract))}
    return results

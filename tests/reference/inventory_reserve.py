"""Inventory reserve (ARB 43 ch. 4, ASC 330-10-35, SAB Topic 5.BB, IAS 2)."""

from collections import defaultdict

from amounts import ZERO, apportion, cents, day, number, share, total
from book import Posting, key_of

METHODS = ("lower-of-cost", "ageing", "coverage", "movement", "specific", "returned")


# Lower of cost or market, or of cost and net realizable value


def net_realizable_value(row, royalty_rate):
    kept = 1 - number(row["selling_cost_rate"]) - royalty_rate
    return max(ZERO, number(row["selling_price"]) * kept - number(row["cost_to_complete"]))


def uses_replacement_cost(terms):
    """The rule of 2004, kept today for LIFO and the retail method (ASC 330-10-35-1C)."""
    if terms.basis == "us-gaap":
        return terms.cost_formula in ("lifo", "retail")
    return terms.basis == "us-gaap-2004"


def market(row, nrv, terms):
    if not uses_replacement_cost(terms):
        return nrv
    floor = max(ZERO, nrv - number(row["normal_margin_rate"]) * number(row["selling_price"]))
    return max(floor, min(nrv, number(row["replacement_cost"])))


def saleable_units(row, terms, end):
    on_hand, deadline = number(row["quantity_on_hand"]), terms.deadline(row["pool"], end)
    if deadline is None:
        return on_hand
    return ZERO if deadline <= end else min(on_hand, number(row["expected_units"]))


def cost_and_values(row, terms, end):
    """Cost, value capped by cost, and value as the market has it, of an item on hand."""
    on_hand, unit_cost = number(row["quantity_on_hand"]), number(row["unit_cost"])
    value = market(row, net_realizable_value(row, terms.royalty_rate(row["pool"])), terms)
    saleable = saleable_units(row, terms, end)
    scrap = (on_hand - saleable) * min(unit_cost, max(ZERO, number(row["scrap_value"])))
    return cents(on_hand * unit_cost), cents(saleable * min(unit_cost, value) + scrap), cents(saleable * value + scrap)


def unit_of_account(row, terms):
    """What is measured together: the item alone, its pool in its entity, or its entity's stock."""
    unit = terms.pools[row["pool"]].get("unit_of_account", terms.unit_of_account)
    if unit == "total" and terms.is_ifrs:
        raise ValueError("IFRS does not measure the stock as a whole")
    if unit == "item":
        return unit, key_of(row, "inventory_reserve")
    return unit, (row["entity"], row["pool"] if unit == "category" else "")


def lower_of_cost(rows, terms, end):
    """The requirement by item; gains on some items of a unit of account offset losses on others of it."""
    units, required = defaultdict(dict), {}
    for row in rows:
        if "lower-of-cost" in methods_of(row["pool"], terms):
            cost, capped, value = cost_and_values(row, terms, end)
            units[unit_of_account(row, terms)][key_of(row, "inventory_reserve")] = cost - capped, cost - value
    for (unit, _), items in units.items():
        required |= required_of_unit(unit, items)
    return required


def required_of_unit(unit, items):
    shortfalls = {key: shortfall for key, (shortfall, _) in sorted(items.items())}
    if unit == "item" or not any(shortfalls.values()):
        return shortfalls
    net = max(ZERO, total(cost_above_value for _, cost_above_value in items.values()))
    parts = apportion(min(net, total(shortfalls.values())), list(shortfalls.values()))
    return dict(zip(shortfalls, parts))


# Step tables, and goods that came back


def step(table, amount, whole=1):
    """The rate of the last step whose `from` is not above `amount / whole`; no rate below the first."""
    rates = [number(entry["rate"]) for entry in table if number(entry["from"]) * whole <= amount]
    return rates[-1] if rates else ZERO


def ageing_rate(row, table, end):
    age = (end - day(row["last_receipt_date"])).days
    if age < 0:
        raise ValueError(f"{row['sku']}: received after the quarter's end")
    return step(table, age)


def coverage_rate(row, table):
    monthly = number(row["average_monthly_units"])
    return step(table, number(row["quantity_on_hand"]), monthly) if monthly else number(table[-1]["rate"])


def movement_rate(row, table, opening):
    """By units issued in the quarter against units on hand; an item that the last close had not has no rate."""
    if opening is None:
        return ZERO
    on_hand = number(row["quantity_on_hand"])
    issued = max(ZERO, opening["units"] + number(row["quantity_received"]) - on_hand)
    return step(table, issued, on_hand)


def rate_of(method, row, terms, opening, end):
    table = terms.pools[row["pool"]].get(method)
    if method == "ageing":
        return ageing_rate(row, table, end)
    if method == "coverage":
        return coverage_rate(row, table)
    if method == "movement":
        return movement_rate(row, table, opening)
    return number(row["reserve_rate"])


def returned_goods(row, terms):
    """Goods that came back are worth no more than they can be sold for again."""
    units = min(number(row["quantity_returned"]), number(row["quantity_on_hand"]))
    unit_cost, nrv = number(row["unit_cost"]), net_realizable_value(row, terms.royalty_rate(row["pool"]))
    return cents(units * unit_cost) - cents(units * min(unit_cost, nrv))


# The largest of the methods


def methods_of(pool, terms):
    named = terms.pools[pool].get("methods", ["lower-of-cost"])
    return [method for method in METHODS if method in named]


def candidates(row, measured, terms, opening, end):
    """What each method requires of an item, in the order in which a tie is decided."""
    amounts, on_hand = {}, number(row["quantity_on_hand"])
    for method in methods_of(row["pool"], terms):
        if method == "lower-of-cost":
            amounts[method] = measured
        elif on_hand == 0:
            amounts[method] = ZERO
        else:
            amounts[method] = cents(on_hand * number(row["unit_cost"]) * rate_of(method, row, terms, opening, end))
    if number(row["quantity_returned"]) > 0:
        amounts["returned"] = returned_goods(row, terms)
    return amounts


def largest(amounts):
    required = max(amounts.values())
    return next(method for method, amount in amounts.items() if amount == required), required


# The roll-forward


def release_limit(carried, releasable, terms):
    return carried if terms.is_ifrs else releasable


def roll_reserve(opening, moved, cost, required, opens_year, terms):
    """An item's reserve from the last close to this one; `opening` is what this function returned then, or None."""
    before = opening or {"closing": ZERO, "units": ZERO, "releasable": ZERO}
    on_hand, received, scrapped = moved
    reserve, units = before["closing"], before["units"]
    used = max(ZERO, min(units, units + received - on_hand))
    utilised = max(share(reserve, used, units), reserve - cost)
    by_scrap = min(share(reserve, min(scrapped, used), units), utilised)
    carried = reserve - utilised
    releasable = ZERO if opens_year else before["releasable"]
    releasable = min(releasable - share(releasable, used, units), carried)
    charge = max(ZERO, required - carried)
    release = min(max(ZERO, carried - required), release_limit(carried, releasable, terms))
    return {
        "required": required, "opening": reserve, "utilised_sale": utilised - by_scrap, "utilised_scrap": by_scrap,
        "carried": carried, "charge": charge, "release": release, "closing": carried + charge - release,
        "releasable": max(ZERO, releasable - release) + charge, "units": on_hand, "cost": cost,
    }


def postings(key, item, terms):
    relief = terms.reserve_relief == "propose"
    yield Posting("INV-CHARGE", key[:3], item["charge"])
    yield Posting("INV-SALE", key[:3], -item["utilised_sale"] if relief else ZERO)
    yield Posting("INV-SCRAP", key[:3], -item["utilised_scrap"] if relief else ZERO)
    yield Posting("INV-RELEASE", key[:3], -item["release"])


def inventory_reserve(rows, prior, terms, quarter, opens_year):
    """Every item of the file, and every item of the quarter before that is gone from it."""
    results, measured = {}, lower_of_cost(rows, terms, quarter.end)
    for row in rows:
        key = key_of(row, "inventory_reserve")
        method, required = largest(candidates(row, measured.get(key), terms, prior.get(key), quarter.end))
        cost = cents(number(row["quantity_on_hand"]) * number(row["unit_cost"]))
        moved = [number(row[column]) for column in ("quantity_on_hand", "quantity_received", "quantity_scrapped")]
        results[key] = roll_reserve(prior.get(key), moved, cost, required, opens_year, terms) | {"method": method}
    for key, opening in prior.items():
        if key not in results and (opening["units"] or opening["closing"]):
            gone = roll_reserve(opening, [ZERO, ZERO, ZERO], ZERO, ZERO, opens_year, terms)
            results[key] = gone | {"method": methods_of(key[3], terms)[0]}
    for key, item in results.items():
        item["postings"] = list(postings(key, item, terms))
    return results

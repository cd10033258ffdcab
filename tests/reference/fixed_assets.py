"""Fixed assets (SFAS 144, ASC 360-10-35; IAS 36, IFRS 5)."""

from collections import defaultdict
from fractions import Fraction

from amounts import ZERO, allocate, cents_of, day, month_number, number, share, total
from book import Posting, dimension_of, key_of, new_dimension

# What an earlier quarter leaves of an asset that it did not have.
NEW = {"written_down_to_date": ZERO, "transferred_to_date": ZERO, "into": None, "decision": None, "tested": False}


# Depreciation


def half_lives(row, when):
    """Half months of service at a day by the convention, and those of the whole life."""
    months = month_number(when) - month_number(day(row["in_service_date"]))
    counted = 2 * months + {"full-month": 2, "half-month": 1, "next-month": 0}[row["convention"] or "full-month"]
    life = 2 * int(row["life_months"])
    return max(0, min(counted, life)), life


def straight_line(row, when):
    served, life = half_lives(row, when)
    return share(number(row["cost"]) - number(row["salvage_value"]), served, life)


def declining_balance(row, when, factor):
    """Year by year of the asset's life, the better of the rate and the straight line over what is left."""
    cost, salvage = Fraction(number(row["cost"])), Fraction(number(row["salvage_value"]))
    left, life = half_lives(row, when)
    book, age = cost, 0
    while left > 0 and age < life:
        span = min(24, life - age)
        by_rate = book * factor * span / life
        by_line = (book - salvage) * span / (life - age)
        year = min(max(by_rate, by_line), book - salvage)
        served = min(left, span)
        book, left, age = book - year * served / span, left - served, age + span
    return cents_of(cost - book)


def depreciation(row, when):
    """What a row's own method takes to a day, as if nothing had been decided."""
    if row["method"] == "declining-balance":
        return declining_balance(row, when, Fraction(2))
    if row["method"] == "declining-balance-150":
        return declining_balance(row, when, Fraction(3, 2))
    return straight_line(row, when)


def after_test(row, basis, decision, when):
    """What a basis tested on a day has lost by another: a straight line over the life that was left.

    Where none was left, all of it is lost at once."""
    (at_decision, life), (served, _) = half_lives(row, decision), half_lives(row, when)
    falls = max(ZERO, basis - number(row["salvage_value"]))
    return share(falls, served - at_decision, life - at_decision) if at_decision < life else falls


# The decision, and the carrying amount that it starts from


def decided(row, end):
    """The decision date of an asset whose disposition has been decided by `end`, or None."""
    when = day(row["decision_date"]) if row["disposition"] else None
    return when if when and when <= end else None


def returns_to_use(row, before):
    """Whether a new decision takes an asset back from sale to use (SFAS 144 par. 38, ASC 360-10-35-44, IFRS 5.27)."""
    return before["tested"] and before["disposition"] == "held-for-sale" and row["disposition"] == "hold-and-use"


def missed_depreciation(row, before, decision):
    """What an asset held for sale would have lost until a decision, had it stayed in use."""
    return after_test(row, before["at_decision"], before["decision"], decision)


def carrying_at(row, before, decision):
    """Carrying amount at a new decision."""
    if returns_to_use(row, before):
        return before["measured"] - missed_depreciation(row, before, decision)
    if before["tested"]:
        if before["disposition"] == "hold-and-use":
            return before["measured"] - after_test(row, before["measured"], before["decision"], decision)
        return before["closing"]
    return number(row["cost"]) - depreciation(row, decision) - before["written_down_to_date"]


def opened(row, before, end):
    """An asset before it is measured: its decision, whether that is new, and the carrying amounts."""
    decision, was = decided(row, end), before["decision"]
    if was and (not decision or decision < was):
        raise ValueError(f"{row['asset_id']}/{row['component']}: a decision was removed or moved back")
    state = {"row": row, "before": before, "decision": decision, "new": False, "at_decision": None}
    if not decision or row["disposition"] == "reuse":
        carrying = number(row["cost"]) - depreciation(row, end) - before["written_down_to_date"]
    elif decision == was and before["tested"]:
        state["at_decision"], carrying = before["at_decision"], before["measured"]
    else:
        carrying = carrying_at(row, before, decision)
        state |= {"new": True, "at_decision": carrying}
    return state | {"carrying": carrying}


# What it is worth


def fair_value_less_cost(row):
    return max(ZERO, number(row["fair_value"]) - number(row["cost_to_sell"]))


def recoverable(row):
    if not row["value_in_use"] and not row["fair_value"]:
        raise ValueError(f"{row['asset_id']}/{row['component']}: neither value in use nor fair value is known")
    return max(number(row["value_in_use"]), fair_value_less_cost(row))


def us_losses(group):
    """Two steps: the group fails to recover its carrying amount, and then falls to fair value."""
    carrying = [asset["carrying"] for asset in group]
    fair = [number(asset["row"]["fair_value"]) for asset in group]
    if total(number(asset["row"]["undiscounted_cash_flows"]) for asset in group) >= total(carrying):
        return [ZERO for _ in group]
    limits = [max(ZERO, amount - value) for amount, value in zip(carrying, fair)]
    return allocate(max(ZERO, total(carrying) - total(fair)), carrying, limits)


def ifrs_losses(group):
    """One step, and its reversal up to what depreciation alone would have left."""
    carrying = [asset["carrying"] for asset in group]
    worth = [recoverable(asset["row"]) for asset in group]
    if total(worth) > total(carrying):
        ceilings = [
            max(ZERO, min(undamaged(asset) - asset["carrying"], asset["before"]["written_down_to_date"])) for asset in group
        ]
        reversal = min(total(worth) - total(carrying), total(ceilings))
        return [-part for part in allocate(reversal, carrying, ceilings)]
    limits = [max(ZERO, amount - value) for amount, value in zip(carrying, worth)]
    return allocate(total(carrying) - total(worth), carrying, limits)


def undamaged(asset):
    return number(asset["row"]["cost"]) - depreciation(asset["row"], asset["decision"])


def loss_on_return(asset, terms):
    """What an asset back in use loses, or regains: up to what it would be had it never been for sale."""
    row, before = asset["row"], asset["before"]
    undisturbed = before["at_decision"] - missed_depreciation(row, before, asset["decision"])
    worth = recoverable(row) if terms.is_ifrs else number(row["fair_value"])
    return asset["carrying"] - min(undisturbed, worth)


def group_of(key, row):
    """What is tested together: a group of an entity, or without one the asset alone."""
    return (row["entity"], row["asset_group"]) if row["asset_group"] else key


def measured_losses(assets, terms):
    """The loss of every asset whose holding and use is newly decided, by key: with its group, or back from sale."""
    groups, losses = defaultdict(dict), {}
    for key, asset in sorted(assets.items()):
        if not asset["new"] or asset["row"]["disposition"] != "hold-and-use":
            continue
        if returns_to_use(asset["row"], asset["before"]):
            losses[key] = loss_on_return(asset, terms)
        else:
            groups[group_of(key, asset["row"])][key] = asset
    for group in groups.values():
        found = (ifrs_losses if terms.is_ifrs else us_losses)(list(group.values()))
        losses |= dict(zip(group, found))
    return losses


def run_down(row, at_decision, decision, end):
    """What is left of an asset that runs down by the day from the decision to the end of its use."""
    cease, falls = day(row["cease_use_date"]), max(ZERO, at_decision - number(row["salvage_value"]))
    if cease <= end:
        return at_decision - falls
    return at_decision - share(falls, (end - decision).days, (cease - decision).days)


def measured(asset, loss, end):
    row, carrying, at_decision = asset["row"], asset["carrying"], asset["at_decision"]
    disposition = row["disposition"] if asset["decision"] else ""
    if disposition == "held-for-sale":
        return min(at_decision, fair_value_less_cost(row))
    if disposition == "abandon":
        return min(carrying, run_down(row, at_decision, asset["decision"], end))
    if disposition not in ("", "reuse", "hold-and-use"):
        raise ValueError(f"{row['asset_id']}: unknown disposition {disposition!r}")
    return carrying - loss


def closing(asset, value, end):
    if asset["decision"] and asset["row"]["disposition"] == "hold-and-use":
        return value - after_test(asset["row"], value, asset["decision"], end)
    return value


# An asset, its movements, and all of them


def ordinary_depreciation(row, before, terms):
    """What the ERP has depreciated, without what earlier packs wrote down."""
    shown = before["written_down_to_date"] if terms.subledger_shows_write_downs else ZERO
    ordinary = number(row["accumulated_depreciation"]) - shown
    if ordinary < 0:
        raise ValueError(f"{row['asset_id']}/{row['component']}: less is accumulated than was written down")
    return ordinary


def fixed_asset(asset, loss, end, terms):
    row, before = asset["row"], asset["before"]
    value = measured(asset, loss, end)
    at_end = closing(asset, value, end)
    write_down = asset["carrying"] - value
    written_down = before["written_down_to_date"] + write_down
    ordinary = ordinary_depreciation(row, before, terms)
    reused = asset["decision"] and row["disposition"] == "reuse"
    into = before["into"] or (new_dimension(row) if reused else None)
    return {
        "accumulated_depreciation": ordinary, "catch_up": number(row["cost"]) - at_end - written_down - ordinary,
        "carrying": asset["carrying"], "at_decision": asset["at_decision"], "measured": value, "write_down": write_down,
        "closing": at_end, "written_down_to_date": written_down, "decision": asset["decision"],
        "disposition": row["disposition"], "tested": bool(asset["decision"]) and not reused,
        "transferred": number(row["cost"]) if into else ZERO, "into": into,
    }


def postings(row, before, result):
    """A moved asset's further depreciation is its new dimension's; in the quarter of the move the old one's."""
    dimension = before["into"] or dimension_of(row)
    accelerated = result["decision"] and row["disposition"] == "abandon"
    yield Posting("FA-CATCHUP", dimension, result["catch_up"])
    yield Posting("FA-ACCELERATED" if accelerated else "FA-WRITEDOWN", dimension, result["write_down"])
    if result["into"] and not before["into"]:
        cost = number(row["cost"])
        yield Posting("FA-MOVE-COST", dimension, cost, result["into"])
        yield Posting("FA-MOVE-DEPR", dimension, cost - result["closing"], result["into"])


def fixed_assets(rows, prior, terms, quarter):
    assets, results = {}, {}
    for row in rows:
        key = key_of(row, "fixed_assets")
        assets[key] = opened(row, prior.get(key, NEW), quarter.end)
    losses = measured_losses(assets, terms)
    for key, asset in assets.items():
        result = fixed_asset(asset, losses.get(key, ZERO), quarter.end, terms)
        results[key] = result | {"postings": list(postings(asset["row"], asset["before"], result))}
    return results

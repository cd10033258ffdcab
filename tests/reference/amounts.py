"""Numbers and dates. Amounts are exact decimals; nothing here is a float."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

ZERO = Decimal(0)
CENT = Decimal("0.01")
DAY = timedelta(days=1)


def cents(amount):
    """The one rounding: to cents, half away from zero (ROUND_HALF_UP of `decimal` is away from zero)."""
    with localcontext() as context:
        context.prec = 60
        return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def cents_of(fraction):
    """The same rounding of an exact fraction."""
    sign, scaled = (-1 if fraction < 0 else 1), abs(fraction) * 100
    return Decimal(sign * ((2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator))) * CENT


def share(amount, part, whole):
    """`amount * part / whole`, rounded; nothing of nothing."""
    if whole == 0:
        return ZERO
    return cents_of(Fraction(amount) * Fraction(part) / Fraction(whole))


def apportion(total, weights):
    """A total in cents over weights by largest remainder: floor each, then a cent each; ties go to the first."""
    whole, wanted = sum(weights), int(total * 100)
    exact = [Fraction(wanted) * Fraction(weight) / Fraction(whole) for weight in weights]
    parts = [part.numerator // part.denominator for part in exact]
    by_remainder = sorted(range(len(weights)), key=lambda at: (parts[at] - exact[at], at))
    for at in by_remainder[: wanted - sum(parts)]:
        parts[at] += 1
    return [part * CENT for part in parts]


def allocate(total, weights, limits):
    """A total over weights, no part above its limit: rounds of largest remainder over the parts that have room left.

    Where all of these weigh nothing, their room is the weight."""
    given = [ZERO for _ in weights]
    while total > 0:
        room = {at: limit - given[at] for at, limit in enumerate(limits) if limit > given[at]}
        open_weights = [weights[at] for at in room]
        if not room:
            break
        parts = apportion(total, open_weights if any(open_weights) else list(room.values()))
        for at, part in zip(room, parts):
            given[at] += min(part, room[at])
            total -= min(part, room[at])
    return given


def number(text):
    return Decimal(text) if text else ZERO


def total(amounts):
    return sum(amounts, ZERO)


def day(text):
    return date.fromisoformat(text)


def days_counted(first, last):
    """Days from one to another, both ends counted; none when the last is before the first."""
    return max(0, (last - first).days + 1)


def a_year_after(when):
    last_of_february = when.month == 2 and when.day == 29
    return when.replace(year=when.year + 1, day=28 if last_of_february else when.day)


def month_number(when):
    return when.year * 12 + when.month

"""What usage costs by the packages of everything/catalog.lua, unit by unit and step by step."""

from decimal import Decimal

from naive_days import local, month_of

MINUTE = Decimal("0.15")
# By service: units of a step, its price.
FLAT = {"voice": (60, MINUTE), "data": (1 << 20, Decimal("0.10")), "sms": (1, Decimal("0.10"))}
FREE_SECONDS = 600  # of a month, of the package "free"
FEW_SECONDS = 480  # used of them: its holder is told that few are left
MOST = Decimal("0.70")  # in a month, of the package "capped"


class Refused(Exception):
    """Nothing is done; its text is the code."""


class Conflict(Exception):
    """What comes in the error slot; its text is the code."""


def counter(subscription, package, ms):
    """The name of the one counter of a package in a month; None: it has none."""
    allowance = {"free": "minutes", "tiered": "paid", "capped": "most"}.get(package)
    return allowance and f"{subscription}/{package}.{allowance}/{month_of(ms)}"


def step_price(package, service, first, before):
    """(price of one step that begins then, of how many units it uses the counter), of which so many are used."""
    step, price = FLAT[service]
    if package == "free" and before + step <= FREE_SECONDS:
        return Decimal(0), step
    if package == "tiered":
        return (MINUTE if before < 3 * step else Decimal("0.05")), step
    if package == "banded":
        return Decimal("0.20" if 7 <= local(first).hour < 21 else "0.10"), 0
    return price, 0


def price(subscription, package, used, service, at_ms, units):
    """(amount, {counter: by how much it rises}) of so many units as one event; `used` says how much of a counter is used or held."""
    if service != "voice" and package != "plain":
        raise Refused("NO_PRICE")
    step, _ = FLAT[service]
    amount, counted = Decimal(0), {}
    for unit in range(0, units, step):
        first = at_ms + unit * 1000 if service == "voice" else at_ms
        name = counter(subscription, package, first)
        cost, units_used = step_price(package, service, first, used(name) + counted.get(name, 0) if name else 0)
        amount += cost
        if units_used:
            counted[name] = counted.get(name, 0) + units_used
    if package == "capped":
        name = counter(subscription, package, at_ms)
        amount = min(amount, max(MOST - used(name), Decimal(0)))
        if amount:
            counted[name] = amount
    return amount, counted

"""What happens by itself to a Bank's accounts as time goes by (see naive_money.py): fees of the packages of everything/catalog.lua, deposits
that are released, gifts that are given, and balances that end. One thing after the other, each by asking for all that is still to come.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from naive_days import NEVER, day_later, day_of, days_in_month, midnight, month_later
from naive_money import CHARGES, Balance
from naive_prices import Refused

RENT, PREMIUM, METER = Decimal("3.10"), Decimal("0.05"), Decimal("0.62")
STORED, PART = Decimal("1.20"), Decimal("0.30")
GIFTS = [Decimal("0.40")] + [Decimal("0.20")] * 3
OWN = ["voice", "sms", CHARGES]
# What comes first of what happens at one instant.
EXPIRES, ENDS, RELEASES, GIVES, FALLS_DUE = range(5)


@dataclass
class Holding:
    """A package besides the base one. Cycles are counted; those before `charged` are."""

    package: str
    begins: int
    till: int = NEVER
    charged: int = 0
    paid: int | None = None  # when the deposit was paid in
    released: int = 0
    given: int = 0
    ended: bool = False


def share_of_month(price, first, after):
    """Of the days of one month from the first on."""
    part = price * (after - first).days / days_in_month(first)
    return part.quantize(Decimal("0.01"), ROUND_HALF_UP)


def cycle(holding):
    """(when it falls due, amount) of the next charge of a holding; None: nothing more is to come."""
    begin, number = day_of(holding.begins), holding.charged
    if holding.package == "insured":
        first, after, price = day_later(begin, number), None, PREMIUM
    else:
        first = month_later(begin.replace(day=1), number) if number else begin
        after = month_later(first.replace(day=1))
        price = RENT if holding.package == "rent" else METER
    if midnight(first) >= holding.till:
        return None
    if holding.package == "metered":
        if holding.till != NEVER:
            after = min(after, day_later(day_of(holding.till - 1), 1))
        return midnight(after), share_of_month(price, first, after)
    return max(midnight(first), holding.begins), share_of_month(price, first, after) if after else price


def instalment(paid, number):
    return midnight(month_later(day_of(paid).replace(day=1), number))


def coming(bank):
    """(instant, what of those at one instant comes first, subscription, holding or balance) of all that is to come, each thing's next."""
    found = []
    for name, account in bank.accounts.items():
        found += [
            (one.till, EXPIRES, name, place, None)
            for place, one in account.balances.items() if one.till < NEVER and not one.expired
        ]  # fmt: skip
    for name, subscription in bank.subscriptions.items():
        for place, one in enumerate(subscription.holdings):
            if one.package != "saver":
                due = cycle(one)
                found += [(due[0], FALLS_DUE, name, place, due[1])] if due else []
                continue
            if one.ended:
                continue
            if one.till < NEVER:
                found.append((one.till, ENDS, name, place, None))
            for kind, number, times in ((RELEASES, one.released, 4), (GIVES, one.given, 4)):
                if one.paid is not None and number < times and instalment(one.paid, number + 1) < one.till:
                    found.append((instalment(one.paid, number + 1), kind, name, place, None))
    return sorted(found, key=lambda one: (one[:2], str(one[2]), str(one[3])))


def pass_to(bank, now):
    """The clock goes there; all that is due by then happens, in its order."""
    bank.now = now
    while (due := coming(bank)) and due[0][0] <= now:
        when, kind, name, place, amount = due[0]
        if kind == EXPIRES:
            expire(bank, name, place)
        else:
            subscription = bank.subscriptions[name]
            {FALLS_DUE: fall_due, ENDS: end, RELEASES: release, GIVES: give}[kind](bank, subscription, place, when, amount)


def expire(bank, account, place):
    with bank.entry("expiry", account, may_fail=False):
        bank.accounts[account].balances[place].expire()


def fall_due(bank, subscription, place, when, amount):
    with bank.entry("due", subscription.account, may_fail=False):
        bank.take(bank.shares(subscription, CHARGES, amount, "owed", when, when))
        subscription.holdings[place].charged += 1


def pay_in(bank, name, at):
    """Of the holding at that time; raises Refused."""
    subscription = bank.subscriptions[name]
    held = [one for one in subscription.holdings if one.package == "saver" and one.begins <= at < one.till]
    if not held:
        raise Refused("UNKNOWN_DEPOSIT")
    if held[0].paid is not None:
        raise Refused("DEPOSIT_PAID")
    with bank.entry("stored", subscription.account, may_fail=False):
        held[0].paid = at


def release(bank, subscription, place, when, _):
    with bank.entry("stored", subscription.account, may_fail=False):
        subscription.holdings[place].released += 1
        balances = bank.accounts[subscription.account].balances
        balances.setdefault("saver.stored", Balance(OWN, "deposit", subscription.name)).amount += PART


def give(bank, subscription, place, when, _):
    """Lost in a suspension, and its place used up."""
    with bank.entry("stored", subscription.account, may_fail=False):
        holding = subscription.holdings[place]
        amount = GIFTS[holding.given]
        holding.given += 1
        if not subscription.is_suspended(when):
            balances = bank.accounts[subscription.account].balances
            till = midnight(month_later(day_of(when), 2))
            balances[f"saver.bonus.{day_of(when)}"] = Balance(OWN, user=subscription.name, till=till, amount=amount)


def end(bank, subscription, place, when, _):
    """What is stored becomes cash, first what was not released; gifts are forfeited. Each is an entry; what is held stays."""
    account, holding = bank.accounts[subscription.account], subscription.holdings[place]
    left = STORED - holding.released * PART
    if holding.paid is not None and left:
        with bank.entry("stored", subscription.account, may_fail=False):
            account.main().amount += left
    for name, one in account.balances.items():
        if not name.startswith("saver.") or not one.free() or one.user != subscription.name:
            continue
        with bank.entry("stored", subscription.account, may_fail=False):
            account.main().amount += one.free() if name == "saver.stored" else 0
            one.amount -= one.free()
    holding.ended = True

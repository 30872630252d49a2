"""Who has how much money, who may spend it, and who pays: done naively, with dicts, lists and Decimals, and nothing shared with the server.

A Bank knows all accounts, each with a main balance and others, all subscriptions with who pays for them, and all counters. Its clock is
`now`, which the test moves. What moves money is an entry; the bank notes each with what it moved, and what it made known to whom.
"""

from collections import defaultdict
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from decimal import Decimal

from naive_days import NEVER, day_later, day_of, midnight, month_of
from naive_prices import FEW_SECONDS, Refused, price

CHARGES = "charges"  # what a balance pays for that pays for all that falls due
KINDS = ["gift", "deposit", "cash"]  # in the order in which they pay, of those that end together


def serves(pays, what):
    return not pays or what in pays


@dataclass
class Balance:
    pays: list  # services; nothing: it pays for everything
    kind: str = "gift"
    user: str | None = None  # the only subscription it is for
    till: int = NEVER
    first_use: int | None = None  # so many days from then on
    frozen: bool = False
    amount: Decimal = Decimal(0)
    held: Decimal = Decimal(0)
    begins: bool = False  # by what is taken now
    began: int = 0  # when it was used for another gift than before
    expired: bool = False

    def free(self):
        return max(self.amount - self.held, Decimal(0))

    def expire(self):
        """What is not held is gone; what is held stays until it is let go."""
        self.expired = True
        self.amount = min(self.amount, self.held)


@dataclass
class Account:
    customer: str
    floor: Decimal = Decimal(0)
    credit: tuple | None = None  # (another floor, till when)
    frozen: bool = False
    lows: list = field(default_factory=list)  # at which amounts its main balance is low
    balances: dict = field(default_factory=lambda: {"main": Balance([], "cash")})

    def main(self):
        return self.balances["main"]

    def available(self, now):
        floor = min(self.floor, self.credit[0]) if self.credit and now < self.credit[1] else self.floor
        return self.main().amount - self.main().held - floor


@dataclass
class Payer:
    account: str
    services: list
    bound: Decimal | None = None  # of a month


@dataclass
class Subscription:
    name: str
    account: str
    package: str
    payers: list = field(default_factory=list)
    suspended: list = field(default_factory=list)  # [from, till]
    holdings: list = field(default_factory=list)  # of packages that owe or store, see naive_dues.py

    def is_suspended(self, ms):
        return any(begin <= ms < end for begin, end in self.suspended)


@dataclass
class Share:
    """What one balance pays."""

    account: str
    balance: str
    amount: Decimal
    counter: str | None = None  # of what a payer pays in a month


@dataclass
class Entry:
    kind: str
    owners: tuple  # accounts that have it whatever it moves
    moved: dict = field(default_factory=dict)  # (account, balance) → amount
    notices: list = field(default_factory=list)  # (kind, account or subscription, threshold)


class Bank:
    STATE = ("accounts", "subscriptions", "sessions", "used", "held")

    def __init__(self, now=0):
        self.now = now
        self.accounts, self.subscriptions, self.sessions = {}, {}, {}
        self.used, self.held = defaultdict(int), defaultdict(int)  # of counters
        self.entries = []

    # ---- entries ----

    @contextmanager
    def entry(self, kind, *owners, at_ms=0, may_fail=True):
        """What is done within it is one entry, or nothing, if it is refused. Of counters of a month that was over at `at_ms` nothing is told."""
        before = {name: deepcopy(getattr(self, name)) for name in self.STATE} if may_fail else {}
        amounts, used = self.amounts(), dict(self.used)
        made = Entry(kind, owners)
        try:
            yield made
        except Exception:
            self.__dict__.update(before)
            raise
        self._begin()
        for place, amount in self.amounts().items():
            if amount != amounts.get(place, 0):
                made.moved[place] = amount - amounts.get(place, 0)
        made.notices += self._falls(amounts) + self._crossings(used, month_of(at_ms))
        self.entries.append(made)

    def _begin(self):
        """What is valid from its first use is so from now on, once all is taken that is."""
        for account in self.accounts.values():
            for one in account.balances.values():
                if one.begins:
                    one.till, one.begins = midnight(day_later(day_of(self.now), one.first_use)), False

    def amounts(self):
        return {(name, place): one.amount for name, account in self.accounts.items() for place, one in account.balances.items()}

    def _falls(self, before):
        return [
            ("low_balance", name, f"{low:.2f}")
            for name, account in self.accounts.items() for low in account.lows
            if before.get((name, "main"), 0) > low >= account.main().amount
        ]  # fmt: skip

    def _crossings(self, before, month):
        return [
            ("threshold", name.split("/")[0], "20%")
            for name, used in self.used.items()
            if "/free." in name and name.rsplit("/", 1)[1] >= month and before.get(name, 0) < FEW_SECONDS <= used
        ]

    # ---- paying ----

    def price(self, subscription, service, at_ms, units):
        return price(subscription.name, subscription.package, lambda name: self.used[name] + self.held[name], service, at_ms, units)

    def _payers_shares(self, subscription, what, at_ms, cost):
        shares, left = [], cost
        for payer in subscription.payers:
            account = self.accounts[payer.account]
            if account.frozen or not serves(payer.services, what):
                continue
            most, counter = account.available(self.now), None
            if payer.bound is not None:
                counter = f"{subscription.name}/@payer.{payer.account}/{month_of(at_ms)}"
                most = min(most, payer.bound - self.used[counter] - self.held[counter])
            amount = max(min(most, left), Decimal(0))
            if amount:
                shares.append(Share(payer.account, "main", amount, counter))
            left -= amount
        return shares

    def _purses(self, subscription, what, when):
        """In the order of paying: what expires first, then by kind, then what pays for less, then for fewer, then as they were made."""
        found = [
            (one.till, KINDS.index(one.kind), not one.pays, one.user is None, place, name)
            for place, (name, one) in enumerate(self.accounts[subscription.account].balances.items())
            if name != "main" and when < one.till and one.free() > 0 and not one.frozen
            and serves(one.pays, what) and one.user in (None, subscription.name)
        ]  # fmt: skip
        return [name for *_, name in sorted(found)]

    def shares(self, subscription, what, cost, short, at_ms, when=None):
        """Who pays how much of it; raises Refused. `short`: "refuse", "partial", "debt"; "owed" is a debt of what fell due, at `when`."""
        account, shares = self.accounts[subscription.account], []
        if cost == 0:
            return shares
        if account.frozen and short != "owed":
            if short == "partial":
                return shares
            raise Refused("FROZEN")
        shares = self._payers_shares(subscription, what, at_ms, cost)
        left = cost - sum(one.amount for one in shares)
        for name in [] if account.frozen else self._purses(subscription, what, self.now if when is None else when):
            amount = min(left, account.balances[name].free())
            if amount:
                shares.append(Share(subscription.account, name, amount))
            left -= amount
        available = max(account.available(self.now), Decimal(0))
        if left > available and short == "refuse":
            raise Refused("BALANCE_TOO_LOW")
        amount = min(left, available) if short == "partial" else left
        return [*shares, Share(subscription.account, "main", amount)] if amount else shares

    def take(self, shares):
        """Takes it."""
        for share in shares:
            balance = self.accounts[share.account].balances[share.balance]
            balance.amount -= share.amount
            balance.begins = balance.first_use and balance.till == NEVER
            if share.counter:
                self.used[share.counter] += share.amount

    def count(self, counted, table, sign=1):
        for name, amount in counted.items():
            table[name] += sign * amount

    # ---- requests ----

    def charge(self, name, service, at_ms, units, short):
        """The Charge; raises Refused."""
        subscription = self.subscriptions[name]
        with self.entry("charge", subscription.account, at_ms=at_ms) as entry:
            if subscription.is_suspended(at_ms):
                raise Refused("SUSPENDED")
            amount, counted = self.price(subscription, service, at_ms, units)
            if amount and self.accounts[subscription.account].frozen:
                raise Refused("FROZEN")
            shares = self.shares(subscription, service, amount, short, at_ms)
            self.take(shares)
            self.count(counted, self.used)
        return Charge(subscription.account, self.now, at_ms, amount, shares, counted, entry.notices)

    def refund(self, charge, amount, at_ms):
        """Gives back an amount, or all that is left (None); what it gives. Raises Refused."""
        left = charge.paid() - charge.given
        if charge.over:
            raise Refused("ALREADY_REFUNDED")
        if amount is not None and amount > left:
            raise Refused("MORE_THAN_CHARGED")
        given = left if amount is None else amount
        with self.entry("refund", charge.account):
            for share, back in charge.returned(given):
                balance = self.accounts[share.account].balances[share.balance]
                if self.now < balance.till and charge.made >= balance.began:
                    balance.amount += back
                    if share.counter:
                        self.used[share.counter] -= back
            for name, counted in charge.give(given, whole=amount is None).items():
                if name.rsplit("/", 1)[1] >= month_of(max(at_ms, charge.at)):
                    self.used[name] -= counted
        return given

    def move(self, name, balance, amount, short="refuse"):
        """In or out of a balance, within an entry; raises Refused."""
        account = self.accounts[name]
        one = account.balances[balance]
        if balance != "main" and self.now >= one.till:
            raise Refused("BALANCE_EXPIRED")
        if amount < 0:
            if account.frozen or one.frozen:
                raise Refused("FROZEN")
            available = account.available(self.now) if balance == "main" else one.amount - one.held
            if short == "refuse" and available < -amount:
                raise Refused("BALANCE_TOO_LOW")
        one.amount += amount

    def adjust(self, name, balance, amount, short):
        with self.entry("adjustment", name):
            self.move(name, balance, amount, short)

    def transfer(self, name, to, amount):
        with self.entry("transfer", name, to):
            self.move(name, "main", -amount)
            self.move(to, "main", amount)


@dataclass
class Charge:
    """What was taken, and what was given back of it."""

    account: str
    made: int
    at: int
    amount: Decimal
    shares: list
    counted: dict
    notices: list
    given: Decimal = Decimal(0)
    amounts: Decimal = Decimal(0)  # of that, what was asked for as an amount
    over: bool = False

    def paid(self):
        return sum((share.amount for share in self.shares), Decimal(0))

    def _back(self, given):
        """To the last payer first."""
        for share in reversed(self.shares):
            back = min(share.amount, given)
            given -= back
            yield share, back

    def returned(self, given):
        """[(share, amount)] of what comes back now, behind what has."""
        before = dict((id(share), back) for share, back in self._back(self.given))
        return [(share, back - before[id(share)]) for share, back in self._back(self.given + given)]

    def give(self, given, whole):
        """Notes it. {counter: by how much it falls}: units come back with the usage, money by what is given of all that was paid."""
        before = {name: self._counted_back(name) for name in self.counted}
        self.given += given
        self.amounts += Decimal(0) if whole else given
        counts_units = any(not isinstance(counted, Decimal) for counted in self.counted.values())
        self.over = whole or (self.given == self.paid() and not counts_units)
        return {name: self._counted_back(name) - before[name] for name in self.counted}

    def _counted_back(self, name):
        counted = self.counted[name]
        if self.over:
            return counted
        if not isinstance(counted, Decimal) or not self.amounts:
            return 0
        return Decimal(int(counted * 1_000_000) * int(self.amounts * 1_000_000) // int(self.paid() * 1_000_000)) / 1_000_000

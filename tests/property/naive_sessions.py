"""What sessions promise (of a Bank, see naive_money.py): each part is one event that grows, and holds what it may cost yet.

A session holds for each of its parts what the units that were granted would cost, of balances and of counters, and what is held is
spent for everybody else. How much can be granted is found by trying, from the whole of what is asked downward, every quantity at
which the price steps.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from naive_days import NEVER
from naive_prices import FLAT, Conflict, Refused


def assert_answer(answer, expected):
    """An answer has what is expected of it; where that is a Decimal, as text."""
    for name, value in expected.items():
        found = answer.get(name)
        if name == "parts":
            assert {one["part"] for one in found} == set(value), (answer, expected)
            for one in found:
                assert_answer(one, value[one["part"]])
        else:
            found = Decimal(found) if isinstance(value, Decimal) and found is not None else found
            assert found == value, (name, found, value, answer)


@dataclass
class Part:
    service: str
    at: int
    used: int = 0
    granted: int = 0
    charged: Decimal = Decimal(0)
    holds: list = field(default_factory=list)  # shares
    counted: dict = field(default_factory=dict)  # counter → used
    counters_held: dict = field(default_factory=dict)  # counter → held

    def held(self):
        return sum((share.amount for share in self.holds), Decimal(0))


@dataclass
class Session:
    number: int
    expires: int = NEVER
    parts: dict = field(default_factory=dict)


class Request:
    """One request of a session while it is decided."""

    def __init__(self, bank, subscription, kind, at):
        self.bank, self.subscription, self.kind, self.at = bank, subscription, kind, at
        self.closes = kind in ("commit", "release")

    def let_go(self, part):
        for share in part.holds:
            self.bank.accounts[share.account].balances[share.balance].held -= share.amount
            if share.counter:
                self.bank.held[share.counter] -= share.amount
        self.bank.count(part.counters_held, self.bank.held, -1)
        part.holds, part.counters_held = [], {}

    def _hold(self, part, shares):
        part.holds = shares
        for share in shares:
            self.bank.accounts[share.account].balances[share.balance].held += share.amount
            if share.counter:
                self.bank.held[share.counter] += share.amount

    def _price(self, part, units):
        return self.bank.price(self.subscription, part.service, part.at, units)

    def _shares(self, part, cost, short):
        return self.bank.shares(self.subscription, part.service, max(cost, Decimal(0)), short, part.at)

    def _quantities(self, part, asked):
        step, _ = FLAT[part.service]
        border = (part.used + asked - 1) // step * step - part.used
        return [asked, *range(border, 0, -step)]

    def _grant(self, part, asked):
        """The most of what is asked that can be paid; holds it. Gives why it is less."""
        why = None
        for units in self._quantities(part, asked):
            try:
                amount, counted = self._price(part, part.used + units)
                shares = self._shares(part, amount - part.charged, "refuse")
            except Refused as refusal:
                why = str(refusal)
                continue
            part.granted = units
            self._hold(part, shares)
            part.counters_held = {one: n - part.counted.get(one, 0) for one, n in counted.items() if n > part.counted.get(one, 0)}
            return why
        return why

    def decide(self, part, used, asked, is_asked):
        """What of a part is charged now, what remains unpaid, and why less is granted than asked for, or than stands."""
        charged = unpaid = Decimal(0)
        self.let_go(part)
        self.bank.count(part.counted, self.bank.used, -1)
        part.granted = 0
        if used is not None:
            part.used += used
            amount, part.counted = self._price(part, part.used)
            cost = max(amount - part.charged, Decimal(0))
            shares = self._shares(part, cost, "partial")
            self.bank.take(shares)
            charged = sum((share.amount for share in shares), Decimal(0))
            unpaid = cost - charged
            part.charged += charged
        why = "SUSPENDED" if is_asked and self.subscription.is_suspended(self.at) else None
        if asked and not why:
            why = self._grant(part, asked)
        self.bank.count(part.counted, self.bank.used)
        self.bank.count(part.counters_held, self.bank.held)
        return charged, unpaid, why


def request(bank, kind, name, session_name, number, at, parts, validity=NEVER):
    """What is to be seen in the answer; raises Refused or Conflict, and then nothing has changed."""
    subscription = bank.subscriptions[name]
    with bank.entry("session", subscription.account, at_ms=at) as entry:
        expected = _request(bank, kind, (name, session_name), number, at, parts, validity)
    return expected, entry.notices


def _open(bank, kind, key, number):
    session = bank.sessions.get(key)
    if kind == "reserve" and session:
        raise Refused("SESSION_OPEN")
    if kind != "reserve" and not session:
        raise Refused("UNKNOWN_SESSION")
    if kind == "reserve":
        return Session(number), False
    overtaken = number <= session.number
    session.number = max(session.number, number)
    return session, overtaken


def _add_parts(session, parts, at):
    for asks in parts:
        if asks["part"] not in session.parts:
            if "service" not in asks:
                raise Conflict("FIELDS_CONFLICT")
            session.parts[asks["part"]] = Part(asks["service"], at)


def _request(bank, kind, key, number, at, parts, validity):
    subscription = bank.subscriptions[key[0]]
    deciding = Request(bank, subscription, kind, at)
    session, overtaken = _open(bank, kind, key, number)
    if kind == "reserve" and subscription.is_suspended(at):
        raise Refused("SUSPENDED")
    _add_parts(session, parts, at)
    told, whys, charged = {}, [], Decimal(0)
    named = {asks["part"]: asks for asks in parts}
    for part_name, part in session.parts.items():
        asks = named.get(part_name)
        if asks is None:
            if deciding.closes:
                deciding.let_go(part)
            continue
        is_asked = not deciding.closes and not overtaken and asks.get("ask") is not None
        wanted = asks["ask"] if is_asked else part.granted if overtaken and not deciding.closes else 0
        now, unpaid, why = deciding.decide(part, asks.get("used"), wanted, is_asked)
        charged += now
        whys.append(why)
        told[part_name] = {
            "used": part.used, "charged": part.charged, "held": part.held(),
            "granted": part.granted if is_asked else None, "unpaid": unpaid or None,
            "code": why if is_asked and part.granted < wanted else None,
            "final": {"action": "terminate"} if is_asked and part.granted < wanted else None,
        }  # fmt: skip
    if kind == "reserve" and not any(part.granted for part in session.parts.values()):
        raise Refused(whys[0])
    bank.sessions[key] = session
    if deciding.closes:
        del bank.sessions[key]
    elif not overtaken:
        session.expires = bank.now + validity
    held = sum((part.held() for part in session.parts.values()), Decimal(0))
    outcome = {"reserve": "granted", "update": "granted", "commit": "charged", "release": "released"}[kind]
    main = bank.accounts[subscription.account].main().amount
    return {"outcome": outcome, "charged": charged, "held": held, "balance": main, "parts": told}


def expire(bank, key):
    """Nothing was heard of it: what it holds is let go."""
    subscription = bank.subscriptions[key[0]]
    with bank.entry("session", subscription.account):
        for part in bank.sessions.pop(key).parts.values():
            Request(bank, subscription, "expire", bank.now).let_go(part)

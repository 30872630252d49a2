"""What sessions, and balances beside them, promise: done naively, with dicts, lists and Decimals, and nothing shared with the server.

An account has balances; each has an amount and what is held of it. A session holds for each of its parts what the units that were
granted would cost, of balances and of counters, and what is held is spent for everybody else. A part is priced as one event that
grows. How much can be granted is found by trying, from the whole of what is asked downward, every quantity at which the price steps.
"""

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")
NEVER = 1 << 63
MINUTE = Decimal("0.15")
# By service: units of a step, its price.
FLAT = {"voice": (60, MINUTE), "data": (1 << 20, Decimal("0.10")), "sms": (1, Decimal("0.10"))}
FREE_SECONDS = 600  # of a month, of the package "free"


def cycle_of(at_ms):
    return datetime.fromtimestamp(at_ms // 1000, UTC).astimezone(CHINA).strftime("%Y-%m-01")


class Refused(Exception):
    """Nothing is done; its text is the code."""


class Conflict(Exception):
    """What comes in the error slot; its text is the code."""


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
class Balance:
    pays: list
    till: int = NEVER
    amount: Decimal = Decimal(0)
    held: Decimal = Decimal(0)
    expired: bool = False

    def free(self):
        return max(self.amount - self.held, Decimal(0))


@dataclass
class Part:
    service: str
    at: int
    used: int = 0
    granted: int = 0
    charged: Decimal = Decimal(0)
    holds: dict = field(default_factory=dict)  # balance → amount
    counted: dict = field(default_factory=dict)  # counter → used
    counters_held: dict = field(default_factory=dict)  # counter → held


@dataclass
class Session:
    number: int
    parts: dict = field(default_factory=dict)


class Account:
    def __init__(self, package, floor):
        self.package, self.floor = package, Decimal(floor)
        self.balances = {"main": Balance([])}
        self.used, self.held = {}, {}  # counter → seconds
        self.sessions = {}

    # ---- paying ----

    def _payers(self, service):
        """In the order of paying: what expires first, then what pays for less, then as they were made; the main one is last."""
        others = [
            (one.till, not one.pays, place, name)
            for place, (name, one) in enumerate(self.balances.items())
            if name != "main" and not one.expired and one.free() > 0 and (not one.pays or service in one.pays)
        ]
        return [name for *_, name in sorted(others)] + ["main"]

    def share(self, cost, service, short):
        """{balance: what it pays}; raises Refused. What nobody pays is missing from the sum."""
        shares, left = {}, cost
        for name in self._payers(service):
            one = self.balances[name]
            most = one.free() if name != "main" else one.amount - one.held - self.floor
            amount = min(left, max(most, Decimal(0)))
            if name == "main" and amount < left:
                if short == "refuse":
                    raise Refused("BALANCE_TOO_LOW")
                amount = left if short == "debt" else amount
            if amount > 0:
                shares[name] = amount
            left -= amount
        return shares

    def take(self, cost, service, short="partial"):
        shares = self.share(cost, service, short) if cost > 0 else {}
        for name, amount in shares.items():
            self.balances[name].amount -= amount
        return shares

    # ---- prices ----

    def price(self, service, at, units):
        """(amount, {counter: seconds}) of so many units as one event, as the counters are now."""
        if service != "voice" and self.package != "plain":
            raise Refused("NO_PRICE")
        step, price = FLAT[service]
        amount, counted = Decimal(0), {}
        for unit in range(0, units, step):
            counter = cycle_of(at + unit * 1000 if service == "voice" else at)
            before = self.used.get(counter, 0) + self.held.get(counter, 0) + counted.get(counter, 0)
            if self.package == "tiered":
                counted[counter] = counted.get(counter, 0) + step
                amount += MINUTE if before < 3 * step else Decimal("0.05")
            elif self.package == "free" and before + step <= FREE_SECONDS:
                counted[counter] = counted.get(counter, 0) + step
            else:
                amount += price
        return amount, counted

    def count(self, counted, table, sign=1):
        for counter, seconds in counted.items():
            table[counter] = table.get(counter, 0) + sign * seconds

    # ---- a part of a session ----

    def _let_go(self, part):
        for name, amount in part.holds.items():
            self.balances[name].held -= amount
        self.count(part.counters_held, self.held, -1)
        part.holds, part.counters_held = {}, {}

    def _quantities(self, part, asked):
        step, _ = FLAT[part.service]
        border = (part.used + asked - 1) // step * step - part.used
        return [asked, *range(border, 0, -step)]

    def _grant(self, part, asked):
        """The most of what is asked that can be paid; holds it. Gives why it is less."""
        why = None
        for units in self._quantities(part, asked):
            try:
                amount, counted = self.price(part.service, part.at, part.used + units)
                cost = max(amount - part.charged, Decimal(0))
                part.holds = self.share(cost, part.service, "refuse") if cost > 0 else {}
            except Refused as refusal:
                why = str(refusal)
                continue
            part.granted = units
            for name, held in part.holds.items():
                self.balances[name].held += held
            part.counters_held = {one: n - part.counted.get(one, 0) for one, n in counted.items() if n > part.counted.get(one, 0)}
            return why
        return why

    def _decide(self, part, used, asked):
        """What of a part is charged now, what remains unpaid, and why less is granted than asked for."""
        charged = unpaid = Decimal(0)
        self._let_go(part)
        self.count(part.counted, self.used, -1)
        part.granted = 0
        if used is not None:
            part.used += used
            amount, part.counted = self.price(part.service, part.at, part.used)
            cost = max(amount - part.charged, Decimal(0))
            charged = sum(self.take(cost, part.service).values(), Decimal(0))
            unpaid = cost - charged
            part.charged += charged
        why = self._grant(part, asked) if asked else None
        self.count(part.counted, self.used)
        self.count(part.counters_held, self.held)
        return charged, unpaid, why

    # ---- requests ----

    def request(self, *asked):
        """What is to be seen in the answer; raises Refused or Conflict, and then nothing has changed."""
        before = deepcopy(self.__dict__)
        try:
            return self._request(*asked)
        except (Refused, Conflict):
            self.__dict__ = before
            raise

    def _request(self, kind, name, number, at, parts):
        session = self.sessions.get(name)
        if kind == "reserve" and session:
            raise Refused("SESSION_OPEN")
        if kind != "reserve" and not session:
            raise Refused("UNKNOWN_SESSION")
        session = session or Session(number)
        overtaken = kind != "reserve" and number <= session.number
        session.number = max(session.number, number)
        for asks in parts:
            if asks["part"] not in session.parts:
                if "service" not in asks:
                    raise Conflict("FIELDS_CONFLICT")
                session.parts[asks["part"]] = Part(asks["service"], at)
        told, whys, charged = {}, [], Decimal(0)
        closes = kind in ("commit", "release")
        named = {asks["part"]: asks for asks in parts}
        for part_name, part in session.parts.items():
            asks = named.get(part_name)
            if asks is None:
                if closes:
                    self._let_go(part)
                continue
            is_asked = not closes and not overtaken and asks.get("ask") is not None
            wanted = asks["ask"] if is_asked else part.granted if overtaken and not closes else 0
            now, unpaid, why = self._decide(part, asks.get("used"), wanted)
            charged += now
            whys.append(why)
            told[part_name] = {
                "used": part.used, "charged": part.charged, "held": sum(part.holds.values(), Decimal(0)),
                "granted": part.granted if is_asked else None, "unpaid": unpaid or None,
                "code": why if is_asked and part.granted < wanted else None,
                "final": {"action": "terminate"} if is_asked and part.granted < wanted else None,
            }  # fmt: skip
        if kind == "reserve" and not any(part.granted for part in session.parts.values()):
            raise Refused(whys[0])
        self.sessions[name] = session
        if closes:
            del self.sessions[name]
        held = sum((sum(part.holds.values()) for part in session.parts.values()), Decimal(0))
        outcome = {"reserve": "granted", "update": "granted", "commit": "charged", "release": "released"}[kind]
        return {"outcome": outcome, "charged": charged, "held": held, "balance": self.balances["main"].amount, "parts": told}

    def charge(self, service, at, units, short):
        """(amount, what each balance paid, {counter: seconds}); raises Refused."""
        amount, counted = self.price(service, at, units)
        paid = self.take(amount, service, short)
        self.count(counted, self.used)
        return amount, paid, counted

    def refund(self, paid, counted, at):
        """All of a charge goes back to what paid it, if that has not expired."""
        for name, amount in paid.items():
            if not self.balances[name].expired:
                self.balances[name].amount += amount
        self.count({counter: seconds for counter, seconds in counted.items() if counter >= cycle_of(at)}, self.used, -1)

    def move(self, amount, short="refuse"):
        """In, or out, of the main balance; raises Refused."""
        main = self.balances["main"]
        if amount < 0 and short == "refuse" and main.amount - main.held - self.floor < -amount:
            raise Refused("BALANCE_TOO_LOW")
        main.amount += amount

    def top_up(self, name, amount):
        if self.balances[name].expired:
            raise Refused("BALANCE_EXPIRED")
        self.balances[name].amount += amount

    def expire_session(self, name):
        for part in self.sessions.pop(name).parts.values():
            self._let_go(part)

    def expire(self, name):
        """What is not held is gone; what is held stays until it is let go."""
        one = self.balances[name]
        one.expired = True
        one.amount = min(one.amount, one.held)

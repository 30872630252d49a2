"""All that holds and moves money, at once, against the naive model (naive_*.py): charges and sessions by packages of every shape, refunds,
top-ups with what rules give, transfers, balances with scopes and ends, payers with bounds, credits, freezing, fees, deposits and gifts,
suspension, notices. The clock is the test's: it stands still, and is moved by hours or months; the server is stopped, killed, or has its
state rebuilt from the journal, also while the clock moves. After every step what can be read is as the model has it; in the end, the
histories, the notices and the data folder are too.

SEED=… chooses another run; EXAMPLES=… (default 12) and STEPS=… (default 40) a longer one.
"""

import os
import random
from collections import Counter
from decimal import Decimal

import naive_dues
import naive_sessions
import naive_topups
from bank_machine import ACCOUNTS, BEGIN, CATALOG, CUSTOMERS, LINES, NUMBERS, SESSIONS, BankMachine
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule
from machine import run
from naive_days import DAY, NEVER, day_later, day_of, midnight, month_later
from naive_money import Account, Balance, Payer, Subscription

EXAMPLES = int(os.environ.get("EXAMPLES", "12"))
STEPS = int(os.environ.get("STEPS", "40"))
# What falls due of one account does so of one subscription: else the order of a backlog is that of subscriptions, not of time.
OWING = NUMBERS[:4]
ASKS = {"voice": [1, 59, 60, 61, 300, 900], "data": [1, 1 << 20, 3_000_000], "sms": [1, 3, 8]}
USES = {"voice": [0, 1, 30, 60, 61, 290, 700], "data": [0, 1, 1_500_000], "sms": [0, 1, 4]}
AMOUNTS = ["0.05", "0.15", "0.50", "1.00", "3.00"]
QUANTITY = {"voice": "seconds", "data": "bytes", "sms": "items"}
LATEST = BEGIN + 3000 * DAY  # notices are kept for ten years at most
VALID_S = [301, 3_607, 200_003]
numbers, accounts, amounts = st.sampled_from(NUMBERS), st.sampled_from(ACCOUNTS), st.sampled_from(AMOUNTS)
places, whens = st.integers(0, 99), st.integers(0, 5)
shorts = st.sampled_from(["refuse", "refuse", "debt", "partial"])


def services_of(number):
    return ["voice", "data", "sms"] if LINES[number][1] == "plain" else ["voice"]


@st.composite
def reserves(draw):
    number = draw(numbers)
    services = services_of(number)
    names = draw(st.lists(st.sampled_from([*services, *services, "other"]), min_size=1, max_size=3, unique=True))
    parts = []
    for name in names:
        service = "voice" if name == "other" else name
        parts.append({"part": name, "service": service, "ask": draw(st.sampled_from(ASKS[service]))})
    return number, parts


class Machine(BankMachine):
    @initialize(floors=st.lists(st.sampled_from(["0.00", "0.00", "-1.00"]), min_size=5, max_size=5),
                amount=st.sampled_from(["0.50", "2.00", "5.00"]), lives=st.lists(st.integers(0, 1 << 32), min_size=5, max_size=5))  # fmt: skip
    def begin(self, floors, amount, lives):
        self.server.publish(CATALOG)
        for (name, customer), floor in zip(CUSTOMERS.items(), floors, strict=True):
            self.client.call("customer.put", customer=customer)
            self.bank.accounts[name] = Account(customer, Decimal(floor), lows=[Decimal("1.00"), Decimal("0.30")])
            self.put_account(name)
        for number, (account, package) in LINES.items():
            self.bank.subscriptions[number] = Subscription(number, account, package)
            self.put_subscription(number)
        for name in CUSTOMERS:
            self.top_up(name, "main", amount)
        for place, life in enumerate(lives):
            self.live_for_months(life) if place == 2 else self.live(life)
            self.all_is_as_the_model_has_it()

    def when(self, choice):
        """Now, most times; an hour ago, yesterday before the night, or at the end of the month before."""
        now = self.bank.now
        today = day_of(now)
        last = midnight(today.replace(day=1))
        return [now, now, now, now - 3_600_000, midnight(day_later(today, -1)) + 20 * 3_600_000 + 3_540_000, last - 180_000][choice]

    # ---- sessions ----

    def session(self, kind, number, name, request, at_ms, parts, validity_s=None):
        fields = {"service_id": number, "session": name, "number": request, "at": at_ms}
        fields |= {"parts": parts} if parts else {}
        fields |= {"validity_s": validity_s} if validity_s else {}

        def decide():
            return naive_sessions.request(self.bank, kind, number, name, request, at_ms, parts, (validity_s or 0) * 1000)

        self.once(("session", number, request), name, f"session.{kind}", fields, decide)

    def next_number(self, number, name, gap):
        """The next one of a session, a later one, or one that was left out before, perhaps of a session of that name that is closed."""
        session = self.bank.sessions.get((number, name))
        last = max((key[2] for key in self.ids if key[:2] == ("session", number) and key[3] == name), default=0)
        return max((session.number if session else last) + gap, 0)

    @rule(asked=reserves(), name=st.sampled_from(SESSIONS), gap=st.sampled_from([1, 1, 1, 2, 0]), when=whens, valid=st.sampled_from(VALID_S))
    def reserve(self, asked, name, gap, when, valid):
        number, parts = asked
        self.session("reserve", number, name, self.next_number(number, name, gap), self.when(when), parts, valid)

    @rule(place=places, gap=st.sampled_from([1, 1, 1, 1, 2, 3, 0, -1, -1]), used=st.lists(st.integers(0, 6), min_size=3, max_size=3),
          ask=st.lists(st.sampled_from([None, 0, 1, 2, 3]), min_size=3, max_size=3), count=st.integers(1, 3), when=whens)  # fmt: skip
    def update(self, place, gap, used, ask, count, when):
        self.report("update", place, gap, used, ask, count, when)

    @rule(place=places, gap=st.sampled_from([1, 1, 1, 2, -1]), used=st.lists(st.integers(0, 6), min_size=3, max_size=3),
          count=st.integers(1, 3), when=whens)  # fmt: skip
    def commit(self, place, gap, used, count, when):
        self.report("commit", place, gap, used, [None] * 3, count, when)

    @rule(place=places, gap=st.sampled_from([1, 1, 2, -1]))
    def release(self, place, gap):
        number, name = self.some_session(place)
        self.session("release", number, name, self.next_number(number, name, gap), self.bank.now, [])

    def some_session(self, place):
        """One that is open, or else one that is not."""
        choice = list(self.bank.sessions) or [(NUMBERS[place % len(NUMBERS)], SESSIONS[place % len(SESSIONS)])]
        return choice[place % len(choice)]

    def report(self, kind, place, gap, used, ask, count, when):
        number, name = self.some_session(place)
        self.report_of(number, name, kind, gap, used, ask, count, when, unusual=place)

    def report_of(self, number, name, kind, gap, used, ask, count, when, unusual=0):
        session = self.bank.sessions.get((number, name))
        parts = []
        for n, part in enumerate(list(session.parts)[:count] if session else ["voice"]):
            service = session.parts[part].service if session else "voice"
            uses, asks = USES[service], ASKS[service]
            parts.append({"part": part, "used": uses[used[n] % len(uses)]})
            if ask[n] is not None:
                parts[-1]["ask"] = asks[ask[n] % len(asks)]
        if unusual == 99 and session and kind == "update":
            parts.append({"part": "new", "service": "voice", "ask": 60} if len(session.parts) < 8 else {"part": "unknown", "used": 1})
        if unusual == 98 and kind == "update":
            parts.append({"part": "unknown", "used": 1})
        valid = VALID_S[unusual % 3] if kind == "update" else None
        self.session(kind, number, name, self.next_number(number, name, gap), self.when(when), parts, valid)

    @rule(number=st.integers(0, 1 << 32))
    def live(self, number):
        """A whole session, of which most is granted: some of it reported, a report overtaken by another, its balance ended."""
        chance = random.Random(f"{number} {len(self.requests)}")
        number, name, when = chance.choice(NUMBERS), chance.choice(SESSIONS), chance.randrange(6)
        services, account = services_of(number), LINES[number][0]
        parts = [{"part": one, "service": one, "ask": chance.choice(ASKS[one])} for one in chance.sample(services, chance.randint(1, len(services)))]
        purses = chance.sample(["gift", "calls"], chance.randint(0, 2))
        used = [chance.randrange(7) for _ in range(12)]
        then = chance.choice(["overtaken", "overtaken", "expired", "charged"])
        if chance.random() < 0.5:
            self.put_payer(number, chance.randrange(1, 4))
        for purse in purses:
            self.put_balance(account, purse, chance.randrange(5), chance.randrange(3), False, chance.choice(AMOUNTS))
        self.top_up(account, "main", "0.50")
        if (number, name) not in self.bank.sessions:
            self.reserve((number, parts), name, 1, when, VALID_S[2])
        for n, gap in enumerate([1, 3, -1, 1] if then == "overtaken" else [1, 1]):
            self.report_of(number, name, "update", gap, used[3 * n : 3 * n + 3], [1, 2, 3], len(parts), when, unusual=2)
        if then == "expired":
            self.pass_time(chance.choice(["hour", "day"]), None)
            self.report_of(number, name, "update", 1, used[6:9], [1, 2, 3], len(parts), when, unusual=2)
        elif then == "charged":
            self.charge(number, "voice", when, 4, "partial")
            self.report_of(number, name, "commit", 1, used[6:9], [None] * 3, len(parts), when)
            for part in chance.choice([[None], ["0.05", None], ["0.15", "0.31", None, None]]):
                self.refund(0, part, chance.random() < 0.2)

    # ---- charges ----

    @rule(number=numbers, service=st.sampled_from(["voice", "voice", "voice", "sms", "data"]), when=whens, quantity=st.integers(0, 6), short=shorts)
    def charge(self, number, service, when, quantity, short):
        at_ms, units, identifier = self.when(when), max(USES[service][quantity % len(USES[service])], 1), self.new_id()
        fields = {"service_id": number, "id": identifier, "service": service, "at": at_ms, QUANTITY[service]: units, "short": short}
        account = LINES[number][0]

        def decide():
            made = self.bank.charge(number, service, at_ms, units, short)
            self.charges.append([made, None])
            missing = made.amount - made.paid()
            expected = {"outcome": "charged", "amount": made.amount, "balance": self.main(account), "unpaid": missing or None}
            return expected, made.notices

        answer = self.once(("charge", number), identifier, "charge", fields, decide)
        if answer:
            self.charges[-1][1] = answer["charge"]

    @rule(place=places, part=st.sampled_from([None, None, "0.05", "0.15", "0.31"]), cancel=st.sampled_from([False, False, True]))
    def refund(self, place, part, cancel):
        if not self.charges:
            return
        charge, charge_id = self.charges[-1 - place % len(self.charges)]
        identifier, now = self.new_id(), self.bank.now
        fields = {"charge": charge_id, "id": identifier, "at": now}
        if cancel:
            fields |= {"why": "a mistake"}
        elif part:
            fields |= {"amount": part, "currency": "CNY"}

        def decide():
            given = self.bank.refund(charge, Decimal(part) if part and not cancel else None, now)
            outcome = "cancelled" if cancel else "refunded"
            return {"outcome": outcome, "amount": given, "left": charge.paid() - charge.given, "balance": self.main(charge.account)}, []

        self.once(("account", charge.account), identifier, "charge.cancel" if cancel else "charge.refund", fields, decide)

    # ---- money that moves ----

    def top_up(self, name, place, amount):
        identifier, now = self.new_id(), self.bank.now
        fields = {"account": name, "balance": place, "id": identifier, "at": now, "amount": amount, "currency": "CNY"}

        def decide():
            rules = naive_topups.top_up(self.bank, name, place, Decimal(amount), now)
            self.tally.update(rules)
            return {"outcome": "topped_up", "balance": self.bank.accounts[name].balances[place].amount}, []

        answer = self.once(("account", name), identifier, "balance.topup", fields, decide)
        if answer:
            counts = Counter(one["rule"] for one in answer.get("rules", []))
            self.tally["rules"] += sum(counts.values())

    @rule(name=accounts, place=places, amount=amounts)
    def top_up_one(self, name, place, amount):
        choice = [one for one in self.bank.accounts[name].balances if one in ("main", "gift", "calls")]
        self.top_up(name, choice[place % len(choice)], amount)

    @rule(name=accounts, place=places, sign=st.sampled_from(["", "-", "-", "-"]), amount=amounts, short=st.sampled_from(["refuse", "refuse", "debt"]))
    def adjust(self, name, place, sign, amount, short):
        identifier, choice = self.new_id(), [one for one in self.bank.accounts[name].balances if one in ("main", "main", "gift", "calls")]
        balance = choice[place % len(choice)]
        short = short if balance == "main" else "refuse"
        fields = {"account": name, "balance": balance, "id": identifier, "at": self.bank.now, "amount": sign + amount, "currency": "CNY",
                  "why": "a mistake", "short": short}  # fmt: skip

        def decide():
            self.bank.adjust(name, balance, Decimal(sign + amount), short)
            return {"outcome": "adjusted", "balance": self.bank.accounts[name].balances[balance].amount}, self.bank.entries[-1].notices

        self.once(("account", name), identifier, "balance.adjust", fields, decide)

    @rule(name=accounts, step=st.integers(1, 4), amount=amounts)
    def transfer(self, name, step, amount):
        identifier, to = self.new_id(), ACCOUNTS[(ACCOUNTS.index(name) + step) % len(ACCOUNTS)]
        fields = {"account": name, "to": to, "id": identifier, "at": self.bank.now, "amount": amount, "currency": "CNY"}

        def decide():
            self.bank.transfer(name, to, Decimal(amount))
            return {"outcome": "transferred", "balance": self.main(name)}, self.bank.entries[-1].notices

        self.once(("account", name), identifier, "balance.transfer", fields, decide)

    @rule(place=st.integers(0, 1000), count=st.integers(1, 6))
    def again(self, place, count):
        """Requests from before, just as they were."""
        for n in range(count):
            scope, identifier, method, fields = self.requests[(place + n) % len(self.requests)]
            if (*scope, identifier) in self.ids:
                self.once(scope, identifier, method, fields, None)

    @rule(place=st.integers(0, 1000))
    def again_otherwise(self, place):
        scope, identifier, method, fields = self.requests[place % len(self.requests)]
        if (*scope, identifier) in self.ids:
            self.once(scope, identifier, method, {**fields, "at": fields["at"] + 1}, None)

    # ---- how accounts, balances and subscriptions are ----

    @rule(name=accounts, floor=st.sampled_from(["0.00", "-0.50", "-2.00"]), credit=st.sampled_from([None, None, "-1.00"]),
          frozen=st.sampled_from([False, False, False, True]), lows=st.lists(st.sampled_from(["2.00", "1.00", "0.10", "0.00"]), max_size=2, unique=True))  # fmt: skip
    def change_account(self, name, floor, credit, frozen, lows):
        one = self.bank.accounts[name]
        one.floor, one.frozen, one.lows = Decimal(floor), frozen, [Decimal(low) for low in lows]
        one.credit = (Decimal(credit), self.bank.now + 2 * DAY) if credit else None
        self.put_account(name)

    @rule(name=accounts, balance=st.sampled_from(["gift", "calls"]), life=st.integers(0, 4), user=st.integers(0, 2),
          frozen=st.sampled_from([False, False, False, True]), amount=amounts)  # fmt: skip
    def put_balance(self, name, balance, life, user, frozen, amount):
        """Made, or valid for another time, also once it has expired; with money in it, mostly."""
        pays, kind = (["voice"], "gift") if balance == "calls" else ([], "deposit" if user == 1 else "gift")
        users = [number for number, (account, _) in LINES.items() if account == name]
        user = users[-1] if user == 2 else None
        now = self.bank.now
        till = [None, now + 1000, now + DAY, midnight(month_later(day_of(now).replace(day=1))), None][life]
        first_use = 2 if life == 4 else None
        fields = {"account": name, "balance": balance, "pays": pays, "kind": kind, "frozen": frozen}
        fields |= {"till": till} if till else {}
        fields |= {"for": {"subscription": user}} if user else {}
        fields |= {"valid": {"count": first_use, "every": "day", "begins": "first_use"}} if first_use else {}
        self.client.call("balance.put", fields)
        one = self.bank.accounts[name].balances.setdefault(balance, Balance(pays))
        goes_on = first_use and one.first_use == first_use
        if one.expired and not goes_on:
            one.expire()
            one.expired = False
        one.till = one.till if goes_on else till or NEVER
        one.pays, one.kind, one.user, one.frozen, one.first_use = pays, kind, user, frozen, first_use
        self.top_up(name, balance, amount)

    @rule(number=numbers, how=st.integers(0, 3))
    def put_payer(self, number, how):
        """The boss pays nothing, or all, or voice, or as much in a month. What falls due he pays of one subscription only."""
        if LINES[number][0] == "boss":
            return
        every = [] if number == "13900000002" else ["voice"]
        self.bank.subscriptions[number].payers = [
            [], [Payer("boss", every)], [Payer("boss", every, Decimal("0.40"))], [Payer("boss", ["voice"], Decimal("1.00")), Payer("a3", ["voice"])],
        ][how if LINES[number][0] != "a3" else how % 3]  # fmt: skip
        self.put_subscription(number)

    @rule(number=st.integers(0, 1 << 32))
    def live_for_months(self, number):
        """Something is held, paid for by somebody, and months pass; then it is ended or suspended, and more of them do."""
        chance = random.Random(f"{number} {len(self.requests)}")
        number = chance.choice(OWING)
        for package in chance.sample(["rent", "insured", "metered", "saver"], chance.randint(1, 3)):
            self.hold(number, package, chance.random() < 0.8)
        self.put_balance(LINES[number][0], "gift", chance.choice([0, 3, 4]), chance.randrange(3), False, "3.00")
        if chance.random() < 0.5:
            self.put_payer(number, chance.randrange(4))
        self.pass_time(chance.choice(["month", "months", "day"]), chance.choice([None, "kill"]))
        self.charge(number, "voice", 0, 4, "debt")
        if chance.random() < 0.5:
            self.suspend_or_resume(number)
        if chance.random() < 0.5:
            self.end_holding(chance.randrange(100), chance.choice([3_600_000, DAY, 20 * DAY]))
        self.pass_time(chance.choice(["month", "months"]), chance.choice([None, "kill"]))

    @rule(number=st.sampled_from(OWING), package=st.sampled_from(["rent", "insured", "metered", "saver", "saver"]), paid=st.booleans())
    def hold(self, number, package, paid):
        """From now on; a deposit is paid in, mostly."""
        subscription = self.bank.subscriptions[number]
        held = [one for one in subscription.holdings if one.package == package]
        if not held or (package != "saver" and held[-1].till <= self.bank.now and len(held) < 3):
            subscription.holdings.append(naive_dues.Holding(package, self.bank.now))
            self.put_subscription(number)
        if package == "saver" and paid:
            self.pay_deposit(number)

    @rule(number=st.sampled_from(OWING))
    def pay_deposit(self, number):
        account, identifier, now = LINES[number][0], self.new_id(), self.bank.now
        fields = {"account": account, "id": identifier, "at": now, "subscription": number, "package": "saver", "deposit": "stored"}

        def decide():
            naive_dues.pay_in(self.bank, number, now)
            return {"outcome": "paid_in", "balance": self.main(account)}, []

        self.once(("account", account), identifier, "deposit.pay", fields, decide)

    @rule(place=places, after=st.sampled_from([3_600_000, DAY, 20 * DAY]))
    def end_holding(self, place, after):
        now = self.bank.now
        open_ones = [(number, one) for number in OWING for one in self.bank.subscriptions[number].holdings if one.till > now]
        if open_ones:
            number, one = open_ones[place % len(open_ones)]
            one.till = now + after
            self.put_subscription(number)

    @rule(number=numbers)
    def suspend_or_resume(self, number):
        one = self.bank.subscriptions[number]
        last = one.suspended[-1] if one.suspended else [0, 0]
        if one.is_suspended(self.bank.now) and last[0] < self.bank.now:
            last[1] = self.bank.now
        elif last[1] < self.bank.now and len(one.suspended) < 4:
            one.suspended.append([self.bank.now, NEVER])
        self.put_subscription(number)

    # ---- time, and ends ----

    @rule(step=st.sampled_from(["second", "hour", "midnight", "day", "month", "months"]), how=st.sampled_from([None, None, "kill", "stop"]))
    def pass_time(self, step, how):
        """Up to a step ahead; the server may be down meanwhile. Where sessions end the clock stops on its way."""
        now = self.bank.now
        today, step = day_of(now), step if now < LATEST else "hour"
        then = {
            "second": now + 1000, "hour": now + 3_600_000, "midnight": midnight(day_later(today, 1)), "day": now + DAY,
            "month": midnight(month_later(today.replace(day=1))), "months": midnight(month_later(today, 2)) + 43_200_000,
        }[step]  # fmt: skip
        while ends := [session.expires for session in self.bank.sessions.values() if session.expires <= then]:
            self.set_clock(min(ends), how)
        self.set_clock(then, how)
        self.tally["moved"] += 1

def test_all_that_holds_money_is_as_the_model_has_it():
    run(Machine, EXAMPLES, STEPS, [
        "session.reserve", "session.update", "session.commit", "session.release", "charge", "charge.refund", "BALANCE_TOO_LOW", "UNKNOWN_SESSION",
        "repeat", "moved", "forgotten", "noticed", "rules", "deposit.pay", "due", "stored", "expiry",
    ])  # fmt: skip

"""Balances of units a second time, naively: who pays each single step of a usage, over random balances, usages, sessions, refunds, expiries
and kills; every answer and every balance must agree. SEED=… in the environment chooses another run, RUNS=… how many.
"""

import json
import os
import random
from datetime import datetime, timedelta, timezone

from moved_clock import MovedServer
from server import suanpan

SEED = int(os.environ.get("SEED", random.randrange(1 << 32)))
RUNS, STEPS = int(os.environ.get("RUNS", "4")), 160
CHINA = timezone(timedelta(hours=8))
BEGIN = datetime(2026, 3, 10, 0, 0, tzinfo=CHINA)
MONTH_END = datetime(2026, 4, 1, tzinfo=CHINA)
EVER = datetime(2199, 1, 1, tzinfo=CHINA)
ACCOUNT, OTHER = "13800000001", "13800000002"
# Of each service its unit, how much a step has of that, and what it costs, in micro-units.
SERVICES = {"sms": ("item", 1, 100_000), "mms": ("item", 1, 500_000), "voice": ("second", 60, 150_000), "data": ("byte", 100, 10_000)}
FREE = "three.free"  # of ACCOUNT, three a month
MONEY = "money"


def micros(text):
    whole, _, rest = text.lstrip("-").partition(".")
    value = int(whole) * 1_000_000 + int((rest + "000000")[:6])
    return -value if text.startswith("-") else value


class Balance:
    def __init__(self, name, unit, pays, user, place):
        self.name, self.unit, self.pays, self.user, self.place = name, unit, pays, user, place
        self.amount, self.held, self.till, self.frozen = 0, 0, EVER, False

    def serves(self, subscription, service):
        if SERVICES[service][0] != self.unit or (self.pays and service not in self.pays):
            return False
        return self.user in ("all", subscription) or (self.user == "home" and subscription == ACCOUNT)

    def order(self):
        """The earliest expiry, the narrowest scope, own before shared, as declared."""
        return self.till, not self.pays, {"all": 2, "home": 1}.get(self.user, 0), self.place


class Oracle:
    def __init__(self):
        self.now, self.main, self.free_used, self.balances, self.charges, self.sessions = BEGIN, 100_000_000_000, 0, {}, [], {}

    def expired(self, balance):
        return balance.till <= self.now

    def payers(self, subscription, service, had=None):
        """[(name, what is left)] in the order of use; `had` is what a session held, which stays its own when it expires."""
        had = had or {}
        if service == "mms":
            return []
        listed = [(MONTH_END, -1, FREE, 3 - self.free_used)] if service == "sms" and subscription == ACCOUNT else []
        for one in sorted(self.balances.values(), key=Balance.order):
            if not one.serves(subscription, service) or one.frozen:
                continue
            listed.append((one.till, 0, one.name, had.get(one.name, 0) if self.expired(one) else one.amount - one.held))
        listed.sort(key=lambda one: one[:2])  # stable: own ones stay in their order, behind what is free and ends with them
        return [[name, left] for _, _, name, left in listed]

    @staticmethod
    def pay(payers, steps, size):
        """Who pays each of them; takes it off what they have left."""
        paid = []
        for _ in range(steps):
            payer = next((one for one in payers if one[1] >= size), None)
            if payer is not None:
                payer[1] -= size
            paid.append(MONEY if payer is None else payer[0])
        return paid

    def take(self, paid, service):
        _, size, price = SERVICES[service]
        for name in paid:
            if name == MONEY:
                self.main -= price
            elif name == FREE:
                self.free_used += size
            else:
                self.balances[name].amount -= size

    def charge(self, subscription, service, quantity):
        size = SERVICES[service][1]
        paid = self.pay(self.payers(subscription, service), -(-quantity // size), size)
        self.take(paid, service)
        return paid

    def refund(self, charge, part):
        """Gives so much more of the quantity back: shares of the sum, the last taken first. What came back where, or was lost."""
        quantity, before = charge["quantity"], charge["given"]
        after = charge["given"] = before + part
        whole = charge["money"]
        self.main += (2 * whole * after // quantity + 1) // 2 - (2 * whole * before // quantity + 1) // 2
        total = sum(charge["moved"].values())
        behind, told = total, []
        for name, moved in charge["moved"].items():
            behind -= moved
            old, new = (min(max(total * p // quantity - behind, 0), moved) for p in (before, after))
            back = name == FREE or not self.expired(self.balances[name])
            if new > old:
                told.append((name, new - old, back))
            if name == FREE:
                self.free_used -= new - old
            elif back:
                self.balances[name].amount += new - old
        return told

    def report(self, session, used, ask):
        """A session tells that so much more was used, and asks for so much; what is paid for each step, and who holds what."""
        _, size, _ = SERVICES["voice"]
        had, session["held"] = session["held"], {}
        for name, held in had.items():
            self.balances[name].held -= held
            if self.expired(self.balances[name]):
                self.balances[name].amount -= held  # what is not used of it is gone
        session["used"] += used
        payers = self.payers(session["who"], "voice", had)
        begun = -(-session["used"] // size)
        new = self.pay(payers, begun - len(session["paid"]), size)
        for name in new:
            if name != MONEY and self.expired(self.balances[name]):
                self.balances[name].amount += size  # it was its own still
        self.take(new, "voice")
        session["paid"] += new
        for name in self.pay(payers, -(-(session["used"] + ask) // size) - begun, size):
            if name != MONEY:
                session["held"][name] = session["held"].get(name, 0) + size
        for name, held in session["held"].items():
            self.balances[name].held += held
            if self.expired(self.balances[name]):
                self.balances[name].amount += held


def grouped(paid):
    """Neighbours that are alike, as the parts of a line show them."""
    parts = []
    for name in paid:
        if parts and parts[-1][0] == name:
            parts[-1][1] += 1
        else:
            parts.append([name, 1])
    return parts


def shown(lines):
    return [[p.get("balance") or p.get("allowance") or MONEY, p["units"]] for p in lines[0]["parts"]] if lines else []


class Run:
    def __init__(self, server, chance):
        self.server, self.chance, self.oracle, self.number, self.counts = server, chance, Oracle(), 0, {}
        self.connect()

    def connect(self):
        self.client = self.server.connect()

    def next_id(self):
        self.number += 1
        return f"r{self.number}"

    def at(self):
        return self.oracle.now.isoformat()

    # ---- what may happen ----

    def put(self):
        chance, oracle = self.chance, self.oracle
        name = chance.choice("abcdefgh")
        balance = oracle.balances.get(name)
        if balance is None:
            service = chance.choice(["sms", "sms", "sms", "voice", "voice", "voice", "data"])
            pays = [service] if chance.random() < 0.5 else []
            balance = oracle.balances[name] = Balance(
                name, SERVICES[service][0], pays, chance.choice(["all", "all", "home", ACCOUNT, ACCOUNT, OTHER]), len(oracle.balances)
            )
        elif oracle.expired(balance):
            balance.amount = balance.held  # what has expired is gone, though it is valid again
        balance.frozen = chance.random() < 0.15
        soon = oracle.now + timedelta(minutes=chance.randrange(1, 40), seconds=30)
        balance.till = chance.choice([EVER, EVER, EVER, EVER, soon, soon, soon, MONTH_END, MONTH_END + timedelta(days=1)])
        fields = {"till": balance.till.isoformat()} if balance.till != EVER else {}
        if balance.user != "all":
            fields["for"] = {"group": "home"} if balance.user == "home" else balance.user
        self.client.call("balance.put", account=ACCOUNT, balance=name, unit=balance.unit, pays=balance.pays, frozen=balance.frozen, **fields)

    def top_up(self):
        if not self.oracle.balances:
            return
        balance = self.chance.choice(list(self.oracle.balances.values()))
        count = self.chance.randrange(1, 6) * self.chance.choice([1, 7, 60, 100])
        answer = self.client.call("balance.topup", {"id": self.next_id(), "account": ACCOUNT, "balance": balance.name, "at": self.at(),
                                                    f"{balance.unit}s": count})  # fmt: skip
        if self.oracle.expired(balance):
            assert answer["code"] == "BALANCE_EXPIRED"
            return
        balance.amount += count
        assert answer["balance"] == balance.amount

    def charge(self):
        who, service = self.chance.choice([ACCOUNT, ACCOUNT, OTHER]), self.chance.choice(list(SERVICES))
        unit, size, price = SERVICES[service]
        quantity = self.chance.randrange(1, 6 * size + 1)
        request = {"id": self.next_id(), "service_id": who, "service": service, "at": self.at(), f"{unit}s": quantity}
        if self.chance.random() < 0.3:
            told = self.client.call("rate", {name: value for name, value in request.items() if name != "id"})
        else:
            told = None
        answer = self.client.call("charge", request)
        paid = self.oracle.charge(who, service, quantity)
        assert shown(answer["lines"]) == grouped(paid), (request, answer, paid)
        assert told is None or told["lines"] == answer["lines"]
        moved = {name: size * paid.count(name) for name in dict.fromkeys(paid) if name != MONEY}
        self.oracle.charges.append({"charge": answer["charge"], "unit": unit, "quantity": quantity, "given": 0, "moved": moved,
                                    "money": price * paid.count(MONEY), "request": request, "answer": answer})  # fmt: skip

    def repeat(self):
        if self.oracle.charges:
            charge = self.chance.choice(self.oracle.charges)
            assert self.client.call("charge", charge["request"]) == {**charge["answer"], "repeat": True}

    def refund(self):
        left = [one for one in self.oracle.charges if one["given"] < one["quantity"]]
        if not left:
            return
        charge = self.chance.choice(left[-10:])
        part = self.chance.randrange(1, charge["quantity"] - charge["given"] + 1)
        fields = {f"{charge['unit']}s": part}
        if part == charge["quantity"] - charge["given"] and self.chance.random() < 0.5:
            fields = {}
        answer = self.client.call("charge.refund", {"charge": charge["charge"], "id": self.next_id(), "at": self.at(), **fields})
        assert answer["outcome"] == "refunded", (charge, answer)
        told = [(one.get("balance") or one["counter"], one["amount"], one["back"]) for one in answer["counters"]]
        assert told == self.oracle.refund(charge, part), (charge, answer)

    def session(self):
        chance, oracle = self.chance, self.oracle
        name = chance.choice(["s1", "s2", "s3"])
        session = oracle.sessions.get(name)
        ask = chance.randrange(1, 400)
        if session is None:
            session = {"who": chance.choice([ACCOUNT, OTHER]), "id": self.next_id(), "number": 0, "used": 0, "paid": [], "held": {}, "at": self.at()}
            method, used, part = "reserve", 0, {"service": "voice", "ask": ask}
        elif chance.random() < 0.6:
            used = chance.randrange(0, 200)
            method, part = "update", {"part": "voice", "used": used, "ask": ask}
        else:
            used = chance.randrange(0, 200)
            method, part, ask = "commit", {"part": "voice", "used": used}, 0
        session["number"] += 1
        answer = self.client.call(f"session.{method}", {"service_id": session["who"], "session": session["id"], "number": session["number"],
                                                        "at": self.at(), "parts": [part], **({"validity_s": 86400} if ask else {})})  # fmt: skip
        oracle.report(session, used, ask)
        assert "parts" in answer, (session, part, answer)
        told = answer["parts"][0]
        if ask:
            assert told["granted"] == ask, answer
        if method != "reserve" and session["used"]:
            assert sorted_sums(shown(told["lines"])) == sorted_sums(grouped(session["paid"])), (session, answer)
        if method == "commit":
            del oracle.sessions[name]
        else:
            oracle.sessions[name] = session

    def clock(self):
        self.oracle.now += timedelta(minutes=self.chance.randrange(1, 30))
        self.server.set_clock(self.oracle.now.isoformat())

    def kill(self):
        self.server.kill() if self.chance.random() < 0.5 else self.server.stop()
        self.server.start()
        self.connect()

    # ---- what must be so ----

    def compare(self, what):
        told = {one["balance"]: one for one in self.client.call("balance.get", [ACCOUNT])["balances"]}
        for balance in self.oracle.balances.values():
            one = told[balance.name]
            assert one["held"] == balance.held, (what, balance.name, one, balance.__dict__)
            assert self.oracle.expired(balance) or one["amount"] == balance.amount, (what, balance.name, one, balance.__dict__)
        other = micros(self.client.call("balance.get", [OTHER])["balances"][0]["amount"])
        assert other == 0 and micros(told["main"]["amount"]) == self.oracle.main, (what, told["main"], self.oracle.main)

    def walk(self):
        ways = {self.put: 4, self.top_up: 6, self.charge: 8, self.repeat: 1, self.refund: 4, self.session: 8, self.clock: 3, self.kill: 0.4}
        for _ in range(12):  # there is something to choose from
            self.put()
            self.top_up()
        for _ in range(STEPS):
            (way,) = self.chance.choices(list(ways), ways.values())
            way()
            self.counts[way.__name__] = self.counts.get(way.__name__, 0) + 1
            self.compare(way.__name__)

    def end(self):
        for session in self.oracle.sessions.values():
            session["number"] += 1
            self.client.call("session.release", service_id=session["who"], session=session["id"], number=session["number"], at=self.at())
            self.oracle.report(session, 0, 0)
        self.oracle.now += timedelta(minutes=61)
        self.server.set_clock(self.oracle.now.isoformat())
        gone = [one.name for one in self.oracle.balances.values() if self.oracle.expired(one)]

        def is_gone():
            told = {one["balance"]: one["amount"] for one in self.client.call("balance.get", [ACCOUNT])["balances"]}
            return all(told[name] == 0 for name in gone)

        self.server.wait_until(is_gone)
        self.compare("end")


def sorted_sums(parts):
    """A session's steps are priced anew as a whole: who paid how many, wherever."""
    sums = {}
    for name, count in parts:
        sums[name] = sums.get(name, 0) + count
    return sorted(sums.items())


def prepare(server):
    server.publish("tests/data/own_units")
    server.subscribe([ACCOUNT], "100000.00", package="basic", product="mobile", at=BEGIN.isoformat())
    client = server.connect()
    client.call("customer.put", customer=OTHER)
    client.call("account.put", account=OTHER, customer=OTHER)
    for number, packages in ((ACCOUNT, ["basic", {"package": "three", "group": "home"}]), (OTHER, ["basic"])):
        client.call("subscription.put", subscription=number, account=ACCOUNT, product="mobile", service_ids=[number], packages=packages)


def test_every_step_is_paid_by_whom_a_naive_reading_of_the_rules_says():
    print(f"seed {SEED}")
    counts = {}
    for number in range(RUNS):
        with MovedServer(BEGIN.isoformat(), session_validity_max="7 days") as server:
            prepare(server)
            run = Run(server, random.Random(SEED + number))
            run.walk()
            run.end()
            server.stop()
            checked = suanpan("fsck", server.data)
            assert checked.stdout.startswith("clean: "), checked.stdout
            replayed = suanpan("replay", server.data, "--json")
            assert replayed.returncode == 0 and json.loads(replayed.stdout)["different"] == 0, replayed.stdout + replayed.stderr
            for name, count in run.counts.items():
                counts[name] = counts.get(name, 0) + count
    print(counts)
    assert all(counts.get(name, 0) > RUNS for name in ("put", "top_up", "charge", "refund", "session", "clock")), counts

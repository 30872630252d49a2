"""Sessions at random, with charges between them, several balances of money and units, and other accounts that pay: what each report charged is explained to
the last fen, comes out again when it is priced once more, and once all is given back, in parts of any kind, everybody has what he had.

SEED=… chooses another run; EXAMPLES=… (default 6) and STEPS=… (default 60) a longer one.
"""

import json
import os
import random
import re
from decimal import Decimal

import pytest
from server import ROOT, Server, suanpan

EXAMPLES, STEPS = int(os.environ.get("EXAMPLES", "6")), int(os.environ.get("STEPS", "60"))
FIRST = int(os.environ.get("SEED", str(random.randrange(1 << 32))), 0)
CATALOG = ROOT / "tests/integration/sessions"
TIMES = ["2026-03-18T12:00:00+08:00", "2026-03-18T20:58:00+08:00", "2026-03-31T23:57:00+08:00"]
PACKAGES = {
    "13900000001": "plain", "13900000002": "free", "13900000003": "tiered", "13900000004": "capped", "13900000005": "banded",
    "13900000006": "limited",
}  # fmt: skip
BOSS = "13900000009"
PARTS = {"voice": ([60, 300, 900], [0, 1, 59, 60, 61, 290, 700]), "data": ([1 << 20, 5 << 20], [0, 1, 3_000_000]), "sms": ([1, 5], [0, 1, 4])}
UNITS = {"voice": "seconds", "data": "bytes", "sms": "items"}


class Run:
    def __init__(self, server, seed):
        self.chance, self.server, self.client = random.Random(seed), server, server.connect()
        self.open = {}  # name → (number of the user, parts, its requests so far, charged so far)
        self.closed = []  # [what closed it, its name or None of a charge, left, unit if it is one part]
        self.number = 0

    def begin(self):
        self.server.publish(CATALOG)
        for number, package in PACKAGES.items():
            self.server.subscribe([number], self.chance.choice(["0.70", "3.00", "20.00"]), package=package, product="line")
        self.server.subscribe([BOSS], "2.00", package="plain", product="line")
        for number, package in PACKAGES.items():
            for name, pays in (("gift", []), ("calls", ["voice"])):
                if self.chance.random() < 0.6:
                    self.client.call("balance.put", account=number, balance=name, pays=pays)
                    self.client.call("balance.topup", id=name, account=number, balance=name, at=TIMES[0],
                                     amount=self.chance.choice(["0.10", "0.35", "1.00"]), currency="CNY")  # fmt: skip
            if self.chance.random() < 0.4:
                self.client.call("balance.put", account=number, balance="minutes", unit="second", pays=["voice"])
                self.client.call("balance.topup", id="minutes", account=number, balance="minutes", at=TIMES[0], seconds=600)
            if self.chance.random() < 0.5:
                payer = {"account": BOSS} | ({"up_to": "0.55"} if self.chance.random() < 0.6 else {})
                self.client.call("subscription.put", subscription=number, account=number, product="line", service_ids=[number],
                                 packages=[package], payers=[payer])  # fmt: skip
        self.put_in = self.money()

    def money(self):
        """{account/balance: amount} of all that there is."""
        return {
            f"{account}/{one['balance']}": Decimal(one["amount"])
            for account in [*PACKAGES, BOSS] for one in self.client.call("balance.get", [account])["balances"]
        }  # fmt: skip

    def send(self, method, name, parts):
        number, known, requests, at = self.open[name]
        self.open[name] = (number, known, requests + 1, at)
        fields = {"parts": parts} if parts is not None else {}
        return self.client.call(f"session.{method}", {"service_id": number, "session": name, "number": requests, "at": at, **fields})

    def services(self, number):
        return list(PARTS) if PACKAGES[number] == "plain" else ["voice"]

    def reserve(self):
        self.number += 1
        name, number = f"s{self.number}", self.chance.choice(list(PACKAGES))
        services = self.chance.sample(self.services(number), self.chance.randint(1, len(self.services(number))))
        self.open[name] = (number, services, 1, self.chance.choice(TIMES))
        answer = self.send("reserve", name, [{"service": one, "ask": self.chance.choice(PARTS[one][0])} for one in services])
        if answer["outcome"] == "refused":
            del self.open[name]
        else:
            self.check_explained(answer)

    def report(self):
        if not self.open:
            return
        name = self.chance.choice(list(self.open))
        number, services, *_ = self.open[name]
        method = self.chance.choice(["update", "update", "commit", "release"])
        parts = None
        if method != "release":
            told = self.chance.sample(services, self.chance.randint(1, len(services)))
            parts = [{"part": one, "used": self.chance.choice(PARTS[one][1])} for one in told]
            if method == "update":
                for one in parts:
                    if self.chance.random() < 0.7:
                        one["ask"] = self.chance.choice(PARTS[one["part"]][0])
        answer = self.send(method, name, parts)
        assert answer["outcome"] != "refused", answer
        self.check_explained(answer)
        if method != "update":
            del self.open[name]
            self.closed.append([answer["charge"], name, UNITS[services[0]] if len(services) == 1 else None])

    def check_explained(self, answer):
        """All so far, before and now, of each part that was priced; now, they are what was charged."""
        text = self.client.call("charge.explain", charge=answer["charge"])["text"]
        found = re.findall(r"in all so far (\S+) CNY, charged before (\S+), charged now (\S+)\n", text)
        priced = [one for one in answer["parts"] if "lines" in one]
        assert len(found) == len(priced), text
        assert sum(Decimal(now) for *_, now in found) == Decimal(answer["charged"]), text
        for one, (_, before, now) in zip(priced, found, strict=True):
            assert Decimal(before) + Decimal(now) == Decimal(one["charged"]), text
        chinese = self.client.call("charge.explain", charge=answer["charge"], language="zh")["text"]
        assert len(re.findall("，本次收取", chinese)) == len(found)
        if "paid" in answer:
            assert sum(Decimal(one["amount"]) for one in answer["paid"]) == Decimal(answer["charged"])
            assert all(one["balance"] in text for one in answer["paid"])

    def charge(self):
        self.number += 1
        number = self.chance.choice(list(PACKAGES))
        answer = self.client.call("charge", id=f"c{self.number}", service_id=number, service="voice", at=self.chance.choice(TIMES),
                                  seconds=self.chance.choice([1, 60, 400]), short="partial")  # fmt: skip
        if answer["outcome"] == "charged":
            self.closed.append([answer["charge"], None, "seconds"])

    def refund(self, whole=False):
        """A part of something, or all that is left of it."""
        if not self.closed:
            return
        place = self.chance.randrange(len(self.closed))
        charge, session, unit = self.closed[place]
        self.number += 1
        fields = {"charge": charge, "id": f"r{self.number}", "at": TIMES[0]} | ({"session": session} if session else {})
        kind = "whole" if whole else self.chance.choice(["whole", "amount", "usage"])
        if kind == "amount":
            fields |= {"amount": self.chance.choice(["0.01", "0.07", "0.30"]), "currency": "CNY"}
        elif kind == "usage" and unit:
            fields |= {unit: self.chance.choice([1, 30, 61, 300])}
        before = self.money()
        answer = self.client.call("charge.refund", fields)
        assert answer["outcome"] == "refunded" or answer["code"] in ("MORE_THAN_CHARGED", "ALREADY_REFUNDED"), answer
        given = sum(amount - before[name] for name, amount in self.money().items() if "minutes" not in name)
        assert given == Decimal(answer.get("amount", 0))
        if kind == "whole" or (kind == "usage" and not unit):
            assert answer.get("left", "0.00") == "0.00"
            del self.closed[place]

    def step(self, n):
        if n == STEPS // 2:
            self.server.kill()
            self.server.start()
            self.client = self.server.connect()
        self.chance.choice([self.reserve, self.reserve, self.report, self.report, self.report, self.charge, self.refund])()

    def end(self):
        for name in list(self.open):
            answer = self.send("commit", name, [{"part": self.open[name][1][0], "used": 1}])
            self.closed.append([answer["charge"], name, None])
        while self.closed:
            self.refund(whole=True)
        assert self.money() == self.put_in
        assert self.server.stop() == 0
        lines = [json.loads(line) for line in suanpan("dump", self.server.data, "--records", "--json").stdout.splitlines()]
        counters = {one["key"]: one["value"] for one in lines if one["table"] == "counter"}
        assert all(one["used"] == 0 and one.get("held", 0) == 0 for one in counters.values()), counters
        for command in ("fsck", "replay"):
            result = suanpan(command, self.server.data)
            assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("example", range(EXAMPLES))
def test_what_random_sessions_charged_is_explained_and_given_back_to_the_last_fen(example):
    seed = (FIRST + example) % (1 << 32)
    print(f"seed {seed}")
    with Server() as server:
        run = Run(server, seed)
        run.begin()
        for n in range(STEPS):
            run.step(n)
        run.end()

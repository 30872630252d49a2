"""Whatever is put while something else is under way – other payers, another account, another currency, the end of what is held –
the server goes on, nothing is answered as an error of its own, and the folder is whole: at random, over kills and a clock that jumps."""

import os
import random
import sys
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "integration"))
from moved_clock import MovedServer
from server import suanpan

CHINA = timezone(timedelta(hours=8))
DAY_MS = 86_400_000
SUBSCRIPTIONS, ACCOUNTS = ("s1", "s2", "s3"), ("a1", "a2", "usd", "usd2")
STEPS = 1000


def currency_of(account):
    return "USD" if account.startswith("usd") else "CNY"


class Walk:
    """Who asks one thing after the other, all of it made of one seed."""

    def __init__(self, server, seed, now):
        self.server, self.chance, self.now = server, random.Random(seed), now
        self.client = server.connect()
        self.number, self.charges, self.sessions, self.outcomes = 0, [], {}, set()
        self.ask("customer.put", customer="c")
        for account in ACCOUNTS:
            self.ask("account.put", account=account, customer="c", currency=currency_of(account), low_balance=["1.00", "5.00"])

    def ms(self, days=0):
        return int(self.now.timestamp() * 1000) + days * DAY_MS

    def ask(self, method, **fields):
        error, answer = self.client.ask(method, fields)
        assert not str(error).startswith("INTERNAL"), (method, fields, error)
        self.outcomes.add((method, answer.get("outcome") if answer else None))
        if answer and "charge" in answer:
            self.charges.append(answer["charge"])

    def move(self, method, **fields):
        self.ask(method, id=f"m{self.number}", at=self.ms(-self.chance.choice([0, 0, 40])), **fields)

    # ---- what may be asked ----

    def put_subscription(self):
        chance, account = self.chance, self.chance.choice(["a1", "a2", "a2", "usd"])
        packages = ["mobile"]
        for package in chance.sample(["deposit_600", "fee_20"], chance.randint(0, 2)):
            start = self.ms(-chance.choice([0, 3, 35]))
            held = {"package": package, "from": start}
            if chance.random() < 0.4:
                held["till"] = start + chance.choice([1, 40, 100]) * DAY_MS
            packages.append(held)
        others = [one for one in ACCOUNTS if one != account and currency_of(one) == currency_of(account)]
        payers = [{"account": one, **chance.choice([{}, {"up_to": "2.00"}])} for one in others if chance.random() < 0.5]
        states = [{"state": "suspended", "till": self.ms(1)}, {"state": "active", "from": self.ms(1)}] if chance.random() < 0.1 else None
        name = chance.choice(SUBSCRIPTIONS)
        self.ask("subscription.put", subscription=name, account=account, product="mobile", service_ids=[name], packages=packages, payers=payers,
                 **({"states": states} if states else {}))  # fmt: skip

    def put_balance(self):
        chance = self.chance
        kinds = [{}, {"frozen": True}, {"till": self.ms(chance.choice([1, 20]))}, {"valid": {"count": 2, "every": "day", "begins": "first_use"}},
                 {"for": {"subscription": chance.choice(SUBSCRIPTIONS)}}]  # fmt: skip
        names = ["b1", "b2", "deposit_600.bonus.2026-02-01"]
        self.ask("balance.put", account=chance.choice(ACCOUNTS[:2]), balance=chance.choice(names), **chance.choice(kinds))

    def put_account(self):
        self.ask("account.put", account=self.chance.choice(ACCOUNTS[:2]), customer="c", currency="CNY", floor=self.chance.choice(["0", "-5.00"]),
                 frozen=self.chance.random() < 0.1, low_percent=[50, 10])  # fmt: skip

    def top_up(self):
        balance = self.chance.choice([{}, {}, {"balance": "b1"}, {"balance": "b2", "extends": {"count": 1, "every": "month"}}])
        self.move("balance.topup", account=self.chance.choice(ACCOUNTS[:2]), amount=self.chance.choice(["0.50", "40.00"]), currency="CNY", **balance)

    def pay_deposit(self):
        self.move("deposit.pay", account=self.chance.choice(ACCOUNTS[:2]), subscription=self.chance.choice(SUBSCRIPTIONS),
                  package="deposit_600", deposit="stored")  # fmt: skip

    def charge(self):
        usage = self.chance.choice([{"service": "voice", "seconds": 600}, {"service": "sms", "items": 3}, {"service": "content", "items": 1}])
        self.move("charge", service_id=self.chance.choice(SUBSCRIPTIONS), short=self.chance.choice(["refuse", "debt", "partial"]), **usage)

    def refund(self):
        if self.charges:
            method = self.chance.choice(["charge.refund", "charge.cancel"])
            why = {"why": "x"} if method == "charge.cancel" else {}
            self.ask(method, id=f"r{self.number}", charge=self.chance.choice(self.charges[-30:]), at=self.ms(), **why)

    def session(self):
        chance = self.chance
        key = (chance.choice(SUBSCRIPTIONS), f"{chance.choice('xy')}{self.number // 100}")
        method = chance.choice(["update", "update", "update", "commit", "release"]) if key in self.sessions else "reserve"
        number = self.sessions[key] = self.sessions.get(key, 0) + chance.choice([1, 1, 1, 0, 2])
        parts = [{"part": service, "service": service, "ask": chance.choice([60, 600])} for service in chance.sample(["voice", "sms"], chance.randint(1, 2))]
        for part in parts if method in ("update", "commit") else []:
            part["used"] = chance.choice([0, 1, 200])
            if method == "commit":
                part.pop("ask")
        fields = {} if method == "release" else {"parts": parts}
        self.ask(f"session.{method}", service_id=key[0], session=key[1], number=number, at=self.ms(), **fields)

    def let_time_pass(self):
        self.now += timedelta(seconds=self.chance.choice([1, 60, 600, 600, 3700, 86400, 6 * 86400]))
        self.server.set_clock(self.now.isoformat())
        if self.chance.random() < 0.2:
            (self.server.kill if self.chance.random() < 0.5 else self.server.stop)()
            self.server.start()
            self.client = self.server.connect()

    def step(self):
        self.number += 1
        rates = {self.put_subscription: 10, self.put_balance: 8, self.put_account: 4, self.top_up: 10, self.pay_deposit: 5, self.charge: 18,
                 self.refund: 7, self.session: 36, self.let_time_pass: 8}  # fmt: skip
        self.chance.choices(list(rates), list(rates.values()))[0]()


def test_whatever_is_put_meanwhile_the_server_goes_on_and_the_folder_is_whole():
    seed = int(os.environ.get("SEED", time.time_ns() % 10**9))
    print(f"SEED={seed}")
    start = datetime(2026, 1, 15, 10, tzinfo=CHINA)
    with MovedServer(start.isoformat()) as server:
        server.publish("rules/catalogs/deposit")
        walk = Walk(server, seed, start)
        for _ in range(STEPS):
            walk.step()
        server.stop()
        for command in (["fsck", server.data, "--age-max", "7300"], ["replay", server.data]):
            result = suanpan(*command)
            assert result.returncode == 0, result.stdout + result.stderr
    wanted = {("charge", "charged"), ("session.reserve", "granted"), ("subscription.put", "stored"), ("balance.topup", "topped_up")}
    assert wanted <= walk.outcomes, "the walk has hardly begun"

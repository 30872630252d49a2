"""Who works beside the sender of charges while the server is killed: each does one thing after the other, asks again until there is
an answer, and knows in the end what must be there.
"""

import random
import threading
import time
from collections import defaultdict
from decimal import Decimal

import msgpack
import sample
from server import Client


class Worker:
    def __init__(self, address, chance):
        self.address = address
        self.chance = random.Random(chance.getrandbits(32))
        self.client = None
        self.ids = set()  # of all that was decided
        self.problem = None
        self.stopping = False
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def finish(self):
        self.stopping = True
        self.thread.join(60)
        assert self.problem is None and not self.thread.is_alive(), self.problem

    def _run(self):
        try:
            while not self.stopping:
                self.work()
                time.sleep(0.002)
        except Exception as problem:
            self.problem = repr(problem)
            raise

    def ask(self, method, params):
        while True:
            try:
                self.client = self.client or Client(self.address, timeout=10)
                error, answer = self.client.receive(self.client.send(method, params))
                if error is None:
                    return answer
                assert error.startswith("OVERLOADED"), error
            except (OSError, ConnectionError):
                self.client = None
                time.sleep(0.005)

    def ask_twice(self, method, params):
        """The answer; the same comes again."""
        answer = self.ask(method, params)
        assert self.ask(method, params) == {**answer, "repeat": True}, answer
        return answer


class Clerk(Worker):
    """Tops accounts up, moves money between them, gives charges back and changes customers, one thing after the other, and asks again
    until there is an answer."""

    def __init__(self, address, sender, chance):
        self.sender = sender
        self.refunded = set()  # places of the sender's requests
        self.moved = dict.fromkeys(sample.NUMBERS, Decimal(0))
        self.segments = {}
        super().__init__(address, chance)

    def work(self):
        self._work(self.chance.choice(sample.NUMBERS), f"more{len(self.ids)}")

    def _work(self, number, name):
        amount = f"{self.chance.randrange(1, 1000) / 100:.2f}"
        topup = {"id": name, "account": number, "at": "2026-09-18T00:00:00+08:00", "amount": amount, "currency": "CNY"}
        answer = self.ask_twice("balance.topup", topup)
        assert answer["outcome"] == "topped_up" and answer["amount"] == amount, answer
        self.ids.add(name)
        self.moved[number] += Decimal(amount)
        to = self.chance.choice([one for one in sample.NUMBERS if one != number])
        transfer = {**topup, "id": f"{name}-passed-on", "to": to}
        answer = self.ask_twice("balance.transfer", transfer)
        assert answer["outcome"] == "transferred" and answer["amount"] == amount, answer
        self.ids.add(transfer["id"])
        self.moved[number] -= Decimal(amount)
        self.moved[to] += Decimal(amount)
        self._give_back(name)
        stored = self.ask("customer.put", {"customer": number, "segment": name})
        found = self.ask("customer.get", {"customer": number})
        assert found["segment"] == name and found["version"] == stored["version"], (stored, found)
        self.segments[number] = name

    def _give_back(self, name):
        """A charge that was answered: one second of it, then the rest, and then nothing more."""
        place = self.chance.randrange(self.sender.taken + 1)
        answered = place < self.sender.taken and self.sender.answers[place]
        request = self.sender.requests[place % len(self.sender.requests)]
        if not answered or place in self.refunded or request["seconds"] < 2:
            return
        self.refunded.add(place)
        charged = msgpack.unpackb(answered)
        given = Decimal(0)
        for part, seconds in (("second", {"seconds": 1}), ("rest", {})):
            refund = {"id": f"{name}-{part}", "charge": charged["charge"], "at": request["at"], **seconds}
            answer = self.ask_twice("charge.refund", refund)
            assert answer["outcome"] == "refunded" and answer["of"] == charged["charge"], answer
            given += Decimal(answer["amount"])
            self.ids.add(refund["id"])
        assert given == Decimal(charged["amount"]) and answer["left"] == "0.00", answer
        assert self.ask("charge.refund", {**refund, "id": f"{name}-once-more"})["code"] == "ALREADY_REFUNDED"
        self.ids.add(f"{name}-once-more")
        self.moved[request["service_id"]] += given


class Caller(Worker):
    """Runs sessions that end, or are forgotten and must end by their timers."""

    def __init__(self, address, sender, chance):
        self.requests = sender.requests
        self.charged = defaultdict(Decimal)
        self.sessions = self.forgotten = 0
        self.left_open = []
        super().__init__(address, chance)

    def work(self):
        request = self.chance.choice(self.requests)
        name, number, used, total = f"call{self.sessions}", request["service_id"], 0, Decimal(0)
        self.sessions += 1
        self.ids.add(name)
        what = {name: request[name] for name in ("service", "to")}
        common = {"service_id": number, "session": name, "at": request["at"]}
        answer = self.ask_twice("session.reserve", {**common, "number": 0, "parts": [{**what, "part": "call", "ask": 300}]})
        assert answer["outcome"] == "granted" and answer["parts"][0]["granted"] == 300, answer
        updates = self.chance.randrange(4)
        end = self.chance.choice(["commit", "commit", "release", "forget"])
        for n in range(1, updates + 1):
            part = {"part": "call", "used": self.chance.randrange(400), "ask": 120}
            valid = {"validity_s": 1} if end == "forget" and n == updates else {}
            answer = self.ask_twice("session.update", {**common, "number": n, "parts": [part], **valid})
            used, total = used + part["used"], total + Decimal(answer["charged"])
        if end == "commit":
            part = {"part": "call", "used": self.chance.randrange(400)}
            answer = self.ask_twice("session.commit", {**common, "number": 9, "parts": [part]})
            used, total = used + part["used"], total + Decimal(answer["charged"])
        elif end == "release" or updates == 0:
            answer = self.ask_twice("session.release", {**common, "number": 9})
        else:
            self.forgotten += 1
            self.left_open.append([number, name])
        price = self.ask("rate", {**what, "service_id": number, "at": request["at"], "seconds": used})["amount"] if used else 0
        assert total == Decimal(price), (total, price, answer)
        self.charged[number] += total

    def nothing_is_open(self, client):
        return all(error is not None for error, _ in client.call_all("session.get", self.left_open))


class Giver(Worker):
    """Puts money into balances that end a moment later."""

    ACCOUNT = "gifts"

    def __init__(self, address, chance):
        self.given = Decimal(0)
        self.rounds = 0
        with Client(address) as client:
            client.call("customer.put", customer=self.ACCOUNT)
            client.call("account.put", account=self.ACCOUNT, customer=self.ACCOUNT, currency="CNY")
        super().__init__(address, chance)

    def work(self):
        name, identifier = f"gift{self.chance.randrange(5)}", f"gift-{self.rounds}"
        self.rounds += 1
        till = self.ask("ping", None)["now"] + self.chance.randrange(1, 600)
        amount = f"{self.chance.randrange(1, 100) / 100:.2f}"
        self.ask("balance.put", {"account": self.ACCOUNT, "balance": name, "till": till})
        topup = {"id": identifier, "account": self.ACCOUNT, "balance": name, "at": "2026-09-18T00:00:00+08:00", "amount": amount, "currency": "CNY"}
        answer = self.ask_twice("balance.topup", topup)
        self.ids.add(identifier)
        if answer["outcome"] == "topped_up":
            self.given += Decimal(amount)
        else:
            assert answer["code"] == "BALANCE_EXPIRED", answer

    def all_has_expired(self, client):
        return all(Decimal(one["amount"]) == 0 for one in client.call("balance.get", [self.ACCOUNT])["balances"])

"""The journal is the truth: after a random load, state and ids made from nothing but the journal are those there were, byte for byte,
versions and chains included; and so they are once more after a kill.

SEED=… chooses another run, REQUESTS=… a longer one.
"""

import json
import os
import random
import shutil
from decimal import Decimal

import pytest
from server import Server, suanpan

REQUESTS = int(os.environ.get("REQUESTS", "12000"))
AT_MS = 1789704000000
DAY_MS = 86_400_000
MOVEMENTS = ["topup", "adjust", "transfer"]
CATALOGS = ["rules/catalogs/fixed_line", "rules/catalogs/free_minutes"]


class Load:
    """Requests of all kinds, over names that meet again."""

    def __init__(self, chance):
        self.chance = chance
        self.moved = []  # requests that may be sent again
        self.charges = []  # by what they were answered

    def name(self, letter, count):
        return f"{letter}{self.chance.randrange(count)}"

    def span(self):
        """Half of them for ever."""
        days = self.chance.choice([None, None, -40, -10, 0, 10])
        if days is None:
            return {}
        return {self.chance.choice(["from", "till"]): AT_MS + days * DAY_MS}

    def customer(self):
        return "customer.put", {
            "customer": self.name("c", 20), "segment": self.chance.choice(["public", "business", "x" * 64]),
            "facts": {f"f{n}": self.chance.choice([1, -(2**62), "y" * 200]) for n in range(self.chance.randrange(12))},
        }  # fmt: skip

    def account(self):
        return "account.put", {
            "account": self.name("a", 60), "customer": self.name("c", 20), "floor": self.chance.choice(["0", "-20.00"]),
            "bill_day": self.chance.randint(1, 28),
        }  # fmt: skip

    def subscription(self):
        """Holds a number of its own, and now and then one that others want too."""
        place = self.chance.randrange(80)
        numbers = {f"0771551{place}", *(self.name("0771551", 100) for _ in range(self.chance.randrange(2)))}
        packages = self.chance.choice([["fixed_line", "talk"], ["talk", "other"], ["fixed_line"]])
        return "subscription.put", {
            "subscription": f"s{place}", "account": self.name("a", 60), "product": "pstn",
            "service_ids": [{"service_id": number, **self.span()} for number in sorted(numbers)],
            "packages": [{"package": package, **self.span()} for package in packages],
            "states": self.chance.choice([None, None, None, [{"state": "suspended", **self.span()}]]),
        }  # fmt: skip

    def topup(self):
        return "balance.topup", {
            "account": self.name("a", 62), "id": self.name("t", 4000), "at": AT_MS, "amount": self.chance.choice(["5", "0.123456", "40.00"]),
            "currency": "CNY",
        }  # fmt: skip

    def adjust(self):
        return "balance.adjust", {
            "account": self.name("a", 62), "id": self.name("t", 4000), "at": AT_MS, "amount": self.chance.choice(["-5", "0.123456", "-400.00"]),
            "currency": "CNY", "why": "改错", "short": self.chance.choice(["refuse", "debt"]),
        }  # fmt: skip

    def transfer(self):
        return "balance.transfer", {
            "account": self.name("a", 30), "to": f"a{30 + self.chance.randrange(32)}", "id": self.name("t", 4000), "at": AT_MS,
            "amount": self.chance.choice(["5", "0.000001", "400.00"]), "currency": "CNY",
        }  # fmt: skip

    def charge(self):
        return "charge", {
            "service_id": self.name("0771551", 104), "id": self.name("i", 1 << 40), "service": "voice",
            "to": self.chance.choice(["5507882", "07722820022", "00999", "110"]), "seconds": self.chance.randrange(1000),
            "at": AT_MS - self.chance.randrange(60 * DAY_MS), "short": self.chance.choice(["refuse", "debt", "partial"]),
        }  # fmt: skip

    def refund(self):
        charge = self.chance.choice(self.charges or ["0:8:0"])
        part = self.chance.choice([{}, {"seconds": self.chance.randrange(1, 400)}, {"amount": "0.07", "currency": "CNY"}])
        return "charge.refund", {"charge": charge, "id": self.name("r", 1 << 40), "at": AT_MS - self.chance.randrange(60 * DAY_MS), **part}

    def first(self):
        """So that there is somebody to charge from the beginning."""
        for place in range(80):
            yield "customer.put", {"customer": f"c{place % 20}"}
            yield "account.put", {"account": f"a{place % 60}", "customer": f"c{place % 20}"}
            yield "subscription.put", {
                "subscription": f"s{place}", "account": f"a{place % 60}", "product": "pstn", "service_ids": [f"0771551{place}"],
                "packages": ["fixed_line", "talk"],
            }  # fmt: skip
            yield "balance.topup", {"account": f"a{place % 60}", "id": f"first{place}", "at": AT_MS, "amount": "100", "currency": "CNY"}

    def next(self):
        kind = self.chance.choices(["charge", "refund", *MOVEMENTS, "subscription", "account", "customer", "again"], [60, 5, 6, 3, 4, 6, 3, 2, 11])[0]
        if kind == "again" and self.moved:
            method, params = self.chance.choice(self.moved)
            return method, {**params, "attempt": self.chance.choice([1, 1, 2])}
        request = self.charge() if kind == "again" else getattr(self, kind)()
        if kind in ("charge", *MOVEMENTS):
            self.moved.append(request)
        return request


def run(client, load, count):
    """Sends so many requests, ahead by some; gives how many were decided."""
    outcomes = {}
    for start in range(0, count, 300):
        numbers, data = [], bytearray()
        for _ in range(min(300, count - start)):
            packed, number = client.pack(*load.next())
            data += packed
            numbers.append(number)
        client.send_bytes(data)
        for number in numbers:
            error, result = client.receive(number)
            outcome = error.split(":")[0] if error else result["outcome"]
            if outcome == "charged":
                load.charges.append(result["charge"])
            outcomes[outcome] = outcomes.get(outcome, 0) + 1
    return outcomes


def dump(server, what):
    result = suanpan("dump", server.data, what, "--json")
    assert result.returncode == 0, result.stderr
    return result.stdout


def archives(server):
    return list((server.data / "journal").glob("*.archive"))


def rebuild(server):
    """State and ids from the journal alone."""
    shutil.rmtree(server.data / "state")
    shutil.rmtree(server.data / "ids")
    server.start()
    assert server.stop() == 0


@pytest.mark.parametrize("more", [{"memory_records": "1 MiB"}, {"journal_archive_after": "0"}], ids=["little memory", "compressed"])
def test_what_is_made_from_the_journal_is_what_was_there(more):
    seed = int(os.environ.get("SEED", str(random.randrange(1 << 32))), 0)
    print(f"seed {seed}")
    load = Load(random.Random(seed))
    settings = {"memory_ids": 4096, "checkpoint_every": "100 ms", "checkpoint_spread": "0 s"}
    with Server(**{**settings, **more}) as server:
        client = server.connect()
        for method, params in load.first():
            client.call(method, params)
        for part, end in enumerate((server.stop, server.kill, server.stop)):
            server.publish(CATALOGS[part % 2])
            outcomes = run(server.connect(), load, REQUESTS // 3)
            print(outcomes)
            assert outcomes["charged"] > REQUESTS // 60 and outcomes["refused"] > REQUESTS // 60
            assert outcomes["refunded"] > REQUESTS // 600
            if part == 2 and "journal_archive_after" in more:
                server.wait_until(lambda: archives(server))
            end()
            if part < 2:
                server.start()
        records, journal = dump(server, "--records"), dump(server, "--journal")
        assert len(list((server.data / "journal").iterdir())) > 3, "it goes over several segments"
        assert bool(archives(server)) == ("journal_archive_after" in more)
        rebuild(server)
        assert dump(server, "--records") == records
        assert dump(server, "--journal") == journal
        check_books(records, journal)
        # And again what was decided after that, from a kill.
        server.start()
        run(server.connect(), load, 500)
        server.kill()
        shutil.copytree(server.data, server.folder / "copy", ignore=shutil.ignore_patterns("socket"))
        server.start()
        server.stop()
        records = dump(server, "--records")
        shutil.rmtree(server.data)
        (server.folder / "copy").rename(server.data)
        rebuild(server)
        assert dump(server, "--records") == records
        # Ids too: everything that moved money is known.
        server.start()
        client = server.connect()
        for method, params in load.chance.sample(load.moved, 500):
            error, result = client.ask(method, params)
            assert (error and error.startswith("ID_CONFLICT")) or result["repeat"], (method, params, error, result)


def check_books(records, journal):
    """Postings of each entry sum to zero; those of each balance and counter to what its record has."""
    books = {}
    for line in journal.splitlines():
        entry, sums = json.loads(line), {}
        for posting in entry.get("postings", ()):
            sums[posting["unit"]] = sums.get(posting["unit"], 0) + Decimal(posting["amount"])
            books[posting["book"]] = books.get(posting["book"], 0) + Decimal(posting["amount"])
        assert not any(sums.values()), entry
    kept = {}
    for line in records.splitlines():
        record = json.loads(line)
        if record["table"] == "balance":
            kept[f"balance:{record['key']}"] = Decimal(record["value"]["amount"])
        elif record["table"] == "counter":
            kept[f"counter:{record['key']}"] = Decimal(record["value"]["used"])
    moved = {book: amount for book, amount in books.items() if book.startswith(("balance:", "counter:"))}
    assert {book: amount for book, amount in kept.items() if amount} == {book: amount for book, amount in moved.items() if amount}
    assert any(book.startswith("counter:") for book in kept) and len(kept) > 50

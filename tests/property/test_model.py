"""The server against a naive model (model.py): random requests, refunds, refusals, repeats, conflicts, stops, kills, and states rebuilt from
the journal. After every step all that can be read is as the model has it; in the end, the data folder is too.

SEED=… chooses another run; EXAMPLES=… (default 40) and STEPS=… (default 40) a longer one.
"""

import os
import shutil
import time
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import prices
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule
from machine import ServedMachine, run
from model import FixedLineRelease, Model, TalkRelease
from server import ROOT, Server

EXAMPLES = int(os.environ.get("EXAMPLES", "40"))
STEPS = int(os.environ.get("STEPS", "40"))


def at(day, hour, minute=0):
    """Local time of China in 2026, as milliseconds."""
    return int(datetime.fromisoformat(f"2026-{day}T{hour:02}:{minute:02}:00+08:00").timestamp()) * 1000


CHANGE = at("08-15", 0)
TIMES = [at("08-10", 10), at("08-14", 22), CHANGE, at("08-20", 23, 58), at("08-31", 23, 50), at("09-26", 12)]
SPANS = [{}, {}, {}, {"till": CHANGE}, {"from": CHANGE}]
CUSTOMERS, ACCOUNTS, SUBSCRIPTIONS = ["c0", "c1"], ["a0", "a1", "a2"], ["s0", "s1", "s2"]
NUMBERS = ["07715510000", "07715510001", "01087654321"]
IDS = ["i0", "i1", "i2", "i3", "i4"]
AMOUNTS = ["0.000001", "0.5", "1.00", "3.30", "20", "100.00"]

ALL_PACKAGES = [{"package": "fixed_line"}, {"package": "talk"}]

spans = st.sampled_from(SPANS)
expects = st.sampled_from([None, None, "current", "current", 0, 8])
attempts = st.sampled_from([1, 1, 1, 2, 3, 255])
service_id_lists = st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=2, unique=True).flatmap(
    lambda numbers: st.tuples(*(spans.map(lambda one, n=n: {"service_id": n, **one}) for n in numbers)).map(list)
)
package_lists = st.just(ALL_PACKAGES) | st.lists(st.sampled_from(["fixed_line", "talk", "unknown"]), max_size=3, unique=True).flatmap(
    lambda names: st.tuples(*(spans.map(lambda one, n=n: {"package": n, **one}) for n in names)).map(list)
)
state_lists = st.sampled_from([
    None, None, None, [{"state": "suspended"}], [{"state": "ended"}], [{"state": "active", "from": CHANGE}],
    [{"state": "active", "till": CHANGE}, {"state": "suspended", "from": CHANGE}],
])  # fmt: skip
events = st.fixed_dictionaries({
    "service_id": st.sampled_from([*NUMBERS, NUMBERS[0], NUMBERS[0]]),
    "service": st.sampled_from(["voice"] * 9 + ["sms"]),
    "to": st.sampled_from(["5507882"] * 4 + ["07722820022"] * 3 + ["110", "0085221234567", "00999"]),
    "at": st.sampled_from(TIMES),
    "seconds": st.sampled_from([0, 1, 60, 61, 180, 181, 600, 1800, 3600]),
})  # fmt: skip
charges = st.tuples(events, st.sampled_from(IDS), attempts, st.sampled_from(["refuse", "refuse", "debt", "partial"])).map(
    lambda parts: {**parts[0], "id": parts[1], "attempt": parts[2], "short": parts[3]}
)

parts = st.sampled_from([
    {}, {}, {"seconds": 1}, {"seconds": 30}, {"seconds": 61}, {"seconds": 1800}, {"items": 1}, {"amount": "0.05", "currency": "CNY"},
    {"amount": "0.22", "currency": "CNY"}, {"amount": "1", "currency": "CNY"}, {"amount": "0.05", "currency": "USD"},
])  # fmt: skip


class Bundles:
    """Three releases as bytes, published once: the stock catalog, the same with dearer local calls, and the one with free minutes."""

    def __init__(self, folder):
        dear = folder / "dear"
        shutil.copytree(ROOT / prices.FIXED_LINE, dear)
        rules = dear / "packages/standard.lua"
        text = rules.read_text(encoding="utf-8")
        changed = text.replace('{ step = "180 s", price = "0.22" }', '{ step = "120 s", price = "1.5" }').replace(
            'step = "60 s", price = "0.11"', 'step = "60 s", price = "0.5"'
        )
        assert changed != text
        rules.write_text(changed, encoding="utf-8")
        for test in dear.rglob("*_test.lua"):
            test.unlink()
        fixed_line = prices.FixedLine()
        with Server() as server:
            names = [server.publish(path, activate=False) for path in (prices.FIXED_LINE, dear, "rules/catalogs/free_minutes")]
            self.bytes = {name: next((server.data / "releases").glob(f"{name}*")).read_bytes() for name in names}
        kinds = [FixedLineRelease(fixed_line, False), FixedLineRelease(fixed_line, True), TalkRelease()]
        self.names, self.releases = names, dict(zip(names, kinds, strict=True))


class Machine(ServedMachine):
    releases = None  # of the test

    def __init__(self):
        super().__init__(Server(memory_ids=4096, checkpoint_every="50 ms", checkpoint_spread="0 s"))
        self.model = Model(self.releases.releases)
        self.requests = []  # (method, params) of all that moved money, to be sent again

    # ---- asking ----

    def check(self, expected, error, result):
        """What came is what was expected; then the model hears of it."""
        result = result or {}
        self.tally[expected.error or result.get("code") or result.get("outcome")] += 1
        self.tally["repeat"] += result.get("repeat", False)
        if expected.error:
            assert error is not None and error.split(":")[0] == expected.error, (expected.error, error, result)
            return
        assert error is None, (error, expected.fields)
        if expected.whole:
            assert result == expected.whole
        for name, value in expected.fields.items():
            found = result.get(name)
            assert (Decimal(found) if isinstance(value, Decimal) else found) == value, (name, found, value, result)
        expected.apply(result)

    def ask(self, method, expected, params):
        self.check(expected, *self.client.ask(method, params))

    def version(self, table, identifier, choice):
        return table.get(identifier, {"version": 0})["version"] if choice == "current" else choice

    # ---- making things ----

    @initialize(place=st.sampled_from([0, 0, 1, 2, 2, None]))
    def begin(self, place):
        """Enough to charge something from the first step on, most times."""
        self.put_customer("c0", "", {}, None)
        for account in ("a0", "a1"):
            self.put_account(account, "c0", "CNY", "0.00", None)
            self.topup(account, "begin", TIMES[0], "20", "CNY", 1)
        for subscription, account, number in zip(SUBSCRIPTIONS, ("a0", "a0", "a1"), NUMBERS, strict=True):
            self.put_subscription(subscription, account, [{"service_id": number}], ALL_PACKAGES, None, None)
        if place is not None:
            self.publish(place, True)

    @rule(customer=st.sampled_from(CUSTOMERS), area=st.sampled_from(["", "north"]),
          facts=st.dictionaries(st.sampled_from(["vip", "y"]), st.sampled_from([1, -5, "x"]), max_size=2), expect=expects)  # fmt: skip
    def put_customer(self, customer, area, facts, expect):
        fields = {"customer": customer, "area": area, "facts": facts, "expect": self.version(self.model.customers, customer, expect)}
        self.ask("customer.put", self.model.put_customer(**fields), fields)

    @rule(account=st.sampled_from(ACCOUNTS), customer=st.sampled_from(CUSTOMERS), currency=st.sampled_from(["CNY"] * 7 + ["USD"]),
          floor=st.sampled_from(["0.00", "0.00", "-5.00"]), expect=expects)  # fmt: skip
    def put_account(self, account, customer, currency, floor, expect):
        fields = {
            "account": account, "customer": customer, "currency": currency, "floor": floor,
            "expect": self.version(self.model.accounts, account, expect),
        }  # fmt: skip
        self.ask("account.put", self.model.put_account(**fields), fields)

    @rule(subscription=st.sampled_from(SUBSCRIPTIONS), account=st.sampled_from(ACCOUNTS), service_ids=service_id_lists,
          packages=package_lists, states=state_lists, expect=expects)  # fmt: skip
    def put_subscription(self, subscription, account, service_ids, packages, states, expect):
        fields = {
            "subscription": subscription, "account": account, "product": "pstn", "service_ids": service_ids, "packages": packages,
            "states": states, "expect": self.version(self.model.subscriptions, subscription, expect),
        }  # fmt: skip
        self.ask("subscription.put", self.model.put_subscription(**fields), fields)

    @rule(pair=st.permutations(SUBSCRIPTIONS), number=st.sampled_from(NUMBERS), account=st.sampled_from(["a0", "a1"]))
    def hand_over(self, pair, number, account):
        """A service id changes hands, most times: somebody else may hold it."""
        self.put_subscription(pair[0], account, [{"service_id": number, "till": CHANGE}], ALL_PACKAGES, None, None)
        self.put_subscription(pair[1], account, [{"service_id": number, "from": CHANGE}], ALL_PACKAGES, None, None)

    @rule(expect=expects)
    def put_all_as_it_is(self, expect):
        for kind, table in (("customer", self.model.customers), ("account", self.model.accounts), ("subscription", self.model.subscriptions)):
            for identifier, record in list(table.items()):
                fields = {name: value for name, value in record.items() if name not in ("version", "balances", "terms")}
                fields["expect"] = self.version(table, identifier, expect)
                expected = getattr(self.model, f"put_{kind}")(**fields)
                assert expected.fields["outcome"] == "unchanged"
                self.ask(f"{kind}.put", expected, fields)

    # ---- moving money ----

    @rule(account=st.sampled_from(ACCOUNTS), id=st.sampled_from(IDS), at=st.sampled_from(TIMES[:2]), amount=st.sampled_from(AMOUNTS),
          currency=st.sampled_from(["CNY"] * 7 + ["USD"]), attempt=attempts)  # fmt: skip
    def topup(self, account, id, at, amount, currency, attempt):
        self.move("balance.topup", {"account": account, "id": id, "at": at, "amount": amount, "currency": currency, "attempt": attempt})

    @rule(account=st.sampled_from(ACCOUNTS), id=st.sampled_from(IDS), at=st.sampled_from(TIMES[:2]), sign=st.sampled_from(["", "-", "-"]),
          amount=st.sampled_from(AMOUNTS), why=st.sampled_from(["a mistake", "误收"]), short=st.sampled_from(["refuse", "debt"]),
          attempt=attempts)  # fmt: skip
    def adjust(self, account, id, at, sign, amount, why, short, attempt):
        fields = {"account": account, "id": id, "at": at, "amount": sign + amount, "currency": "CNY", "why": why, "short": short}
        self.move("balance.adjust", {**fields, "attempt": attempt})

    @rule(account=st.sampled_from(ACCOUNTS), to=st.sampled_from(["a1", "a0", "a2"]), id=st.sampled_from([None, None, None, *IDS]), at=st.sampled_from(TIMES[:2]),
          amount=st.sampled_from(AMOUNTS), currency=st.sampled_from(["CNY"] * 7 + ["USD"]), attempt=attempts)  # fmt: skip
    def transfer(self, account, to, id, at, amount, currency, attempt):
        """With an id that no other has, most times, so that more is decided than repeated."""
        id = id or f"new{len(self.requests)}"
        fields = {"account": account, "to": to, "id": id, "at": at, "amount": amount, "currency": currency}
        self.move("balance.transfer", {**fields, "attempt": attempt})

    def move(self, method, fields):
        self.requests.append((method, fields))
        self.send_again(method, fields)

    @rule(fields=charges)
    def charge(self, fields):
        self.requests.append(("charge", fields))
        self.ask("charge", self.model.charge(**fields), fields)

    @rule(fields=charges, minutes=st.integers(1, 120))
    def charge_something_new(self, fields, minutes):
        """With an id that no other has, so that more is decided than repeated."""
        self.charge({**fields, "id": f"new{len(self.requests)}", "attempt": 1, "seconds": minutes * 30})

    @rule(items=st.lists(charges, min_size=1, max_size=8), number=st.sampled_from(NUMBERS))
    def charge_batch(self, items, number):
        """Items of one service id are decided in their order."""
        items = [{**item, "service_id": number} for item in items]
        self.requests += [("charge", item) for item in items]
        answers = self.client.call("charge_batch", items=items)["items"]
        assert len(answers) == len(items)
        for item, answer in zip(items, answers, strict=True):
            error = answer.get("error")
            self.check(self.model.charge(**item), error, None if error else answer)

    @rule(items=st.lists(charges, min_size=1, max_size=6), number=st.sampled_from(NUMBERS), again=st.integers(0, 6))
    def charge_ahead(self, items, number, again):
        """The same, sent without waiting for answers, some of it twice."""
        items = [{**item, "service_id": number} for item in items]
        items += items[:again]
        self.requests += [("charge", item) for item in items]
        for item, (error, result) in zip(items, self.client.call_all("charge", items), strict=True):
            self.check(self.model.charge(**item), error, result)

    @rule(place=st.integers(0, 1000), count=st.integers(1, 10))
    def again(self, place, count):
        """Requests from before, just as they were."""
        for n in range(count):
            self.send_again(*self.requests[(place + n) % len(self.requests)])

    @rule(place=st.integers(0, 1000), change=st.sampled_from([{"attempt": 2}, {"attempt": 255}, {"at": TIMES[0] + 1}]))
    def again_otherwise(self, place, change):
        method, fields = self.requests[place % len(self.requests)]
        self.send_again(method, {**fields, **change})

    def send_again(self, method, fields):
        if method == "refund":
            self.ask_refund(fields)
            return
        foretell = getattr(self.model, method.removeprefix("balance."))
        self.ask(method, foretell(**fields), fields)

    @rule(place=st.integers(0, 1000), id=st.sampled_from(IDS), at=st.sampled_from(TIMES), part=parts, attempt=attempts,
          account=st.sampled_from([None, None, None, "a0", "a1", "nobody"]), cancel=st.booleans())  # fmt: skip
    def refund(self, place, id, at, part, attempt, account, cancel):
        charges = [*self.model.charges, "0:99999999999992:0"]
        fields = {"charge": charges[place % len(charges)], "id": id, "at": at, "attempt": attempt}
        fields |= {"account": account} if account else {}
        fields |= {"why": "a mistake", "cancel": True} if cancel else part
        self.requests.append(("refund", fields))
        self.ask_refund(fields)

    @rule(fields=charges, minutes=st.integers(1, 120), times=st.lists(st.sampled_from(TIMES), min_size=2, max_size=5), part=parts)
    def refund_in_pieces(self, fields, minutes, times, part):
        """What is new, most times: parts, what is left, and once more."""
        self.charge_something_new(fields, minutes)
        newest = len(self.model.charges) - 1
        for n, piece in enumerate([part] * (len(times) - 1) + [{}, {}] if newest >= 0 else []):
            self.refund(newest, f"new{len(self.requests)}", times[n % len(times)], piece, 1, None, minutes % 5 == 0)

    def ask_refund(self, fields):
        sent = {name: value for name, value in fields.items() if name != "cancel"}
        self.ask("charge.cancel" if "cancel" in fields else "charge.refund", self.model.refund(**fields), sent)

    @rule(fields=events)
    def rate(self, fields):
        self.ask("rate", self.model.rate(**fields), fields)

    # ---- releases ----

    @rule(place=st.integers(0, 2), activate=st.sampled_from([True, True, False]))
    def publish(self, place, activate):
        name = self.releases.names[place]
        answer = self.client.call("release.publish", bundle=self.releases.bytes[name], by="model", activate=activate)
        assert answer["release"] == name
        if name not in self.model.published:
            self.model.published.append(name)
        if activate:
            self.model.active = name

    @rule(place=st.integers(0, 2), digits=st.sampled_from([8, 12, 64]))
    def activate(self, place, digits):
        name = self.releases.names[place]
        error, result = self.client.ask("release.activate", [name[:digits]])
        if name in self.model.published:
            assert error is None and result["release"] == name and result["active"]
            self.model.active = name
        else:
            assert error.startswith("NOT_FOUND: ")

    # ---- reading ----

    @rule(account=st.sampled_from(ACCOUNTS), limit=st.integers(1, 4), data=st.data())
    def read_history(self, account, limit, data):
        """By pages, by time of making, and entry by entry."""
        if account not in self.model.accounts:
            assert self.client.ask("history", account=account)[0].startswith("NOT_FOUND: ")
            return
        entries, cursor = [], None
        while True:
            page = self.client.call("history", account=account, limit=limit, cursor=cursor)
            assert len(page["entries"]) <= limit
            entries += page["entries"]
            cursor = page.get("next")
            if cursor is None:
                break
        whole = self.client.call("history", account=account, limit=500)["entries"]
        assert entries == whole
        if entries:
            entry = data.draw(st.sampled_from(entries))
            known = self.model.charges.get(entry["charge"])
            refunded = {"amount": known.given, "usage": known.usage, "last": known.last} if known and known.last else None
            shown = self.client.call("charge.get", [entry["charge"]])
            found = shown.pop("refunded", None)
            assert shown == entry
            assert (found and {**found, "amount": Decimal(found["amount"])}) == refunded
            made = entry["made"]
            later = self.client.call("history", account=account, limit=500, **{"from": made})["entries"]
            assert later == [one for one in whole if one["made"] >= made]
            earlier = self.client.call("history", account=account, limit=500, till=made)["entries"]
            assert earlier == [one for one in whole if one["made"] < made]

    @invariant()
    def all_is_as_the_model_has_it(self):
        model, client = self.model, self.client
        for table, name, identifiers in (
            (model.customers, "customer", CUSTOMERS),
            (model.accounts, "account", ACCOUNTS),
            (model.subscriptions, "subscription", SUBSCRIPTIONS),
        ):
            answers = client.call_all(f"{name}.get", [[identifier] for identifier in identifiers])
            for identifier, (error, result) in zip(identifiers, answers, strict=True):
                if identifier not in table:
                    assert error.startswith("NOT_FOUND: ")
                else:
                    if name == "subscription" and table[identifier]["terms"] is None:
                        assert abs(result["terms"] - time.time() * 1000) < 600_000
                        table[identifier]["terms"] = result["terms"]
                    assert result == table[identifier], (result, table[identifier])
        for account in model.money:
            self.check_money(account)
        listed = client.call("release.list")
        assert sorted(one["release"] for one in listed["releases"]) == sorted(model.published)
        assert listed.get("active") == model.active

    def check_money(self, account):
        expected = self.model.balance(account)
        answer = self.client.call("balance.get", [account])
        (main,) = answer["balances"]
        found = {
            "account": answer["account"], "floor": Decimal(answer["floor"]), "available": Decimal(answer["available"]),
            "amount": Decimal(main["amount"]), "version": main["version"],
        }  # fmt: skip
        assert found == expected
        entries = self.client.call("history", account=account, limit=500)["entries"]
        moved = [
            (
                entry["charge"], entry["kind"], entry["id"],
                sum((Decimal(posting["amount"]) for posting in entry["postings"] if posting["book"] == f"balance:{account}/main"), Decimal(0)),
            )
            for entry in reversed(entries)
        ]  # fmt: skip
        assert moved == self.model.money[account].history
        assert sum((amount for *_, amount in moved), Decimal(0)) == expected["amount"]

    # ---- the end ----

    def check_folder(self):
        """Postings of every entry sum to zero, and all of a book's are what its record has."""
        books = {}
        for entry in self.dump("--journal"):
            sums = {}
            for posting in entry.get("postings", ()):
                amount = Decimal(posting["amount"])
                sums[posting["unit"]] = sums.get(posting["unit"], 0) + amount
                books[posting["book"]] = books.get(posting["book"], 0) + amount
            assert not any(sums.values()), entry
        records = {}
        for record in self.dump("--records"):
            records.setdefault(record["table"], {})[record["key"]] = record["value"]
        for account, money in self.model.money.items():
            assert Decimal(records["balance"][f"{account}/main"]["amount"]) == money.amount
            assert books.get(f"balance:{account}/main", 0) == money.amount
        assert len(records.get("balance", ())) == len(self.model.money)
        counters = {f"{who}/talk.free_minutes/{cycle}": used for (who, cycle), used in self.model.counters.items()}
        assert {key: value["used"] for key, value in records.get("counter", {}).items()} == counters
        assert {book.removeprefix("counter:"): used for book, used in books.items() if book.startswith("counter:")} == counters
        given = {f"{int(charge.split(':')[1]):020}": (one.given, one.usage) for charge, one in self.model.charges.items() if one.last}
        found = {key: (Decimal(one["money"]), one["quantity"]) for key, one in records.get("refund", {}).items()}
        assert found == given
        for table, model in (("customer", self.model.customers), ("account", self.model.accounts), ("subscription", self.model.subscriptions)):
            assert set(records.get(table, ())) == set(model)


@pytest.fixture(scope="module")
def bundles(tmp_path_factory):
    return Bundles(Path(tmp_path_factory.mktemp("bundles")))


def test_the_server_is_as_the_model_has_it(bundles):
    run(Machine, EXAMPLES, STEPS, [
        "charged", "repeat", "topped_up", "adjusted", "refunded", "stored", "unchanged", "ID_CONFLICT", "VERSION_CONFLICT", "BALANCE_TOO_LOW",
    ], releases=bundles)  # fmt: skip

"""Sessions, charges, refunds and all that moves money, against a naive model (session_model.py): random requests of several sessions
at once, with gaps, repeats, conflicts, overtaken and late ones, balances that expire, sessions that are forgotten, stops, kills, and
states rebuilt from the journal. After every step what can be read is as the model has it; in the end, the data folder is too.

SEED=… chooses another run; EXAMPLES=… (default 10) and STEPS=… (default 40) a longer one.
"""

import json
import os
import random
import shutil
from collections import Counter
from datetime import datetime
from decimal import Decimal

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from server import ROOT, Server, suanpan
from session_model import NEVER, Account, Balance, Conflict, Refused, assert_answer

EXAMPLES = int(os.environ.get("EXAMPLES", "10"))
STEPS = int(os.environ.get("STEPS", "40"))
CATALOG = ROOT / "tests/integration/sessions"


def at(day, hour, minute=0):
    """Local time of China in 2026, as milliseconds."""
    return int(datetime.fromisoformat(f"2026-{day}T{hour:02}:{minute:02}:00+08:00").timestamp()) * 1000


TIMES = [at("03-18", 12), at("03-18", 12), at("03-31", 23, 57)]
PACKAGES = {"13900000001": "plain", "13900000002": "free", "13900000003": "tiered"}
NUMBERS = [*PACKAGES, "13900000001"]
SESSIONS = ["s0", "s1", "s2"]
ASKS = {"voice": [1, 59, 60, 61, 300, 900], "data": [1, 1 << 20, 3_000_000], "sms": [1, 3, 8]}
USES = {"voice": [0, 1, 30, 60, 61, 290, 700], "data": [0, 1, 1_500_000], "sms": [0, 1, 4]}
AMOUNTS = ["0.05", "0.15", "0.50", "1.00", "3.00"]
shorts = st.sampled_from(["refuse", "refuse", "debt", "partial"])


@st.composite
def reserves(draw):
    number = draw(st.sampled_from(NUMBERS))
    services = ["voice", "data", "sms"] if PACKAGES[number] == "plain" else ["voice"]
    names = draw(st.lists(st.sampled_from([*services, *services, "other"]), min_size=1, max_size=3, unique=True))
    parts = []
    for name in names:
        service = "voice" if name == "other" else name
        parts.append({"part": name, "service": service, "ask": draw(st.sampled_from(ASKS[service]))})
    return number, parts


class Machine(RuleBasedStateMachine):
    tally = None  # of what came out, over all examples

    def __init__(self):
        super().__init__()
        self.server = Server(memory_ids=4096, checkpoint_every="50 ms", checkpoint_spread="0 s")
        self.client = self.server.connect()
        self.accounts = {}
        self.ids = {}  # (kind of scope, scope, id) → (content, answer)
        self.requests = []  # (method, params) of all of that, to be sent again
        self.charges = []  # [account, charge, what paid, counted, whether it was given back]
        self.entries = {}  # account → (charge, kind), oldest first

    @initialize(floors=st.lists(st.sampled_from(["0.00", "0.00", "-1.00"]), min_size=3, max_size=3), amount=st.sampled_from(["0.50", "2.00", "5.00"]),
                lives=st.lists(st.integers(0, 1 << 32), min_size=6, max_size=6))  # fmt: skip
    def begin(self, floors, amount, lives):
        self.server.publish(CATALOG)
        for (number, package), floor in zip(PACKAGES.items(), floors, strict=True):
            self.server.subscribe([number], None, package=package, product="line")
            self.client.call("account.put", account=number, customer=number, currency="CNY", floor=floor)
            self.accounts[number] = Account(package, floor)
            self.entries[number] = []
            self.top_up(number, "main", amount)
        for life in lives:
            self.live(life)
            self.all_is_as_the_model_has_it()

    # ---- asking, once ----

    def once(self, scope, identifier, method, fields, decide):
        """Sends it; what comes is what decide() says must come, or what came before."""
        self.requests.append((scope, identifier, method, fields, decide))
        key, content = (*scope, identifier), json.dumps([method, fields], sort_keys=True)
        error, answer = self.client.ask(method, fields)
        if key in self.ids:
            known, first = self.ids[key]
            if known != content:
                self.tally["ID_CONFLICT"] += 1
                assert error is not None and error.startswith("ID_CONFLICT"), (error, answer)
            else:
                self.tally["repeat"] += 1
                assert error is None and answer == {**first, "repeat": True}, (error, answer, first)
            return
        try:
            expected = decide()
        except Conflict as conflict:
            self.tally[str(conflict)] += 1
            assert error is not None and error.startswith(str(conflict)), (error, answer)
            return
        except Refused as refusal:
            expected = {"outcome": "refused", "code": str(refusal)}
        assert error is None, (error, expected)
        self.tally[expected.get("code") or method] += 1
        assert_answer(answer, {**expected, "repeat": False})
        self.ids[key] = (content, answer)

    def decided(self, kind, *numbers):
        """Notes the entry, when its answer is there: the last thing that is looked at."""
        for number in numbers:
            self.entries[number].append(kind)

    # ---- sessions ----

    def session(self, kind, number, name, request, at_ms, parts, **more):
        account = self.accounts[number]
        fields = {"service_id": number, "session": name, "number": request, "at": at_ms, **more} | ({"parts": parts} if parts else {})

        def decide():
            expected = account.request(kind, name, request, at_ms, parts)
            self.decided("session", number)
            return expected

        self.once(("session", number, request), name, f"session.{kind}", fields, decide)

    def next_number(self, number, name, gap):
        """The next one of a session, a later one, or one that was left out before, perhaps of a session of that name that is closed."""
        session = self.accounts[number].sessions.get(name)
        return max((session.number if session else self.last_number(number, name)) + gap, 0)

    def last_number(self, number, name):
        return max((key[2] for key in self.ids if key[:2] == ("session", number) and key[3] == name), default=0)

    @rule(asked=reserves(), name=st.sampled_from(SESSIONS), gap=st.sampled_from([1, 1, 1, 2, 0]), at_ms=st.sampled_from(TIMES))
    def reserve(self, asked, name, gap, at_ms):
        number, parts = asked
        self.session("reserve", number, name, self.next_number(number, name, gap), at_ms, parts)

    @rule(place=st.integers(0, 99), gap=st.sampled_from([1, 1, 1, 1, 2, 3, 0, -1, -1]), used=st.lists(st.integers(0, 6), min_size=3, max_size=3),
          ask=st.lists(st.sampled_from([None, 0, 1, 2, 3]), min_size=3, max_size=3), count=st.integers(1, 3), at_ms=st.sampled_from(TIMES))  # fmt: skip
    def update(self, place, gap, used, ask, count, at_ms):
        self.report("update", place, gap, used, ask, count, at_ms)

    @rule(place=st.integers(0, 99), gap=st.sampled_from([1, 1, 1, 2, -1]), used=st.lists(st.integers(0, 6), min_size=3, max_size=3),
          count=st.integers(1, 3), at_ms=st.sampled_from(TIMES))  # fmt: skip
    def commit(self, place, gap, used, count, at_ms):
        self.report("commit", place, gap, used, [None] * 3, count, at_ms)

    @rule(number=st.integers(0, 1 << 32))
    def live(self, number):
        """A whole session, of which most is granted: some of it reported, a report overtaken by another, its balance ended."""
        chance = random.Random(f"{number} {len(self.requests)}")
        number, name, at_ms = chance.choice(NUMBERS), chance.choice(SESSIONS), chance.choice(TIMES)
        services = ["voice", "data", "sms"] if PACKAGES[number] == "plain" else ["voice"]
        parts = [{"part": one, "service": one, "ask": chance.choice(ASKS[one])} for one in chance.sample(services, chance.randint(1, len(services)))]
        purses = [(one, chance.choice([None, 1, 2]), chance.choice(AMOUNTS)) for one in chance.sample(["gift", "calls"], chance.randint(0, 2))]
        used = [chance.randrange(7) for _ in range(12)]
        then = chance.choice(["overtaken", "overtaken", "expired", "charged"])
        for purse, days, amount in purses:
            self.put_balance(number, purse, days, amount)
        self.top_up(number, "main", "0.50")
        if name not in self.accounts[number].sessions:
            self.reserve((number, parts), name, 1, at_ms)
        for n, gap in enumerate([1, 3, -1, 1] if then == "overtaken" else [1, 1]):
            self.report_of(number, name, "update", gap, used[3 * n : 3 * n + 3], [1, 2, 3], len(parts), at_ms)
        if then == "expired":
            self.let_expire(number, purses[0][0] if purses else "gift")
            self.report_of(number, name, "update", 1, used[6:9], [1, 2, 3], len(parts), at_ms)
        elif then == "charged":
            self.charge(number, at_ms, 300, "partial")
            self.report_of(number, name, "commit", 1, used[6:9], [None] * 3, len(parts), at_ms)

    def open(self):
        return [(number, name) for number, account in self.accounts.items() for name in account.sessions]

    def report(self, kind, place, gap, used, ask, count, at_ms):
        """Of one that is open, or else of one that is not."""
        choice = self.open() or [(NUMBERS[place % 4], SESSIONS[place % 3])]
        number, name = choice[place % len(choice)]
        self.report_of(number, name, kind, gap, used, ask, count, at_ms, unusual=place)

    def report_of(self, number, name, kind, gap, used, ask, count, at_ms, unusual=0):
        session = self.accounts[number].sessions.get(name)
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
        self.session(kind, number, name, self.next_number(number, name, gap), at_ms, parts)

    @rule(place=st.integers(0, 99), gap=st.sampled_from([1, 1, 2, -1]))
    def release(self, place, gap):
        choice = self.open() or [(NUMBERS[place % 4], SESSIONS[place % 3])]
        number, name = choice[place % len(choice)]
        self.session("release", number, name, self.next_number(number, name, gap), TIMES[0], [])

    # ---- money ----

    def top_up(self, number, name, amount):
        account, identifier = self.accounts[number], f"more{len(self.requests)}"
        fields = {"account": number, "balance": name, "id": identifier, "at": TIMES[0], "amount": amount, "currency": "CNY"}

        def decide():
            account.top_up(name, Decimal(amount))
            self.decided("topup", number)
            return {"outcome": "topped_up", "balance": account.balances[name].amount}

        self.once(("account", number), identifier, "balance.topup", fields, decide)

    @rule(number=st.sampled_from(NUMBERS), name=st.integers(0, 3), amount=st.sampled_from(AMOUNTS))
    def top_up_one(self, number, name, amount):
        names = list(self.accounts[number].balances)
        self.top_up(number, names[name % len(names)], amount)

    @rule(number=st.sampled_from(NUMBERS), sign=st.sampled_from(["", "-", "-", "-"]), amount=st.sampled_from(AMOUNTS), short=st.sampled_from(["refuse", "refuse", "debt"]))
    def adjust(self, number, sign, amount, short):
        account, identifier = self.accounts[number], f"more{len(self.requests)}"
        fields = {"account": number, "id": identifier, "at": TIMES[0], "amount": sign + amount, "currency": "CNY", "why": "a mistake", "short": short}

        def decide():
            account.move(Decimal(sign + amount), short)
            self.decided("adjustment", number)
            return {"outcome": "adjusted", "balance": account.balances["main"].amount}

        self.once(("account", number), identifier, "balance.adjust", fields, decide)

    @rule(number=st.sampled_from(NUMBERS), step=st.integers(1, 2), amount=st.sampled_from(AMOUNTS))
    def transfer(self, number, step, amount):
        identifier = f"more{len(self.requests)}"
        to = NUMBERS[(NUMBERS.index(number) + step) % 3]
        fields = {"account": number, "to": to, "id": identifier, "at": TIMES[0], "amount": amount, "currency": "CNY"}

        def decide():
            self.accounts[number].move(-Decimal(amount))
            self.accounts[to].move(Decimal(amount))
            self.decided("transfer", number, to)
            return {"outcome": "transferred", "balance": self.accounts[number].balances["main"].amount}

        self.once(("account", number), identifier, "balance.transfer", fields, decide)

    @rule(number=st.sampled_from(NUMBERS), at_ms=st.sampled_from(TIMES), seconds=st.sampled_from([1, 60, 300, 700]), short=shorts)
    def charge(self, number, at_ms, seconds, short):
        account, identifier = self.accounts[number], f"more{len(self.requests)}"
        fields = {"service_id": number, "id": identifier, "service": "voice", "at": at_ms, "seconds": seconds, "short": short}

        def decide():
            amount, paid, counted = account.charge("voice", at_ms, seconds, short)
            self.decided("charge", number)
            self.charges.append([number, identifier, paid, counted, False])
            return {"outcome": "charged", "amount": amount, "balance": account.balances["main"].amount}

        self.once(("charge", number), identifier, "charge", fields, decide)

    @rule(place=st.integers(0, 99))
    def refund(self, place):
        if not self.charges:
            return
        charge = self.charges[place % len(self.charges)]
        number, charged, paid, counted, _ = charge
        identifier = f"more{len(self.requests)}"
        fields = {"charge": self.ids["charge", number, charged][1]["charge"], "id": identifier, "at": TIMES[0]}

        def decide():
            if charge[-1]:
                raise Refused("ALREADY_REFUNDED")
            charge[-1] = True
            self.accounts[number].refund(paid, counted, max(TIMES[0], json.loads(self.ids["charge", number, charged][0])[1]["at"]))
            self.decided("refund", number)
            return {"outcome": "refunded"}

        self.once(("account", number), identifier, "charge.refund", fields, decide)

    @rule(place=st.integers(0, 1000), count=st.integers(1, 6))
    def again(self, place, count):
        """Requests from before, just as they were."""
        for n in range(count):
            *request, _ = self.requests[(place + n) % len(self.requests)]
            scope, identifier, *_ = request
            if (*scope, identifier) in self.ids:
                self.once(*request, None)

    @rule(place=st.integers(0, 1000))
    def again_otherwise(self, place):
        scope, identifier, method, fields, _ = self.requests[place % len(self.requests)]
        if (*scope, identifier) in self.ids:
            self.once(scope, identifier, method, {**fields, "at": fields["at"] + 1}, None)

    # ---- balances that end, sessions that are forgotten ----

    @rule(number=st.sampled_from(NUMBERS), name=st.sampled_from(["gift", "calls"]), days=st.sampled_from([None, 1, 2]), amount=st.sampled_from(AMOUNTS))
    def put_balance(self, number, name, days, amount):
        """Made, or valid for another time, also once it has expired; with money in it, mostly."""
        account = self.accounts[number]
        pays = ["voice"] if name == "calls" else []
        till = {} if days is None else {"till": (1 << 41) + days * 86_400_000}
        self.client.call("balance.put", account=number, balance=name, pays=pays, **till)
        one = account.balances.setdefault(name, Balance(pays))
        if one.expired:
            account.expire(name)
        one.till, one.expired = till.get("till", NEVER), False
        self.top_up(number, name, amount)

    @rule(number=st.sampled_from(NUMBERS), name=st.sampled_from(["gift", "calls"]))
    def let_expire(self, number, name):
        one = self.accounts[number].balances.get(name)
        if one is None or one.expired:
            return
        till = self.client.call("ping")["now"] + 30
        self.client.call("balance.put", account=number, balance=name, pays=one.pays, till=till)
        one.till = till
        self.server.wait_until(lambda: self.client.call("ping")["now"] >= till, every=0.005)
        self.wait_for_expiry(number, name)
        self.tally["expired"] += 1

    def wait_for_expiry(self, number, name):
        """What is held of it stays. When that is let go, it goes at the next start, or before the balance is valid again, or in a minute."""
        one = self.accounts[number].balances[name]
        self.accounts[number].expire(name)
        self.server.wait_until(lambda: self.money(number)[name][0] == one.amount, every=0.005)

    @rule(place=st.integers(0, 99))
    def let_be_forgotten(self, place):
        """Now and then, since it takes a second."""
        if not self.open() or place > 9:
            return
        number, name = self.open()[place % len(self.open())]
        part, *_ = self.accounts[number].sessions[name].parts
        request = self.last_number(number, name) + 1
        self.session("update", number, name, request, TIMES[0], [{"part": part, "used": 1, "ask": 60}], validity_s=1)
        self.accounts[number].expire_session(name)
        self.server.wait_until(lambda: self.client.ask("session.get", [number, name])[0] is not None)
        self.tally["forgotten"] += 1

    # ---- ends ----

    @rule(how=st.sampled_from(["stop", "kill", "kill"]), rebuilt=st.sampled_from([False, False, True]))
    def start_again_after(self, how, rebuilt):
        """With the state and the ids there are, or with none: they are made from the journal."""
        if how == "kill":
            self.server.kill()
        else:
            assert self.server.stop() == 0
        if rebuilt:
            shutil.rmtree(self.server.data / "state")
            shutil.rmtree(self.server.data / "ids")
        self.server.start()
        self.client = self.server.connect()
        for number, account in self.accounts.items():
            for name, one in account.balances.items():
                if one.expired and one.amount > one.held:
                    self.wait_for_expiry(number, name)

    # ---- reading ----

    def money(self, number):
        balances = self.client.call("balance.get", [number])["balances"]
        return {one["balance"]: (Decimal(one["amount"]), Decimal(one["held"])) for one in balances}

    @invariant()
    def all_is_as_the_model_has_it(self):
        for number, account in self.accounts.items():
            found = self.money(number)
            for name, one in account.balances.items():
                if one.expired and found[name][0] == one.held:
                    account.expire(name)  # a minute has passed
            assert found == {name: (one.amount, one.held) for name, one in account.balances.items()}, number
            for name in SESSIONS:
                self.check_session(number, name, account.sessions.get(name))

    def check_session(self, number, name, session):
        error, found = self.client.ask("session.get", [number, name])
        if session is None:
            assert error is not None and error.startswith("NOT_FOUND"), found
            return
        assert error is None and found["number"] == session.number, (error, found)
        parts = {
            one["part"]: (one["service"], one["at"], one["used"], one["granted"], Decimal(one["charged"]), Decimal(one["held"]))
            for one in found["parts"]
        }
        assert parts == {
            part: (one.service, one.at, one.used, one.granted, one.charged, sum(one.holds.values(), Decimal(0)))
            for part, one in session.parts.items()
        }

    # ---- the end ----

    def teardown(self):
        try:
            if self.server.process and self.server.process.poll() is None and self.accounts:
                self.check_history()
                assert self.server.stop() == 0
                self.check_folder()
        finally:
            self.server.close()

    def check_history(self):
        for number, expected in self.entries.items():
            entries = self.client.call("history", account=number, limit=500)["entries"]
            kinds = [entry["kind"] for entry in reversed(entries) if entry["kind"] != "expiry" and entry.get("answer", {}).get("outcome") != "expired"]
            assert kinds == expected
            sums = Counter()
            for entry in entries:
                for posting in entry["postings"]:
                    sums[posting["book"]] += Decimal(posting["amount"])
            for name, one in self.accounts[number].balances.items():
                assert sums[f"balance:{number}/{name}"] == one.amount

    def check_folder(self):
        """Counters are as the model has them, and fsck finds nothing."""
        result = suanpan("dump", self.server.data, "--records", "--json")
        assert result.returncode == 0, result.stderr
        counters = {
            record["key"]: (record["value"]["used"], record["value"].get("held", 0))
            for record in map(json.loads, result.stdout.splitlines())
            if record["table"] == "counter"
        }
        expected = {}
        for number, account in self.accounts.items():
            name = {"free": "free.minutes", "tiered": "tiered.paid"}.get(account.package)
            for cycle in {**account.used, **account.held}:
                expected[f"{number}/{name}/{cycle}"] = (account.used.get(cycle, 0), account.held.get(cycle, 0))
        assert {key: value for key, value in counters.items() if any(value)} == {key: value for key, value in expected.items() if any(value)}
        result = suanpan("fsck", self.server.data, "--json", "--age-max", 20 * 365)
        assert result.returncode == 0, result.stdout + result.stderr


def test_sessions_are_as_the_model_has_them():
    number = int(os.environ.get("SEED", str(random.randrange(1 << 32))), 0)
    print(f"seed {number}")
    machine = type("Machine", (Machine,), {"tally": Counter()})
    run_state_machine_as_test(
        seed(number)(machine),
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None, database=None, print_blob=True,
            suppress_health_check=list(HealthCheck), phases=[Phase.generate],
        ),
    )  # fmt: skip
    print(", ".join(f"{name} {count}" for name, count in sorted(machine.tally.items())))
    often = ("session.reserve", "session.update", "session.commit", "session.release", "charge", "BALANCE_TOO_LOW", "UNKNOWN_SESSION", "repeat")
    assert EXAMPLES < 20 or all(machine.tally[name] > 0 for name in often), "the examples do little"

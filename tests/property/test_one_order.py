"""One account under many connections: there is one order in which all happened, the journal's; every answer is right in that order
(by naive_sessions.py, one after the other), and no request comes in it before one that had been answered before it was sent. What was
read fits into the same order. So nobody ever spends what another has spent or holds.

SEED=… chooses another run.
"""

import contextlib
import itertools
import json
import os
import random
import threading
import time
from decimal import Decimal

import pytest
import naive_sessions
from naive_money import Account, Bank, Subscription
from naive_prices import Refused
from naive_sessions import assert_answer
from server import ROOT, Client, Server, suanpan

CATALOG = ROOT / "tests/integration/sessions"
AT = 1773806400000  # 2026-03-18 12:00 in China
NUMBER, OTHER = "13900000001", "13900000002"
CONNECTIONS, REQUESTS = 64, 40
SESSIONS_SHARED = 3  # whose requests come by all connections, as they like


class Operation:
    """A request, from when it was first sent until its first answer; all its answers."""

    def __init__(self, method, fields):
        self.method, self.fields = method, fields
        self.began, self.ended, self.answers = None, None, []

    def key(self):
        """As its entry has it."""
        if self.method.startswith("session."):
            return self.fields["session"], self.fields["number"]
        return self.fields["id"], None


def money(micros):
    return f"{micros / 100:.2f}"


class Maker:
    """Makes the requests of one connection by chance. Sessions have names of their own, or are shared with all."""

    def __init__(self, number, chance, numbers):
        self.name, self.chance, self.numbers = f"t{number}", chance, numbers
        self.made = 0
        self.session = None  # [name, the number of its last request]

    def make(self):
        self.made += 1
        kind = self.chance.choices(["charge", "session", "shared", "topup", "transfer", "adjust"], [4, 8, 2, 2, 1, 1])[0]
        if kind in ("session", "shared"):
            return self.session_request(kind == "shared")
        fields = {"id": f"c-{self.name}-{self.made}", "at": AT}
        if kind == "charge":
            short = self.chance.choice(["refuse", "refuse", "partial"])
            return Operation("charge", {**fields, "service_id": NUMBER, "service": "sms", "items": self.chance.randrange(1, 12), "short": short})
        amount = money(self.chance.randrange(1, 150))
        fields |= {"account": NUMBER, "currency": "CNY"}
        if kind == "topup":
            return Operation("balance.topup", {**fields, "amount": amount})
        if kind == "transfer":
            return Operation("balance.transfer", {**fields, "amount": amount, "to": OTHER})
        return Operation("balance.adjust", {**fields, "amount": "-" + amount, "why": "a mistake"})

    def session_request(self, shared):
        chance, ask = self.chance, self.chance.randrange(1, 12)
        if shared:
            name, number = f"s-shared-{chance.randrange(SESSIONS_SHARED)}", next(self.numbers)
            kind = chance.choice(["reserve", "update", "update", "update", "commit"])
        else:
            if self.session is None:
                self.session = [f"s-{self.name}-{self.made}", 0]
                kind = "reserve"
            else:
                kind = chance.choice(["update", "update", "commit", "release"])
            self.session[1] += chance.choice([1, 1, 2])
            name, number = self.session
            if kind in ("commit", "release"):
                self.session = None
        part = {"part": "sms"}
        if kind == "reserve":
            part |= {"service": "sms", "ask": ask}
        else:
            part |= {"used": chance.randrange(0, 8)} | ({"ask": ask} if kind == "update" else {})
        fields = {"service_id": NUMBER, "session": name, "number": number, "at": AT}
        return Operation(f"session.{kind}", fields if kind == "release" else {**fields, "parts": [part]})


class Connection(threading.Thread):
    """Sends what its maker makes, one after the other, and again if the server went away; reads the balance now and then."""

    def __init__(self, server, maker, chance, all_sent):
        super().__init__(daemon=True)
        self.server, self.maker, self.chance, self.all_sent = server, maker, chance, all_sent
        self.client = None
        self.operations, self.reads = [], []
        self.problem = None

    def run(self):
        try:
            while len(self.operations) < REQUESTS:
                operation = self.maker.make()
                self.operations.append(operation)
                self.send(operation)
                self.all_sent.append(operation)
                if self.chance.random() < 0.2:
                    self.send(self.chance.choice(self.all_sent), again=True)
                if self.chance.random() < 0.3:
                    began = time.monotonic_ns()
                    main = self.ask("balance.get", [NUMBER])["balances"][0]
                    self.reads.append((began, time.monotonic_ns(), main))
        except Exception as problem:
            self.problem = repr(problem)
            raise

    def send(self, operation, again=False):
        began = time.monotonic_ns()
        if not again:
            operation.began = began
        answer = self.ask(operation.method, operation.fields)
        if not again:
            operation.ended = time.monotonic_ns()
        operation.answers.append(answer)

    def ask(self, method, params):
        while True:
            try:
                self.client = self.client or Client(self.server.socket)
                error, answer = self.client.ask(method, params)
                assert error is None, (method, params, error)
                return answer
            except OSError:  # it was killed
                self.client = None
                time.sleep(0.005)


class Order:
    """The account as the model has it, after each entry of the journal."""

    def __init__(self, balance):
        self.bank = Bank(AT)
        self.bank.accounts[NUMBER] = Account(NUMBER)
        self.bank.accounts[NUMBER].main().amount = Decimal(balance)
        self.bank.subscriptions[NUMBER] = Subscription(NUMBER, NUMBER, "plain")
        self.states = {}  # position → (amount, held), after the entry
        self.begun_latest = 0  # of all that came before

    def decide(self, operation):
        """What must be answered to it, next."""
        method, fields = operation.method, operation.fields
        if method.startswith("session."):
            kind = method.removeprefix("session.")
            request = (fields["session"], fields["number"], AT, fields.get("parts", []))
            return naive_sessions.request(self.bank, kind, NUMBER, *request)[0]
        if method == "charge":
            self.bank.charge(NUMBER, fields["service"], AT, fields.get("items") or fields["seconds"], fields["short"])
            return {"outcome": "charged", "balance": self.main().amount}
        sign, kind, outcome = {
            "balance.topup": (1, "topup", "topped_up"), "balance.transfer": (-1, "transfer", "transferred"),
            "balance.adjust": (1, "adjustment", "adjusted"),
        }[method]  # fmt: skip
        with self.bank.entry(kind, NUMBER):
            self.bank.move(NUMBER, "main", sign * Decimal(fields["amount"]))
        return {"outcome": outcome, "balance": self.main().amount}

    def main(self):
        main = self.bank.accounts[NUMBER].main()
        assert 0 <= main.held <= main.amount, "more is promised than there is"
        return main

    def expect(self, operation):
        try:
            return self.decide(operation)
        except Refused as refusal:
            return {"outcome": "refused", "code": str(refusal)}

    def take(self, operation, position):
        assert operation.ended >= self.begun_latest, f"{operation.fields} came after what began when it had been answered"
        self.begun_latest = max(self.begun_latest, operation.began)
        expected = self.expect(operation)
        first = [answer for answer in operation.answers if not answer["repeat"]]
        assert len(first) <= 1, f"{operation.fields} was decided twice"
        for answer in operation.answers:
            assert_answer(answer, expected)
            assert answer.get("charge", position) == position
        main = self.main()
        self.states[int(position.split(":")[1])] = (main.amount, main.held, operation)


def journal(server):
    result = suanpan("dump", server.data, "--journal", "--json")
    assert result.returncode == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def key_of(entry):
    """Of the operation that made it, if one did."""
    event = entry.get("event")
    in_session = entry.get("id", "").startswith("s-")
    return entry.get("id"), event[1] if in_session else None


def check_reads(reads, order):
    """Each is what an entry left that had begun when it was answered, and nothing is missing that had been answered before it began."""
    positions = sorted(order.states)
    missing_from = {}  # position → when the first was answered of those from it on that changed something
    earliest = float("inf")
    for before, position in reversed(list(itertools.pairwise(positions))):
        if order.states[before][:2] != order.states[position][:2]:
            earliest = min(earliest, order.states[position][2].ended)
        missing_from[before] = earliest
    for began, ended, main in reads:
        amount, held, operation = order.states[main["version"]]
        assert (Decimal(main["amount"]), Decimal(main["held"])) == (amount, held)
        assert operation is None or operation.began <= ended, "what was read had not begun"
        assert missing_from.get(main["version"], began) >= began, "what had been answered was not read"


@pytest.mark.parametrize("kills", [0, 3])
def test_all_that_happens_to_an_account_happened_in_one_order(kills):
    seed = int(os.environ.get("SEED", str(random.randrange(1 << 32))), 0)
    print(f"seed {seed}")
    chance = random.Random(seed)
    with Server(checkpoint_every="50 ms", checkpoint_spread="0 s") as server:
        server.publish(CATALOG)
        server.subscribe([NUMBER, OTHER], "3.00", package="plain", product="line")
        numbers, all_sent = itertools.count(1), []
        connections = [
            Connection(server, Maker(n, random.Random(chance.random()), numbers), random.Random(chance.random()), all_sent)
            for n in range(CONNECTIONS)
        ]
        for one in connections:
            one.start()
        for _ in range(kills):
            time.sleep(chance.uniform(0.05, 0.3))
            server.kill()
            server.start()
        for one in connections:
            one.join(120)
            assert one.problem is None and not one.is_alive(), one.problem
        final = server.connect().call("balance.get", [NUMBER])["balances"][0]
        assert server.stop() == 0
        operations = {operation.key(): operation for one in connections for operation in one.operations}
        assert len(operations) == CONNECTIONS * REQUESTS
        order = Order("3.00")
        begun = False
        for entry in journal(server):
            if entry.get("id") == f"first-{NUMBER}":
                order.states[int(entry["charge"].split(":")[1])] = (Decimal("3.00"), Decimal(0), None)
                begun = True
            operation = operations.pop(key_of(entry), None)
            if operation:
                assert begun
                order.take(operation, entry["charge"])
        assert not operations, "what was answered is not in the journal"
        main = order.main()
        assert (Decimal(final["amount"]), Decimal(final["held"])) == (main.amount, main.held)
        reads = [read for one in connections for read in one.reads]
        check_reads(reads, order)
        outcomes = [operation.answers[0]["outcome"] for one in connections for operation in one.operations]
        print(f"{len(outcomes)} requests, {outcomes.count('refused')} refused, {len(reads)} reads")


# ---- the checker can fail ----


def told(identifier, began, ended, balance, items=1):
    operation = Operation("charge", {"id": identifier, "service_id": NUMBER, "service": "sms", "items": items, "short": "refuse"})
    operation.began, operation.ended = began, ended
    operation.answers = [{"outcome": "charged", "repeat": False, "balance": balance}]
    return operation


@pytest.mark.parametrize(
    ("operations", "what"),
    [
        ([("a", 1, 4, "0.90"), ("b", 2, 3, "0.80")], None),
        ([("b", 2, 3, "0.80"), ("a", 1, 4, "0.90")], "balance"),
        ([("a", 5, 6, "0.90"), ("b", 1, 4, "0.80")], "came after"),
        ([("a", 1, 2, "0.90"), ("b", 3, 4, "0.90")], "balance"),
        ([("a", 1, 2, "0.90"), ("b", 3, 4, "-0.10", 10)], "outcome"),
    ],
)
def test_the_checker_finds_answers_that_fit_into_no_order(operations, what):
    order = Order("1.00")
    context = pytest.raises(AssertionError, match=what) if what else contextlib.nullcontext()
    with context:
        for n, one in enumerate(operations):
            order.take(told(*one), f"0:{8 * n + 8}:0")


@pytest.mark.parametrize(
    ("began", "ended", "version", "amount", "what"),
    [
        (1, 9, 8, "0.90", None),
        (3, 3, 8, "0.90", None),
        (5, 6, 8, "0.90", "was not read"),
        (1, 1, 16, "0.80", "had not begun"),
        (1, 9, 16, "0.90", ""),
    ],
)
def test_the_checker_finds_reads_that_fit_into_no_order(began, ended, version, amount, what):
    order = Order("1.00")
    order.take(told("a", 0, 1, "0.90"), "0:8:0")
    order.take(told("b", 2, 4, "0.80"), "0:16:0")
    context = pytest.raises(AssertionError, match=what) if what is not None else contextlib.nullcontext()
    with context:
        check_reads([(began, ended, {"version": version, "amount": amount, "held": "0.00"})], order)


# ---- every order of a few ----


def interleavings(*lists):
    """All of one list made of them in which each keeps its order."""
    if not any(lists):
        yield []
    for n, one in enumerate(lists):
        if one:
            for rest in interleavings(*lists[:n], one[1:], *lists[n + 1 :]):
                yield [one[0], *rest]


def step_of(order, name, kind):
    """The next of a session, which uses what it was granted, as far as a minute, or a charge of a minute."""
    if kind == "charge":
        return Operation("charge", {"id": name, "service": "voice", "at": AT, "seconds": 60, "short": "refuse"})
    session = order.bank.sessions.get((NUMBER, name))
    part = {"part": "voice", "used": min(60, session.parts["voice"].granted) if session else 60}
    if kind == "reserve":
        part = {"part": "voice", "service": "voice", "ask": 120}
    elif kind == "update":
        part["ask"] = 60
    number = ["reserve", "update", "commit"].index(kind)
    return Operation(f"session.{kind}", {"session": name, "number": number, "at": AT, "parts": [part]})


@pytest.mark.parametrize("balance", ["0.15", "0.30", "0.45", "0.60"])
def test_no_order_of_two_sessions_and_two_charges_overspends(balance):
    """All 560, each of an account of its own. What was granted is paid, whatever comes between."""
    sessions = [[(name, kind) for kind in ("reserve", "update", "commit")] for name in ("s1", "s2")]
    lists = list(interleavings(*sessions, [("c1", "charge"), ("c2", "charge")]))
    assert len(lists) == 560
    numbers = [f"1390000{n:04}" for n in range(len(lists))]
    orders = [Order(balance) for _ in lists]
    with Server() as server:
        server.publish(CATALOG)
        server.subscribe(numbers, balance, package="plain", product="line")
        client = server.connect()
        for steps in zip(*lists, strict=True):
            sent = []
            for number, order, step in zip(numbers, orders, steps, strict=True):
                operation = step_of(order, *step)
                sent.append((client.send(operation.method, {**operation.fields, "service_id": number}), order.expect(operation)))
                order.main()
            for request, expected in sent:
                error, answer = client.receive(request)
                assert error is None, error
                assert_answer(answer, expected)
                assert all("unpaid" not in part for part in answer.get("parts", []))
        for number, order in zip(numbers, orders, strict=True):
            main = client.call("balance.get", [number])["balances"][0]
            assert (Decimal(main["amount"]), main["held"]) == (order.main().amount, "0.00")

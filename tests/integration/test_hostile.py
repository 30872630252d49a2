"""Clients that mean harm, or don't know what they do: whatever they send, another client is answered soon, memory stays bounded, money
stays right, and what is answered is true. (test_protocol.py: single wrong messages; test_connections.py: many and slow connections.)
"""

import multiprocessing
import os
import random
import struct
import threading
import time
from decimal import Decimal
from pathlib import Path

import msgpack
import pytest
import sample
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from server import SANITIZED, Client, Server

pytestmark = pytest.mark.asan

AT_MS = 1789704000000
DAY_MS = 86_400_000
MIB = 1 << 20
SLACK = (400 if SANITIZED else 40) * MIB
# How long another client may wait, at worst, on a machine that has other things to do as well. While the server's shard, or the client,
# waits for a processor that others have, it is not the server that makes anybody wait: that time does not count.
PATIENCE = 5.0 if SANITIZED else 1.0
ENQUIRY = {"service_id": "1001", "service": "voice", "to": "07722820022", "at": AT_MS, "seconds": 60}
CHARGE = {"id": "x", **ENQUIRY}


@pytest.fixture(scope="module")
def server():
    with Server(connections_max=2000) as one:
        sample.prepare(one, ["1001", "1002"], "1000.00")
        yield one


def time_to_run(server):
    """A clock that stands still while the shard's thread, or this one, is ready to run and does not."""
    paths = (f"/proc/{server.process.pid}/schedstat", "/proc/thread-self/schedstat")
    return time.monotonic() - sum(int(Path(path).read_text().split()[1]) for path in paths) / 1e9


class Watch:
    """Another client, which asks for another customer all the time: how long it waited at worst, how much memory there was at most, and was it answered right?"""

    def __init__(self, server):
        self.server = server
        self.client = server.connect(tcp=True)
        self.waits, self.most, self.wrong = [], 0, []
        self.before = server.memory_bytes()
        self.done = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self):
        while not self.done.is_set() or len(self.waits) < 3:
            started = time_to_run(self.server)
            try:
                answer = self.client.call("rate", {**ENQUIRY, "service_id": "1002"})
                if answer["amount"] != "0.70":
                    self.wrong.append(answer)
            except Exception as problem:  # noqa: BLE001
                self.wrong.append(problem)
                return
            self.waits.append(time_to_run(self.server) - started)
            self.most = max(self.most, self.server.memory_bytes())
            time.sleep(0.001)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, kind, *_):
        self.done.set()
        self.thread.join(30)
        waits = sorted(self.waits)
        print(
            f"{len(waits)} enquiries: half within {waits[len(waits) // 2] * 1000:.1f} ms, the longest {waits[-1] * 1000:.0f} ms; "
            f"memory grew by {(self.most - self.before) // MIB} MiB"
        )
        if kind is None:
            assert not self.wrong, self.wrong
            assert len(waits) > 2 and waits[-1] < PATIENCE


def push(address, data, seconds, taken):
    """In a process of its own: sends over and over, reading what comes, until the time is over or the server closes."""
    sent, deadline = 0, time.monotonic() + seconds
    client = Client(address)
    client.socket.setblocking(False)
    while time.monotonic() < deadline:
        moved = False
        try:
            sent += client.socket.send(data[sent % len(data) :])
            moved = True
        except BlockingIOError:
            pass
        except OSError:
            break
        try:
            moved = bool(client.socket.recv(1 << 18)) or moved
        except BlockingIOError:
            pass
        except OSError:
            break
        if not moved:
            time.sleep(0.001)
    taken.put(sent)


def push_all(server, floods, seconds):
    """All at the same time; gives how many bytes were taken of each, in no order."""
    context = multiprocessing.get_context("fork")
    taken = context.Queue()
    processes = [
        context.Process(target=push, args=(server.address if place % 2 else server.socket, data, seconds, taken))
        for place, data in enumerate(floods)
    ]
    for process in processes:
        process.start()
    found = [taken.get(timeout=300) for _ in processes]
    for process in processes:
        process.join(30)
    return found


# ---- floods ----


FLOODS = {
    "pings": msgpack.packb([0, 1, "ping", []]) * 2000,
    "notifications": msgpack.packb([2, "x", []]) * 5000,
    "no messages": b"\xc0" * 20000,
    "enquiries": msgpack.packb([0, 1, "rate", [ENQUIRY]]) * 500,
    "unknown methods": msgpack.packb([0, 1, "x" * 64, []]) * 500,
    "wrong fields": msgpack.packb([0, 1, "charge", [{**CHARGE, "seconds": -1}]]) * 500,
    "repeats": msgpack.packb([0, 1, "charge", [CHARGE]]) * 500,
    "conflicts": msgpack.packb([0, 1, "charge", [{**CHARGE, "seconds": 61}]]) * 500,
    "reads of the disk": msgpack.packb([0, 1, "history", [{"account": "1001", "limit": 500}]]) * 500,
    "unknown entries": msgpack.packb([0, 1, "charge.get", ["0:4096:0"]]) * 500,
    "statistics": msgpack.packb([0, 1, "stats", []]) * 500,
    "batches of nothing": msgpack.packb([0, 1, "charge_batch", [{"items": [1] * 1000}]]) * 20,
    "batches of repeats": msgpack.packb([0, 1, "charge_batch", [{"items": [CHARGE] * 1000}]]),
    "catalogs that are none": msgpack.packb([0, 1, "release.publish", [{"bundle": b"SPBUNDL1" + b"\xff" * 100_000}]]),
    "long arrays": b"\x94\x00\x01\xa4ping\xdd" + struct.pack(">I", 3 * MIB) + b"\xc0" * (3 * MIB),
    "long maps": b"\x94\x00\x01\xa4ping\x91\xdf" + struct.pack(">I", 50_000) + b"\xa1a\xa1b" * 50_000,
    "the deepest": b"\x91" * (4 * MIB) + b"\xc0",
    "the largest": b"\x94\x00\x01\xa4ping\x91\xc6" + struct.pack(">I", 15 * MIB) + b"\x00" * (15 * MIB),
}


@pytest.mark.parametrize("name", sorted(FLOODS))
def test_a_flood_does_not_keep_others_from_their_answers(server, name):
    server.connect().call("charge", CHARGE)
    before = sample.balance(server.connect(), "1001")
    with Watch(server) as watch:
        taken = push_all(server, [FLOODS[name]] * 4, 0.6)
    print(f"{sum(taken) // 1024} KiB of {name} in 0.6 s")
    assert min(taken) > 0
    assert watch.most < watch.before + 160 * MIB + SLACK
    assert sample.balance(server.connect(), "1001") == before


def test_all_floods_together(server):
    server.connect().call("charge", CHARGE)  # which floods repeat
    before = sample.balance(server.connect(), "1001")
    with Watch(server) as watch:
        push_all(server, list(FLOODS.values()), 2.0)
    assert watch.most < watch.before + 400 * MIB + SLACK
    assert sample.balance(server.connect(), "1001") == before
    server.wait_until(lambda: server.memory_bytes() < watch.before + 96 * MIB + SLACK)


def test_500_half_messages_kept_open(server):
    data, _ = server.connect().pack("charge", {**CHARGE, "id": "half"})
    with Watch(server):
        clients = [server.connect(tcp=place % 2 == 0) for place in range(500)]
        for place, client in enumerate(clients):
            client.send_bytes(data[: 1 + place % (len(data) - 1)])
        time.sleep(0.3)
        answers = []
        for place, client in enumerate(clients):
            client.send_bytes(data[1 + place % (len(data) - 1) :])
            answers.append(client.receive_any())
    results = sample.results([answer[1:] for answer in answers])
    assert sorted(answer["repeat"] for answer in results) == [False] + [True] * 499
    for client in clients:
        client.close()


def test_connections_that_come_and_go(server):
    with Watch(server) as watch:
        deadline = time.monotonic() + 1.0
        count = 0
        while time.monotonic() < deadline:
            clients = [server.connect(tcp=True) for _ in range(50)]
            for place, client in enumerate(clients):
                if place % 3:
                    client.send_bytes(msgpack.packb([0, 1, "rate", [ENQUIRY]])[: 10 * place])
                client.close()
            server.clients = [client for client in server.clients if client.socket.fileno() >= 0]
            count += 50
    print(f"{count} connections")
    assert watch.most < watch.before + SLACK


# ---- answers that would be too long ----

LONG = 2 * 10**8  # seconds: an answer of thousands of parts


@pytest.fixture(scope="module")
def long_server():
    with Server() as one:
        one.publish("rules/catalogs/free_minutes")
        one.subscribe(["1"], package="talk", product="line", balance="1000000000000.00")
        yield one


def long_charge(place):
    return {"id": f"long{place}", "service_id": "1", "service": "voice", "at": 1757000000000 + place * 1000, "seconds": LONG}


def test_what_a_batch_can_not_tell_is_not_decided(long_server):
    """Its answer has an end; items behind that are errors, and nothing was decided of them."""
    client = long_server.connect()
    before = sample.balance(client, "1")
    items = [long_charge(place) for place in range(300)]
    answers = client.call("charge_batch", items=items)["items"]
    decided = [answer for answer in answers if "error" not in answer]
    assert 50 < len(decided) < 300 and decided == answers[: len(decided)]
    for answer in answers[len(decided) :]:
        assert answer["error"].startswith("OVERLOADED: ") and "fewer items" in answer["error"]
    assert sample.balance(client, "1") == before - sum(Decimal(answer["amount"]) for answer in decided)
    rest = client.call("charge_batch", items=items[len(decided) : 2 * len(decided)])["items"]
    assert {answer["repeat"] for answer in rest if "error" not in answer} == {False}
    assert client.call("charge", items[0]) == {**answers[0], "repeat": True}


def test_a_page_of_long_entries_ends_early_and_goes_on(long_server):
    client = long_server.connect()
    for place in range(100):
        assert client.call("charge", long_charge(place))["outcome"] == "charged"
    entries, cursor, pages = [], None, 0
    while True:
        page = client.call("history", account="1", limit=500, cursor=cursor)
        assert 0 < len(page["entries"]) < 500
        entries += [entry["charge"] for entry in page["entries"]]
        pages += 1
        cursor = page.get("next")
        if cursor is None:
            break
    assert pages > 1 and len(entries) == len(set(entries)) > 100


def test_enquiries_of_the_longest_calls_are_bounded(long_server, server):
    client, other = long_server.connect(), server.connect()
    for seconds in (10**6, 10**8, 10**9, 10**12, 10**15):
        for one, event in ((client, {"service_id": "1"}), (other, {"service_id": "1001", "to": "07722820022"}), (other, {"service_id": "1001", "to": "110"})):
            started = time.monotonic()
            answer = one.call("rate", service="voice", at=AT_MS - 700 * DAY_MS, seconds=seconds, **event)
            assert time.monotonic() - started < PATIENCE
            assert answer["outcome"] == "priced" or answer["code"] in ("OVERFLOW", "CALENDAR_NOT_COVERED")


# ---- values ----


def test_times_at_their_ends(server):
    """1900 to 2199 can be said; what is charged lies between the oldest that is accepted and ten minutes ahead."""
    client = server.connect()
    first, last = -2208988800000, 7258118399999
    for at in (first, last, "1900-01-01T00:00:00Z", "2199-12-31T23:59:59.999Z"):
        answer = client.call("rate", {**ENQUIRY, "at": at})
        assert answer["code"] == ("TOO_OLD" if str(at)[:2] in ("-2", "19") else "AHEAD_OF_CLOCK")
        client.call("history", account="1001", **{"from": at})
        assert client.call("history", account="1001", till=at)["entries"] is not None
    for at in (first - 1, last + 1, 1 << 62, -(1 << 63), (1 << 64) - 1, "0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z"):
        assert client.ask("rate", {**ENQUIRY, "at": at})[0].startswith("OUT_OF_RANGE: "), at
    client.call("customer.put", customer="t")
    client.call("account.put", account="t", customer="t")
    put = {"subscription": "t", "account": "t", "product": "pstn"}
    assert client.call("subscription.put", {**put, "service_ids": [{"service_id": "t", "from": first, "till": last}]})
    assert client.call("subscription.get", ["t"])["service_ids"] == [{"service_id": "t", "from": first, "till": last}]
    error, _ = client.ask("subscription.put", {**put, "service_ids": [{"service_id": "t", "from": last, "till": first}]})
    assert error.startswith("OUT_OF_RANGE: ")


def test_money_at_its_ends(server):
    client = server.connect()
    most = "1000000000000.00"
    client.call("customer.put", customer="m")
    client.call("account.put", account="m", customer="m", floor="-" + most)
    sum_, outcomes = Decimal(0), []
    for place in range(12):
        answer = client.call("balance.topup", id=f"m{place}", account="m", at=AT_MS, amount=most, currency="CNY")
        outcomes.append(answer.get("code", answer["outcome"]))
        if answer["outcome"] == "topped_up":
            sum_ += Decimal(most)
            assert Decimal(answer["balance"]) == sum_
    assert outcomes == ["topped_up"] * 9 + ["OVERFLOW"] * 3
    assert Decimal(client.call("balance.get", ["m"])["balances"][0]["amount"]) == sum_


# ---- random bytes ----

PACKED = [
    msgpack.packb([0, 7, "rate", [ENQUIRY]]),
    msgpack.packb([0, 7, "rate", [{**ENQUIRY, "with": {"a": 1, "b": "text"}}]]),
    msgpack.packb([0, 7, "charge_batch", [{"items": [{**CHARGE, "service_id": "nobody"}, 5]}]]),
    msgpack.packb([0, 7, "subscription.put", [{"subscription": "f", "account": "none", "product": "p", "service_ids": ["1"], "states": [{"state": "ended", "from": 5}]}]]),
    msgpack.packb([0, 7, "history", [{"account": "1001", "cursor": "64", "limit": 3}]]),
    msgpack.packb([0, 7, "charge.get", ["0:8256:0"]]),
    msgpack.packb([0, 7, "release.activate", [{"release": "0123456789abcdef", "by": "x"}]]),
    msgpack.packb([2, "notify", [1, {"a": [None, True, 1.5]}]]),
]  # fmt: skip


def changes(packed):
    """A sound message with some bytes changed, left out, put in, or cut off."""
    place = st.integers(0, len(packed) - 1)
    change = st.tuples(st.sampled_from(["set", "cut", "insert", "drop"]), place, st.binary(min_size=1, max_size=4))

    def apply(list_of_changes):
        data = bytearray(packed)
        for kind, at, value in list_of_changes:
            if kind == "set":
                data[at : at + len(value)] = value
            elif kind == "cut":
                del data[at + 1 :]
            elif kind == "insert":
                data[at:at] = value
            else:
                del data[at : at + len(value)]
        return bytes(data)

    return st.lists(change, min_size=1, max_size=4).map(apply)


garbage = st.lists(st.binary(max_size=200) | st.sampled_from(PACKED).flatmap(changes) | st.sampled_from(PACKED), min_size=1, max_size=8).map(b"".join)


def test_random_bytes_harm_nobody(server):
    number = int(os.environ.get("SEED", str(random.randrange(1 << 32))), 0)
    print(f"seed {number}")
    witness = server.connect()
    before = server.memory_bytes()
    balances = [witness.call("balance.get", [name]) for name in ("1001", "1002")]
    lost = []

    @seed(number)
    @settings(max_examples=int(os.environ.get("EXAMPLES", "150" if SANITIZED else "600")), deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(garbage, st.integers(1, 50))
    def send(data, piece):
        with server.connect(timeout=10) as client:
            server.clients.remove(client)
            try:
                for start in range(0, len(data), max(piece, len(data) // 4)):
                    client.send_bytes(data[start : start + max(piece, len(data) // 4)])
                client.socket.shutdown(1)
                while (answer := client.receive_any()) is not None:
                    _, error, result = answer
                    assert (error is None) != (result is None)
                    if error is not None:
                        assert error.split(":")[0].isupper() and error.split(": ", 1)[1]
            except (ConnectionError, BrokenPipeError) as problem:
                lost.append(problem)
        assert witness.call("rate", ENQUIRY)["amount"] == "0.70"

    send()
    assert server.memory_bytes() < before + SLACK
    assert [witness.call("balance.get", [name]) for name in ("1001", "1002")] == balances
    print(f"{len(lost)} connections were closed before all was sent")


def test_no_message_of_random_values_is_answered_wrongly(server):
    """Sound MessagePack of all shapes in the place of parameters: always an answer, with the number that was asked, and never a decision."""
    number = int(os.environ.get("SEED", str(random.randrange(1 << 32))), 0)
    print(f"seed {number}")
    client = server.connect()
    before = client.call("stats")["journal"]["decided"]
    scalars = (
        st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text(max_size=20) | st.binary(max_size=20)
        | st.builds(msgpack.ExtType, st.integers(0, 127), st.binary(max_size=5)) | st.sampled_from(["1001", AT_MS, "0:64:0"])
    )  # fmt: skip
    values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4), max_leaves=12)
    names = ["account", "id", "at", "amount", "items", "service_id", "seconds", "with", "limit", "cursor", "bundle", "language", "states"]
    params = st.lists(st.dictionaries(st.sampled_from(names), values, max_size=5) | values, max_size=3)
    methods = ["hello", "rate", "charge", "charge_batch", "charge.get", "account.get", "balance.topup", "history", "release.publish", "ping"]

    @seed(number)
    @settings(max_examples=int(os.environ.get("EXAMPLES", "150" if SANITIZED else "600")), deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(methods), params, st.integers(0, 2**32 - 1))
    def send(method, list_of_params, msgid):
        client.send_bytes(msgpack.packb([0, msgid, method, list_of_params]))
        found, error, result = client.receive_any()
        assert found == msgid
        assert (error is None) != (result is None)

    send()
    assert client.call("stats")["journal"]["decided"] == before

"""Killed again and again while it charges, starts, checkpoints, begins segments and takes in releases: nothing is lost, nothing counts
twice.

$CRASH_KILLS says how often, $CRASH_SEED how; the seed is printed.
"""

import os
import random
import shutil
import subprocess
import threading
import time
from decimal import Decimal

import msgpack
import pytest
import sample
from ledger import Ledger, fsck, segments
from sender import Sender, priced_part
from server import ROOT, SANITIZED, Client, Server, binary, clean_environment

KILLS_A_FILE = 20
KILLS = int(os.environ.get("CRASH_KILLS", 8 if SANITIZED else KILLS_A_FILE))
SECONDS_MAX = 2.0 if SANITIZED else 0.4
# The smallest sizes there are, so that everything that has an end comes to it often.
SETTINGS = {
    "checkpoint_every": ["10 ms", "50 ms", "1 s", "10 s"],
    "checkpoint_spread": ["0 ms", "20 ms", "200 ms"],
    "checkpoint_behind": ["1 MiB", "4 GiB"],
    "journal_batch": ["64 KiB", "256 KiB"],
    "journal_spares": [1, 2, 3],
    "memory_records": ["1 MiB", "64 MiB"],
    "memory_ids": [4096, 65536],
}


class Releases:
    """Catalogs with other words and the same prices; which were acknowledged, and which may be in force."""

    def __init__(self, count, folder):
        self.bundles, self.acknowledged, self.may_be_active = {}, set(), set()
        with Server() as server:
            for number in range(count):
                catalog = folder / f"catalog{number}"
                shutil.copytree(ROOT / sample.CATALOG, catalog)
                texts = catalog / "texts/en.lua"
                texts.write_text(texts.read_text().replace("Fixed-line prices", f"Fixed-line prices, edition {number}"))
                name = server.publish(catalog)
                self.bundles[name] = (server.data / f"releases/{name}.bundle").read_bytes()
        assert len(self.bundles) == count

    def publish(self, server, chance):
        """Sends one; gives what takes the answer in, which may never come."""
        client = server.connect()
        name = chance.choice(list(self.bundles))
        if name in self.acknowledged and chance.random() < 0.5:
            number = client.send("release.activate", [name])
        else:
            number = client.send("release.publish", bundle=self.bundles[name], activate=True, by="test")
        self.may_be_active.add(name)

        def settle():
            error, result = client.receive(number)
            assert error is None and result["active"], (error, result)
            self.acknowledged.add(name)
            self.may_be_active = {name}

        return settle

    def check(self, client):
        listed = client.call("release.list")
        names = {release["release"] for release in listed["releases"]}
        assert self.acknowledged <= names
        assert listed["active"] in self.may_be_active
        self.may_be_active = {listed["active"]}


class Clerk:
    """Tops accounts up, moves money between them, gives charges back and changes customers, one thing after the other, and asks again
    until there is an answer."""

    def __init__(self, address, sender, chance):
        self.address = address
        self.sender = sender
        self.refunded = set()  # places of the sender's requests
        self.chance = random.Random(chance.getrandbits(32))
        self.client = None
        self.moved = dict.fromkeys(sample.NUMBERS, Decimal(0))
        self.segments = {}
        self.ids = set()
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
                self._work(self.chance.choice(sample.NUMBERS), f"more{len(self.ids)}")
                time.sleep(0.002)
        except Exception as problem:
            self.problem = repr(problem)
            raise

    def _work(self, number, name):
        amount = f"{self.chance.randrange(1, 1000) / 100:.2f}"
        topup = {"id": name, "account": number, "at": "2026-09-18T00:00:00+08:00", "amount": amount, "currency": "CNY"}
        answer = self._ask("balance.topup", topup)
        assert answer["outcome"] == "topped_up" and answer["amount"] == amount, answer
        self.ids.add(name)
        self.moved[number] += Decimal(amount)
        assert self._ask("balance.topup", topup) == {**answer, "repeat": True}
        to = self.chance.choice([one for one in sample.NUMBERS if one != number])
        transfer = {**topup, "id": f"{name}-passed-on", "to": to}
        answer = self._ask("balance.transfer", transfer)
        assert answer["outcome"] == "transferred" and answer["amount"] == amount, answer
        self.ids.add(transfer["id"])
        self.moved[number] -= Decimal(amount)
        self.moved[to] += Decimal(amount)
        assert self._ask("balance.transfer", transfer) == {**answer, "repeat": True}
        self._give_back(name)
        stored = self._ask("customer.put", {"customer": number, "segment": name})
        found = self._ask("customer.get", {"customer": number})
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
            answer = self._ask("charge.refund", refund)
            assert answer["outcome"] == "refunded" and answer["of"] == charged["charge"], answer
            assert self._ask("charge.refund", refund) == {**answer, "repeat": True}
            given += Decimal(answer["amount"])
            self.ids.add(refund["id"])
        assert given == Decimal(charged["amount"]) and answer["left"] == "0.00", answer
        assert self._ask("charge.refund", {**refund, "id": f"{name}-once-more"})["code"] == "ALREADY_REFUNDED"
        self.ids.add(f"{name}-once-more")
        self.moved[request["service_id"]] += given

    def _ask(self, method, params):
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


class Killer:
    """Kills a server at moments of several kinds; it stands again after each."""

    def __init__(self, server, sender, releases, chance):
        self.server, self.sender, self.releases, self.chance = server, sender, releases, chance
        self.kinds = [self.serving, self.starting, self.at_checkpoint, self.at_rotation, self.publishing]
        self.start_seconds = 0.05
        self.met = {"checkpoint": 0, "rotation": 0}

    def kill(self, number, share):
        kind = self.kinds[number % len(self.kinds)]
        seconds = self.chance.uniform(0.02, SECONDS_MAX)
        self.sender.pace(share, seconds)
        kind(seconds)
        self.server.settings.update({name: self.chance.choice(values) for name, values in SETTINGS.items()})
        if self.kinds[(number + 1) % len(self.kinds)] == self.at_checkpoint:
            self.server.settings["checkpoint_every"] = "50 ms"
        began = time.monotonic()
        self.server.start()
        self.start_seconds = time.monotonic() - began
        self.releases.check(self.server.connect())

    def serving(self, seconds):
        time.sleep(seconds)
        self.server.kill()

    def starting(self, seconds):
        """Stopped under load, then killed on its way back, perhaps more than once."""
        time.sleep(seconds / 2)
        self.server.kill()
        for _ in range(self.chance.choice([1, 1, 2, 3])):
            process = subprocess.Popen(
                [binary(), *self.server.arguments()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=clean_environment(),
                cwd=self.server.folder,
            )
            time.sleep(self.chance.uniform(0, 1.3) * self.start_seconds)
            process.kill()
            process.wait()

    def at_checkpoint(self, seconds):
        """While a transaction of the state is being written, or a moment later."""
        state = self.server.data / "state/data.mdb"
        before = state.stat().st_mtime_ns
        self.met["checkpoint"] += self.wait_for(lambda: state.stat().st_mtime_ns > before, seconds)
        time.sleep(self.chance.choice([0, self.chance.uniform(0, 0.005)]))
        self.server.kill()

    def at_rotation(self, seconds):
        before = segments(self.server.data)
        self.met["rotation"] += self.wait_for(lambda: segments(self.server.data) > before, seconds)
        time.sleep(self.chance.choice([0, self.chance.uniform(0, 0.005)]))
        self.server.kill()

    def publishing(self, seconds):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            settle = self.releases.publish(self.server, self.chance)
            if self.chance.random() < 0.3:
                break
            settle()
        time.sleep(self.chance.uniform(0, 0.02))
        self.server.kill()

    def wait_for(self, true, seconds):
        """Whether it became true in time; it is killed all the same."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if true():
                return True
            time.sleep(0.0005)
        return False


def assert_history(client, numbers, answers_by_number):
    """Each account's history, newest first: its charges, and the balance that came of them."""
    for number in numbers:
        entries, cursor = [], None
        while True:
            page = client.call("history", account=number, limit=500, **({"cursor": cursor} if cursor else {}))
            entries += page["entries"]
            cursor = page.get("next")
            if cursor is None:
                break
        charges = {entry["charge"]: entry["answer"]["amount"] for entry in entries if entry["kind"] == "charge"}
        assert charges == {answer["charge"]: answer["amount"] for answer in answers_by_number.get(number, [])}
        made = [entry["made"] for entry in entries]
        assert made == sorted(made, reverse=True)
        sums = [
            Decimal(posting["amount"])
            for entry in entries
            for posting in entry["postings"]
            if posting["book"] == f"balance:{number}/main"
        ]
        assert sum(sums) == sample.balance(client, number)


@pytest.mark.asan
def test_nothing_is_lost_and_nothing_counts_twice_however_often_it_is_killed(tmp_path):
    seed = int(os.environ.get("CRASH_SEED", random.randrange(1 << 32)))
    print(f"seed {seed}, {KILLS} kills")
    chance = random.Random(seed)
    files = max(1, KILLS // KILLS_A_FILE)
    requests = [call for number in range(files) for call in sample.charges(f"calls{number}.csv")]
    start = 5000 * files
    releases = Releases(6, tmp_path)
    with Server() as server:
        sample.prepare(server, balance=f"{start}.00")
        releases.may_be_active = {server.connect().call("release.list")["active"]}
        sender = Sender(server.socket, requests, chance)
        sender.start()
        clerk = Clerk(server.socket, sender, chance)
        killer = Killer(server, sender, releases, chance)
        for number in range(KILLS):
            killer.kill(number, len(requests) // KILLS)
            if number % 5 == 4:
                server.kill()
                fsck(server.data)
                server.start()
        answers = sender.finish()
        clerk.finish()
        print(f"met {killer.met}, {sender.breaks} broken connections, "
              f"{sender.sent_again} of {len(requests)} sent again, {len(clerk.ids)} movements, {len(clerk.refunded)} refunds")  # fmt: skip
        assert sender.sent_again > 0, "no kill met anything"
        assert clerk.refunded, "nothing was given back"

        found = sample.totals(requests, answers)
        wanted = {key: (files * calls, files * amount) for key, (calls, amount) in sample.expected().items()}
        assert found == wanted
        client = server.connect()
        again = sample.results(client.call_all("charge", requests))
        assert all(answer["repeat"] for answer in again)
        assert [priced_part(answer) for answer in again] == sender.answers
        for number in sample.NUMBERS:
            _, charged = found.get(("subscription", number), (0, 0))
            assert sample.balance(client, number) == start + clerk.moved[number] - charged
        for number, segment in clerk.segments.items():
            assert client.call("customer.get", [number])["segment"] == segment
        by_number = {}
        for request, answer in zip(requests, answers, strict=True):
            by_number.setdefault(request["service_id"], []).append(answer)
        assert_history(client, sample.NUMBERS, by_number)
        releases.check(client)

        assert server.stop() == 0
        ledger = Ledger(server.data)
        for request, answer in zip(requests, answers, strict=True):
            charge, kept = ledger.decided.pop((request["service_id"], request["id"], 1))
            assert {**kept, "charge": charge} == answer
        first = {f"first-{number}" for number in sample.NUMBERS}
        assert {identifier for _, identifier, _ in ledger.decided} == first | clerk.ids
        fsck(server.data)

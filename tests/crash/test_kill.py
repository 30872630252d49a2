"""Killed again and again while it charges, runs sessions, starts, checkpoints, begins segments, takes in releases and does what is due:
nothing is lost, nothing counts twice, nothing stays held. After each kill `suanpan fsck` finds that all postings sum to zero, that each
balance is the sum of its own, and that what is held is held by sessions that are open.

$CRASH_KILLS says how often, in rounds of 20 with a folder of its own each; $CRASH_SEED how. The seed is printed.
"""

import os
import random
import shutil
import subprocess
import time
from decimal import Decimal

import pytest
import sample
from ledger import Ledger, fsck, segments
from sender import Sender, priced_part
from server import ROOT, SANITIZED, Server, binary, clean_environment
from workers import Caller, Clerk, Giver

KILLS_A_ROUND = 20
KILLS = int(os.environ.get("CRASH_KILLS", 8 if SANITIZED else KILLS_A_ROUND))
ROUNDS = [min(KILLS_A_ROUND, KILLS - begun) for begun in range(0, KILLS, KILLS_A_ROUND)]
SEED = int(os.environ.get("CRASH_SEED", random.randrange(1 << 32)))
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


@pytest.fixture(scope="module")
def bundles(tmp_path_factory):
    """{release: bytes} of catalogs with other words and the same prices."""
    folder, found = tmp_path_factory.mktemp("catalogs"), {}
    with Server() as server:
        for number in range(6):
            catalog = folder / f"catalog{number}"
            shutil.copytree(ROOT / sample.CATALOG, catalog)
            texts = catalog / "texts/en.lua"
            texts.write_text(texts.read_text().replace("Fixed-line prices", f"Fixed-line prices, edition {number}"))
            name = server.publish(catalog)
            found[name] = (server.data / f"releases/{name}.bundle").read_bytes()
    assert len(found) == 6
    return found


class Releases:
    """Which of them were acknowledged, and which may be in force."""

    def __init__(self, bundles):
        self.bundles, self.acknowledged, self.may_be_active = bundles, set(), set()

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
        fsck(self.server.data)
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
@pytest.mark.parametrize("round", range(len(ROUNDS)))
def test_nothing_is_lost_and_nothing_counts_twice_however_often_it_is_killed(round, bundles):
    kills, seed = ROUNDS[round], SEED + round
    print(f"seed {seed}, {kills} kills")
    chance = random.Random(seed)
    requests = list(sample.charges("calls0.csv"))
    start = 5000
    releases = Releases(bundles)
    with Server() as server:
        sample.prepare(server, balance=f"{start}.00")
        releases.may_be_active = {server.connect().call("release.list")["active"]}
        sender = Sender(server.socket, requests, chance)
        sender.start()
        clerk, caller, giver = Clerk(server.socket, sender, chance), Caller(server.socket, sender, chance), Giver(server.socket, chance)
        workers = [clerk, caller, giver]
        killer = Killer(server, sender, releases, chance)
        for number in range(kills):
            killer.kill(number, len(requests) // kills)
        answers = sender.finish()
        for worker in workers:
            worker.finish()
        print(f"met {killer.met}, {sender.breaks} broken connections, {sender.sent_again} of {len(requests)} sent again, "
              f"{len(clerk.ids)} movements, {len(clerk.refunded)} refunds, {caller.sessions} sessions, {caller.forgotten} of them forgotten, "
              f"{giver.given} given and expired")  # fmt: skip
        assert sender.sent_again > 0, "no kill met anything"
        assert clerk.refunded, "nothing was given back"

        found = sample.totals(requests, answers)
        assert found == sample.expected()
        client = server.connect()
        server.wait_until(lambda: caller.nothing_is_open(client) and giver.all_has_expired(client))
        again = sample.results(client.call_all("charge", requests))
        assert all(answer["repeat"] for answer in again)
        assert [priced_part(answer) for answer in again] == sender.answers
        for number in sample.NUMBERS:
            _, charged = found.get(("subscription", number), (0, 0))
            assert sample.balance(client, number) == start + clerk.moved[number] - caller.charged[number] - charged
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
        assert {identifier for _, identifier, _ in ledger.decided} == first.union(*(worker.ids for worker in workers))
        assert ledger.books["expired"] == giver.given
        fsck(server.data)

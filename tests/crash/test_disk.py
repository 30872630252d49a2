"""A disk that is full refuses new work by name and loses nothing; one that fails ends the server, and a restart has all that was
acknowledged."""

import errno
import os
import random
import subprocess
import time
from pathlib import Path

import pytest
import sample
from ledger import Ledger, fsck
from sender import Sender, priced_part
from server import Server, ServerError

MIB = 1 << 20
DISK_BYTES = 96 * MIB
RESERVE_BYTES = 16 * MIB
NUMBERS = sample.NUMBERS[:20]


@pytest.fixture(scope="module")
def shim(tmp_path_factory):
    """bad_disk.c, as the library that LD_PRELOAD takes."""
    library = tmp_path_factory.mktemp("shim") / "bad_disk.so"
    source = Path(__file__).with_name("bad_disk.c")
    subprocess.run(["gcc", "-O1", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared", "-o", library, source, "-ldl"], check=True)
    return library


def under(shim, **variables):
    """A command's beginning that runs it on a bad disk."""
    return ["env", f"LD_PRELOAD={shim}", *(f"BAD_DISK_{name.upper()}={value}" for name, value in variables.items())]


# ---- full ----


class Mounted:
    """A small file system of its own."""

    def __init__(self, kind, folder):
        self.folder = folder / "disk"
        self.folder.mkdir()
        self.prefix = ()
        if kind == "ext4":
            image = folder / "image"
            with open(image, "wb") as file:
                file.truncate(DISK_BYTES)
            commands = [["mkfs.ext4", "-q", "-F", "-m", "0", image], ["mount", "-o", "loop", image, self.folder]]
        else:
            commands = [["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "none", self.folder]]
        for command in commands:
            try:
                subprocess.run(command, check=True, capture_output=True)
            except (OSError, subprocess.CalledProcessError) as problem:
                pytest.skip(f"no {kind} can be mounted here: {problem}")

    def free(self):
        found = os.statvfs(self.folder)
        return found.f_bavail * found.f_frsize

    def fill(self, leave):
        """Fills it with a file, up to so many bytes."""
        with open(self.folder / "filler", "ab") as file:
            try:
                while self.free() > leave:
                    file.write(b"x" * min(MIB, max(1, self.free() - leave)))
                    file.flush()
            except OSError as problem:
                assert problem.errno == errno.ENOSPC

    def empty(self):
        (self.folder / "filler").unlink()

    def close(self):
        subprocess.run(["umount", "-l", self.folder], check=False)


class Pretended:
    """An ordinary folder on a disk that says it is small. What is written there makes it no fuller."""

    def __init__(self, folder, shim):
        self.folder = folder / "disk"
        self.folder.mkdir()
        self.number = folder / "free"
        self.prefix = under(shim, free=self.number)
        self.empty()

    def free(self):
        return int(self.number.read_text())

    def fill(self, leave):
        self._set(min(leave, RESERVE_BYTES // 2))

    def empty(self):
        self._set(DISK_BYTES)

    def _set(self, count):
        other = self.number.with_suffix(".new")
        other.write_text(str(count))
        other.rename(self.number)

    def close(self):
        pass


@pytest.fixture(params=[pytest.param("ext4", marks=pytest.mark.asan), "tmpfs", "pretended"])
def disk(request, tmp_path, shim):
    one = Pretended(tmp_path, shim) if request.param == "pretended" else Mounted(request.param, tmp_path)
    yield one
    one.close()


class Load:
    """Charges with ids of their own; what was charged, and what was told that the disk is full."""

    def __init__(self):
        calls = sample.charges()
        self.calls = [{**call, "service_id": NUMBERS[place % len(NUMBERS)]} for place, call in enumerate(calls)]
        self.next = 0
        self.charged, self.answers, self.refused = [], [], []

    def send(self, client, count):
        """How many of these were charged."""
        some = []
        for _ in range(count):
            call = self.calls[self.next % len(self.calls)]
            some.append({**call, "id": f"c{self.next}"})
            self.next += 1
        return self._take(some, client.call_all("charge", some))

    def send_refused(self, client):
        some, self.refused = self.refused, []
        return self._take(some, client.call_all("charge", some))

    def _take(self, some, pairs):
        count = 0
        for call, (error, answer) in zip(some, pairs, strict=True):
            if error is None:
                assert answer["outcome"] == "charged" and not answer["repeat"], answer
                self.charged.append(call)
                self.answers.append(answer)
                count += 1
            else:
                assert error.startswith("DISK_FULL: "), error
                self.refused.append(call)
        return count

    def until_refused(self, client):
        while self.send(client, 500) == 500:
            assert len(self.charged) < 500_000

    def check(self, client):
        """All that was charged is answered as it was, and balances are what that makes them."""
        again = sample.results(client.call_all("charge", self.charged))
        assert all(answer["repeat"] for answer in again)
        assert [priced_part(answer) for answer in again] == [priced_part(answer) for answer in self.answers]
        spent = dict.fromkeys(NUMBERS, 0)
        for call, answer in zip(self.charged, self.answers, strict=True):
            spent[call["service_id"]] += sample.Decimal(answer["amount"])
        for number in NUMBERS:
            assert sample.balance(client, number) == sample.Decimal("5000000.00") - spent[number]


def small_server(disk):
    return Server(folder=disk.folder, start=False, disk_reserve=f"{RESERVE_BYTES // MIB} MiB", state_map="64 MiB",
                  checkpoint_every="100 ms", checkpoint_spread="0 ms", memory_ids=4096)  # fmt: skip


def test_a_full_disk_refuses_new_work_by_name_reads_go_on_and_service_returns_by_itself(disk):
    load = Load()
    with small_server(disk) as server:
        server.start(prefix=disk.prefix)
        sample.prepare(server, NUMBERS, balance="5000000.00")
        client = server.connect()
        assert load.send(client, 1000) == 1000
        disk.fill(RESERVE_BYTES + 3 * MIB)
        load.until_refused(client)
        if not disk.prefix:
            assert disk.free() > RESERVE_BYTES - 2 * MIB, "it was refused before the reserve was touched"
        # Checkpoints and runs of ids may free some room again, and service returns for as long: take that, too.
        time.sleep(0.5)
        disk.fill(RESERVE_BYTES - MIB)
        load.until_refused(client)

        # Reads, prices and what was decided before are answered; nothing else changes.
        first = load.charged[0]
        assert client.call("charge", first) == {**load.answers[0], "repeat": True}
        assert client.call("charge.get", [load.answers[0]["charge"]])["id"] == first["id"]
        enquiry = {name: value for name, value in first.items() if name != "id"}
        assert client.call("rate", enquiry)["amount"] == load.answers[0]["amount"]
        assert client.call("history", account=NUMBERS[0], limit=100)["entries"]
        before = client.call("stats")["journal"]["decided"]
        for method, params in (
            ("customer.put", {"customer": "new"}),
            ("balance.topup", {"id": "t", "account": NUMBERS[0], "at": first["at"], "amount": "1.00", "currency": "CNY"}),
            ("charge", {**first, "id": "nobody", "service_id": "nobody"}),
        ):
            with pytest.raises(ServerError, match="DISK_FULL"):
                client.call(method, params)
        batch = client.call("charge_batch", items=[first, {**first, "id": "another"}])["items"]
        assert batch[0]["repeat"] and batch[1]["error"].startswith("DISK_FULL")
        assert client.call("stats")["journal"]["decided"] == before
        load.check(client)

        # Killed now, it comes back, to be read from.
        server.kill()
        server.start(prefix=disk.prefix)
        client = server.connect()
        load.check(client)
        load.until_refused(client)

        disk.empty()
        server.wait_until(lambda: load.send(client, 1) == 1)
        assert load.send(client, 3000) == 3000
        assert len(load.refused) > 0 and load.send_refused(client) > 0, "an id that was told DISK_FULL is not used up"
        assert load.refused == []
        load.check(client)
        assert "new work is refused: the disk of " in server.log_text() and "accepted again" in server.log_text()
        server.restart()
        load.check(server.connect())
        assert server.stop() == 0
        ledger = Ledger(server.data)

        assert len(ledger.decided) == len(load.charged) + len(NUMBERS)
        fsck(server.data)


def test_a_disk_without_a_single_byte_stops_nothing_and_loses_nothing(disk):
    """The reserve is gone, too: checkpoints wait. Killed then, the server starts as soon as there is room."""
    load = Load()
    with small_server(disk) as server:
        server.start(prefix=disk.prefix)
        sample.prepare(server, NUMBERS, balance="5000000.00")
        client = server.connect()
        load.send(client, 1000)
        disk.fill(0)
        load.until_refused(client)
        time.sleep(0.5)  # some checkpoints that find no room
        assert client.call("charge", load.charged[0])["repeat"]
        load.check(client)
        server.kill()
        try:
            server.start(prefix=disk.prefix)
        except RuntimeError:
            text = server.log_text()
            print(text.splitlines()[-1])
            assert "No space left" in text or "free" in text, text
            disk.empty()
            server.start(prefix=disk.prefix)
        else:
            client = server.connect()
            load.check(client)
            disk.empty()
        client = server.connect()
        server.wait_until(lambda: load.send(client, 1) == 1)
        load.send_refused(client)
        assert load.refused == []
        load.check(client)
        assert server.stop() == 0
        Ledger(server.data)
        fsck(server.data)


# ---- failing ----

FAILURES = [
    ("write", ".segment", errno.EIO, "Input/output error"),
    ("write", ".segment", "short", "could be written"),
    ("write", ".segment", errno.ENOSPC, "No space left"),
    ("write", "/state/", errno.EIO, "/state: "),
    ("sync", "/state/", errno.EIO, "/state: "),
    ("write", "/ids/", errno.EIO, "/ids/"),
    ("sync", "/ids/", errno.EIO, "/ids/"),
    ("write", ".filling", errno.EIO, ".filling"),
    ("sync", ".filling", errno.EIO, ".filling"),
]


def has_ended(server, path):
    """Waits for the end of the server; false if no segment was left to be filled, for then nothing fails any more."""
    until = time.monotonic() + 20
    while server.process.poll() is None and until > time.monotonic():
        if path == ".filling" and not list(server.data.glob("journal/*.filling")):
            until = min(until, time.monotonic() + 2)  # what could not be filled is removed before the end, too
        time.sleep(0.01)
    assert server.process.poll() is not None or path == ".filling", "it goes on"
    return server.process.poll() is not None


@pytest.mark.parametrize(("call", "path", "how", "said"), FAILURES, ids=[f"{c}-{p.strip('/.')}-{h}" for c, p, h, _ in FAILURES])
def test_a_failed_call_ends_the_server_and_a_restart_has_all_that_was_acknowledged(shim, tmp_path, call, path, how, said):
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    requests = sample.charges()[:6000]
    for attempt in range(10):  # the spare segments may have been filled before the disk begins to fail: then once more
        armed = tmp_path / f"armed{attempt}"
        with Server(checkpoint_every="20 ms", checkpoint_spread="0 ms", memory_ids=4096, start=False) as server:
            server.start(prefix=under(shim, arm=armed, call=call, path=path, how=how, at=chance.randint(1, 4)))
            sample.prepare(server)
            sender = Sender(server.socket, requests, chance, connections=3)
            sender.start()
            sender.pace(len(requests), 0.5)
            time.sleep(chance.uniform(0, 0.1))
            armed.touch()
            if has_ended(server, path):
                check_the_end_and_a_restart(server, sender, requests, said)
                return
            sender.finish()
    raise AssertionError("no segment was left to be filled")


def check_the_end_and_a_restart(server, sender, requests, said):
    assert server.process.wait() == 3
    text = server.log_text()
    assert "suanpan: stopped: " in text and said in text, text
    acknowledged = len(requests) - sender.left
    server.process = None
    server.start()
    began = time.monotonic()
    answers = sender.finish()
    print(f"the rest took {time.monotonic() - began:.1f} s; {acknowledged} of {len(requests)} were acknowledged before")
    client = server.connect()
    again = sample.results(client.call_all("charge", requests))
    assert all(answer["repeat"] for answer in again)
    assert [priced_part(answer) for answer in again] == sender.answers
    sample.assert_balances(client, sample.totals(requests, answers))
    assert server.stop() == 0
    Ledger(server.data)
    fsck(server.data)


def test_a_disk_that_forgets_what_it_told_was_written_is_noticed_by_these_tests(shim, tmp_path):
    """What a sender and a kill must find: an answer whose entry is gone."""
    requests = sample.charges()[:3000]
    with Server(checkpoint_every="1 hour", start=False) as server:
        armed = tmp_path / "armed"
        server.start(prefix=under(shim, arm=armed, call="write", path=".segment", how="forget", at=1))
        sample.prepare(server)
        sender = Sender(server.socket, requests, random.Random(1), connections=3)
        sender.start()
        sender.pace(1000, 0.1)
        armed.touch()
        server.wait_until(lambda: sender.problem or len(requests) - sender.left >= 900)
        server.kill()
        server.start()
        with pytest.raises(AssertionError):
            sender.finish()
            again = sample.results(server.connect().call_all("charge", requests))
            assert [priced_part(answer) for answer in again] == sender.answers


# ---- small ----


@pytest.mark.parametrize("batch", [None, "256 KiB", "64 KiB"])
@pytest.mark.parametrize("spares", [1, 3])
def test_a_journal_of_the_smallest_files_never_stands_still(batch, spares):
    """However its batches relate to its files: the default batch is as large as the smallest file."""
    with Server(journal_batch=batch, journal_spares=spares) as server:
        sample.prepare(server)
        calls = sample.charges()
        answers = sample.results(server.connect().call_all("charge", calls))
        assert sample.totals(calls, answers) == sample.expected()

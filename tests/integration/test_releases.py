"""What is in force when: activating at once and at a time, taking back, reverting, deleting, and why it was done."""

import json
import shutil
import time

import pytest

from bundles import at_price
from server import ROOT, Server, suanpan

CATALOG = ROOT / "rules/catalogs/fixed_line"
CALL = {"service_id": "1001", "service": "voice", "to": "07722820022", "at": "2026-09-18T12:00:00+08:00", "seconds": 6}
PRICES = ("0.07", "0.09", "0.12", "0.15", "0.18")


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """The stock catalog at several prices, by price."""
    return {price: at_price(tmp_path_factory.mktemp("catalogs") / price, price) for price in PRICES}


@pytest.fixture
def releases(server, folders):
    """Names by price; the first is in force, and somebody can call."""
    names = {price: server.publish(folders[price], activate=price == PRICES[0]) for price in PRICES}
    server.subscribe(["1001"], package="fixed_line")
    return names


def price(client, number=None):
    """What a call costs now; charged where a number makes its id."""
    if number is None:
        return client.call("rate", CALL)["amount"]
    return client.call("charge", CALL, id=f"call {number}")["amount"]


def in_force(client):
    return client.call("release.list")["active"]


def now_ms():
    return time.time_ns() // 1_000_000


def fsck(server):
    result = suanpan("fsck", server.data, "--json")
    assert result.returncode == 0, result.stdout + result.stderr


def test_who_and_why_are_kept_and_listed(server, releases):
    client = server.connect()
    client.call("release.activate", release=releases["0.09"], by="li.wei", why="the regulator wants it")
    client.call("release.activate", release=releases["0.12"], by="zhang")
    for _ in range(2):
        history = client.call("release.history")
        assert history["scheduled"] == []
        assert [(one["release"], one.get("by"), one.get("why")) for one in history["activations"]] == [
            (releases["0.12"], "zhang", None),
            (releases["0.09"], "li.wei", "the regulator wants it"),
            (releases["0.07"], "test", None),
        ]
        times = [one["at"] for one in history["activations"]]
        assert times == sorted(times, reverse=True)
        assert len(client.call("release.history", limit=1)["activations"]) == 1
        server.kill()
        fsck(server)
        server.start()
        client = server.connect()


def test_publishing_keeps_who_and_why(server, folders):
    result = suanpan("publish", folders["0.09"], "--by", "li.wei", "--why", "autumn prices", "--json", *server.to())
    published = json.loads(result.stdout)
    assert (published["by"], published["why"]) == ("li.wei", "autumn prices")
    (listed,) = server.connect().call("release.list")["releases"]
    assert published.pop("tests") == {"passed": 0, "failed": 0, "failures": []}
    assert published.pop("findings") == []
    assert listed == published


def test_the_server_tests_what_is_published(server, tmp_path):
    failing = shutil.copytree(CATALOG, tmp_path / "failing")
    file = failing / "packages/standard.lua"
    file.write_text(file.read_text().replace('price = "0.22"', 'price = "0.23"'))
    assert suanpan("publish", failing, *server.to()).returncode == 1
    kept = json.loads(suanpan("publish", failing, "--despite-tests", "--json", *server.to()).stdout)
    assert kept["tests"]["passed"] > 0 and kept["tests"]["failed"] == len(kept["tests"]["failures"]) > 0
    failure = kept["tests"]["failures"][0]
    assert failure["file"].endswith("_test.lua") and failure["line"] > 0 and "0.22" in failure["expected"]
    assert "0.23" in failure["got"] and failure["name"]
    client = server.connect()
    bundle = (server.data / f"releases/{kept['release']}.bundle").read_bytes()
    client.call("release.delete", [kept["release"]])
    for _ in range(2):
        error, _ = client.ask("release.publish", bundle=bundle)
        assert error.startswith("TESTS_FAILED") and failure["file"] in error and "0.23" in error, error
        assert client.call("release.list")["releases"] == []
    assert client.call("release.publish", bundle=bundle, despite_tests=True)["release"] == kept["release"]
    sound = json.loads(suanpan("publish", CATALOG, "--json", *server.to()).stdout)
    assert sound["tests"]["passed"] > 50 and sound["tests"]["failed"] == 0


def test_reverting_puts_the_one_before_in_force(server, releases):
    client = server.connect()
    error, _ = client.ask("release.revert")
    assert error.startswith("NOT_FOUND"), error
    client.call("release.activate", [releases["0.09"]])
    client.call("release.activate", [releases["0.12"]])
    back = client.call("release.revert", by="li.wei", why="too dear")
    assert back["release"] == releases["0.09"] and back["active"] and price(client) == "0.09"
    newest = client.call("release.history")["activations"][0]
    assert (newest["release"], newest["by"], newest["why"]) == (releases["0.09"], "li.wei", "too dear")
    assert client.call("release.revert")["release"] == releases["0.12"], "and back again"


def test_what_was_is_or_will_be_in_force_is_not_deleted(server, releases):
    client = server.connect()
    client.call("release.activate", [releases["0.09"]])
    client.call("release.activate", release=releases["0.12"], at=now_ms() + 3_600_000)
    for name, word in ((releases["0.07"], "it was in force"), (releases["0.09"], "it is in force"),
                       (releases["0.12"], "it is scheduled")):
        error, _ = client.ask("release.delete", [name])
        assert error.startswith("IN_USE") and word in error, error
    assert client.ask("release.delete", ["0" * 64])[0].startswith("NOT_FOUND")
    assert len(client.call("release.list")["releases"]) == len(PRICES)


def test_what_never_was_in_force_is_deleted_with_its_bundle(server, releases, folders):
    client = server.connect()
    name = releases["0.15"]
    bundle = server.data / f"releases/{name}.bundle"
    assert bundle.exists()
    assert client.call("release.delete", release=name[:12], by="li.wei", why="a mistake") == {"deleted": name}
    assert name not in {one["release"] for one in client.call("release.list")["releases"]}
    assert client.ask("release.activate", [name])[0].startswith("NOT_FOUND")
    server.wait_until(lambda: not bundle.exists())
    for stop in (server.kill, server.stop):
        stop()
        fsck(server)
        server.start()
        assert len(server.connect().call("release.list")["releases"]) == len(PRICES) - 1
    # Published again, it is there again, however often that is done.
    for _ in range(5):
        client = server.connect()
        assert server.publish(folders["0.15"], activate=False) == name and bundle.exists()
        client.call("release.delete", [name])
        assert server.publish(folders["0.15"], activate=False) == name
        server.restart()
        assert bundle.exists()
        scheduled = server.connect().call("release.activate", release=name, at=now_ms() + 3_600_000)
        assert scheduled["scheduled"] > now_ms()
        server.connect().call("release.cancel", [scheduled["scheduled"]])


def test_a_scheduled_release_comes_into_force_at_its_time(server, releases):
    client = server.connect()
    at = now_ms() + 1500
    answer = client.call("release.activate", release=releases["0.09"], at=at, by="li.wei", why="autumn")
    assert answer["scheduled"] == at and not answer["active"] and in_force(client) == releases["0.07"]
    (ahead,) = client.call("release.history")["scheduled"]
    assert ahead == {"at": at, "release": releases["0.09"], "by": "li.wei", "why": "autumn"}
    number, seen = 0, []
    while not seen or seen[-1] == "0.07":
        before = now_ms()
        seen.append(price(client, number))
        number += 1
        assert seen[-1] == "0.07" or now_ms() >= at, "not before its time"
        assert seen[-1] == "0.09" or before <= at, "and not behind it"
    history = client.call("release.history")
    assert history["scheduled"] == [] and history["activations"][0]["at"] == at
    assert in_force(client) == releases["0.09"]


@pytest.mark.parametrize("due_while_down", [False, True])
def test_a_schedule_outlives_a_kill(server, releases, due_while_down):
    client = server.connect()
    at = now_ms() + (400 if due_while_down else 2500)
    client.call("release.activate", release=releases["0.09"], at=at)
    client.call("release.activate", release=releases["0.12"], at=at + 3_600_000)
    server.kill()
    fsck(server)
    if due_while_down:
        time.sleep(0.5)
    server.start()
    client = server.connect()
    while now_ms() < at:
        assert price(client) == "0.07" or now_ms() >= at
        time.sleep(0.02)
    assert price(client) == "0.09"
    history = client.call("release.history")
    assert [one["at"] for one in history["scheduled"]] == [at + 3_600_000]
    assert history["activations"][0]["at"] == at
    server.restart()
    assert price(server.connect()) == "0.09"


def test_the_same_time_again_replaces_and_three_lie_ahead_at_most(server, releases):
    client = server.connect()
    later = now_ms() + 3_600_000
    client.call("release.activate", release=releases["0.09"], at=later)
    client.call("release.activate", release=releases["0.12"], at=later, why="better")
    (ahead,) = client.call("release.history")["scheduled"]
    assert (ahead["release"], ahead["why"]) == (releases["0.12"], "better")
    for hours in (2, 3):
        client.call("release.activate", release=releases["0.15"], at=later + hours * 3_600_000)
    error, _ = client.ask("release.activate", release=releases["0.18"], at=later + 1)
    assert error.startswith("IN_USE"), error
    client.call("release.activate", release=releases["0.18"], at=later)
    cancelled = client.call("release.cancel", at=later, by="li.wei", why="postponed")
    assert cancelled["release"] == releases["0.18"] and "scheduled" not in cancelled
    assert client.ask("release.cancel", [later])[0].startswith("NOT_FOUND")
    assert client.call("release.delete", [releases["0.18"]]), "what was taken back can go"
    server.kill()
    fsck(server)
    server.start()
    history = server.connect().call("release.history")
    assert [one["at"] for one in history["scheduled"]] == [later + 2 * 3_600_000, later + 3 * 3_600_000]


def test_a_time_that_is_past_is_now(server, releases):
    client = server.connect()
    answer = client.call("release.activate", release=releases["0.09"], at="2020-01-01T00:00:00+08:00")
    assert answer["active"] and answer["activated"] > now_ms() - 60_000


def test_the_state_is_made_again_from_the_journal(server, releases):
    client = server.connect()
    later = now_ms() + 3_600_000
    client.call("release.activate", [releases["0.09"]])
    client.call("release.activate", release=releases["0.12"], at=later)
    client.call("release.activate", release=releases["0.15"], at=later + 1000)
    client.call("release.cancel", [later + 1000])
    client.call("release.delete", [releases["0.15"]])
    before = client.call("release.history"), client.call("release.list")
    server.stop()
    shutil.rmtree(server.data / "state")
    shutil.rmtree(server.data / "ids")
    server.start()
    client = server.connect()
    after = client.call("release.history"), client.call("release.list")
    assert after[0] == before[0]
    assert [one["release"] for one in after[1]["releases"]] == [one["release"] for one in before[1]["releases"]]
    server.stop()
    fsck(server)


def test_the_journal_tells_what_was_done(server, releases):
    client = server.connect()
    client.call("release.activate", release=releases["0.09"], by="li.wei", why="autumn")
    client.call("release.delete", release=releases["0.15"], by="li.wei", why="a mistake")
    server.stop()
    result = suanpan("dump", server.data, "--json")
    done = [entry["event"] for entry in map(json.loads, result.stdout.splitlines())
            if entry.get("kind") == "release"][-2:]
    assert [(one["does"], one["by"], one["why"]) for one in done] == [
        ("activate", "li.wei", "autumn"), ("delete", "li.wei", "a mistake")]


def test_kills_in_between_leave_what_was_answered(folders):
    """Activations, schedules and deletions, with a kill behind some answer or none."""
    with Server() as server:
        names = [server.publish(folders[price], activate=price == PRICES[0]) for price in PRICES[:3]]
        for number in range(6):
            client = server.connect()
            later = now_ms() + 3_600_000 + number
            client.call("release.activate", release=names[number % 3], at=later, why=f"round {number}")
            answered = client.call("release.activate", release=names[(number + 1) % 3], why=f"round {number}")
            client.send("release.cancel", [later])
            server.kill()
            fsck(server)
            server.start()
            client = server.connect()
            history = client.call("release.history")
            assert answered["active"] and in_force(client) == answered["release"]
            assert history["activations"][0]["release"] == answered["release"]
            assert [one["at"] for one in history["scheduled"]] in ([], [later])
            for one in history["scheduled"]:
                client.call("release.cancel", [one["at"]])

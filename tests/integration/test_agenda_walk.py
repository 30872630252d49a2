"""A release that makes what is held owe: those who hold it owe from when it comes into force on, though nobody puts them or charges them."""

import shutil

import pytest
from moved_clock import MovedServer
from server import ROOT, suanpan
from test_agenda import at, dues

NUMBERS = [f"0771551{n:04}" for n in range(300)]
FEE = '    charge { id = "fee", every = "month", ahead = true, prorate = "day", amount = "10.00", by = "package" },\n'


def catalog(folder, fee):
    """e6 with a local special that costs so much a month; None: nothing, and it never did."""
    shutil.copytree(ROOT / "rules/catalogs/e6", folder, ignore=shutil.ignore_patterns("*_test.lua"))
    file = folder / "packages/local_special.lua"
    text = file.read_text()
    assert FEE in text
    file.write_text(text.replace(FEE, FEE.replace("10.00", fee) if fee else ""))
    return folder


@pytest.fixture
def held(tmp_path):
    with MovedServer("2026-03-10T09:00:00+08:00", checkpoint_every="1 s") as server:
        server.publish(catalog(tmp_path / "free", None))
        server.subscribe(NUMBERS, "100.00", package={"package": "local_special", "from": at("2026-03-05 00:00:00")})
        yield server


def wait_until_walked(server, client, wanted):
    """The walk begins in the minute after all that was put before it is stored."""
    for minute in range(1, 4):
        server.set_clock(f"2026-03-20T10:{minute:02}:01+08:00")
        decided = client.call("stats")["journal"]["decided"]
        server.wait_until(lambda decided=decided: client.call("stats")["journal"]["applied"] >= decided)
    server.wait_until(lambda: all(len(dues(client, number)) == wanted for number in NUMBERS))


def test_all_who_hold_what_owes_now_owe_it_and_once(held, tmp_path):
    client = held.connect()
    assert dues(client, NUMBERS[0]) == []
    held.set_clock("2026-03-20T10:00:00+08:00")
    held.publish(catalog(tmp_path / "dear", "31.00"))
    held.kill()
    held.start()
    client = held.connect()
    wait_until_walked(held, client, 1)
    for number in NUMBERS:
        assert dues(client, number) == [("2026-03-05 00:00", "local_special.fee", "27.00")]
    # at another price they fall due as before: there is nothing to look for
    before = client.call("stats")["timers"]["done"]
    held.publish(catalog(tmp_path / "dearer", "62.00"))
    held.set_clock("2026-03-20T12:00:00+08:00")
    assert client.call("stats")["timers"]["done"] == before
    held.set_clock("2026-04-01T00:00:01+08:00")
    held.wait_until(lambda: all(len(dues(client, number)) == 2 for number in NUMBERS))
    assert dues(client, NUMBERS[7])[1] == ("2026-04-01 00:00", "local_special.fee", "62.00")
    held.stop()
    for command in (["fsck", held.data, "--age-max", "7300"], ["dump", held.data, "--json"]):
        result = suanpan(*command)
        assert result.returncode == 0, result.stdout + result.stderr


def test_a_release_that_is_scheduled_is_looked_at_when_it_comes_into_force(held, tmp_path):
    client = held.connect()
    name = held.publish(catalog(tmp_path / "dear", "31.00"), activate=False)
    client.call("release.activate", release=name, at=at("2026-03-20 10:00:00"))
    held.set_clock("2026-03-20T09:59:00+08:00")
    assert dues(client, NUMBERS[0]) == []
    wait_until_walked(held, client, 1)
    assert dues(client, NUMBERS[-1]) == [("2026-03-05 00:00", "local_special.fee", "27.00")]


def test_a_kill_in_the_middle_of_the_walk_leaves_each_due_once(held, tmp_path):
    client = held.connect()
    held.set_clock("2026-03-20T10:00:00+08:00")
    held.publish(catalog(tmp_path / "dear", "31.00"))
    decided = client.call("stats")["journal"]["decided"]
    held.wait_until(lambda: client.call("stats")["journal"]["applied"] >= decided)
    for minute in (2, 4):
        held.set_clock(f"2026-03-20T10:{minute:02}:01+08:00")
        held.wait_until(lambda minute=minute: minute == 2 or dues(client, NUMBERS[0]), every=0)
    held.kill()
    held.start()
    client = held.connect()
    wait_until_walked(held, client, 1)
    assert sum(len(dues(client, number)) for number in NUMBERS) == len(NUMBERS)
    held.stop()
    assert suanpan("fsck", held.data, "--age-max", "7300").returncode == 0

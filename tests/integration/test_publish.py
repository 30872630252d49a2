"""What is published is proved in a process of its own: however that ends, the answer has a name and nothing is changed."""

import os
import signal
import time
from pathlib import Path

import pytest

from bundles import ENDLESS, MEMORY_BOMB, SLOW, bundle_of, children, is_there, stock_files, with_code
from server import SANITIZED, suanpan


@pytest.fixture(scope="module")
def stock():
    return stock_files()


def proving(server):
    return children(server.process.pid, "prove-release")


def begin_proving(server, bundle):
    """Sends it; gives the client, the number of the request and the process that proves it."""
    client = server.connect()
    number = client.send("release.publish", bundle=bundle, activate=True)
    server.wait_until(lambda: proving(server))
    (child,) = proving(server)
    return client, number, child


def assert_nothing_is_kept(server):
    listed = server.connect().call("release.list")
    assert listed["releases"] == [] and "active" not in listed
    assert list((server.data / "releases").iterdir()) == []


def test_a_sound_catalog_is_published_whatever_was_refused_before(server, stock):
    client = server.connect()
    error, _ = client.ask("release.publish", bundle=with_code(stock, "catalog.lua", "no Lua"))
    assert error.startswith("BAD_CATALOG") and "catalog.lua:1" in error, error
    assert client.call("release.publish", bundle=bundle_of(stock), activate=True)["active"]


@pytest.mark.parametrize(
    "path, code, words",
    [
        ("zz_test.lua", ENDLESS, "instructions"),
        ("catalog.lua", ENDLESS, "instructions"),
        ("zz_test.lua", MEMORY_BOMB, "memory"),
        ("catalog.lua", MEMORY_BOMB, "memory"),
    ],
    ids=["endless_test", "endless_catalog", "memory_bomb_in_a_test", "memory_bomb"],
)
def test_what_does_not_end_or_takes_all_memory_is_named_with_its_file(server, stock, path, code, words):
    client = server.connect()
    error, _ = client.ask("release.publish", bundle=with_code(stock, path, code))
    assert error.startswith("BAD_CATALOG") and path in error and words in error, error
    assert_nothing_is_kept(server)


def test_a_process_that_dies_is_named_and_changes_nothing(server, stock):
    bundle = with_code(stock, "catalog.lua", SLOW)
    for number in (signal.SIGKILL, signal.SIGSEGV):
        client, request, child = begin_proving(server, bundle)
        other = server.connect()
        assert other.call("ping") is not None, "others are served meanwhile"
        os.kill(child, number)
        error, _ = client.receive(request)
        assert error.startswith("NOT_PROVED") and f"signal {int(number)}" in error, error
        assert not is_there(child)
        assert_nothing_is_kept(server)
    client.call("hello", language="zh")
    number = client.send("release.publish", bundle=bundle)
    server.wait_until(lambda: proving(server))
    os.kill(proving(server)[0], signal.SIGKILL)
    error, _ = client.receive(number)
    assert error.startswith("NOT_PROVED") and "信号 9" in error, error
    assert client.call("release.publish", bundle=bundle_of(stock), activate=True)["active"]


def test_a_server_that_is_killed_meanwhile_leaves_no_process_and_no_release(server, stock):
    _, _, child = begin_proving(server, with_code(stock, "catalog.lua", SLOW))
    server.kill()
    server.wait_until(lambda: not is_there(child))
    assert suanpan("fsck", server.data).returncode == 0
    server.start()
    assert_nothing_is_kept(server)


def test_a_server_that_stops_does_not_wait_for_a_proof(server, stock):
    """Its grace for answers is 5 s; the proof may take much longer."""
    code = SLOW + "catalog \"slow\" {}\n"  # a second catalog: an error, so nothing comes of it in any case
    _, _, child = begin_proving(server, with_code(stock, "catalog.lua", code))
    before = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - before < 30 and not is_there(child)


def test_the_process_is_nobody_and_holds_nothing_of_the_server(server, stock):
    client, request, child = begin_proving(server, with_code(stock, "catalog.lua", SLOW))
    limits, status = {}, {}

    def confined():
        text = Path(f"/proc/{child}/limits").read_text()
        limits.update({line[:26].strip(): line[26:].split()[1] for line in text.splitlines()[1:]})
        return limits["Max processes"] == "0" and limits["Max open files"] == "0"

    server.wait_until(confined)
    assert limits["Max core file size"] == "0" and limits["Max file size"] == "0" and limits["Max cpu time"] != "unlimited"
    for line in Path(f"/proc/{child}/status").read_text().splitlines():
        name, _, value = line.partition(":")
        status[name] = value.split()
    assert limits["Max address space"] == str(1 << 30) or SANITIZED
    assert status["NoNewPrivs"] == ["1"]
    if os.geteuid() == 0:
        assert set(status["Uid"]) == {"65534"} and status["Groups"] == [] and int(status["CapEff"][0], 16) == 0
        assert {int(fd.name) for fd in Path(f"/proc/{child}/fd").iterdir()} == {0, 1, 2}
        assert Path(f"/proc/{child}/environ").read_bytes() == b""
    os.kill(child, signal.SIGKILL)
    client.receive(request)

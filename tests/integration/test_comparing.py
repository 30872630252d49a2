"""What a client sends to be compared runs in a process of its own: however that ends, the answer has a name, and charges go on."""

import os
import signal
import time

import pytest
import sample
from bundles import ENDLESS, MEMORY_BOMB, SLOW, bundle_of, children, is_there, stock_files, with_code
from server import SANITIZED, Server

AT_MS = 1789704000000
CHARGE = {"service_id": "1001", "service": "voice", "to": "07722820022", "at": AT_MS, "seconds": 60}


@pytest.fixture(scope="module")
def server():
    with Server() as one:
        sample.prepare(one, ["1001"], "1000.00")
        yield one


def comparing(server):
    return children(server.process.pid, "compare-releases")


def begin(server, bundle, **fields):
    """Sends it; gives the client, the number of the request and the process that compares it."""
    client = server.connect()
    number = client.send("release.diff", bundle=bundle, **fields)
    server.wait_until(lambda: comparing(server))
    return client, number, comparing(server)[0]


@pytest.mark.parametrize("code, words", [(ENDLESS, "instructions"), (MEMORY_BOMB, "memory")], ids=["endless", "memory_bomb"])
def test_what_does_not_end_or_takes_all_memory_is_named_while_charges_go_on(server, code, words):
    client, other = server.connect(), server.connect()
    before = server.memory_bytes()
    request = client.send("release.diff", bundle=with_code(stock_files(), "catalog.lua", code))
    for i in range(200):
        assert other.call("charge", id=f"{words}-{i}", **CHARGE)["outcome"] == "charged"
    error, _ = client.receive(request)
    assert error.startswith("BAD_CATALOG") and "catalog.lua" in error and words in error, error
    assert server.memory_bytes() < before + ((400 if SANITIZED else 64) << 20)
    assert not comparing(server)


def test_a_process_that_dies_is_named_in_both_languages(server):
    bundle = with_code(stock_files(), "catalog.lua", SLOW)
    client, request, child = begin(server, bundle)
    os.kill(child, signal.SIGSEGV)
    error, _ = client.receive(request)
    assert error.startswith("NOT_PROVED") and "signal 11" in error, error
    assert not is_there(child)
    client, request, child = begin(server, bundle, language="zh")
    client.call("hello", language="zh")
    os.kill(child, signal.SIGKILL)
    error, _ = client.receive(request)
    assert error.startswith("NOT_PROVED") and "信号 9" in error, error


def test_what_is_sound_is_compared_after_all_that(server):
    client = server.connect()
    files = stock_files()
    files["catalog.lua"] += b"-- a remark\n"
    answer = client.call("release.diff", bundle=bundle_of(files))
    assert "file/catalog.lua" in [row["path"] for row in answer["differences"]]


def test_a_server_that_stops_does_not_wait_for_a_comparison():
    with Server() as one:
        sample.prepare(one, ["1001"], "1000.00")
        _, _, child = begin(one, with_code(stock_files(), "catalog.lua", SLOW))
        before = time.monotonic()
        assert one.stop() == 0
        assert time.monotonic() - before < 30 and not is_there(child)

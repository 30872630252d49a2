"""The end of a balance's validity: the timer that is set with it, and what becomes of the money."""

import json

import pytest

from server import suanpan


@pytest.fixture
def client(server):
    client = server.connect()
    client.call("customer.put", customer="c1")
    client.call("account.put", account="a1", customer="c1")
    return client


def put(client, name, **fields):
    return client.call("balance.put", account="a1", balance=name, **fields)["outcome"]


def timers(server):
    """The keys of those that are set, of a server that is stopped for it."""
    server.stop()
    dumped = suanpan("dump", server.data, "--records", "--json").stdout.splitlines()
    server.start()
    return [record["key"] for record in map(json.loads, dumped) if record["table"] == "timer"]


def test_a_balance_that_ends_has_one_timer_which_moves_with_its_end(server, client):
    assert put(client, "gift", till="2100-01-01T00:00:00Z") == "stored"
    assert put(client, "other", till="2100-01-01T00:00:00Z") == "stored"
    assert put(client, "for ever") == "stored"
    assert timers(server) == ["2100-01-01T00:00:00Z balance a1/gift", "2100-01-01T00:00:00Z balance a1/other"]
    client = server.connect()
    assert put(client, "gift", till="2100-01-01T00:00:00Z") == "unchanged"
    assert put(client, "gift", till="2100-01-01T00:00:00Z", pays=["voice"]) == "stored"
    assert put(client, "other", till="2099-12-31T00:00:00Z") == "stored"
    assert timers(server) == ["2099-12-31T00:00:00Z balance a1/other", "2100-01-01T00:00:00Z balance a1/gift"]
    client = server.connect()
    assert put(client, "gift") == "stored"
    assert put(client, "other", till="1969-12-31T00:00:00Z") == "stored"
    assert timers(server) == []
    client = server.connect()
    assert put(client, "gift", till="2100-01-01T00:00:00Z") == "stored"
    server.kill()
    server.start()
    assert timers(server) == ["2100-01-01T00:00:00Z balance a1/gift"]
    server.stop()
    assert suanpan("fsck", server.data).returncode == 0

"""The end of a balance's validity: its timer, and what becomes of the money, once, whatever happens meanwhile."""

import json
import time

import pytest

from server import suanpan

NEW_YEAR = "2100-01-01T00:00:00Z"


@pytest.fixture
def client(server):
    client = server.connect()
    client.call("customer.put", customer="c1")
    client.call("account.put", account="a1", customer="c1")
    return client


def now(client):
    return client.call("ping")["now"]


def put(client, name, **fields):
    return client.call("balance.put", account="a1", balance=name, **fields)["outcome"]


def top_up(client, name, amount, identifier=None):
    return client.call("balance.topup", id=identifier or f"to-{name}", account="a1", balance=name, at=now(client), amount=amount,
                       currency="CNY")  # fmt: skip


def gift(client, name, amount, **fields):
    put(client, name, **fields)
    assert top_up(client, name, amount)["outcome"] == "topped_up"


def amounts(client):
    return {one["balance"]: one["amount"] for one in client.call("balance.get", ["a1"])["balances"]}


def done(client):
    return client.call("stats")["timers"]["done"]


def wait_until_done(client, count):
    deadline = time.monotonic() + 60
    while done(client) < count:
        assert time.monotonic() < deadline, client.call("stats")["timers"]
        time.sleep(0.02)


def expiries(client):
    return [entry for entry in client.call("history", account="a1", limit=500)["entries"] if entry["kind"] == "expiry"]


def timers(server):
    """The keys of those that are set, of a server that is stopped for it."""
    server.stop()
    dumped = suanpan("dump", server.data, "--records", "--json").stdout.splitlines()
    server.start()
    return [record["key"] for record in map(json.loads, dumped) if record["table"] == "timer"]


def test_a_balance_that_ends_has_one_timer_which_moves_with_its_end(server, client):
    assert put(client, "gift", till=NEW_YEAR) == "stored"
    assert put(client, "other", till=NEW_YEAR) == "stored"
    assert put(client, "for ever") == "stored"
    assert timers(server) == [f"{NEW_YEAR} balance a1/gift", f"{NEW_YEAR} balance a1/other"]
    client = server.connect()
    assert put(client, "gift", till=NEW_YEAR) == "unchanged"
    assert put(client, "gift", till=NEW_YEAR, pays=["voice"]) == "stored"
    assert put(client, "other", till="2099-12-31T00:00:00Z") == "stored"
    assert timers(server) == ["2099-12-31T00:00:00Z balance a1/other", f"{NEW_YEAR} balance a1/gift"]
    client = server.connect()
    assert put(client, "gift") == "stored"
    assert put(client, "other", till="1969-12-31T00:00:00Z") == "stored"
    assert timers(server) == []
    client = server.connect()
    assert put(client, "gift", till=NEW_YEAR) == "stored"
    server.kill()
    server.start()
    assert timers(server) == [f"{NEW_YEAR} balance a1/gift"]
    server.stop()
    assert suanpan("fsck", server.data).returncode == 0


def test_what_is_left_goes_to_the_book_of_what_expired_at_its_end_and_not_before(server, client):
    till = now(client) + 700
    gift(client, "soon", "3.20", till=till)
    gift(client, "later", "1.00", till=till + 86_400_000)
    gift(client, "kept", "2.00")
    while True:
        seen = (done(client), amounts(client)["soon"])
        if now(client) >= till:
            break
        assert seen == (0, "3.20")
    wait_until_done(client, 1)
    assert amounts(client) == {"main": "0.00", "soon": "0.00", "later": "1.00", "kept": "2.00"}
    (entry,) = expiries(client)
    assert entry["made"] >= till and entry["scope"] == "a1"
    assert entry["answer"] == {"outcome": "expired", "amount": "3.20", "currency": "CNY", "balance": "0.00", "name": "soon", "till": till}
    assert entry["postings"] == [
        {"book": "balance:a1/soon", "amount": "-3.20", "unit": "CNY"},
        {"book": "expired", "amount": "3.20", "unit": "CNY"},
    ]
    error, _ = client.ask("charge.explain", charge=entry["charge"])
    assert error.startswith("NOT_FOUND: ")
    assert len(timers(server)) == 1
    server.stop()
    assert suanpan("fsck", server.data).returncode == 0


def test_a_balance_of_nothing_ends_without_an_entry_in_the_history(server, client):
    put(client, "soon", till=now(client) + 300)
    wait_until_done(client, 1)
    assert expiries(client) == [] and timers(server) == []


def test_what_has_expired_is_gone_also_for_who_puts_its_end_later_at_once(client):
    till = now(client) + 300
    gift(client, "soon", "5.00", till=till)
    while now(client) < till:
        pass
    assert put(client, "soon", till=till + 86_400_000) == "stored"
    assert [entry["answer"]["amount"] for entry in expiries(client)] == ["5.00"]
    assert top_up(client, "soon", "1.00", "again")["balance"] == "1.00"
    assert amounts(client)["soon"] == "1.00"


def test_an_end_that_is_put_into_the_past_comes_at_once(client):
    gift(client, "gift", "4.00", till=NEW_YEAR)
    assert put(client, "gift", till="2020-01-01T00:00:00Z") == "stored"
    wait_until_done(client, 1)
    assert amounts(client)["gift"] == "0.00"
    assert put(client, "gift", till=NEW_YEAR) == "stored"
    assert top_up(client, "gift", "1.00", "again")["balance"] == "1.00"
    assert len(expiries(client)) == 1


def test_what_came_due_while_nobody_served_is_done_after_the_start_each_once(server, client):
    till = now(client) + 1000
    for number in range(40):
        gift(client, f"g{number}", "0.25", till=till + number)
    server.kill()
    while time.time() * 1000 < till + 40:
        time.sleep(0.05)
    server.start()
    client = server.connect()
    wait_until_done(client, 40)
    assert amounts(client) == {"main": "0.00", **{f"g{number}": "0.00" for number in range(40)}}
    assert [entry["answer"]["name"] for entry in reversed(expiries(client))] == [f"g{number}" for number in range(40)]
    assert timers(server) == []
    server.stop()
    assert suanpan("fsck", server.data).returncode == 0

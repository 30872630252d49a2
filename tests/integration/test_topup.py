"""What a top-up does besides, as its request says: a gift to another balance, and a validity that ends later, in one entry."""

import datetime
import time

import pytest
from server import Server, suanpan

AT_MS = 1789704000000  # 2026-09-18 12:00 in China
DAY_MS = 86_400_000
HOUR_MS = 3_600_000
ACCOUNT = "a1"


@pytest.fixture
def server():
    with Server() as one:
        one.subscribe([ACCOUNT], None)
        with one.connect() as client:
            client.call("account.put", account=ACCOUNT, customer=ACCOUNT, zone="Asia/Shanghai")
        yield one


@pytest.fixture
def client(server):
    with server.connect() as one:
        yield one


def put(client, name, **fields):
    client.call("balance.put", account=ACCOUNT, balance=name, **fields)


def top_up(client, identifier, amount="10.00", **fields):
    return client.call("balance.topup", id=identifier, account=ACCOUNT, at=AT_MS, amount=amount, currency="CNY", **fields)


def balances(client):
    return {one["balance"]: one["amount"] for one in client.call("balance.get", [ACCOUNT])["balances"]}


def till_of(client, name):
    return next(one for one in client.call("balance.get", [ACCOUNT])["balances"] if one["balance"] == name).get("till")


def midnight_behind(ms, days):
    """The midnight in China that ends so many days, the day of the instant being the first."""
    local = datetime.datetime.fromtimestamp(ms / 1000, datetime.timezone(datetime.timedelta(hours=8)))
    day = datetime.datetime(local.year, local.month, local.day, tzinfo=local.tzinfo) + datetime.timedelta(days=days)
    return int(day.timestamp() * 1000)


def fsck(server):
    result = suanpan("fsck", server.data, "--age-max", "7300")
    assert result.returncode == 0, result.stdout + result.stderr


def test_a_bonus_comes_in_the_same_entry_from_the_book_of_gifts(server, client):
    put(client, "gift")
    answer = top_up(client, "t1", bonus={"balance": "gift", "amount": "2.00"})
    assert (answer["balance"], answer["bonus"]) == ("10.00", {"name": "gift", "amount": "2.00", "balance": "2.00"})
    entry = client.call("history", account=ACCOUNT)["entries"][0]
    assert (entry["kind"], entry["postings"]) == ("topup", [
        {"book": f"balance:{ACCOUNT}/main", "amount": "10.00", "unit": "CNY"}, {"book": "topup", "amount": "-10.00", "unit": "CNY"},
        {"book": f"balance:{ACCOUNT}/gift", "amount": "2.00", "unit": "CNY"}, {"book": "gift", "amount": "-2.00", "unit": "CNY"},
    ])  # fmt: skip
    assert top_up(client, "t1", bonus={"balance": "gift", "amount": "2.00"}) == {**answer, "repeat": True}
    error, _ = client.ask("balance.topup", id="t1", account=ACCOUNT, at=AT_MS, amount="10.00", currency="CNY")
    assert error.startswith("ID_CONFLICT")
    back = top_up(client, "t2", "1.00", balance="gift", bonus={"balance": "main", "amount": "0.50"})
    assert (back["name"], back["bonus"]["name"], balances(client)) == ("gift", "main", {"main": "10.50", "gift": "3.00"})
    server.kill()
    server.start()
    with server.connect() as other:
        assert balances(other) == {"main": "10.50", "gift": "3.00"}
    server.stop()
    fsck(server)


def test_a_validity_is_extended_from_its_end_and_the_timer_moves(server, client):
    end = (client.call("ping")["now"] // DAY_MS + 40) * DAY_MS + 16 * HOUR_MS  # a midnight in China
    put(client, "month", till=end)
    answer = top_up(client, "t1", balance="month", extends={"count": 30, "every": "day"})
    assert answer["till"] == till_of(client, "month") == end + 30 * DAY_MS
    assert top_up(client, "t2", balance="month", extends={"count": 5, "every": "hour"})["till"] == end + 30 * DAY_MS + 5 * HOUR_MS
    assert top_up(client, "t1", balance="month", extends={"count": 30, "every": "day"})["repeat"] is True
    put(client, "always")
    assert "till" not in top_up(client, "t3", balance="always", extends={"count": 1, "every": "year"})
    put(client, "pass", valid={"count": 1, "every": "day", "begins": "first_use"})
    assert "till" not in top_up(client, "t4", balance="pass", extends={"count": 1, "every": "year"})
    server.stop()
    dumped = suanpan("dump", "--records", server.data).stdout
    assert [line.split()[3] for line in dumped.splitlines() if line.startswith("timer")] == [f"{ACCOUNT}/month"]
    fsck(server)


def test_what_has_expired_is_valid_again_from_now_without_what_was_in_it(server, client):
    now = client.call("ping")["now"]
    put(client, "week", till=now + 700)
    top_up(client, "t1", "5.00", balance="week")
    while client.call("ping")["now"] < now + 700:
        time.sleep(0.02)
    assert top_up(client, "refused", balance="week")["code"] == "BALANCE_EXPIRED"
    before = client.call("ping")["now"]
    answer = top_up(client, "t2", "3.00", balance="week", extends={"count": 7, "every": "day"})
    assert answer["till"] in {midnight_behind(before, 7), midnight_behind(client.call("ping")["now"], 7)}
    assert (answer["balance"], balances(client)["week"]) == ("3.00", "3.00")
    assert [entry["kind"] for entry in client.call("history", account=ACCOUNT)["entries"]] == ["topup", "expiry", "topup"]
    server.stop()
    fsck(server)


def test_what_cannot_be_is_said_and_nothing_is_put_on(client):
    put(client, "gift")
    for fields, code in (
        ({"extends": {"count": 1, "every": "day"}}, "FIELDS_CONFLICT: the main balance is always valid"),
        ({"bonus": {"balance": "main", "amount": "1.00"}}, "FIELDS_CONFLICT: a bonus goes to another balance"),
        ({"balance": "gift", "bonus": {"balance": "gift", "amount": "1.00"}}, "FIELDS_CONFLICT"),
        ({"bonus": {"balance": "gift"}}, "MISSING_FIELD"),
        ({"bonus": {"balance": "gift", "amount": "0"}}, "OUT_OF_RANGE"),
        ({"bonus": "gift"}, "MISSING_FIELD"),
        ({"balance": "gift", "extends": {"count": 0, "every": "day"}}, "OUT_OF_RANGE"),
    ):
        error, _ = client.ask("balance.topup", {"id": "x", "account": ACCOUNT, "at": AT_MS, "amount": "1.00", "currency": "CNY", **fields})
        assert error.startswith(code), (fields, error)
    put(client, "kept", till=7258118399999)
    error, _ = client.ask("balance.topup", id="x", account=ACCOUNT, at=AT_MS, amount="1.00", currency="CNY", balance="kept",
                          extends={"count": 1, "every": "hour"})  # fmt: skip
    assert error.startswith('OUT_OF_RANGE: field "extends" must be shorter'), error
    assert top_up(client, "t1", bonus={"balance": "gold", "amount": "1.00"})["code"] == "UNKNOWN_BALANCE"
    assert balances(client) == {"main": "0.00", "gift": "0.00", "kept": "0.00"}


def test_a_movement_that_makes_a_balance_low_moves_the_balance(server, client):
    client.call("account.put", account=ACCOUNT, customer=ACCOUNT, low_balance=["5.00"])
    top_up(client, "t1")
    down = client.call("balance.adjust", id="d1", account=ACCOUNT, at=AT_MS, amount="-6.00", currency="CNY", why="x")
    assert [one["kind"] for one in down["notices"]] == ["low_balance"]
    assert client.call("history", account=ACCOUNT)["entries"][0]["postings"][0] == {
        "book": f"balance:{ACCOUNT}/main", "amount": "-6.00", "unit": "CNY"}  # fmt: skip
    server.stop()
    fsck(server)

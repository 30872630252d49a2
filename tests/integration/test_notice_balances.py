"""What somebody is told of any balance: that it is low by an amount, or by a percent of what was there after money last came in."""

import json

import pytest
from server import Server, suanpan

NUMBER, OTHER = "07715510001", "07715510002"
AT = "2026-09-18T12:00:00+08:00"


@pytest.fixture
def plain():
    with Server() as one:
        one.publish("rules/catalogs/fixed_line")
        one.subscribe([NUMBER, OTHER], "10.00", package="fixed_line")
        yield one


def call(identifier, seconds=60):
    return {"id": identifier, "service_id": NUMBER, "service": "voice", "to": "5507882", "at": AT, "seconds": seconds}


def low(answer):
    assert all(one["kind"] == "low_balance" for one in answer.get("notices", []))
    return [one["threshold"] for one in answer.get("notices", [])], answer.get("hint")


def move(client, method, identifier, amount, **fields):
    by = {"why": "a test"} if method != "topup" else {}
    return client.call(f"balance.{method}", id=identifier, at=AT, currency="CNY", amount=amount, **{"account": NUMBER, **by, **fields})


def listed(client, **only):
    return [one for one in client.call("notice.list")["notices"] if only.items() <= one.items()]


def checked(server):
    server.stop()
    found = suanpan("fsck", server.data)
    assert found.returncode == 0, found.stdout
    server.start()
    return server.connect()


def test_a_percent_is_of_what_was_there_after_money_last_came_in(plain):
    client = plain.connect()
    account = {"account": NUMBER, "customer": NUMBER, "low_percent": [10, {"percent": 50}, 50]}
    assert client.call("account.put", account)["outcome"] == "stored"
    assert client.call("account.put", account)["outcome"] == "unchanged"
    assert client.call("account.get", account=NUMBER)["low_percent"] == [50, 10]
    (main,) = client.call("balance.get", account=NUMBER)["balances"]
    assert main["full"] == "10.00"  # said anew: of what is there
    assert low(move(client, "adjust", "a", "-4.99")) == ([], None)
    crossing = move(client, "adjust", "b", "-0.01")
    assert low(crossing) == (["50%"], None)
    assert crossing["notices"][0]["say"] == {
        "en": "5.00 CNY are left, which is not above 50% of the 10.00 CNY there after money last came in",
        "zh": "余额剩余 5.00 CNY，已不高于最近一次资金转入后 10.00 CNY 的 50%",
    }
    plain.kill()
    plain.start()
    client = plain.connect()
    assert move(client, "adjust", "b", "-0.01") == {**crossing, "repeat": True}
    assert low(client.call("charge", call("low"))) == ([], {"low_balance": "5.00"})  # 4.78
    # What is set right is no money that comes in: a half is still 5.00, and it was above it again.
    assert low(move(client, "adjust", "c", "0.23")) == ([], None)
    assert low(client.call("charge", call("again"))) == (["50%"], {"low_balance": "5.00"})  # 4.79
    move(client, "topup", "t", "15.21")
    assert low(move(client, "adjust", "d", "-10")) == (["50%"], None)
    assert low(move(client, "adjust", "e", "-8")) == (["10%"], None)
    # So is what another account sends.
    client.call("balance.transfer", id="f", account=OTHER, to=NUMBER, at=AT, currency="CNY", amount="2.00")
    assert low(move(client, "adjust", "g", "-2.00")) == (["50%"], None)
    client = checked(plain)
    assert [one["threshold"] for one in listed(client, account=NUMBER, of="main")] == ["50%", "50%", "50%", "10%", "50%"]
    assert client.call("account.put", account=NUMBER, customer=NUMBER)["outcome"] == "stored"
    assert low(move(client, "adjust", "h", "-1.90")) == ([], None)


def test_of_a_debt_there_is_no_percent(plain):
    client = plain.connect()
    client.call("account.put", account=NUMBER, customer=NUMBER, low_percent=[50], floor="-100.00")
    assert low(move(client, "adjust", "a", "-60.00")) == (["50%"], None)
    assert low(move(client, "topup", "b", "20.00")) == ([], None)
    assert low(client.call("charge", call("c"))) == ([], None)
    assert "full" not in client.call("balance.get", account=NUMBER)["balances"][0]


def test_another_balance_is_low_by_itself(plain):
    client = plain.connect()
    gift = {"account": NUMBER, "balance": "gift", "low_balance": ["1.00"], "low_percent": [50]}
    assert client.call("balance.put", gift)["outcome"] == "stored"
    move(client, "topup", "t", "4.00", balance="gift")
    assert client.call("balance.put", gift)["outcome"] == "unchanged"
    assert low(client.call("charge", call("a"))) == ([], None)  # 3.78
    assert low(move(client, "adjust", "b", "-1.60", balance="gift")) == ([], None)  # 2.18
    crossing = client.call("charge", call("c"))  # 1.96
    assert low(crossing) == (["50%"], None)
    plain.kill()
    plain.start()
    client = plain.connect()
    assert client.call("charge", call("c")) == {**crossing, "repeat": True}
    assert low(client.call("charge", call("d"))) == ([], None)
    (notice,) = listed(client, of="gift")
    assert (notice["balance"], notice["unit"], notice["account"], notice["subscription"]) == ("1.96", "CNY", NUMBER, NUMBER)
    balance = client.call("balance.get", account=NUMBER)["balances"][1]
    assert (balance["low_balance"], balance["low_percent"], balance["full"], balance["amount"]) == (["1.00"], [50], "4.00", "1.74")
    # A session's request is told of what it takes, and not of what it holds.
    voice = {"part": "voice", "service": "voice", "to": "5507882"}
    session = {"service_id": NUMBER, "session": "s", "at": AT}
    assert low(client.call("session.reserve", {**session, "number": 1, "parts": [{**voice, "ask": 1200}]})) == ([], None)
    used = client.call("session.commit", {**session, "number": 2, "parts": [{"part": "voice", "used": 600}]})
    assert low(used) == (["1.00"], None)
    client = checked(plain)
    assert [one["threshold"] for one in listed(client, of="gift")] == ["50%", "1.00"]
    plain.stop()
    records = [json.loads(line) for line in suanpan("dump", plain.data, "--records", "--json").stdout.splitlines()]
    (value,) = [one["value"] for one in records if one["key"] == f"{NUMBER}/gift"]
    assert (value["low_balance"], value["low_percent"], value["full"]) == (["1.00"], [50], "4.00")


def test_a_bonus_fills_the_balance_that_gets_it(plain):
    client = plain.connect()
    client.call("balance.put", account=NUMBER, balance="gift", low_percent=[20])
    move(client, "topup", "t", "1.00", bonus={"balance": "gift", "amount": "3.00"})
    assert client.call("balance.get", account=NUMBER)["balances"][1]["full"] == "3.00"
    assert low(move(client, "adjust", "a", "-2.40", balance="gift")) == (["20%"], None)


@pytest.mark.parametrize("wrong", [[0], [100], [-1], ["20%"], [1.5], [{"percent": 5, "of": 3}], list(range(1, 10))])
def test_a_percent_that_is_none_is_refused_and_changes_nothing(plain, wrong):
    client = plain.connect()
    before = client.call("account.get", account=NUMBER)
    error, _ = client.ask("account.put", account=NUMBER, customer=NUMBER, low_percent=wrong)
    assert error.split()[0].rstrip(":") in ("OUT_OF_RANGE", "WRONG_TYPE", "UNKNOWN_FIELD", "FLOAT", "MALFORMED"), error
    assert client.call("account.get", account=NUMBER) == before

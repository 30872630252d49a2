"""What may be spent at all: a credit for a while, and accounts and balances that are frozen until they are thawed."""

import time

import pytest
from caller import ACCOUNT, AT_MS, LOCAL, charge, refund, serving


@pytest.fixture
def server():
    with serving([ACCOUNT, "07715510002"], "0.30") as one:
        yield one


def account(client, **fields):
    return client.call("account.put", account=ACCOUNT, customer=ACCOUNT, **fields)


def move(client, method, identifier, amount, **fields):
    fields = {"account": ACCOUNT, "at": AT_MS, "currency": "CNY", **fields}
    return client.call(f"balance.{method}", id=identifier, amount=amount, **fields)


def shown(client):
    return client.call("balance.get", [ACCOUNT])


# ---- a credit for a while ----


def test_a_credit_for_a_while_is_spent_until_its_end_and_what_was_spent_is_owed(server, client):
    now = client.call("ping")["now"]
    account(client, temporary_floor="-0.20", temporary_till=now + 1500)
    assert (shown(client)["floor"], shown(client)["available"]) == ("-0.20", "0.50")
    assert [charge(client, f"c{n}")["balance"] for n in (1, 2)] == ["0.08", "-0.14"]
    assert charge(client, "c3")["code"] == "BALANCE_TOO_LOW"
    server.kill()
    server.start()
    with server.connect() as other:
        while other.call("ping")["now"] < now + 1500:
            time.sleep(0.05)
        assert (shown(other)["floor"], shown(other)["available"]) == ("0.00", "-0.14")
        move(other, "topup", "t1", "0.14")
        assert charge(other, "c4")["code"] == "BALANCE_TOO_LOW"
        assert charge(other, "free", seconds=0)["outcome"] == "charged"


@pytest.mark.parametrize(("floor", "for_a_while", "holds"), [("-1.00", "-0.50", "-1.00"), ("-0.50", "-1.00", "-1.00"), ("0", "0", "0.00")])
def test_of_two_floors_the_lower_one_holds(client, floor, for_a_while, holds):
    now = client.call("ping")["now"]
    account(client, floor=floor, temporary_floor=for_a_while, temporary_till=now + 60_000)
    assert shown(client)["floor"] == holds
    asked = client.call("account.get", [ACCOUNT])
    assert (float(asked["floor"]), float(asked["temporary_floor"]), asked["temporary_till"]) == (float(floor), float(for_a_while), now + 60_000)
    account(client, floor=floor)
    assert "temporary_floor" not in client.call("account.get", [ACCOUNT])
    assert float(shown(client)["floor"]) == float(floor)


def test_a_transfer_may_use_the_credit_too(client):
    account(client, temporary_floor="-5.00", temporary_till=client.call("ping")["now"] + 60_000)
    assert move(client, "transfer", "t1", "5.00", to="07715510002")["balance"] == "-4.70"
    assert move(client, "transfer", "t2", "1.00", to="07715510002")["code"] == "BALANCE_TOO_LOW"


def test_half_of_a_credit_is_a_mistake(client):
    for fields in ({"temporary_floor": "-1.00"}, {"temporary_till": AT_MS}):
        error, _ = client.ask("account.put", {"account": ACCOUNT, "customer": ACCOUNT, **fields})
        assert error == "FIELDS_CONFLICT: temporary_floor and temporary_till go together"


# ---- frozen ----


def test_a_frozen_account_pays_nothing_in_any_way_until_it_is_thawed(server, client):
    client.call("balance.put", account=ACCOUNT, balance="gift")
    move(client, "topup", "t1", "5.00", balance="gift")
    account(client, frozen=True)
    assert client.call("account.get", [ACCOUNT])["frozen"] is True
    assert (shown(client)["frozen"], shown(client)["available"]) == (True, "0.00")
    for short in ("refuse", "debt", "partial"):
        refused = charge(client, f"c {short}", short=short)
        assert (refused["outcome"], refused["code"]) == ("refused", "FROZEN")
    assert refused["say"]["en"] == f'account "{ACCOUNT}" is frozen, and nothing is taken from it; thaw it first: account.put without frozen'
    assert refused["say"]["zh"] == f'账户 "{ACCOUNT}" 已冻结，不能扣款；请先解冻：不带 frozen 调用 account.put'
    assert move(client, "transfer", "out", "0.10", to="07715510002")["code"] == "FROZEN"
    assert move(client, "adjust", "down", "-0.10", why="x")["code"] == "FROZEN"
    assert move(client, "adjust", "gift down", "-0.10", why="x", balance="gift", short="debt")["code"] == "FROZEN"
    assert charge(client, "free", seconds=0)["outcome"] == "charged"
    assert client.call("rate", service_id=ACCOUNT, at=AT_MS, seconds=60, **LOCAL)["amount"] == "0.22"
    server.kill()
    server.start()
    with server.connect() as other:
        assert charge(other, "c refuse")["repeat"] is True
        account(other)
        assert "frozen" not in shown(other)
        assert charge(other, "c refuse", attempt=2)["paid"] == [{"balance": "gift", "amount": "0.22"}]


def test_money_comes_to_a_frozen_account(client):
    paid = charge(client, "c1")
    account(client, frozen=True)
    assert move(client, "topup", "t1", "1.00")["balance"] == "1.08"
    assert move(client, "adjust", "up", "1.00", why="x")["balance"] == "2.08"
    assert move(client, "transfer", "in", "0.10", account="07715510002", to=ACCOUNT)["balance"] == "0.20"
    assert refund(client, "r1", paid["charge"])["balance"] == "2.40"


def test_a_frozen_balance_pays_nothing_and_the_others_do(client):
    client.call("balance.put", account=ACCOUNT, balance="gift", frozen=True)
    move(client, "topup", "t1", "5.00", balance="gift")
    assert "paid" not in charge(client, "c1")
    refused = charge(client, "c2")
    assert (refused["code"], refused["say"]["en"]) == ("BALANCE_TOO_LOW", "this takes 0.22 CNY, but only 0.08 CNY can be spent")
    refused = move(client, "adjust", "down", "-1.00", why="x", balance="gift")
    assert refused["code"] == "FROZEN" and "balance.put without frozen" in refused["say"]["en"]
    assert refused["say"]["zh"].startswith(f'账户 "{ACCOUNT}" 的账本 "gift" 已冻结')
    assert [one.get("frozen") for one in shown(client)["balances"]] == [None, True]
    assert "frozen" not in shown(client)
    client.call("balance.put", account=ACCOUNT, balance="gift")
    assert charge(client, "c3")["paid"] == [{"balance": "gift", "amount": "0.22"}]

"""What top-ups give by a catalog's rules, over the wire: in the same entry, once, and paid from as any balance."""

import pytest
from moved_clock import MovedServer
from server import Server, suanpan

A, B = "13900000001", "13900000002"
AT = "2026-03-18T12:00:00+08:00"
HUNDRED, MONTHLY = "topup.hundred", "topup.monthly"


def begin(server):
    server.publish("tests/integration/topups")
    server.subscribe([A], None, package="plain", product="line")
    server.connect().call("account.put", account=B, customer=A, currency="CNY")


def check(server):
    server.stop()
    for command in ("fsck", "replay"):
        result = suanpan(command, server.data)
        assert result.returncode == 0, result.stdout + result.stderr


@pytest.fixture
def server():
    with Server() as one:
        begin(one)
        yield one
        check(one)


@pytest.fixture
def client(server):
    return server.connect()


def top_up(client, id, amount, account=A, at=AT, **fields):
    return client.call("balance.topup", id=id, account=account, at=at, amount=amount, currency="CNY", **fields)


def given(answer):
    """[(rule, bonus, balance, extends)] of what the rules give."""
    return [tuple(rule.get(name) for name in ("rule", "bonus", "balance", "extends")) for rule in answer.get("rules", [])]


def balances(client, account=A):
    return {one["balance"]: one["amount"] for one in client.call("balance.get", [account])["balances"]}


def use(client, id, service, **quantity):
    usage = {"service": service, "to": "1", **quantity}
    return client.call("charge", id=id, service_id=A, at=AT, **usage)


def test_each_rule_gives_what_it_says_and_the_answer_says_which(client):
    answer = top_up(client, "t1", "133.33")
    assert given(answer) == [("hundred", "13.33", HUNDRED, None), ("monthly", "1.00", MONTHLY, None), ("welcome", "5.00", None, None)]
    assert (answer["amount"], answer["balance"], "till" in answer) == ("133.33", "138.33", False)
    assert answer["rules"][0]["say"]["en"] == "10% for calls"
    assert answer["rules"][0]["till"] == 2404915200000
    assert balances(client) == {"main": "138.33", HUNDRED: "13.33", MONTHLY: "1.00"}


def test_the_highest_amount_that_is_reached_applies_and_what_has_expired_is_not_given(client):
    assert given(top_up(client, "t1", "9.99")) == []
    assert given(top_up(client, "t2", "59.99")) == [], "the gift of a day has expired by now"
    assert [rule[0] for rule in given(top_up(client, "t3", "300.00"))] == ["three_hundred", "monthly", "welcome"]


def test_a_repeat_gets_the_first_answer_and_nothing_more(server, client):
    first = top_up(client, "t1", "100.00")
    before = balances(client)
    assert top_up(client, "t1", "100.00") == {**first, "repeat": True}
    server.kill()
    server.start()
    client = server.connect()
    assert top_up(client, "t1", "100.00") == {**first, "repeat": True}
    assert balances(client) == before == {"main": "105.00", HUNDRED: "10.00", MONTHLY: "1.00"}


def test_a_customer_gets_once_what_is_given_once_whatever_the_account(server, client):
    top_up(client, "t1", "60.00")
    server.kill()
    server.start()
    client = server.connect()
    assert given(top_up(client, "t2", "60.00", account=B)) == []
    later = top_up(client, "t3", "60.00", account=B, at="2026-04-01T00:00:00+08:00")
    assert given(later) == [("monthly", "1.00", MONTHLY, None)]
    assert given(top_up(client, "t4", "60.00", at="2026-06-01T00:00:00+08:00")) == [], "the rule is over"


def test_what_one_rule_gives_on_one_day_is_one_balance(client):
    for number in range(3):
        top_up(client, f"t{number}", "100.00")
    assert balances(client) == {"main": "305.00", HUNDRED: "30.00", MONTHLY: "1.00"}
    assert [posting["book"] for posting in client.call("history", account=A)["entries"][0]["postings"]] == [
        f"balance:{A}/main", "topup", f"balance:{A}/{HUNDRED}", "bonus",
    ]  # fmt: skip


def test_a_gift_pays_for_what_it_may_before_cash(client):
    top_up(client, "t1", "100.00")
    call = use(client, "c1", "voice", seconds=61)
    assert call["paid"] == [{"balance": HUNDRED, "amount": "0.40"}]
    message = use(client, "c2", "sms", items=1)
    assert message["paid"] == [{"balance": MONTHLY, "amount": "0.10"}]
    client.call("charge.refund", charge=call["charge"], id="r1", at=AT)
    assert balances(client)[HUNDRED] == "10.00"


def test_the_balance_that_is_topped_up_expires_later(server, client):
    client.call("balance.put", account=A, balance="kept", till="2090-01-31T10:00:00+08:00")
    first = top_up(client, "t1", "6.00", balance="kept")
    assert given(first) == [("longer", None, None, "1 month")]
    assert first["till"] == 3791930400000, "2090-02-28, at the same time of the day"
    second = top_up(client, "t2", "100.00", balance="kept")
    assert (given(second)[0], second["balance"]) == (("hundred", "10.00", HUNDRED, "30 days"), "111.00")
    assert second["till"] == first["till"] + 30 * 86400000
    server.kill()
    server.start()
    kept = next(one for one in server.connect().call("balance.get", [A])["balances"] if one["balance"] == "kept")
    assert kept["till"] == second["till"]
    assert given(top_up(server.connect(), "t3", "6.00")) == [], "the main balance never expires"


def test_an_account_that_has_no_room_for_a_gift_is_told_so_and_nothing_is_decided(client):
    for number in range(62):
        client.call("balance.put", account=A, balance=f"b{number}")
    error, _ = client.ask("balance.topup", id="t1", account=A, at=AT, amount="100.00", currency="CNY")
    assert error.startswith("IN_USE")
    assert given(top_up(client, "t1", "59.99")) == []


def test_without_a_release_or_in_another_currency_no_rule_gives_anything(server, client):
    client.call("account.put", account="dollars", customer=A, currency="USD")
    answer = client.call("balance.topup", id="t1", account="dollars", at=AT, amount="100.00", currency="USD")
    assert "rules" not in answer
    with Server() as bare:
        other = bare.connect()
        other.call("customer.put", customer=A)
        other.call("account.put", account=A, customer=A, currency="CNY")
        assert "rules" not in top_up(other, "t1", "100.00")


def test_what_the_request_gives_and_extends_comes_besides_but_not_to_the_same_balance(client):
    client.call("balance.put", account=A, balance="kept", till="2090-01-31T00:00:00+08:00")
    client.call("balance.put", account=A, balance="mine")
    own = {"balance": "kept", "bonus": {"balance": "mine", "amount": "2.00"}, "extends": {"count": 1, "every": "month"}}
    both = top_up(client, "t1", "100.00", **own)
    assert (given(both)[0], both["bonus"]["amount"]) == (("hundred", "10.00", HUNDRED, "30 days"), "2.00")
    assert both["till"] == 3791894400000 + 30 * 86400000
    for fields in ({"balance": HUNDRED}, {"bonus": {"balance": HUNDRED, "amount": "2.00"}}):
        error, _ = client.ask("balance.topup", id="t2", account=A, at=AT, amount="100.00", currency="CNY", **fields)
        assert error.startswith("FIELDS_CONFLICT"), fields
    assert top_up(client, "t2", "59.00", balance=HUNDRED)["balance"] == "69.00"


def test_a_balance_whose_gift_has_ended_is_used_for_the_next():
    with MovedServer("2026-03-18T12:00:00+08:00") as server:
        begin(server)
        client = server.connect()
        for day in range(18, 22):
            at = f"2026-03-{day}T12:00:00+08:00"
            server.set_clock(at)
            server.wait_until(lambda: balances(client).get("topup.gone", "0.00") == "0.00")
            assert given(top_up(client, f"t{day}", "10.00", at=at)) == [("gone", "3.00", "topup.gone", None)]
        assert given(top_up(client, "late", "10.00", at="2026-03-20T12:00:00+08:00")) == [], "that gift would have ended"
        top_up(client, "t22", "100.00", at=at)
        server.set_clock("2026-03-21T23:59:59.900+08:00")
        server.wait_until(lambda: balances(client)["topup.gone"] == "0.00")
        assert balances(client) == {"main": "155.00", "topup.gone": "0.00", HUNDRED: "10.00", MONTHLY: "1.00"}
        check(server)


def test_a_refund_gives_nothing_to_a_balance_that_stands_for_another_gift_by_now():
    with MovedServer("2026-03-18T12:00:00+08:00") as server:
        begin(server)
        client = server.connect()
        call = {"service_id": A, "service": "voice", "to": "1"}
        top_up(client, "t1", "10.00", at=AT)
        old = client.call("charge", call, id="c1", at=AT, seconds=60)
        assert old["paid"] == [{"balance": "topup.gone", "amount": "0.20"}]
        at = "2026-03-19T12:00:00+08:00"
        server.set_clock(at)
        server.wait_until(lambda: balances(client)["topup.gone"] == "0.00")
        top_up(client, "t2", "10.00", at=at)
        new = client.call("charge", call, id="c2", at=at, seconds=600)
        assert new["paid"] == [{"balance": "topup.gone", "amount": "2.00"}]
        for id, charge, back in (("r1", old, False), ("r2", new, True)):
            refund = client.call("charge.refund", charge=charge["charge"], id=id, at=at)
            assert [(one["balance"], one["back"]) for one in refund["balances"]] == [("main", True), ("topup.gone", back)]
        assert balances(client)["topup.gone"] == "3.00"
        check(server)


def test_gifts_that_end_at_different_times_are_different_balances(client):
    for number, day in enumerate(("2026-03-18", "2026-03-19", "2026-03-20", "2026-03-19")):
        top_up(client, f"t{number}", "100.00", at=f"{day}T12:00:00+08:00")
    assert balances(client) == {"main": "405.00", HUNDRED: "10.00", MONTHLY: "1.00", f"{HUNDRED}.2": "20.00", f"{HUNDRED}.3": "10.00"}

"""Money set right and moved between accounts: both sides or neither, once, and told in both histories."""

import random
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
import sample
from server import Server

AT_MS = 1789704000000  # 2026-09-18 12:00 in China
ACCOUNTS = ["m1", "m2", "m3", "m4"]


def adjust(identifier, amount, account="m1", **fields):
    return {"id": identifier, "account": account, "at": AT_MS, "amount": amount, "currency": "CNY", "why": "counted wrongly", **fields}


def transfer(identifier, amount, account="m1", to="m2", **fields):
    return {"id": identifier, "account": account, "to": to, "at": AT_MS, "amount": amount, "currency": "CNY", **fields}


def balances(client):
    return {account: sample.balance(client, account) for account in ACCOUNTS}


@pytest.fixture
def server():
    with Server() as one:
        one.subscribe(ACCOUNTS, "10.00")
        yield one


@pytest.fixture
def client(server):
    with server.connect() as one:
        yield one


def test_an_adjustment_goes_up_and_down_and_says_why(client):
    up = client.call("balance.adjust", adjust("a1", "2.50"))
    assert (up["outcome"], up["amount"], up["balance"], up["why"]) == ("adjusted", "2.50", "12.50", "counted wrongly")
    down = client.call("balance.adjust", adjust("a2", "-5.00"))
    assert (down["amount"], down["balance"]) == ("-5.00", "7.50")
    assert client.call("balance.adjust", adjust("a2", "-5.00")) == {**down, "repeat": True}
    entry, *_ = client.call("history", account="m1")["entries"]
    assert (entry["kind"], entry["answer"]["why"]) == ("adjustment", "counted wrongly")
    assert entry["postings"] == [
        {"book": "balance:m1/main", "amount": "-5.00", "unit": "CNY"},
        {"book": "adjustment", "amount": "5.00", "unit": "CNY"},
    ]


def test_an_adjustment_and_its_reverse_leave_the_balance_as_before_with_both_entries(client):
    before = balances(client)
    client.call("balance.adjust", adjust("a1", "-5.00"))
    client.call("balance.adjust", adjust("a2", "5.00", why="the adjustment was wrong"))
    assert balances(client) == before
    assert [entry["kind"] for entry in client.call("history", account="m1")["entries"]] == ["adjustment", "adjustment", "topup"]


def test_an_adjustment_takes_what_is_there_and_goes_into_debt_only_if_asked_to(client):
    refused = client.call("balance.adjust", adjust("a1", "-10.01"))
    assert (refused["outcome"], refused["code"]) == ("refused", "BALANCE_TOO_LOW")
    assert "10.01" in refused["say"]["en"] and "10.00" in refused["say"]["zh"]
    assert sample.balance(client, "m1") == 10
    assert client.call("balance.adjust", adjust("a1", "-10.01")) == {**refused, "repeat": True}
    assert client.call("balance.adjust", adjust("a2", "-10.01", short="debt"))["balance"] == "-0.01"
    assert client.call("balance.adjust", adjust("a3", "0.01"))["balance"] == "0.00"


def test_a_floor_below_zero_may_be_spent_by_a_transfer(client):
    client.call("account.put", account="m1", customer="m1", currency="CNY", floor="-5.00")
    assert client.call("balance.transfer", transfer("t1", "15.00"))["balance"] == "-5.00"
    assert client.call("balance.transfer", transfer("t2", "0.000001"))["code"] == "BALANCE_TOO_LOW"


def test_a_transfer_stands_in_both_histories_and_sums_to_zero(client):
    answer = client.call("balance.transfer", transfer("t1", "3.30", why="birthday"))
    assert (answer["outcome"], answer["amount"], answer["balance"], answer["to"]) == ("transferred", "3.30", "6.70", "m2")
    assert balances(client) == {"m1": Decimal("6.70"), "m2": Decimal("13.30"), "m3": 10, "m4": 10}
    ours, theirs = (client.call("history", account=account)["entries"][0] for account in ("m1", "m2"))
    assert ours == theirs == client.call("charge.get", [answer["charge"]])
    assert (ours["kind"], ours["scope"], ours["answer"]["why"]) == ("transfer", "m1", "birthday")
    assert ours["postings"] == [
        {"book": "balance:m1/main", "amount": "-3.30", "unit": "CNY"},
        {"book": "balance:m2/main", "amount": "3.30", "unit": "CNY"},
    ]


def test_what_can_not_be_moved_changes_neither_side(server, client):
    client.call("account.put", account="m5", customer="m1", currency="USD")
    before = balances(client)
    for identifier, fields, code in (
        ("r1", {"amount": "10.01"}, "BALANCE_TOO_LOW"),
        ("r2", {"amount": "1.00", "to": "nobody"}, "UNKNOWN_ACCOUNT"),
        ("r3", {"amount": "1.00", "account": "nobody"}, "UNKNOWN_ACCOUNT"),
        ("r4", {"amount": "1.00", "to": "m5"}, "WRONG_CURRENCY"),
        ("r5", {"amount": "1.00", "account": "m5"}, "WRONG_CURRENCY"),
        ("r6", {"amount": "1.00", "currency": "USD"}, "WRONG_CURRENCY"),
    ):
        refused = client.call("balance.transfer", transfer(identifier, **fields))
        assert (refused["outcome"], refused["code"]) == ("refused", code), identifier
        assert client.call("balance.transfer", transfer(identifier, **fields)) == {**refused, "repeat": True}
    error, _ = client.ask("balance.transfer", transfer("r7", "1.00", to="m1"))
    assert error.startswith("FIELDS_CONFLICT: ")
    assert balances(client) == before
    server.stop()
    server.start()
    with server.connect() as other:
        assert balances(other) == before


def test_a_refused_transfer_is_decided_anew_by_a_higher_attempt(client):
    assert client.call("balance.transfer", transfer("t1", "12.00"))["code"] == "BALANCE_TOO_LOW"
    client.call("balance.adjust", adjust("a1", "2.00"))
    assert client.call("balance.transfer", transfer("t1", "12.00"))["repeat"]
    assert client.call("balance.transfer", transfer("t1", "12.00", attempt=2))["balance"] == "0.00"
    assert client.call("balance.transfer", transfer("t1", "12.00", attempt=3))["repeat"]


def test_an_account_has_one_set_of_ids_whatever_is_asked(client):
    client.call("balance.adjust", adjust("one", "1.00"))
    for method, fields in (
        ("balance.transfer", transfer("one", "1.00")),
        ("balance.adjust", adjust("one", "1.00", why="another reason")),
        ("balance.adjust", adjust("one", "1.00", short="debt")),
        ("balance.topup", {name: value for name, value in adjust("one", "1.00").items() if name != "why"}),
    ):
        error, _ = client.ask(method, fields)
        assert error.startswith("ID_CONFLICT: "), method
    assert client.call("balance.transfer", transfer("one", "1.00", account="m3", to="m4"))["outcome"] == "transferred"


def test_money_that_goes_round_from_many_connections_stays_as_much_as_it_was(server, client):
    """Nobody ever has less than nothing, and a kill in the middle makes and loses none."""
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    requests = []
    for number in range(2000):
        account, to = chance.sample(ACCOUNTS, 2)
        requests.append(transfer(f"g{number}", f"{chance.randrange(1, 700) / 100:.2f}", account=account, to=to))

    def send(part):
        with server.connect() as one:
            return [result for _, result in one.call_all("balance.transfer", part)]

    with ThreadPoolExecutor(16) as pool:
        answers = [answer for part in pool.map(send, [requests[n::16] for n in range(16)]) for answer in part]
    outcomes = {answer["outcome"] for answer in answers}
    assert outcomes == {"transferred", "refused"}
    assert all(Decimal(answer["balance"]) >= 0 for answer in answers if answer["outcome"] == "transferred")
    server.kill()
    server.start()
    with server.connect() as other:
        after = balances(other)
        assert sum(after.values()) == 40 and min(after.values()) >= 0
        again = [result for _, result in other.call_all("balance.transfer", [one for n in range(16) for one in requests[n::16]])]
        assert again == [{**answer, "repeat": True} for answer in answers]
        assert balances(other) == after

"""Other accounts pay for sessions: what they would pay is held of their balances, and of their months, until it is paid or let go."""

import random
from decimal import Decimal

import pytest
from server import ROOT, Server, suanpan

CATALOG = ROOT / "tests/integration/sessions"
AT = "2026-03-18T12:00:00+08:00"
USER, BOSS, PARENT = "13900000001", "13900000002", "13900000003"


@pytest.fixture
def server():
    with Server() as one:
        one.publish(CATALOG)
        one.subscribe([USER, BOSS, PARENT], "1.00", package="plain", product="line")  # voice 0.15 a minute, a message 0.10
        yield one
        one.stop()
        assert suanpan("fsck", one.data).stdout.startswith("clean: ")
        assert (replayed := suanpan("replay", one.data)).returncode == 0, replayed.stdout  # each report comes out as it was


@pytest.fixture
def client(server):
    with server.connect() as one:
        yield one


def pay_for(client, *payers):
    client.call("subscription.put", subscription=USER, account=USER, product="line", service_ids=[USER], packages=["plain"],
                payers=list(payers))  # fmt: skip


def send(client, method, number, session="s1", **part):
    fields = {"parts": [{"part": "voice", **part}]} if part else {}
    return client.call(f"session.{method}", {"service_id": USER, "session": session, "number": number, "at": AT, **fields})


def reserve(client, ask, session="s1"):
    return send(client, "reserve", 1, session, service="voice", ask=ask)


def mains(client):
    """(what is there, what is held) of each account."""
    balances = [client.call("balance.get", [one])["balances"][0] for one in (USER, BOSS, PARENT)]
    return [(one["amount"], one["held"]) for one in balances]


def test_a_session_holds_of_its_payers_first_and_charges_them_what_is_used(server, client):
    pay_for(client, {"account": BOSS, "up_to": "0.40"}, PARENT)
    granted = reserve(client, 600)  # ten minutes: 1.50
    assert (granted["parts"][0]["granted"], granted["held"]) == (600, "1.50")
    assert granted["parts"][0]["held_of"] == [
        {"account": BOSS, "balance": "main", "amount": "0.40"}, {"account": PARENT, "balance": "main", "amount": "1.00"},
        {"balance": "main", "amount": "0.10"},
    ]  # fmt: skip
    assert mains(client) == [("1.00", "0.10"), ("1.00", "0.40"), ("1.00", "1.00")]
    server.kill()
    server.start()
    with server.connect() as other:
        updated = send(other, "update", 2, used=150, ask=60)  # three minutes, 30 s of the last are paid
        assert (updated["charged"], updated["held"], updated["balance"]) == ("0.45", "0.15", "1.00")
        assert updated["paid"] == [
            {"account": BOSS, "balance": "main", "amount": "0.40"}, {"account": PARENT, "balance": "main", "amount": "0.05"},
        ]  # fmt: skip
        assert mains(other) == [("1.00", "0.00"), ("0.60", "0.00"), ("0.95", "0.15")]
        entry = other.call("history", account=BOSS)["entries"][0]
        assert {"book": f"counter:{USER}/@payer.{BOSS}/2026-03-01", "amount": "0.40", "unit": "CNY"} in entry["postings"]
        send(other, "commit", 3, used=45)  # one minute more
        assert mains(other) == [("1.00", "0.00"), ("0.60", "0.00"), ("0.80", "0.00")]


def test_payers_in_another_currency_than_the_sessions_account_do_not_pay_for_it(server, client):
    """The subscription moves to another account while the session is open: that stays with the account it began with."""
    reserve(client, 60)
    for account in ("dollars", "uncle"):
        client.call("account.put", account=account, customer=USER, currency="USD")
    client.call("subscription.put", subscription=USER, account="dollars", product="line", service_ids=[USER], packages=["plain"],
                payers=["uncle"])  # fmt: skip
    updated = send(client, "update", 2, used=60, ask=60)
    assert (updated["charged"], updated["held"], updated["balance"], "paid" in updated) == ("0.15", "0.15", "0.85", False)


def test_two_sessions_and_a_charge_never_pass_the_bound_of_a_month(client):
    pay_for(client, {"account": BOSS, "up_to": "0.50"})
    reserve(client, 120)  # 0.30 of BOSS
    reserve(client, 240, "s2")  # 0.60: 0.20 of BOSS and 0.40 of its own
    assert mains(client)[:2] == [("1.00", "0.40"), ("1.00", "0.50")]
    sms = client.call("charge", id="c1", service_id=USER, service="sms", at=AT, items=2)
    assert "paid" not in sms and sms["balance"] == "0.80"
    send(client, "release", 2)
    sms = client.call("charge", id="c2", service_id=USER, service="sms", at=AT, items=4)
    assert sms["paid"] == [{"account": BOSS, "balance": "main", "amount": "0.30"}, {"balance": "main", "amount": "0.10"}]
    send(client, "commit", 2, "s2", used=240)
    assert mains(client)[:2] == [("0.30", "0.00"), ("0.50", "0.00")]


def test_a_quota_is_what_all_of_them_can_pay(client):
    pay_for(client, BOSS)
    granted = reserve(client, 3600)
    assert (granted["parts"][0]["granted"], granted["held"], "final" in granted["parts"][0]) == (13 * 60, "1.95", True)
    refused = reserve(client, 60, "s2")
    assert refused["say"]["en"] == "this takes 0.15 CNY, but only 0.05 CNY can be spent"
    client.call("account.put", account=BOSS, customer=BOSS, frozen=True)
    send(client, "update", 2, used=60, ask=600)
    assert mains(client)[:2] == [("0.85", "0.75"), ("1.00", "0.00")]


def test_what_is_held_of_a_payer_is_let_go_though_it_pays_no_more(client):
    pay_for(client, {"account": BOSS, "up_to": "0.50"}, PARENT)
    reserve(client, 600)
    pay_for(client)
    assert mains(client) == [("1.00", "0.00"), ("1.00", "0.50"), ("1.00", "1.00")]
    send(client, "update", 2, used=60, ask=60)
    assert mains(client) == [("0.85", "0.15"), ("1.00", "0.00"), ("1.00", "0.00")]
    pay_for(client, BOSS)
    send(client, "commit", 3, used=60)
    assert mains(client) == [("0.85", "0.00"), ("0.85", "0.00"), ("1.00", "0.00")]


def test_a_session_that_expires_lets_its_payers_go(server, client):
    pay_for(client, {"account": BOSS, "up_to": "0.50"})
    client.call("session.reserve", {"service_id": USER, "session": "short", "number": 1, "at": AT, "validity_s": 1,
                                    "parts": [{"service": "voice", "ask": 60}]})  # fmt: skip
    assert mains(client)[1] == ("1.00", "0.15")
    server.wait_until(lambda: mains(client)[1] == ("1.00", "0.00"))


def test_random_sessions_of_who_is_paid_for_lose_nothing_and_pass_no_bound(server, client):
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    bound = Decimal(chance.randrange(100, 300)) / 100
    pay_for(client, {"account": BOSS, "up_to": str(bound)}, {"account": PARENT, "services": ["voice"]})
    put_in, revenue, opened, number = Decimal(3), Decimal(0), {}, 0
    for step in range(200):
        if chance.random() < 0.2:
            who = chance.choice([USER, BOSS, PARENT])
            client.call("balance.topup", id=f"t{step}", account=who, at=AT, amount="1.00", currency="CNY")
            put_in += 1
        if len(opened) < 4:
            name = f"s{step}"
            answer = reserve(client, chance.choice([60, 300, 900]), name)
            if answer["outcome"] == "granted":
                opened[name] = 1
        name = chance.choice(list(opened)) if opened else None
        if name is not None:
            opened[name] += 1
            kind = chance.choice(["update", "update", "commit", "release"])
            part = {"used": chance.choice([0, 45, 200])} | ({"ask": chance.choice([60, 300])} if kind == "update" else {})
            answer = send(client, kind, opened[name], name, **({} if kind == "release" else part))
            revenue += Decimal(answer["charged"])
            if kind != "update":
                del opened[name]
        if chance.random() < 0.3:
            answer = client.call("charge", id=f"c{step}", service_id=USER, service="sms", at=AT, items=chance.randrange(1, 4))
            revenue += Decimal(answer.get("amount", "0"))
        if step == 100:
            server.kill()
            server.start()
            client = server.connect()
        for amount, held in mains(client):
            assert Decimal(held) <= Decimal(amount), step
    for name in opened:
        send(client, "release", opened[name] + 1, name)
    assert all(held == "0.00" for _, held in mains(client))
    assert sum(Decimal(amount) for amount, _ in mains(client)) == put_in - revenue
    paid = [entry for entry in client.call("history", account=BOSS, limit=500)["entries"] for entry in entry["postings"]
            if entry["book"].startswith("counter:") and "@payer" in entry["book"]]  # fmt: skip
    assert sum(Decimal(one["amount"]) for one in paid) <= bound


def test_who_pays_for_sessions_is_told_once_that_its_balance_is_low(client):
    client.call("account.put", account=BOSS, customer=BOSS, low_balance=["0.50"])
    pay_for(client, BOSS)
    assert "notices" not in reserve(client, 300), "what is held is not spent"
    parts = [{"part": "voice", "used": 60, "ask": 120}, {"part": "sms", "service": "sms", "used": 4, "ask": 1}]
    crossing = client.call("session.update", {"service_id": USER, "session": "s1", "number": 2, "at": AT, "parts": parts})
    assert [(one["kind"], one["threshold"]) for one in crossing["notices"]] == [("low_balance", "0.50")]
    assert "notices" not in send(client, "commit", 3, used=60)
    (notice,) = client.call("notice.list")["notices"]
    assert (notice["account"], notice["subscription"], notice["charge"]) == (BOSS, USER, crossing["charge"])

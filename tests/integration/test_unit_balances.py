"""Balances of units: what a customer has of its own to use, beside what packages give."""

import json
from datetime import UTC, datetime

import pytest
from moved_clock import MovedServer
from server import Server, ServerError, suanpan

AT_MS = 1789704000000  # 2026-09-18 12:00 in China
DAY_MS = 86_400_000
ACCOUNT, OTHER = "13800000001", "13800000002"


def prepare(server):
    server.publish("tests/data/own_units")
    server.subscribe([ACCOUNT, OTHER], "10.00", package="basic", product="mobile")


@pytest.fixture
def server():
    with Server() as one:
        prepare(one)
        yield one


@pytest.fixture
def client(server):
    with server.connect() as one:
        yield one


def put(client, name, count=None, unit="item", account=ACCOUNT, **fields):
    answer = client.call("balance.put", account=account, balance=name, unit=unit, **fields)
    if count is not None:
        top_up(client, name, count, unit, account)
    return answer


def top_up(client, name, count, unit="item", account=ACCOUNT, identifier=None, **fields):
    return client.call("balance.topup", {"id": identifier or f"to-{name}", "account": account, "balance": name, "at": AT_MS,
                                         f"{unit}s": count, **fields})  # fmt: skip


def charge(client, identifier, items=1, service="sms", number=ACCOUNT, at=AT_MS, **fields):
    return client.call("charge", {"id": identifier, "service_id": number, "service": service, "at": at, "items": items, **fields})


def hold(client, *packages, number=ACCOUNT, **fields):
    client.call("subscription.put", subscription=number, account=fields.pop("account", number), product="mobile", service_ids=[number],
                packages=list(packages), **fields)  # fmt: skip


def shown(client, name, account=ACCOUNT):
    return next(one for one in client.call("balance.get", [account])["balances"] if one["balance"] == name)


def amounts(client, account=ACCOUNT):
    return {one["balance"]: one["amount"] for one in client.call("balance.get", [account])["balances"]}


def parts(answer):
    """Who paid for how many steps: the name of a balance, of an allowance, or a price."""
    assert len(answer["lines"]) == 1
    return [(part.get("balance") or part.get("allowance") or part["price"], part["units"]) for part in answer["lines"][0]["parts"]]


def refusal(client, method, **fields):
    error, answer = client.ask(method, fields)
    return error.split(":")[0] if error else answer["code"]


# ---- what it is, and what is put on it ----


def test_it_has_a_unit_and_takes_units(client):
    assert put(client, "pack", pays=["sms"], till=AT_MS + 400 * DAY_MS)["outcome"] == "stored"
    answer = top_up(client, "pack", 100)
    assert (answer["outcome"], answer["amount"], answer["unit"], answer["balance"], answer["name"]) == ("topped_up", 100, "item", 100, "pack")
    assert "currency" not in answer
    assert top_up(client, "pack", 100) == {**answer, "repeat": True}
    pack = shown(client, "pack")
    assert (pack["kind"], pack["unit"], pack["amount"], pack["held"], pack["pays"]) == ("units", "item", 100, 0, ["sms"])
    down = client.call("balance.adjust", id="a", account=ACCOUNT, balance="pack", at=AT_MS, items=-30, why="too many")
    assert (down["outcome"], down["amount"], down["balance"]) == ("adjusted", -30, 70)
    entry, *_ = client.call("history", account=ACCOUNT)["entries"]
    assert entry["postings"] == [
        {"book": f"balance:{ACCOUNT}/pack", "amount": -30, "unit": "item"},
        {"book": "adjustment", "amount": 30, "unit": "item"},
    ]
    assert refusal(client, "balance.adjust", id="b", account=ACCOUNT, balance="pack", at=AT_MS, items=-71, why="x") == "BALANCE_TOO_LOW"
    assert amounts(client) == {"main": "10.00", "pack": 70}


def test_a_put_keeps_the_unit_and_what_is_there(client):
    put(client, "pack", 5, pays=["sms"])
    assert put(client, "pack", kind="units")["outcome"] == "stored" and "pays" not in shown(client, "pack")
    assert shown(client, "pack")["amount"] == 5
    for fields in ({"unit": "second"}, {}, {"unit": "CNY"}):
        with pytest.raises(ServerError, match='IN_USE: the balance is of "item"'):
            client.call("balance.put", account=ACCOUNT, balance="pack", **fields)
    client.call("balance.put", account=ACCOUNT, balance="money", unit="CNY")
    with pytest.raises(ServerError, match='IN_USE: the balance is of "CNY"'):
        put(client, "money")


def test_what_units_cannot_be_is_said(client):
    for fields, code, words in (
        ({"unit": "gram"}, "OUT_OF_RANGE", "second | byte | item"),
        ({"unit": "item", "kind": "deposit"}, "FIELDS_CONFLICT", "a deposit is money"),
        ({"kind": "units"}, "FIELDS_CONFLICT", "has a unit"),
        ({"unit": "item", "pays": ["voice"]}, "FIELDS_CONFLICT", 'counts "voice" by second, and the balance by item'),
        ({"unit": "item", "low_balance": ["5.00"]}, "FIELDS_CONFLICT", "give low_percent"),
        ({"unit": "item", "pays": ["@charges"]}, "FIELDS_CONFLICT", "never for what falls due"),
    ):
        error, _ = client.ask("balance.put", {"account": ACCOUNT, "balance": "pack", **fields})
        assert error.startswith(code) and words in error, error
    assert amounts(client) == {"main": "10.00"}


def test_money_for_units_and_units_for_money_are_refused_by_name(client):
    put(client, "pack", 5)
    client.call("balance.put", account=ACCOUNT, balance="gift")
    head = {"account": ACCOUNT, "at": AT_MS}
    money = {"amount": "1.00", "currency": "CNY"}
    for method, fields, code, words in (
        ("balance.topup", {"balance": "pack", **money}, "OTHER_UNIT", "is of item; give items"),
        ("balance.topup", {"balance": "pack", "seconds": 5}, "OTHER_UNIT", "is of item; give items"),
        ("balance.topup", {"balance": "gift", "items": 5}, "OTHER_UNIT", "is of CNY; give an amount and its currency"),
        ("balance.topup", {"items": 5}, "FIELDS_CONFLICT", "name it by `balance`"),
        ("balance.topup", {"balance": "pack", "items": 5, "seconds": 5}, "FIELDS_CONFLICT", "exactly one"),
        ("balance.topup", {"balance": "pack"}, "FIELDS_CONFLICT", "exactly one"),
        ("balance.topup", {"balance": "pack", "items": 5, "currency": "CNY"}, "FIELDS_CONFLICT", "go together"),
        ("balance.topup", {"amount": "1.00"}, "FIELDS_CONFLICT", "go together"),
        ("balance.topup", {"balance": "pack", "items": 0}, "OUT_OF_RANGE", "items"),
        ("balance.topup", {"balance": "pack", "items": 1, "bonus": {"balance": "gift", "amount": "1.00"}}, "FIELDS_CONFLICT", "a bonus is money"),
        ("balance.topup", {"bonus": {"balance": "pack", "amount": "1.00"}, **money}, "OTHER_UNIT", "give items"),
        ("balance.adjust", {"balance": "pack", "why": "x", **money}, "OTHER_UNIT", "give items"),
        ("balance.adjust", {"balance": "pack", "why": "x", "items": 0}, "OUT_OF_RANGE", "more or less than 0"),
        ("balance.transfer", {"to": OTHER, "balance": "pack", **money}, "FIELDS_CONFLICT", "leave out balance"),
        ("balance.transfer", {"to": OTHER, "items": 5}, "FIELDS_CONFLICT", "name it by `balance`"),
    ):
        error, answer = client.ask(method, {"id": f"{method} {fields}"[:64], **head, **fields})
        text = error or f"{answer['code']}: {answer['say']['en']}"
        assert text.startswith(code) and words in text, (fields, text)
    assert amounts(client) == {"main": "10.00", "pack": 5, "gift": "0.00"}


def test_units_move_between_accounts_both_sides_or_neither(server, client):
    put(client, "pack", 10)
    put(client, "pack", account=OTHER)
    put(client, "minutes", unit="second", account=OTHER)
    put(client, "second", account=OTHER)

    def transfer(identifier, items, **fields):
        return client.call("balance.transfer", id=identifier, account=ACCOUNT, to=OTHER, balance="pack", at=AT_MS, items=items, **fields)

    moved = transfer("t1", 4)
    assert (moved["outcome"], moved["amount"], moved["unit"], moved["balance"]) == ("transferred", 4, "item", 6)
    assert (moved["name"], moved["to"], moved["to_balance"]) == ("pack", OTHER, "pack")
    assert transfer("t1", 4) == {**moved, "repeat": True}
    assert transfer("t2", 1, to_balance="second")["balance"] == 5
    for fields, code in (({"to_balance": "minutes"}, "OTHER_UNIT"), ({"to_balance": "main"}, "OTHER_UNIT"), ({"to_balance": "no"}, "UNKNOWN_BALANCE"),
                         ({"items": 6}, "BALANCE_TOO_LOW")):  # fmt: skip
        assert transfer(f"wrong {fields}"[:64], fields.pop("items", 1), **fields)["code"] == code
    assert refusal(client, "balance.transfer", id="t1", account=ACCOUNT, to=OTHER, balance="pack", to_balance="second", at=AT_MS, items=4) == "ID_CONFLICT"
    assert amounts(client) == {"main": "10.00", "pack": 5}
    assert amounts(client, OTHER) == {"main": "10.00", "pack": 4, "minutes": 0, "second": 1}
    entry, *_ = client.call("history", account=OTHER)["entries"]
    assert entry["postings"] == [
        {"book": f"balance:{ACCOUNT}/pack", "amount": -1, "unit": "item"},
        {"book": f"balance:{OTHER}/second", "amount": 1, "unit": "item"},
    ]
    check(server)


def check(server):
    """The folder is whole: fsck finds nothing."""
    server.stop()
    result = suanpan("fsck", server.data)
    assert result.returncode == 0, result.stdout + result.stderr


# ---- what it pays ----


def test_units_pay_before_money_and_the_answer_the_explanation_and_the_history_say_so(server, client):
    put(client, "pack", 3, pays=["sms"])
    first = charge(client, "c1", 2)
    assert (first["amount"], first["balance"], parts(first)) == ("0.00", "10.00", [("pack", 2)])
    second = charge(client, "c2", 2)
    assert (second["amount"], second["balance"], parts(second)) == ("0.10", "9.90", [("pack", 1), ("0.10", 1)])
    assert charge(client, "c2", 2) == {**second, "repeat": True}
    assert parts(charge(client, "c3")) == [("0.10", 1)]
    assert amounts(client) == {"main": "9.80", "pack": 0}
    entries = client.call("history", account=ACCOUNT)["entries"]
    assert [entry["id"] for entry in entries] == ["c3", "c2", "c1", "to-pack", f"first-{ACCOUNT}"]
    assert entries[1]["postings"] == [
        {"book": f"balance:{ACCOUNT}/main", "amount": "-0.10", "unit": "CNY"},
        {"book": "revenue", "amount": "0.10", "unit": "CNY"},
        {"book": f"balance:{ACCOUNT}/pack", "amount": -1, "unit": "item"},
        {"book": "used", "amount": 1, "unit": "item"},
    ]
    assert "1 × from balance pack" in client.call("charge.explain", charge=second["charge"], language="en")["text"]
    assert "1 × 由账本 pack 抵扣" in client.call("charge.explain", charge=second["charge"], language="zh")["text"]
    server.restart()
    with server.connect() as again:
        assert amounts(again) == {"main": "9.80", "pack": 0}
        assert "from balance pack" in again.call("charge.explain", charge=second["charge"], language="en")["text"]
    check(server)


def test_a_price_and_a_check_say_what_units_would_pay_and_take_none(client):
    put(client, "pack", 3)
    usage = {"service_id": ACCOUNT, "service": "sms", "at": AT_MS, "items": 5}
    assert parts(client.call("rate", usage)) == [("pack", 3), ("0.10", 2)]
    checked = client.call("charge.check", usage)
    assert (checked["outcome"], checked["amount"], parts(checked)) == ("enough", "0.20", [("pack", 3), ("0.10", 2)])
    assert amounts(client) == {"main": "10.00", "pack": 3}


def test_a_batch_takes_units_in_turn(client):
    put(client, "pack", 3)
    items = [{"id": f"b{n}", "service_id": ACCOUNT, "service": "sms", "at": AT_MS, "items": 2} for n in range(3)]
    answers = client.call("charge_batch", items=items)["items"]
    assert [parts(answer) for answer in answers] == [[("pack", 2)], [("pack", 1), ("0.10", 1)], [("0.10", 2)]]


def test_units_pay_only_for_what_is_counted_in_them_what_they_name_and_where_something_is_free_at_all(client):
    put(client, "seconds", 90, unit="second")
    put(client, "bytes", 250, unit="byte", pays=["data"])
    put(client, "pictures", 5, pays=["mms"])
    put(client, "all", 5)
    assert parts(charge(client, "c1")) == [("all", 1)]
    assert parts(charge(client, "c2", service="mms")) == [("0.50", 1)]  # its tariff says uses = {}
    talk = client.call("charge", id="c3", service_id=ACCOUNT, service="voice", at=AT_MS, seconds=61)
    assert (parts(talk), shown(client, "seconds")["amount"]) == ([("seconds", 1), ("0.15", 1)], 30)
    surf = client.call("charge", id="c4", service_id=ACCOUNT, service="data", at=AT_MS, bytes=250)
    assert (parts(surf), shown(client, "bytes")["amount"]) == ([("bytes", 2), ("0.01", 1)], 50)
    assert amounts(client)["pictures"] == 5


def test_a_zone_is_what_a_balance_may_be_for(server):
    server.publish("rules/catalogs/fixed_line")
    server.subscribe(["07715510001"], "10.00", package="fixed_line")
    client = server.connect()
    put(client, "home", 180, unit="second", account="07715510001", pays=["voice.local"])
    far = client.call("charge", id="c1", service_id="07715510001", service="voice", to="07722820022", at=AT_MS, seconds=60)
    near = client.call("charge", id="c2", service_id="07715510001", service="voice", to="5507882", at=AT_MS, seconds=200)
    assert all(part.get("balance") is None for part in far["lines"][0]["parts"])
    assert [part.get("balance") for part in near["lines"][0]["parts"]] == ["home", None]


def test_what_expires_first_is_used_first_also_before_a_package_s_units():
    with MovedServer("2026-03-10T12:00:00+08:00") as server:
        prepare(server)
        client = server.connect()
        at = "2026-03-10T12:00:00+08:00"
        hold(client, "basic", "three")
        for name, till in (("ever", None), ("april", "2026-04-02T00:00:00+08:00"), ("march", "2026-03-20T00:00:00+08:00")):
            client.call("balance.put", account=ACCOUNT, balance=name, unit="item", **({"till": till} if till else {}))
            client.call("balance.topup", id=name, account=ACCOUNT, balance=name, at=at, items=1)
        used = charge(client, "c1", 7, at=at)
        assert parts(used) == [("march", 1), ("three.free", 3), ("april", 1), ("ever", 1), ("0.10", 1)]


def test_of_those_that_expire_together_narrower_is_first_then_own_then_as_declared(client):
    hold(client, "basic", {"package": "three", "group": "home"})
    charge(client, "used up", 3)
    put(client, "all", 1)
    put(client, "all too", 1)
    put(client, "mine", 1, **{"for": ACCOUNT})
    put(client, "home", 1, **{"for": {"group": "home"}})
    put(client, "sms of all", 1, pays=["sms"])
    assert parts(charge(client, "c1", 6)) == [("sms of all", 1), ("mine", 1), ("home", 1), ("all", 1), ("all too", 1), ("0.10", 1)]


def test_who_may_use_them_is_one_subscription_a_group_or_all_of_the_account(client):
    hold(client, "basic", {"package": "three", "group": "home"}, number="13800000003", account=ACCOUNT)
    charge(client, "used up", 3, number="13800000003")
    put(client, "hers", 1, **{"for": "13800000003"})
    put(client, "home", 1, **{"for": {"group": "home"}})
    put(client, "all", 2)
    assert parts(charge(client, "c1", 1)) == [("all", 1)]
    assert parts(charge(client, "c2", 4, number="13800000003")) == [("hers", 1), ("home", 1), ("all", 1), ("0.10", 1)]
    assert parts(charge(client, "c3", number=OTHER)) == [("0.10", 1)]


def test_what_is_frozen_not_yet_valid_or_expired_pays_nothing(client):
    now = client.call("ping")["now"]
    put(client, "frozen", 5, frozen=True)
    put(client, "tomorrow", 5, **{"from": AT_MS + DAY_MS})
    put(client, "past", 5)
    put(client, "past", till=now)
    assert parts(charge(client, "c1")) == [("0.10", 1)]
    assert refusal(client, "balance.adjust", id="a", account=ACCOUNT, balance="frozen", at=AT_MS, items=-1, why="x") == "FROZEN"
    put(client, "frozen")
    assert parts(charge(client, "c2")) == [("frozen", 1)]
    client.call("account.put", account=ACCOUNT, customer=ACCOUNT, frozen=True)
    assert charge(client, "c3")["code"] == "FROZEN"
    assert amounts(client)["frozen"] == 4


def test_what_begins_by_its_first_use_ends_so_much_later(server, client):
    put(client, "pass", 5, valid={"count": 3, "every": "day", "begins": "first_use"})
    assert "till" not in shown(client, "pass")
    charge(client, "c1")
    till = shown(client, "pass")["till"]
    assert 0 < till - client.call("ping")["now"] <= 3 * DAY_MS
    charge(client, "c2")
    assert shown(client, "pass")["till"] == till
    server.kill()
    server.start()
    with server.connect() as again:
        assert (shown(again, "pass")["till"], shown(again, "pass")["amount"]) == (till, 3)
    check(server)


def test_that_units_are_low_is_told_once(client):
    put(client, "pack", 10, low_percent=[20])
    assert "notices" not in charge(client, "c1", 7)
    low = charge(client, "c2", 1)
    (told,) = client.call("notice.list")["notices"]
    assert (told["kind"], told["of"], told["unit"], told["threshold"]) == ("low_balance", "pack", "item", "20%"), told
    assert "2 item are left" in told["say"]["en"], told
    assert len(low["notices"]) == 1 and "notices" not in charge(client, "c3", 1)


def test_a_top_up_makes_them_last_longer(client):
    till = client.call("ping")["now"] + DAY_MS
    put(client, "pack", till=till)
    answer = top_up(client, "pack", 5, extends={"count": 24, "every": "hour"})
    assert answer["till"] == till + DAY_MS == shown(client, "pack")["till"]


def test_what_is_left_when_it_expires_goes_to_the_book_expired_once():
    with MovedServer("2026-03-01T12:00:00+08:00") as server:
        prepare(server)
        client = server.connect()
        at = "2026-03-01T12:00:00+08:00"
        client.call("balance.put", account=ACCOUNT, balance="pack", unit="item", till="2026-03-02T12:00:00+08:00")
        client.call("balance.topup", id="t", account=ACCOUNT, balance="pack", at=at, items=5)
        charge(client, "c1", 2, at=at)
        server.set_clock("2026-03-02T12:00:01+08:00")
        server.wait_until(lambda: shown(client, "pack")["amount"] == 0)
        entry, *_ = client.call("history", account=ACCOUNT)["entries"]
        assert (entry["kind"], entry["answer"]["amount"], entry["answer"]["unit"], entry["answer"]["balance"]) == ("expiry", 3, "item", 0)
        assert entry["postings"] == [
            {"book": f"balance:{ACCOUNT}/pack", "amount": -3, "unit": "item"},
            {"book": "expired", "amount": 3, "unit": "item"},
        ]
        assert parts(charge(client, "c2", at=at)) == [("0.10", 1)]
        refused = client.call("balance.topup", id="t2", account=ACCOUNT, balance="pack", at=at, items=5)
        assert refused["code"] == "BALANCE_EXPIRED"
        check(server)


def test_fees_are_never_paid_by_units(client):
    """Units are for usage: a balance of money beside them pays what it may, as ever."""
    put(client, "pack", 1)
    client.call("balance.put", account=ACCOUNT, balance="gift")
    client.call("balance.topup", id="g", account=ACCOUNT, balance="gift", at=AT_MS, amount="0.15", currency="CNY")
    answer = charge(client, "c1", 3)
    assert (parts(answer), answer["paid"]) == ([("pack", 1), ("0.10", 2)], [{"balance": "gift", "amount": "0.15"}, {"balance": "main", "amount": "0.05"}])


# ---- what is given back ----


def refund(client, charged, identifier, method="charge.refund", **fields):
    return client.call(method, charge=charged["charge"], id=identifier, at=AT_MS, **fields)


def test_a_refund_gives_units_back_the_last_first(server, client):
    hold(client, "basic", "three")
    put(client, "pack", 2)
    charged = charge(client, "c1", 6)  # three of the package, two of the pack, one for money
    assert parts(charged) == [("three.free", 3), ("pack", 2), ("0.10", 1)]
    part = refund(client, charged, "r1", items=3)
    assert part["amount"] == "0.05"  # half of it, and of the five units, two and a half: rounded down
    assert part["counters"] == [{"balance": "pack", "amount": 2, "unit": "item", "back": True}]
    rest = refund(client, charged, "r2")
    assert rest["amount"] == "0.05" and rest["counters"] == [{"counter": "three.free", "amount": 3, "unit": "item", "back": True}]
    assert amounts(client) == {"main": "10.00", "pack": 2}
    assert "back to balance pack: 2 item" in client.call("charge.explain", charge=part["charge"], language="en")["text"]
    assert "退回 账本 pack：2 item" in client.call("charge.explain", charge=part["charge"], language="zh")["text"]
    assert refund(client, charged, "r3")["code"] == "ALREADY_REFUNDED"
    entry = client.call("history", account=ACCOUNT)["entries"][1]
    assert {"book": f"balance:{ACCOUNT}/pack", "amount": 2, "unit": "item"} in entry["postings"]
    check(server)


def test_a_cancel_gives_all_units_back_and_what_has_expired_gets_nothing(server, client):
    put(client, "pack", 2)
    put(client, "old", 2, till=client.call("ping")["now"] + DAY_MS)
    charged = charge(client, "c1", 3)
    assert parts(charged) == [("old", 2), ("pack", 1)]
    put(client, "old", till=client.call("ping")["now"])
    back = refund(client, charged, "r1", "charge.cancel", why="not hers")
    assert back["counters"] == [
        {"balance": "old", "amount": 2, "unit": "item", "back": False},
        {"balance": "pack", "amount": 1, "unit": "item", "back": True},
    ]
    assert amounts(client) == {"main": "10.00", "old": 0, "pack": 2}
    server.kill()
    server.start()
    with server.connect() as again:
        assert amounts(again) == {"main": "10.00", "old": 0, "pack": 2}
        assert refund(again, charged, "r1", "charge.cancel", why="not hers") == {**back, "repeat": True}
    check(server)


# ---- what else shows it ----


def test_a_dump_and_a_replay_know_them(server, client):
    put(client, "pack", 3, pays=["sms"])
    charge(client, "c1", 5)
    server.stop()
    records = [json.loads(line) for line in suanpan("dump", "--json", server.data).stdout.splitlines()]
    pack = next(one for one in records if one.get("table") == "balance" and one["key"].endswith("/pack"))["value"]
    assert (pack["kind"], pack["unit"], pack["amount"]) == ("units", "item", 0)
    replayed = suanpan("replay", server.data, "--json")
    assert replayed.returncode == 0, replayed.stdout + replayed.stderr
    assert json.loads(replayed.stdout)["different"] == 0

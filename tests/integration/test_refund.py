"""charge.refund and charge.cancel: what was charged comes back once, from where it was taken, in as many parts as are wanted and never
more than the whole; scenario S8's refunds over the wire."""

import json
import random
import shutil
import threading
from decimal import Decimal

import pytest
import sample
from server import ROOT, Server, ServerError, suanpan

NUMBER = "1001"
AT = "2026-03-11T09:00:00+08:00"
LATER = "2026-03-11T10:00:00+08:00"


@pytest.fixture(scope="module")
def calls():
    """Money alone: a local call of up to three minutes costs 0.22."""
    with Server() as one:
        sample.prepare(one, [NUMBER, "1002"])
        yield one


def call(identifier, seconds=60, number=NUMBER, **fields):
    return {"id": identifier, "service_id": number, "service": "voice", "to": "5507882", "at": AT, "seconds": seconds, **fields}


def charged(client, request):
    answer = client.call("charge", request)
    assert answer["outcome"] == "charged", answer
    return answer["charge"]


def refund(identifier, charge, **fields):
    return {"id": identifier, "charge": charge, "at": LATER, **fields}


def refused(client, code, request, method="charge.refund"):
    answer = client.call(method, request)
    assert (answer["outcome"], answer.get("code")) == ("refused", code), answer
    assert answer["say"]["en"] and answer["say"]["zh"] and "{" not in answer["say"]["en"] + answer["say"]["zh"]
    return answer


def money(client, number=NUMBER):
    return sample.balance(client, number)


# ---- once, and how much ----


def test_the_whole_comes_back_once_and_a_repeat_says_the_same(calls):
    client = calls.connect()
    before = money(client)
    charge = charged(client, call("whole"))
    assert money(client) == before - Decimal("0.22")
    answer = client.call("charge.refund", refund("r-whole", charge, by="anna", why="no answer"))
    assert answer == {
        "outcome": "refunded", "repeat": False, "charge": answer["charge"], "of": charge, "amount": "0.22", "currency": "CNY", "usage": 60,
        "unit": "second", "left": "0.00", "usage_left": 0, "balance": answer["balance"], "counters": [], "by": "anna", "why": "no answer",
    }  # fmt: skip
    assert money(client) == before == Decimal(answer["balance"])
    assert client.call("charge.refund", refund("r-whole", charge, by="anna", why="no answer")) == {**answer, "repeat": True}
    again = refused(client, "ALREADY_REFUNDED", refund("r-again", charge))
    assert answer["charge"] in again["say"]["en"]
    assert client.call("charge.refund", refund("r-again", charge)) == {**again, "repeat": True}
    refused(client, "ALREADY_REFUNDED", refund("r-again", charge, attempt=2))
    assert money(client) == before


def test_parts_come_to_the_whole_and_not_beyond(calls):
    client = calls.connect()
    before = money(client)
    charge = charged(client, call("parts", seconds=100))
    assert client.call("charge.refund", refund("p1", charge, amount="0.05", currency="CNY"))["left"] == "0.17"
    part = client.call("charge.refund", refund("p2", charge, seconds=33))
    assert (part["amount"], part["left"], part["usage"], part["usage_left"]) == ("0.0726", "0.0974", 33, 67)
    refused(client, "MORE_THAN_CHARGED", refund("p3", charge, seconds=68))
    refused(client, "MORE_THAN_CHARGED", refund("p4", charge, amount="0.0975", currency="CNY"))
    refused(client, "MORE_THAN_CHARGED", refund("p5", charge, seconds=67))  # of which 0.05 came back before
    refused(client, "WRONG_UNIT", refund("p6", charge, items=1))
    refused(client, "WRONG_CURRENCY", refund("p7", charge, amount="0.01", currency="USD"))
    rest = client.call("charge.refund", refund("p8", charge))
    assert (rest["amount"], rest["left"], rest["usage"]) == ("0.0974", "0.00", 67)
    refused(client, "ALREADY_REFUNDED", refund("p9", charge, seconds=1))
    assert money(client) == before


def test_of_what_cost_nothing_nothing_comes_back_and_that_once(calls):
    client = calls.connect()
    before = money(client)
    for seconds in (0, 60):
        charge = charged(client, call(f"free{seconds}", to="110", seconds=seconds))
        refused(client, "MORE_THAN_CHARGED", refund(f"f1-{seconds}", charge, amount="0.01", currency="CNY"))
        answer = client.call("charge.refund", refund(f"f2-{seconds}", charge))
        assert (answer["outcome"], answer["amount"], answer["usage"]) == ("refunded", "0.00", seconds)
        refused(client, "ALREADY_REFUNDED", refund(f"f3-{seconds}", charge))
    assert money(client) == before


def test_what_was_not_paid_does_not_come_back(calls):
    client = calls.connect()
    calls.subscribe(["1003"], balance="0.10", package="fixed_line")
    charge = charged(client, call("short", number="1003", short="partial"))
    assert money(client, "1003") == 0
    assert client.call("charge.refund", refund("s", charge))["amount"] == "0.10"
    assert money(client, "1003") == Decimal("0.10")


def test_cancelling_takes_back_what_is_left_and_says_why(calls):
    client = calls.connect()
    before = money(client)
    charge = charged(client, call("mistake", seconds=200))
    client.call("charge.refund", refund("c1", charge, amount="0.10", currency="CNY"))
    with pytest.raises(ServerError, match="MISSING_FIELD"):
        client.call("charge.cancel", refund("c2", charge))
    answer = client.call("charge.cancel", refund("c2", charge, why="keyed twice"))
    assert (answer["outcome"], answer["amount"], answer["left"], answer["why"]) == ("cancelled", "0.23", "0.00", "keyed twice")
    refused(client, "ALREADY_REFUNDED", refund("c3", charge, why="keyed twice"), "charge.cancel")
    refused(client, "ALREADY_REFUNDED", refund("c4", charge))
    assert money(client) == before
    assert client.call("charge", call("mistake", seconds=200))["repeat"]  # a charged id is never decided anew


def test_what_is_no_charge_is_not_given_back(calls):
    client = calls.connect()
    before = money(client)
    charge = charged(client, call("real"))
    top_up = {"account": NUMBER, "id": "top", "at": AT, "amount": "1.00", "currency": "CNY"}
    assert "a top-up" in refused(client, "NOT_A_CHARGE", refund("n1", client.call("balance.topup", top_up)["charge"]))["say"]["en"]
    first = client.call("charge.refund", refund("n2", charge))
    assert "a refund" in refused(client, "NOT_A_CHARGE", refund("n3", first["charge"]))["say"]["en"]
    client.call("charge", call("unpriced", to="00999"))
    positions = [entry["charge"] for entry in client.call("history", account=NUMBER)["entries"]]
    last = max(int(position.split(":")[1]) for position in positions)
    for charge in ("0:8:0", f"0:{last + 8}:0", "0:99999999999992:0", "1:4096:0", "nothing", "0:4096:1"):
        answer = refused(client, "UNKNOWN_CHARGE", refund(f"n4-{charge}", charge))
        assert client.call("charge.refund", refund(f"n4-{charge}", charge)) == answer  # whose id would it be?
        known = refused(client, "UNKNOWN_CHARGE", refund(f"n5-{charge}", charge, account=NUMBER))
        assert client.call("charge.refund", refund(f"n5-{charge}", charge, account=NUMBER)) == {**known, "repeat": True}
    assert money(client) == before + 1


def test_a_refused_request_is_no_charge(calls):
    client = calls.connect()
    calls.subscribe(["1004"], balance="0.10", package="fixed_line")
    assert client.call("charge", call("poor", number="1004"))["code"] == "BALANCE_TOO_LOW"
    calls.restart()  # so that all of it is in the dump
    calls.stop()
    entries = [json.loads(line) for line in suanpan("dump", calls.data, "--json").stdout.splitlines()]
    calls.start()
    client = calls.connect()
    (refusal,) = [entry["charge"] for entry in entries if entry.get("kind") == "refusal" and entry["id"] == "poor"]
    answer = refused(client, "NOT_A_CHARGE", refund("p", refusal))
    assert "refused" in answer["say"]["en"]
    assert client.call("charge.refund", refund("p", refusal)) == {**answer, "repeat": True}


def test_an_account_that_is_named_must_be_the_one_that_paid(calls):
    client = calls.connect()
    charge = charged(client, call("mine"))
    refused(client, "OTHER_ACCOUNT", refund("o1", charge, account="1002"))
    refused(client, "OTHER_ACCOUNT", refund("o1", charge, account="nobody"))
    assert client.call("charge.refund", refund("o1", charge, account=NUMBER))["outcome"] == "refunded"


def test_an_id_belongs_to_the_account_that_paid(calls):
    client = calls.connect()
    one, other = (charged(client, call(f"ids{number}", number=number)) for number in (NUMBER, "1002"))
    assert client.call("charge.refund", refund("same", one))["outcome"] == "refunded"
    assert client.call("charge.refund", refund("same", other))["outcome"] == "refunded"
    for otherwise in ({"amount": "0.01", "currency": "CNY"}, {"seconds": 1}, {"why": "else"}, {"at": AT}):
        with pytest.raises(ServerError, match="ID_CONFLICT"):
            client.call("charge.refund", refund("same", one, **otherwise))
    with pytest.raises(ServerError, match="ID_CONFLICT"):
        client.call("charge.cancel", refund("same", one, why="x"))
    with pytest.raises(ServerError, match="ID_CONFLICT"):
        client.call("balance.topup", {"account": NUMBER, "id": "same", "at": LATER, "amount": "1.00", "currency": "CNY"})


def test_a_charge_comes_back_when_nobody_has_its_number_any_more(calls):
    client = calls.connect()
    calls.subscribe(["1005"], package="fixed_line")
    charge = charged(client, call("gone", number="1005"))
    gone = {"service_id": "1005", "till": "2026-03-01T00:00:00+08:00"}
    client.call("subscription.put", subscription="1005", account="1005", product="pstn", service_ids=[gone], packages=["fixed_line"])
    assert client.call("charge.refund", refund("g", charge))["amount"] == "0.22"


def test_time_and_fields_are_checked_as_everywhere(calls):
    client = calls.connect()
    charge = charged(client, call("fields"))
    assert client.call("charge.refund", refund("t1", charge, at="2001-01-01T00:00:00Z"))["code"] == "TOO_OLD"
    assert client.call("charge.refund", refund("t2", charge, at="2150-01-01T00:00:00Z"))["code"] == "AHEAD_OF_CLOCK"
    for fields, code in (
        ({"seconds": 1, "amount": "0.01", "currency": "CNY"}, "FIELDS_CONFLICT"),
        ({"seconds": 1, "items": 1}, "FIELDS_CONFLICT"),
        ({"amount": "0.01"}, "FIELDS_CONFLICT"),
        ({"currency": "CNY"}, "FIELDS_CONFLICT"),
        ({"seconds": 0}, "OUT_OF_RANGE"),
        ({"amount": "0", "currency": "CNY"}, "OUT_OF_RANGE"),
        ({"amount": 0.5, "currency": "CNY"}, "WRONG_TYPE"),
        ({"what": 1}, "UNKNOWN_FIELD"),
        ({"why": ""}, "OUT_OF_RANGE"),
    ):
        with pytest.raises(ServerError, match=code):
            client.call("charge.refund", refund("t3", charge, **fields))
    with pytest.raises(ServerError, match="UNKNOWN_FIELD"):
        client.call("charge.cancel", refund("t4", charge, why="x", seconds=1))
    assert client.call("charge.refund", refund("t3", charge))["outcome"] == "refunded"


# ---- at once, and killed ----


def ask_at_once(server, requests):
    """Each on a connection of its own; answers in their order."""
    clients = [server.connect() for _ in requests]
    numbers = [client.send("charge.refund", request) for client, request in zip(clients, requests, strict=True)]
    answers = sample.results([client.receive(number) for client, number in zip(clients, numbers, strict=True)])
    for client in clients:
        client.close()
    return answers


def test_of_sixty_four_refunds_at_once_one_wins(calls):
    client = calls.connect()
    before = money(client)
    charge = charged(client, call("at once"))
    answers = ask_at_once(calls, [refund(f"once{n}", charge) for n in range(64)])
    assert sorted(answer.get("code", answer["outcome"]) for answer in answers) == ["ALREADY_REFUNDED"] * 63 + ["refunded"]
    assert money(client) == before
    charge = charged(client, call("together"))
    answers = ask_at_once(calls, [refund("together", charge)] * 64)
    assert sorted(answer.pop("repeat") for answer in answers) == [False] + [True] * 63
    assert all(answer == answers[0] for answer in answers) and answers[0]["outcome"] == "refunded"
    assert money(client) == before


def test_parts_at_once_come_to_the_whole(calls):
    client = calls.connect()
    before = money(client)
    charge = charged(client, call("pieces", seconds=40))
    answers = ask_at_once(calls, [refund(f"piece{n}", charge, seconds=1) for n in range(64)])
    given = [Decimal(answer["amount"]) for answer in answers if answer["outcome"] == "refunded"]
    assert (len(given), sum(given)) == (40, Decimal("0.22"))
    assert {answer["code"] for answer in answers if answer["outcome"] == "refused"} == {"ALREADY_REFUNDED"}
    assert money(client) == before


def test_what_a_kill_leaves_open_is_decided_once(messages):
    """Sixty-four refunds are under way when the server is killed, again and again; then all of them are sent again."""
    chance = random.Random(7)
    client = messages.connect()
    charges = [charged(client, send(f"killed{n}", characters=10)) for n in range(64)]
    requests = [refund(f"k{n}", charge, at=AT) for n, charge in enumerate(charges)]
    for _ in range(4):
        killer = threading.Timer(chance.uniform(0, 0.03), messages.kill)
        killer.start()
        try:
            messages.connect().call_all("charge.refund", requests, in_flight=8)
        except OSError:
            pass  # it was killed
        killer.join()
        messages.start()
    answers = sample.results(messages.connect().call_all("charge.refund", requests))
    assert [answer["of"] for answer in answers] == charges
    assert {answer["outcome"] for answer in answers} == {"refunded"}
    assert left(messages.connect())["sms_1000.units"] == 1000
    messages.stop()
    assert counter(messages, "sms_1000.units") == {"2026-03-10": 0} and counter(messages, "a_day_100.messages") == {"2026-03-11": 0}
    assert suanpan("fsck", messages.data).returncode == 0
    messages.start()


# ---- scenario S8: units and counts ----

BOUGHT = "2026-03-10T10:00:00+08:00"


@pytest.fixture
def messages():
    """crm sends by 1,000 messages that are good for 12 months, a hundred a day."""
    with Server() as one:
        one.publish("rules/catalogs/messages")
        one.subscribe(["crm"], product="messaging")
        hold(one.connect(), ["sending", ("sms_1000", BOUGHT), "a_day_100"])
        yield one


def hold(client, packages):
    client.call(
        "subscription.put", subscription="crm", account="crm", product="messaging", service_ids=["crm"],
        packages=[{"package": one} if isinstance(one, str) else {"package": one[0], "from": one[1]} for one in packages],
    )  # fmt: skip


def send(identifier, characters=200, items=1, at=AT):
    return {
        "id": identifier, "service_id": "crm", "service": "sms", "to": "13800000000", "at": at, "items": items,
        "with": {"characters": characters},
    }  # fmt: skip


def counter(server, name):
    """What a counter has counted, in all its cycles."""
    dumped = suanpan("dump", server.data, "--records", "--json").stdout.splitlines()
    records = [json.loads(line) for line in dumped]
    return {record["key"].split("/")[2]: record["value"]["used"] for record in records
            if record["table"] == "counter" and record["key"].split("/")[1] == name}  # fmt: skip


def left(client):
    return {one["allowance"]: one["left"] for one in client.call("balance.get", account="crm", subscription="crm")["allowances"]}


def counters(answer):
    return {one["counter"]: (one["amount"], one["back"]) for one in answer["counters"]}


def test_a_failed_delivery_is_refunded_once_and_the_days_count_with_it(messages):
    client = messages.connect()
    first = charged(client, send("first", items=33))  # 99 units
    failed = charged(client, send("failed", characters=10))
    assert client.call("charge", send("one too many"))["code"] == "LIMIT_REACHED"
    answer = client.call("charge.refund", refund("undelivered", failed, at="2026-03-11T12:00:00+08:00"))
    assert counters(answer) == {"sms_1000.units": (1, True), "a_day_100.messages": (1, True)}
    assert (answer["amount"], answer["unit"], answer["usage"]) == ("0.00", "item", 1)
    refused(client, "ALREADY_REFUNDED", refund("undelivered twice", failed, at="2026-03-11T12:00:00+08:00"))
    assert charged(client, send("in its place", characters=10))
    assert client.call("charge", send("again one too many"))["code"] == "LIMIT_REACHED"
    part = client.call("charge.refund", refund("some", first, items=11, at="2026-03-11T13:00:00+08:00"))
    assert counters(part) == {"sms_1000.units": (33, True), "a_day_100.messages": (33, True)}
    messages.restart()
    client = messages.connect()
    assert charged(client, send("eleven more", items=11))
    assert client.call("charge", send("and no more"))["code"] == "LIMIT_REACHED"
    messages.stop()
    assert counter(messages, "sms_1000.units") == {"2026-03-10": 100}
    assert suanpan("fsck", messages.data).returncode == 0
    messages.start()


def test_a_count_whose_day_is_over_and_a_grant_that_has_expired_get_nothing(messages):
    client = messages.connect()
    charges = [charged(client, send(f"m{n}", characters=10)) for n in range(3)]
    next_day = client.call("charge.refund", refund("next day", charges[0], at="2026-03-12T00:00:00+08:00"))
    assert counters(next_day) == {"sms_1000.units": (1, True), "a_day_100.messages": (1, False)}
    assert client.call("charge.refund", refund("the same", charges[1], at="2026-03-11T23:59:59+08:00"))["counters"][0]["back"]
    messages.stop()
    assert counter(messages, "a_day_100.messages") == {"2026-03-11": 2}
    assert counter(messages, "sms_1000.units") == {"2026-03-10": 1}
    messages.start()


def test_what_was_good_for_some_months_comes_back_in_them_alone(tmp_path):
    """The clock can't be moved ahead; so the purchase lies a year back."""
    with Server() as one:
        one.publish("rules/catalogs/messages")
        one.subscribe(["crm"], product="messaging")
        client = one.connect()
        hold(client, ["sending", ("sms_1000", "2025-03-10T10:00:00+08:00")])
        assert client.call("charge", send("before its package was sold", at="2025-03-11T09:00:00+08:00"))["code"] == "NO_PRICE"
        hold(client, ["sending", ("sms_1000", "2026-01-05T10:00:00+08:00")])
        early, late = (charged(client, send(name, at="2026-01-06T09:00:00+08:00")) for name in ("early", "late"))
        assert client.call("charge.refund", refund("in time", early, at="2026-09-01T00:00:00+08:00"))["counters"][0]["back"]
        short = tmp_path / "short"
        shutil.copytree(ROOT / "rules/catalogs/messages", short)
        for script in short.rglob("*.lua"):
            text = script.read_text().replace('valid = "12 months"', 'valid = "3 months"')
            script.unlink() if script.name.endswith("_test.lua") else script.write_text(text)
        one.publish(short)
        assert client.call("charge.refund", refund("too late", late, at="2026-04-05T00:00:00+08:00"))["counters"] == [
            {"counter": "sms_1000.units", "amount": 3, "unit": "item", "back": False}
        ]
        one.stop()
        assert counter(one, "sms_1000.units") == {"2026-01-05": 3}


# ---- what packages rule ----

RULED = """
catalog "ruled" {}
service "sms" { unit = "item" }
product "line" { services = { "sms" } }
package "p" {
    kind = "base", from = "2026-01-01",
    tariff { id = "sms", say = "sms", serves = { service = "sms" }, step = "1 item", price = "0.10", round = "0.01 half_up" },
    cap { id = "most", amount = "5.00", every = "month" },
    limit { id = "day", say = "sms", serves = { service = "sms" }, amount = "100 items", every = "day" },
    refund { id = "short", serves = { service = "sms" }, within = "24 hours", gives = "GIVES", say = "sms" },
}
local words = { catalog = { ruled = "-" }, service = { sms = "-" }, product = { line = "-" }, package = { p = "-" }, cap = { most = "-" },
    sms = "-" }
texts "zh" (words)
texts "en" (words)
"""


@pytest.mark.parametrize("gives", ["units", "money", "all"])
def test_a_package_rules_what_is_given_and_until_when_but_not_of_mistakes(tmp_path, gives):
    (tmp_path / "catalog.lua").write_text(RULED.replace("GIVES", gives))
    with Server() as one:
        one.publish(tmp_path)
        one.subscribe(["1001"], package="p", product="line")
        client = one.connect()
        sms = {"service_id": NUMBER, "service": "sms", "at": AT, "items": 3}
        charges = [charged(client, {**sms, "id": f"ruled{n}"}) for n in range(3)]
        before = money(client)
        units, cap = {"p.day": (1, True)}, {"p.most": (Decimal("0.10"), True)}
        expected = {"units": (units, 0), "money": (cap, "0.10"), "all": (units | cap, "0.10")}[gives]
        answer = client.call("charge.refund", refund("one", charges[0], items=1))
        found = {name: (Decimal(amount) if name == "p.most" else amount, back) for name, (amount, back) in counters(answer).items()}
        assert (found, Decimal(answer["amount"])) == (expected[0], Decimal(expected[1]))
        amount = client.call("charge.refund", refund("amount", charges[1], amount="0.05", currency="CNY"))
        if gives == "units":
            assert amount["code"] == "UNITS_ONLY" and "p.short" in amount["say"]["en"]
        else:
            assert (amount["amount"], counters(amount)) == ("0.05", {"p.most": ("0.05", True)})
        late = refused(client, "REFUND_TOO_LATE", refund("late", charges[2], at="2026-03-12T09:00:00+08:00"))
        assert "p.short" in late["say"]["zh"]
        whole = client.call("charge.cancel", refund("mistake", charges[2], at="2026-03-12T09:00:00+08:00", why="x"))
        assert (whole["amount"], counters(whole)) == ("0.30", {"p.day": (3, False), "p.most": ("0.30", True)})
        assert money(client) == before + Decimal(answer["amount"]) + Decimal(amount.get("amount", 0)) + Decimal("0.30")
        one.stop()
        assert suanpan("fsck", one.data).returncode == 0
        one.start()


# ---- read and explained ----


def test_history_shows_refunds_and_a_charge_what_was_given_back_of_it(calls):
    client = calls.connect()
    charge = charged(client, call("shown", seconds=100))
    assert "refunded" not in client.call("charge.get", [charge])
    part = client.call("charge.refund", refund("shown1", charge, seconds=50, why="bad line"))["charge"]
    whole = client.call("charge.cancel", refund("shown2", charge, why="wrong line"))["charge"]
    assert client.call("charge.get", [charge])["refunded"] == {"amount": "0.22", "usage": 100, "last": whole}
    newest = client.call("history", account=NUMBER, limit=3)["entries"]
    assert [(entry["kind"], entry["charge"]) for entry in newest] == [("refund", whole), ("refund", part), ("charge", charge)]
    assert (newest[0]["answer"]["outcome"], newest[0]["answer"]["why"], newest[1]["answer"]["why"]) == ("cancelled", "wrong line", "bad line")
    assert newest[1]["scope"] == NUMBER
    assert newest[1]["postings"] == [
        {"book": f"balance:{NUMBER}/main", "amount": "0.11", "unit": "CNY"},
        {"book": "revenue", "amount": "-0.11", "unit": "CNY"},
        {"book": f"refund:{charge}", "amount": "0.11", "unit": "CNY"},
        {"book": "refunded", "amount": "-0.11", "unit": "CNY"},
    ]
    assert client.call("charge.get", [part])["answer"] == newest[1]["answer"]


def test_a_refund_is_explained_in_both_languages(messages):
    client = messages.connect()
    charge = charged(client, send("explained", items=2))
    answer = client.call("charge.refund", refund("e1", charge, items=1, at="2026-03-12T09:00:00+08:00", by="anna", why="not delivered"))
    english = client.call("charge.explain", charge=answer["charge"])
    assert (english["kind"], english["text"].splitlines()) == ("refund", [
        f"charge {charge} refunded: 0.00 CNY (of 1 item); left 0.00 CNY (of 1 item)",
        "  not back to a_day_100.messages: 3 item, whose time is over",
        "  back to sms_1000.units: 3 item",
        "  by anna",
        "  reason: not delivered",
    ])  # fmt: skip
    chinese = client.call("charge.explain", charge=answer["charge"], language="zh")["text"]
    assert chinese.splitlines()[1:] == [
        "  不退 a_day_100.messages：3 item，其周期或有效期已过", "  退回 sms_1000.units：3 item", "  经办人：anna", "  原因：not delivered",
    ]  # fmt: skip
    assert "退还 0.00 CNY（1 item）；剩余 0.00 CNY（1 item）" in chinese
    assert client.call("charge.explain", charge=charge)["text"].endswith(f"of this 0.00 was given back, last by {answer['charge']}\n")
    assert f"其中已退还 0.00（最后一次：{answer['charge']}）" in client.call("charge.explain", charge=charge, language="zh")["text"]
    cancelled = client.call("charge.cancel", refund("e2", charge, why="x"))["charge"]
    assert f"charge {charge} cancelled: " in client.call("charge.explain", charge=cancelled)["text"]
    assert "撤销 0.00" in suanpan("explain", cancelled, *messages.to(), env={"LC_ALL": "zh_CN.UTF-8", "PATH": "/usr/bin:/bin"}).stdout

"""What plans count over a cycle, over the wire: tiers and carried minutes of scenario S2, scenario S3 whole, caps and limits,
from charge to charge and over a restart."""

import json

import pytest
from server import Server, suanpan

PACKAGE = "e6_base"
NUMBER = "07715510165"


def call(identifier, at, seconds, **fields):
    return {"id": identifier, "service_id": NUMBER, "service": "voice", "to": "5507882", "at": at, "seconds": seconds, **fields}


@pytest.fixture
def e6():
    with Server() as one:
        one.publish("rules/catalogs/e6")
        one.subscribe([NUMBER], package=PACKAGE)
        yield one


def parts(answer):
    return [(part.get("band"), part["units"], part["price"], part.get("tier")) for part in answer["lines"][0]["parts"]]


def test_the_301st_paid_minute_of_a_month_is_cheaper(e6):
    client = e6.connect()
    free = client.call("charge", call("free", "2026-01-02T08:00:00+08:00", 300 * 60))
    assert free["amount"] == "0.00"
    paid = client.call("charge", call("paid", "2026-01-03T08:00:00+08:00", 298 * 60))
    assert paid["amount"] == "44.70"
    enquiry = client.call("rate", {key: value for key, value in call("", "2026-01-04T12:00:00+08:00", 240).items() if key != "id"})
    e6.restart()
    client = e6.connect()
    crossing = client.call("charge", call("crossing", "2026-01-04T12:00:00+08:00", 240))
    assert (crossing["amount"], crossing["lines"]) == (enquiry["amount"], enquiry["lines"])
    assert crossing["amount"] == "0.52"
    assert parts(crossing) == [("day", 2, "0.15", 1), ("day", 2, "0.11", 2)]
    night = client.call("charge", call("night", "2026-01-04T22:00:00+08:00", 60))
    assert (night["amount"], parts(night)) == ("0.06", [("night", 1, "0.06", 2)])
    assert client.call("charge", call("crossing", "2026-01-04T12:00:00+08:00", 240)) == {**crossing, "repeat": True}
    february = client.call("charge", call("february", "2026-02-01T12:00:00+08:00", 301 * 60))
    assert february["amount"] == "0.15"


def test_what_is_left_of_a_month_serves_the_next_one_first(e6):
    client = e6.connect()
    january = client.call("charge", call("january", "2026-01-02T08:00:00+08:00", 200 * 60))
    assert january["amount"] == "0.00"
    e6.restart()
    client = e6.connect()
    february = client.call("charge", call("february", "2026-02-02T08:00:00+08:00", 100 * 60))
    assert february["amount"] == "0.00"
    march = client.call("charge", call("march", "2026-03-02T07:00:00+08:00", 601 * 60))
    assert march["amount"] == "0.15"
    assert parts(march) == [("day", 600, "0.00", None), ("day", 1, "0.15", 1)]


COUNTING = """
catalog "counting" {}
service "voice" { unit = "second" }
service "data" { unit = "byte" }
product "line" { services = { "voice", "data" } }
package "p" {
    kind = "base", from = "2026-01-01",
    tariff { id = "voice", say = "voice", serves = { service = "voice" }, step = "60 s",
        tiers = { kind = "volume", every = "day" }, price = { { "0.20", up_to = 10 }, { "0.10" } } },
    tariff { id = "data", say = "data", serves = { service = "data" }, step = "1 MB",
        tiers = { kind = "volume", every = "event" }, price = { { "0.05", up_to = "1 GB" }, { "0.02" } } },
}
local words = { catalog = { counting = "-" }, service = { voice = "-", data = "-" }, product = { line = "-" }, package = { p = "-" },
    voice = "-", data = "-" }
texts "zh" (words)
texts "en" (words)
"""

COUNTING_TESTS = """
cases "volume over a day" {
    holds = "p",
    used = { ["p.voice"] = "10 minutes", ["p.voice.charged"] = "2.00" },
    event = { service = "voice", at = "2026-03-04 12:00:00" },
    columns = { "name", "seconds", "=> parts", "=> amount" },

    { "never gives back", 60, "1 tier 2", "0.00" },
    { "ten more have cost nothing", 600, "10 tier 2", "0.00" },
    { "the difference", 660, "11 tier 2", "0.10" },
}

test "volume over a day, into the next" {
    holds = "p",
    event = { service = "voice", at = "2026-03-04 23:58:00", seconds = "13 minutes" },
    expect = { amount = "1.50", parts = "2 tier 1, 11 tier 2", tariff = "voice, voice" },
}

cases "volume of an event" {
    holds = "p",
    event = { service = "data", at = "2026-03-04 12:00:00" },
    columns = { "bytes", "=> parts", "=> amount" },

    { "1 GB", "1024 tier 1", "51.20" },
    { 1073741825, "1025 tier 2", "20.50" },
}
"""


def test_volume_tiers_price_all_units_by_their_sum(tmp_path):
    (tmp_path / "catalog.lua").write_text(COUNTING)
    (tmp_path / "counting_test.lua").write_text(COUNTING_TESTS)
    checked = suanpan("check", tmp_path)
    assert "errors: 0, warnings: 0" in checked.stdout, checked.stdout
    tested = suanpan("test", tmp_path)
    assert tested.returncode == 0, tested.stdout
    assert "passed: 6, failed: 0" in tested.stdout, tested.stdout


BOUNDED = """
catalog "bounded" {}
service "voice" { unit = "second" }
service "data" { unit = "byte" }
product "line" { services = { "voice", "data" } }
package "p" {
    kind = "base", from = "2026-01-01",
    tariff { id = "voice", say = "voice", serves = { service = "voice" }, step = "60 s", price = "0.30" },
    tariff { id = "data", say = "data", serves = { service = "data" }, step = "1 MB", price = "0.07", round = "0.10 up" },
    cap { id = "most", amount = "1.00", every = "month" },
    limit { id = "enough", say = "enough", serves = { service = "data" }, amount = 10, unit = "MB", every = "day" },
}
local words = { catalog = { bounded = "-" }, service = { voice = "-", data = "-" }, product = { line = "-" }, package = { p = "-" },
    cap = { most = "-" }, voice = "-", data = "-" }
texts "zh" (words)
texts "en" (words)
texts "zh" { enough = "今日流量已用完" }
texts "en" { enough = "no more data today" }
"""


def test_a_cap_bounds_what_a_month_costs_and_a_limit_refuses_in_the_plans_words(server, tmp_path):
    (tmp_path / "catalog.lua").write_text(BOUNDED)
    server.publish(tmp_path)
    server.subscribe([NUMBER], package="p", product="line")
    client = server.connect()

    def charge(identifier, at, **quantity):
        service = "voice" if "seconds" in quantity else "data"
        fields = {"id": identifier, "service_id": NUMBER, "service": service, "at": at, **quantity}
        return client.call("charge", fields)

    def capped(answer):
        line = answer["lines"][0]
        return (answer["amount"], line.get("cap"), line.get("uncapped"))

    assert capped(charge("1", "2026-03-04T12:00:00+08:00", seconds=61)) == ("0.60", None, None)
    assert capped(charge("2", "2026-03-04T12:10:00+08:00", bytes=9 << 20)) == ("0.40", "p.most", "0.70")
    assert capped(charge("3", "2026-03-04T12:20:00+08:00", bytes=2 << 20)) == ("0.00", "p.most", "0.20")
    refused = charge("4", "2026-03-04T12:30:00+08:00", bytes=1)
    assert (refused["outcome"], refused["code"], refused["nearest"]) == ("refused", "LIMIT_REACHED", "p.enough")
    assert refused["because"] == {"condition": "limit", "wanted": str(10 << 20), "got": str(11 << 20)}
    assert "no more data today" in str(refused["say"]) and "今日流量已用完" in str(refused["say"])
    assert charge("4", "2026-03-04T12:30:00+08:00", bytes=1) == {**refused, "repeat": True}
    assert capped(charge("5", "2026-03-05T00:00:00+08:00", bytes=1)) == ("0.00", "p.most", "0.10")
    assert capped(charge("6", "2026-04-01T00:00:00+08:00", bytes=1)) == ("0.10", None, None)
    assert client.call("balance.get", [NUMBER])["available"] == "4998.90"


MB = 1 << 20


@pytest.fixture
def everything(server):
    server.publish("rules/catalogs/data_for_all")
    server.subscribe([NUMBER], package="data_for_all", product="mobile")
    client = server.connect()

    def charge(identifier, at="2026-01-05T12:00:00+08:00", **quantity):
        service = {"seconds": "voice", "bytes": "data", "items": "sms"}[next(iter(quantity))]
        return client.call("charge", {"id": identifier, "service_id": NUMBER, "service": service, "at": at, **quantity})

    return charge


def test_data_calls_and_messages_share_one_allowance_price_and_cap(everything, server):
    first = everything("1", bytes=1022 * MB + MB // 2)
    assert (first["amount"], first["lines"][0]["parts"]) == (
        "0.00", [{"units": 1022 * 1024 + 512, "price": "0.00", "allowance": "data_for_all.included"}])
    call = everything("2", seconds=65)
    assert (call["amount"], call["lines"][0]["parts"]) == ("0.06", [
        {"units": 1536, "price": "0.00", "allowance": "data_for_all.included"}, {"units": 512, "price": "0.0001"}])
    assert everything("3", seconds=65)["amount"] == "0.21"
    assert everything("4", items=1)["amount"] == "0.11"
    assert everything("5", bytes=1500)["amount"] == "0.01"
    assert everything("6", bytes=10 * MB)["amount"] == "1.03"
    assert everything("7", bytes=123456789)["amount"] == "12.06"
    # so far 13.48; 586.42 more make 599.90
    assert everything("8", seconds=60 * 5726)["amount"] == "586.35"
    assert everything("9", bytes=700 * 1024)["amount"] == "0.07"
    assert everything("10", bytes=10 * MB)["amount"] == "0.10"
    last = everything("11", bytes=10 * MB)
    assert (last["amount"], last["lines"][0]["cap"], last["lines"][0]["uncapped"]) == ("0.00", "data_for_all.most", "1.03")
    server.stop()
    dumped = suanpan("dump", server.data, "--journal", "--json").stdout.splitlines()
    postings = [posting for entry in map(json.loads, dumped) for posting in entry.get("postings", ())]
    assert {posting["unit"] for posting in postings if posting["book"] == "used"} == {"byte"}
    assert {posting["unit"] for posting in postings if posting["book"] == "counted"} == {"CNY"}


def test_data_ends_at_its_limit_and_calls_do_not(everything):
    assert everything("1", bytes=15360 * MB - 1)["outcome"] == "charged"
    assert everything("2", bytes=10 * MB)["outcome"] == "charged"
    refused = everything("3", bytes=1)
    assert (refused["code"], refused["nearest"]) == ("LIMIT_REACHED", "data_for_all.data_a_month")
    assert everything("4", seconds=65)["outcome"] == "charged"
    assert everything("5", at="2026-02-01T00:00:00+08:00", bytes=1)["outcome"] == "charged"


def test_messages_are_paid_in_units_bought_and_too_few_refuse_the_whole_message(server):
    server.publish("rules/catalogs/messages")
    server.subscribe(["crm"], package="sending", product="sender")
    client = server.connect()
    held = ["sending", "a_day_100", {"package": "sms_1000", "from": "2026-01-05T10:00:00+08:00"}]
    client.call("subscription.put", {"subscription": "crm", "account": "crm", "product": "sender", "service_ids": ["crm"],
                                     "packages": held})

    def send(identifier, characters, items=1, at="2026-01-06T12:00:00+08:00", to="13800000000"):
        attributes = {} if characters is None else {"with": {"characters": characters}}
        return client.call("charge", {"id": identifier, "service_id": "crm", "service": "sms", "to": to, "at": at, "items": items,
                                      **attributes})

    first = send("1", 200)
    assert (first["amount"], first["lines"][0]["parts"]) == (
        "0.00", [{"units": 3, "price": "0.00", "allowance": "sms_1000.units"}])
    assert send("2", 70, items=97)["outcome"] == "charged"
    assert send("3", 70)["code"] == "LIMIT_REACHED"
    assert send("4", 70, items=898, at="2026-01-07T00:00:00+08:00")["outcome"] == "charged"
    refused = send("5", 135, at="2026-01-08T00:00:00+08:00")
    assert (refused["code"], refused["nearest"]) == ("TOO_FEW_UNITS", "sending.sms")
    assert refused["because"] == {"condition": "units", "wanted": "3", "got": "2"}
    assert "too few short messages" in str(refused["say"]) and "剩余短信条数不足" in str(refused["say"])
    assert send("6", 134, at="2026-01-08T00:00:00+08:00")["outcome"] == "charged"
    assert send("7", 1, at="2026-01-08T00:00:00+08:00")["because"] == {"condition": "units", "wanted": "1", "got": "0"}
    assert send("8", None, at="2026-01-08T00:00:00+08:00")["because"]["condition"] == "count"
    assert send("9", 10, to="10690001", at="2026-01-08T00:00:00+08:00")["because"]["condition"] == "zone"


MANY = """
catalog "many" {}
service "voice" { unit = "second" }
product "line" { services = "voice" }
package "p" {
    kind = "base", from = "2026-01-01",
    ALLOWANCES
    tariff { id = "voice", say = "voice", serves = { service = "voice" }, step = "60 s", price = "0.30" },
    cap { id = "most", amount = "1.00", every = "month" },
    cap { id = "least", amount = "900.00", every = "year" },
}
local words = { catalog = { many = "-" }, service = { voice = "-" }, product = { line = "-" }, package = { p = "-" },
    cap = { most = "-", least = "-" }, voice = "-", allowance = { a1 = "-", a2 = "-", a3 = "-", a4 = "-", a5 = "-", a6 = "-" } }
texts "zh" (words)
texts "en" (words)
"""
ALLOWANCE = 'allowance {{ id = "a{}", serves = {{ service = "voice" }}, amount = {}, unit = "minute", every = "month" }},\n'


def test_a_plan_with_more_counters_than_are_fetched_ahead_counts_in_all_of_them(server, tmp_path):
    (tmp_path / "catalog.lua").write_text(MANY.replace("ALLOWANCES", "".join(ALLOWANCE.format(i, i) for i in range(1, 7))))
    server.publish(tmp_path)
    server.subscribe([NUMBER], package="p", product="line")

    def parts_of(identifier, minutes):
        answer = server.connect().call("charge", call(identifier, "2026-03-04T12:00:00+08:00", minutes * 60))
        return answer["amount"], [(part["units"], part.get("allowance", "")[2:]) for part in answer["lines"][0]["parts"]]

    assert parts_of("1", 12) == ("0.00", [(1, "a1"), (2, "a2"), (3, "a3"), (4, "a4"), (2, "a5")])
    server.restart()
    assert parts_of("2", 10) == ("0.30", [(3, "a5"), (6, "a6"), (1, "")])
    assert parts_of("3", 5) == ("0.70", [(5, "")])
    assert parts_of("4", 1) == ("0.00", [(1, "")])

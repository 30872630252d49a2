"""suanpan test --against: what a month would have earned by other prices, and guards that are held against it."""

import json
import os
import random
import re
import shutil
from collections import defaultdict
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from server import Server, suanpan

CATALOG = """catalog "small" {{}}
service "voice" {{ unit = "second", zones = "dialled" }}
product "line" {{ services = "voice" }}
zones "dialled" {{
    {{ "far", prefix = "0" }},
    {{ "near", rest = true }},
}}
package "talk" {{ kind = "base", from = "2020-01-01",
    allowance {{ id = "free", serves = {{ service = "voice", zone = "near" }}, amount = {free}, unit = "minute", every = "year" }},
    tariff {{ id = "near", serves = {{ service = "voice", zone = "near" }}, say = "near", step = "60 s", price = "{near}", uses = {{ "free" }} }},
    {far}
}}
for _, language in ipairs {{ "zh", "en" }} do
    texts(language) {{ ["catalog.small"] = "small", ["service.voice"] = "voice", ["product.line"] = "line", ["package.talk"] = "talk",
        near = "near", far = "far", ["allowance.free"] = "free", ["zone.near"] = "near", ["zone.far"] = "far" }}
end
"""
FAR = 'tariff {{ id = "far", serves = {{ service = "voice", zone = "far" }}, say = "far", step = "60 s", price = "{}" }},'
TESTS = """
test "a minute" {{ holds = "talk", event = {{ service = "voice", from = "1", to = "5", at = "2026-03-01", seconds = 60 }},
    expect = {{ zone = "near" }} }}
guard "a month" {{ {limits} }}
"""
SEGMENTS = {"c1": "home", "c2": "home", "c3": "office", "c4": "office", "c5": None}
OLD = {"free": 100, "near": Decimal("0.10"), "far": Decimal("0.30")}
NEW = {"free": 70, "near": Decimal("0.12"), "far": Decimal("0.25")}


def write(folder, prices, limits=None):
    folder.mkdir(exist_ok=True)
    text = CATALOG.format(free=prices["free"], near=prices["near"], far=FAR.format(prices["far"]))
    (folder / "catalog.lua").write_text(text, encoding="utf-8")
    if limits is not None:
        (folder / "guard_test.lua").write_text(TESTS.format(limits=limits), encoding="utf-8")
    return folder


def make_calls(seed):
    """Calls of three months as they came in, some of them late; and those at the very edges of March in Shanghai."""
    draw = random.Random(seed)
    edges = ["2026-02-28T23:59:00", "2026-03-01T00:00:00", "2026-03-31T23:59:00", "2026-04-01T00:00:00"]
    calls = [{"at": at + "+08:00", "seconds": 60, "service_id": "c1", "to": "5"} for at in edges]
    for _ in range(200):
        at = f"2026-{draw.randrange(2, 5):02}-{draw.randrange(1, 29):02}T{draw.randrange(24):02}:{draw.randrange(40):02}:00+08:00"
        calls.append({
            "at": at,
            "seconds": draw.randrange(1, 600),
            "service_id": draw.choice(sorted(SEGMENTS)),
            "to": draw.choice(["5", "071"]),
        })  # fmt: skip
    return [{"id": f"k{number}", "service": "voice", **call} for number, call in enumerate(calls)]


def price(call, used, prices):
    """What a call costs, and how many free minutes it takes."""
    minutes = -(-call["seconds"] // 60)
    if call["to"] != "5":
        return minutes * prices["far"], 0
    free = max(0, min(minutes, prices["free"] - used))
    return (minutes - free) * prices["near"], free


def refund_some(client, calls):
    """Whole and in part, when the months are over; gives the calls, with how much is kept of each: (part, of so much)."""
    calls = [{**call} for call in calls]
    for call in calls[::5]:
        answer = client.call("charge", call)
        part = {} if call["seconds"] % 2 else {"seconds": 1}
        refund = {"id": f"back-{call['id']}", "charge": answer["charge"], "at": "2026-05-01T00:00:00+08:00", **part}
        given = client.call("charge.refund", refund)
        assert given["outcome"] == "refunded", given
        paid = int(Decimal(answer["amount"]) * 1_000_000)
        left = int(Decimal(given["left"]) * 1_000_000)
        call["kept"] = (left, paid) if paid else (given["usage_left"], call["seconds"])
    return calls


def earned(call, amount):
    part, of = call.get("kept", (1, 1))
    return Decimal(int(amount * 1_000_000) * part // of) / 1_000_000


def expected(calls):
    """What March was and would have been, by customer, segment and zone; new minutes count from its first call on."""
    was_used, shift = defaultdict(int), defaultdict(int)
    sums = {"pay": defaultdict(lambda: [Decimal(0), Decimal(0)]), "zones": defaultdict(lambda: [0, Decimal(0), Decimal(0)])}
    for call in calls:
        who = call["service_id"]
        was, free = price(call, was_used[who], OLD)
        if call["at"].startswith("2026-03"):
            now, new_free = price(call, was_used[who] + shift[who], NEW)
            shift[who] += new_free - free
            was, now = earned(call, was), earned(call, now)
            zone = sums["zones"]["near" if call["to"] == "5" else "far"]
            zone[0], zone[1], zone[2] = zone[0] + 1, zone[1] + was, zone[2] + now
            sums["pay"][who][0] += was
            sums["pay"][who][1] += now
        was_used[who] += free
    return sums


@pytest.fixture(scope="module")
def month(tmp_path_factory):
    """(data folder of a stopped server, its calls): charged by the old prices."""
    seed = int(os.environ.get("SEED", random.randrange(1 << 32)))
    print(f"SEED={seed}")
    calls = make_calls(seed)
    with Server() as server:
        server.publish(write(tmp_path_factory.mktemp("old"), OLD))
        server.subscribe(sorted(SEGMENTS), package="talk", product="line")
        client = server.connect()
        for customer, segment in SEGMENTS.items():
            if segment:
                client.call("customer.put", customer=customer, segment=segment)
        for error, result in client.call_all("charge", calls):
            assert error is None and result["outcome"] == "charged", (error, result)
        server.stop()
        kept = tmp_path_factory.mktemp("copy") / "data"
        shutil.copytree(server.data, kept)
    return kept, calls


def against(folder, month, *flags):
    return suanpan("test", folder, "--against", month[0], "--month", "2026-03", *flags)


def test_what_was_given_back_is_not_earned_by_whichever_prices(tmp_path, month):
    shutil.copytree(month[0], tmp_path / "data")
    with Server(tmp_path) as server:
        calls = refund_some(server.connect(), month[1])
        server.stop()
        test_the_sums_are_those_of_pricing_each_call_by_hand(tmp_path, (server.data, calls))


def test_the_sums_are_those_of_pricing_each_call_by_hand(tmp_path, month):
    sums = expected(month[1])
    result = against(write(tmp_path / "new", NEW), month, "--json")
    shown = json.loads(result.stdout)["against"]
    assert result.returncode == 0 and shown["priced_otherwise_then"] == 0
    assert shown["charges"] == sum(zone[0] for zone in sums["zones"].values())
    was, now = (sum(pay[index] for pay in sums["pay"].values()) for index in (0, 1))
    assert (Decimal(shown["was"]), Decimal(shown["is"])) == (was, now)
    assert {zone["name"]: [zone["charges"], Decimal(zone["was"]), Decimal(zone["is"])] for zone in shown["zones"]} == sums["zones"]
    assert [(one["name"], one["charges"]) for one in shown["packages"]] == [("talk", shown["charges"])]
    for segment in shown["segments"]:
        pays = [pay for who, pay in sums["pay"].items() if (SEGMENTS[who] or "") == segment["name"]]
        assert (Decimal(segment["was"]), Decimal(segment["is"])) == tuple(map(sum, zip(*pays)))
    rises = sorted(((pay[1] - pay[0], who) for who, pay in sums["pay"].items()), key=lambda one: (-one[0], one[1]))
    assert [one["name"] for one in shown["pay_more"]] == [who for rise, who in rises if rise > 0]
    assert [one["name"] for one in shown["pay_less"]] == [who for rise, who in reversed(rises) if rise < 0]
    last = json.loads(result.stderr.splitlines()[-1])["progress"]
    assert last["done"] == last["total"] and last["count"] == shown["charges"]


def test_a_guard_that_is_passed_fails_with_what_and_by_how_much(tmp_path, month):
    sums = expected(month[1])
    limits = 'total = { falls = "0.5%", rises = "0.5%" }, customer = { rises = "0" }, zone = { falls = "10%" }'
    folder = write(tmp_path / "new", NEW, limits)
    result = against(folder, month, "--junit", tmp_path / "junit.xml", "--json")
    tests = {test["name"].split(" / ")[-1]: test for test in json.loads(result.stdout)["tests"] if test["kind"] == "guard"}
    assert result.returncode == 1 and list(tests) == ["total falls", "total rises", "customer rises", "zone falls", "lost"]
    was, now = (sum(pay[index] for pay in sums["pay"].values()) for index in (0, 1))
    assert tests["total falls"]["passed"] == ((was - now) * 200 <= was)
    assert tests["total rises"]["passed"] == ((now - was) * 200 <= was)
    assert tests["lost"]["passed"] is True
    far = sums["zones"]["far"]
    assert tests["zone falls"]["expected"] == "zone -10% at most"
    assert tests["zone falls"]["got"] == f"zone far -{far[1] - far[2]:.2f}, {far[1]:.2f} → {far[2]:.2f}"
    rises = [pay[1] - pay[0] for pay in sums["pay"].values()]
    assert tests["customer rises"]["passed"] == (max(rises) <= 0)
    cases = ElementTree.parse(tmp_path / "junit.xml").getroot().iter("testcase")
    failed = {case.get("name").split(" / ")[-1] for case in cases if case.find("failure") is not None}
    assert failed == {name for name, test in tests.items() if not test["passed"]}


def test_the_report_for_people_shows_sums_and_failures_in_both_languages(tmp_path, month):
    folder = write(tmp_path / "new", NEW, 'zone = { falls = "10%" }')
    english = against(folder, month).stdout
    assert re.search(r"2026-03 in CNY, charges: \d+\n\n", english)
    assert re.search(r"\n  zone +charges +was +would be +change\n", english) and "\n  office " in english
    assert "guard_test.lua:4: failed: a month / zone falls\n    expected: zone -10% at most\n    got:      zone far -" in english
    chinese = against(folder, month, "--language", "zh").stdout
    assert "计费区" in chinese and "    应为：计费区至多 -10%\n    实为：计费区 far -" in chinese


def test_what_has_no_price_any_more_is_lost_and_guarded(tmp_path, month):
    folder = write(tmp_path / "new", OLD, "")
    text = (folder / "catalog.lua").read_text(encoding="utf-8").replace('{ "far", prefix', '{ refuse = "far", prefix')
    text = re.sub(r'    tariff { id = "far".*\n', "", text).replace('far = "far"', '["refusal.far"] = "far"').replace(', ["zone.far"] = "far"', "")
    (folder / "catalog.lua").write_text(text, encoding="utf-8")
    result = against(folder, month, "--json")
    shown = json.loads(result.stdout)
    far = expected(month[1])["zones"]["far"]
    lost = shown["against"]["lost"]
    assert (lost["charges"], Decimal(lost["was"])) == (far[0], far[1]) and lost["by_code"][0]["name"] == "NO_PRICE"
    guard = [test for test in shown["tests"] if test["kind"] == "guard"]
    assert [(test["name"], test["passed"]) for test in guard] == [("a month / lost", False)] and result.returncode == 1
    assert guard[0]["got"] == f"{far[0]}, which were {far[1]:.2f}"


def test_the_same_prices_change_nothing_and_nothing_is_written(tmp_path, month):
    folder = write(tmp_path / "same", OLD, 'total = { falls = "0", rises = "0" }, customer = { falls = "0", rises = "0" }')
    before = {path: path.stat().st_mtime_ns for path in month[0].rglob("*") if path.is_file()}
    result = against(folder, month, "--json")
    shown = json.loads(result.stdout)
    assert result.returncode == 0 and shown["against"]["was"] == shown["against"]["is"]
    assert (shown["against"]["pay_more"], shown["against"]["pay_less"], shown["guards_not_tried"]) == ([], [], 0)
    assert {path: path.stat().st_mtime_ns for path in month[0].rglob("*") if path.is_file()} == before


def test_without_a_month_guards_are_only_counted(tmp_path):
    folder = write(tmp_path / "new", NEW, 'total = { falls = "2%" }')
    result = suanpan("test", folder)
    assert result.returncode == 0 and "limits of guards not tried: 2; --against names a month's charges\n" in result.stdout


def test_a_limit_that_is_none_is_found(tmp_path):
    for limit, rule in (("0.02", "float_for_decimal"), ('{ "2%" }', "wrong_type"), ('"two"', "wrong_type"), ('"-1.00"', "negative_price")):
        folder = write(tmp_path / "new", NEW, f"total = {{ falls = {limit} }}")
        found = json.loads(suanpan("check", folder, "--json").stdout)["findings"]
        assert [(one["file"], one["line"], one["rule"]) for one in found] == [("guard_test.lua", 4, rule)], limit


def test_a_call_that_is_none_is_said_so(tmp_path, month):
    folder = write(tmp_path / "new", NEW)
    assert suanpan("test", folder, "--against", month[0]).returncode == 2
    assert suanpan("test", folder, "--against", month[0], "--month", "2026-13").returncode == 2
    missing = against(folder, (tmp_path / "nothing",))
    assert missing.returncode == 3 and "can't test" in missing.stderr
    empty = suanpan("test", folder, "--against", month[0], "--month", "1990-01", "--json")
    assert json.loads(empty.stdout)["against"]["charges"] == 0

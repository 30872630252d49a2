"""Discounts over the wire: scenario S2's local special, what is counted for tiers, why one took nothing, and its words long after."""

import pytest
from server import Server, suanpan

NUMBER = "07715510165"
CALL = {"service_id": NUMBER, "service": "voice", "to": "5507882"}
SEVEN_AT_NIGHT = {**CALL, "at": "2026-03-18T22:00:00+08:00", "seconds": 420}


@pytest.fixture
def e6():
    with Server() as one:
        one.publish("rules/catalogs/e6")
        one.subscribe([NUMBER], package="e6_base")
        yield one


def hold(client, *packages):
    fields = {"account": NUMBER, "product": "pstn", "service_ids": [NUMBER], "packages": list(packages)}
    assert client.call("subscription.put", {"subscription": NUMBER, **fields})["outcome"] == "stored"


def use_up(client, month="03"):
    """The 300 minutes of the month, and what the month before left."""
    for part, seconds in enumerate((300 * 60, 300 * 60)):
        at = f"2026-{month}-01T0{part}:00:00+08:00"
        assert client.call("charge", {"id": f"{month}-{part}", **CALL, "at": at, "seconds": seconds})["amount"] == "0.00"


def test_seven_minutes_at_night_with_local_special_cost_45_fen(e6):
    client = e6.connect()
    use_up(client)
    assert client.call("rate", SEVEN_AT_NIGHT)["amount"] == "0.56"
    hold(client, "e6_base", "local_special")
    enquiry = client.call("rate", SEVEN_AT_NIGHT)
    charge = client.call("charge", {"id": "seven", **SEVEN_AT_NIGHT})
    assert charge["amount"] == enquiry["amount"] == "0.45"
    assert charge["lines"] == enquiry["lines"]
    (line,) = charge["lines"]
    assert line["rule"] == "e6_base.local_voice"
    assert (line["gross"], line["amount"]) == ("0.56", "0.45")
    assert line["discounts"] == [{"rule": "local_special.local_off", "percent": "20.00", "off": "0.112"}]
    assert [(part["band"], part["units"], part["price"], part["tier"]) for part in line["parts"]] == [("night", 7, "0.08", 1)]
    e6.restart()
    client = e6.connect()
    assert client.call("charge", {"id": "seven", **SEVEN_AT_NIGHT}) == {**charge, "repeat": True}
    english = suanpan("explain", charge["charge"], *e6.to()).stdout
    assert "    before discounts  0.56\n    Local special, 20 % off  −0.112, 20%  (local_special.local_off)\n" in english
    chinese = suanpan("explain", charge["charge"], "--language", "zh", *e6.to()).stdout
    assert "    折扣前  0.56\n    本地特惠八折  −0.112，20%（local_special.local_off）\n" in chinese


def test_why_a_discount_took_nothing_is_its_first_condition_that_is_not_met(e6):
    client = e6.connect()

    def why(name, **fields):
        answer = client.call("rate", {**SEVEN_AT_NIGHT, **fields, "why": name}).get("unused")
        assert answer is None or (answer["rule"] == name and answer["say"]["en"] and answer["say"]["zh"])
        return answer and (answer["condition"], answer["wanted"], answer["got"])

    assert why("local_special.local_off") == ("held", "local_special", "e6_base")
    assert why("local_special.other") == ("discount", "", "")
    hold(client, "e6_base", "local_special")
    assert why("local_special.local_off") == ("paid", "", "")
    use_up(client)
    assert why("local_special.local_off") is None


COUNTING = """
catalog "counting" {}
service "voice" { unit = "second", zones = "dialled" }
product "pstn" { services = "voice" }
zones "dialled" { { "far", prefix = "0" }, { "near", rest = true } }
package "talk" {
    kind = "base", from = "2020-01-01",
    tariff { id = "voice", say = "voice", serves = { service = "voice" }, step = "60 s", price = "0.10", round = "0.01 up" },
}
package "more" {
    kind = "plugin", from = "2020-01-01",
    discount { id = "faithful", say = "faithful", stack = "best", per = "event",
        off = { { "0%", up_to = "10 minutes" }, { "10%", up_to = "20 minutes" }, { "25%" } },
        tiers = { by = "use", every = "month", id = "minutes" } },
    discount { id = "far", say = "far", on = { zone = "far" }, off = "0.05", stack = "best", per = "event" },
    discount { id = "long", say = "long", off = "1%", stack = "add", per = "event", needs = "talk",
        when = function(c) return c.seconds > 600 end },
    discount { id = "bill", say = "bill", off = { { "5%", up_to = "100.00" }, { "10%" } }, tiers = { by = "amount" },
        stack = "alone", per = "bill", round = "0.01 half_up" },
}
local words = { catalog = { counting = "-" }, service = { voice = "-" }, product = { pstn = "-" }, package = { talk = "-", more = "-" },
    zone = { far = "-", near = "-" }, voice = "-", faithful = "faithful", far = "far", long = "long", bill = "bill" }
texts "zh" (words)
texts "en" (words)
"""

COUNTING_TESTS = """
cases "by use" {
    holds = { "talk", "more" },
    used = { ["more.minutes"] = "10 minutes" },
    event = { service = "voice", at = "2026-03-04 12:00:00", to = "5507882" },
    columns = { "seconds", "=> amount" },

    { 600, "0.90" },
    { 601, "0.98" },
}
"""


def test_tiers_by_use_count_from_charge_to_charge(server, tmp_path):
    (tmp_path / "catalog.lua").write_text(COUNTING)
    (tmp_path / "counting_test.lua").write_text(COUNTING_TESTS)
    checked = suanpan("check", tmp_path)
    assert "errors: 0, warnings: 0" in checked.stdout, checked.stdout
    tested = suanpan("test", tmp_path)
    assert "passed: 2, failed: 0" in tested.stdout, tested.stdout
    server.publish(tmp_path)
    server.subscribe([NUMBER])
    client = server.connect()
    hold(client, "talk", "more")

    def charge(identifier, minute, seconds, to="5507882"):
        fields = {"id": identifier, "service_id": NUMBER, "service": "voice", "to": to, "seconds": seconds}
        answer = client.call("charge", {**fields, "at": f"2026-03-04T12:{minute}:00+08:00"})
        return answer["amount"], [one["rule"] for one in answer["lines"][0].get("discounts", [])]

    assert charge("1", 10, 599) == ("1.00", [])
    assert charge("2", 11, 2) == ("0.10", [])
    assert charge("3", 12, 60, to="0207") == ("0.05", ["more.far"])
    server.restart()
    client = server.connect()
    assert charge("4", 13, 600) == ("0.90", ["more.faithful"])
    assert charge("5", 14, 601) == ("0.82", ["more.faithful", "more.long"])

    def why(discount, **fields):
        event = {"service_id": NUMBER, "service": "voice", "to": "5507882", "at": "2026-04-04T12:00:00+08:00", "seconds": 60}
        unused = client.call("rate", {**event, **fields, "why": "more." + discount}).get("unused")
        return unused and (unused["condition"], unused["wanted"], unused["got"])

    assert why("far") == ("zone", "far", "near")
    assert why("long") == ("when", "true", "false")
    assert why("faithful") == ("tier", "", "")
    assert why("faithful", at="2026-03-05T12:00:00+08:00") is None
    assert why("faithful", at="2026-03-05T12:00:00+08:00", to="02") == ("stack", "best", "more.far")
    assert why("bill") == ("discount", "", "")


def test_a_price_that_stands_in_a_table_says_its_row():
    with Server() as one:
        one.publish("rules/catalogs/roaming")
        one.subscribe(["13900000001"], package="abroad", product="mobile")
        client = one.connect()
        abroad = {"service_id": "13900000001", "service": "voice", "to": "3312345678", "seconds": 120}
        call = {**abroad, "at": "2026-03-20T23:59:00+08:00", "with": {"network": "partner"}}
        enquiry = client.call("rate", call)
        charge = client.call("charge", {"id": "weekend", **call})
        assert charge["amount"] == enquiry["amount"] == "4.48"
        assert charge["lines"] == enquiry["lines"]
        (line,) = charge["lines"]
        assert line["table"] == "roaming_rates"
        assert [(part["band"], part["price"], part["row"]) for part in line["parts"]] == [("week", "2.99", 5), ("weekend", "1.49", 4)]
        text = suanpan("explain", charge["charge"], *one.to()).stdout
        assert "    weekend  1 × 1.49 (roaming_rates, row 4)\n" in text
        refused = client.call("rate", {**abroad, "at": "2026-03-20T23:59:00+08:00"})
        assert (refused["code"], refused["because"]["condition"]) == ("NO_PRICE", "input")


def test_a_family_gets_what_its_number_of_members_says():
    with Server() as one:
        one.publish("rules/catalogs/bundle")
        one.subscribe(["2001"], package="home_bundle", product="line")
        client = one.connect()
        call = {"service_id": "2001", "service": "voice", "at": "2026-03-18T12:00:00+08:00", "seconds": 600}

        def be(**group):
            packages = [{"package": "home_bundle"}, {"package": "family", **group}]
            fields = {"account": "2001", "product": "line", "service_ids": ["2001"], "packages": packages}
            client.call("subscription.put", {"subscription": "2001", **fields})
            return client.call("rate", {**call, "why": "family.calls"})

        assert be()["unused"]["condition"] == "tier"
        assert be(group="home")["unused"]["condition"] == "tier", "a group of one"
        assert be(group="home", members=3)["amount"] == "1.04"
        enquiry = be(group="home", members=4)
        charge = client.call("charge", {"id": "four", **call})
        assert charge["amount"] == enquiry["amount"] == "0.98"
        assert charge["lines"] == enquiry["lines"]
        assert charge["lines"][0]["discounts"] == [
            {"rule": "family.calls", "percent": "10.00", "members": 4, "off": "0.109"}
        ]
        be(group="home", members=2)
        english = suanpan("explain", charge["charge"], *one.to()).stdout
        assert "    Family calls  −0.109, 4 members: 10%  (family.calls)\n" in english
        chinese = suanpan("explain", charge["charge"], "--language", "zh", *one.to()).stdout
        assert "    亲情通话优惠  −0.109，4 名成员：10%（family.calls）\n" in chinese

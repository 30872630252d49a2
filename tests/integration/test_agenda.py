"""What falls due of packages that are held, charged by the server on its date: recurring and one-off fees, rent (S2, S4)."""

import json
import time
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest
from moved_clock import MovedServer
from server import Server, suanpan

CHINA = timezone(timedelta(hours=8))


def at(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=CHINA).timestamp() * 1000)


@pytest.fixture
def home():
    with Server() as server:
        server.publish("rules/catalogs/e6")
        server.subscribe(["07715510165"], "1000.00")
        yield server


def hold(client, *packages, **fields):
    answer = client.call("subscription.put", subscription="07715510165", account="07715510165", product="pstn",
                         service_ids=["07715510165"], packages=list(packages), **fields)  # fmt: skip
    settle(client)
    return answer


def settle(client, subscription="07715510165"):
    """Waits until all that is due has been done."""
    while client.call("agenda.get", [subscription]).get("next", 1 << 62) <= client.call("ping")["now"]:
        time.sleep(0.005)


def journal(server):
    """The entries of the server's journal; the server is stopped for that, and serves again."""
    server.stop()
    lines = suanpan("dump", server.data, "--journal", "--json").stdout.splitlines()
    server.start()
    return [json.loads(line) for line in lines]


def dues(client, account="07715510165"):
    """[(when it fell due, charge, amount)], the first first."""
    entries = client.call("history", account=account, limit=500)["entries"]
    return [
        (datetime.fromtimestamp(entry["at"] / 1000, CHINA).strftime("%Y-%m-%d %H:%M"), line["rule"], line["amount"])
        for entry in reversed(entries) if entry["kind"] == "due" for line in entry["answer"]["lines"]
    ]  # fmt: skip


def main(client, account="07715510165"):
    return client.call("balance.get", [account])["balances"][0]["amount"]


def test_s2_the_first_fee_is_by_day_and_the_others_are_whole(home):
    with home.connect() as client:
        hold(client, {"package": "e6_base", "from": at("2026-03-10 00:00:00"), "till": at("2026-05-20 00:00:00")})
        assert dues(client) == [
            ("2026-03-10 00:00", "e6_base.fee", "91.55"),
            ("2026-04-01 00:00", "e6_base.fee", "129.00"),
            ("2026-05-01 00:00", "e6_base.fee", "129.00"),
        ]
        assert main(client) == "650.45"


def test_the_order_chooses_the_fee_and_a_value_that_is_not_offered_is_refused(home):
    with home.connect() as client:
        hold(client, {"package": "e6_base", "from": at("2026-03-10 00:00:00"), "till": at("2026-04-01 00:00:00"),
                      "params": {"monthly_fee": "99.00"}})  # fmt: skip
        assert dues(client) == [("2026-03-10 00:00", "e6_base.fee", "70.26")]
        error, _ = client.ask("subscription.put", subscription="x", account="07715510165", product="pstn",
                              packages=[{"package": "e6_base", "params": {"monthly_fee": "88.00"}}])  # fmt: skip
        assert error.startswith("PARAMETER: ") and "99.00" in error


def test_an_entry_that_only_moves_the_agenda_on_is_no_charge(home):
    with home.connect() as client:
        hold(client, {"package": "e6_base", "from": at("2035-03-10 00:00:00")})
        assert dues(client) == []
        (entry,) = [one for one in journal(home) if one["kind"] == "due"]
    with home.connect() as client:
        refused = client.call("charge.refund", id="r1", charge=entry["charge"], at=client.call("ping")["now"])
        assert (refused["code"], client.ask("charge.explain", [entry["charge"]])[0].split(":")[0]) == ("NOT_A_CHARGE", "NOT_FOUND")


def test_a_parameter_that_changes_from_a_date_counts_for_the_cycles_from_then_on(home):
    """Also where it is put later than that: what was not charged yet has the value of its day."""
    with home.connect() as client:
        base = {"package": "e6_base", "from": at("2026-03-10 00:00:00"), "till": at("2026-08-05 00:00:00"), "params": {"monthly_fee": "169.00"}}
        changes = [{"with": {"params.monthly_fee": "99.00"}, "from": at("2026-05-01 00:00:00")},
                   {"with": {"params.monthly_fee": "129.00"}, "from": at("2026-06-16 00:00:00")}]  # fmt: skip
        hold(client, {**base, "facts": changes})
        assert [(when[:10], amount) for when, _, amount in dues(client)] == [
            ("2026-03-10", "119.94"), ("2026-04-01", "169.00"), ("2026-05-01", "99.00"), ("2026-06-01", "99.00"),
            ("2026-07-01", "129.00"), ("2026-08-01", "129.00"),
        ]  # fmt: skip
        assert client.call("subscription.get", ["07715510165"])["packages"][0]["facts"] == changes
        for fact, code in (
            ({"with": {"params.monthly_fee": "88.00"}, "from": 5}, "PARAMETER"),
            ({"with": {"params.weekly_fee": "99.00"}, "from": 5}, "PARAMETER"),
            ({"with": {"params.monthly_fee": "99.00"}}, "OUT_OF_RANGE"),
            ({"with": {"params.monthly_fee": "99.00"}, "from": 5, "till": 6}, "OUT_OF_RANGE"),
        ):
            error, _ = client.ask("subscription.put", subscription="07715510165", account="07715510165", product="pstn",
                                  packages=[{**base, "facts": [fact]}])  # fmt: skip
            assert error.startswith(f"{code}: "), (fact, error)


def test_what_was_charged_is_not_charged_again_however_it_is_put(home):
    """Put again, moved, suspended backwards, ended and resumed: each cycle of a charge is owed once."""
    march, april = ("2026-03-10 00:00", "e6_base.fee", "91.55"), ("2026-04-01 00:00", "e6_base.fee", "129.00")
    till = at("2026-04-20 00:00:00")
    with home.connect() as client:
        base = {"package": "e6_base", "from": at("2026-03-10 00:00:00"), "till": till}
        first = hold(client, base)
        assert hold(client, base) == {"outcome": "unchanged", "version": first["version"]}
        for package in ({**base, "from": at("2026-03-12 00:00:00")}, {**base, "params": {"monthly_fee": "169.00"}}, base):
            hold(client, package)
            assert dues(client) == [march, april]
        hold(client, base, states=[{"state": "active", "till": at("2026-04-01 00:00:00")},
                                   {"state": "suspended", "from": at("2026-04-01 00:00:00"), "till": at("2026-04-10 00:00:00")},
                                   {"state": "active", "from": at("2026-04-10 00:00:00")}])  # fmt: skip
        hold(client, {**base, "till": at("2026-06-02 00:00:00")})
        assert dues(client)[:2] == [march, april]
        assert [due[0] for due in dues(client)[2:]] == ["2026-05-01 00:00", "2026-06-01 00:00"]


def test_one_that_is_held_since_ever_owes_from_the_next_day_on(home):
    with home.connect() as client:
        hold(client, "e6_base")
        assert dues(client) == []
        hold(client, {"package": "e6_base", "from": at("2026-03-10 00:00:00"), "group": "g"})
        assert dues(client) == [], "another member of the group owes it"


def test_nothing_is_owed_from_before_events_are_accepted(home):
    home.stop()
    home.settings["usage_age_max"] = "40 days"
    home.start()
    with home.connect() as client:
        hold(client, {"package": "e6_base", "from": at("2026-03-10 00:00:00")})
        oldest = client.call("ping")["now"] - 40 * 86_400_000
        home.wait_until(lambda: dues(client))
        assert len(dues(client)) <= 2
        assert all(at(due[0] + ":00") + 86_400_000 > oldest for due in dues(client))


def test_dues_are_paid_as_far_below_the_floor_as_it_takes_and_gifts_pay_only_what_they_name(home):
    with home.connect() as client:
        for name, pays, amount in (("calls", ["voice"], "500.00"), ("fees", ["@charges"], "10.00"), ("this", ["@e6_base.fee"], "20.00")):
            client.call("balance.put", account="07715510165", balance=name, pays=pays)
            client.call("balance.topup", id=name, account="07715510165", balance=name, at=at("2026-03-01 00:00:00"), amount=amount, currency="CNY")
        client.call("balance.adjust", id="down", account="07715510165", at=at("2026-03-01 00:00:00"), amount="-1000.00", currency="CNY", why="so")
        hold(client, {"package": "e6_base", "from": at("2026-03-10 00:00:00"), "till": at("2026-04-01 00:00:00")})
        entry = client.call("history", account="07715510165")["entries"][0]
        assert (entry["kind"], entry["scope"], entry["answer"]["outcome"], entry["answer"]["balance"]) == ("due", "07715510165", "due", "-61.55")
        assert entry["answer"]["paid"] == [
            {"balance": "this", "amount": "20.00"}, {"balance": "fees", "amount": "10.00"}, {"balance": "main", "amount": "61.55"},
        ]  # fmt: skip
        assert sum(float(posting["amount"]) for posting in entry["postings"]) == 0
        line = entry["answer"]["lines"][0]
        assert (line["rule"], line["from"], line["till"], line["exact"]) == ("e6_base.fee", "2026-03-01", "2026-04-01", "2838/31")
        for wrong in (["@e6_base.fees"], ["@nothing.fee"], ["@fee"]):
            error, _ = client.ask("balance.put", account="07715510165", balance="no", pays=wrong)
            assert error.startswith("NOT_FOUND: "), wrong


def test_usage_is_charged_behind_what_was_due_before_it(home):
    """A catalog that owes more, from the next release on: nobody has put the subscription since."""
    with home.connect() as client:
        hold(client, {"package": "e6_base", "from": at("2026-03-10 00:00:00"), "till": at("2026-04-01 00:00:00")})
        client.call("balance.adjust", id="down", account="07715510165", at=at("2026-03-01 00:00:00"), amount="-908.45", currency="CNY", why="so")
        answer = client.call("charge", id="c", service_id="07715510165", service="voice", to="5507882", at=at("2026-03-20 12:00:00"),
                             seconds=301 * 60)  # fmt: skip
        assert (answer["outcome"], answer["code"]) == ("refused", "BALANCE_TOO_LOW")


def test_a_kill_anywhere_leaves_each_due_once(home):
    client = home.connect()
    for number in range(40):
        name = f"s{number}"
        client.call("account.put", account=name, customer="07715510165")
    for number in range(40):
        client.send("subscription.put", subscription=f"s{number}", account=f"s{number}", product="pstn",
                    packages=[{"package": "e6_base", "from": at("2026-01-10 00:00:00"), "till": at("2026-08-05 00:00:00")}])  # fmt: skip
        if number == 25:
            home.kill()
            home.start()
            client = home.connect()
    client.call("ping")
    for number in range(26):
        client.ask("subscription.put", subscription=f"s{number}", account=f"s{number}", product="pstn",
                   packages=[{"package": "e6_base", "from": at("2026-01-10 00:00:00"), "till": at("2026-08-05 00:00:00")}])  # fmt: skip
    for number in range(40):
        home.wait_until(lambda number=number: len(dues(client, f"s{number}")) == 8)
        assert main(client, f"s{number}") == "-994.55"
    home.stop()
    for command in (["fsck", home.data, "--age-max", "7300"], ["dump", home.data, "--json"]):
        result = suanpan(*command)
        assert result.returncode == 0, result.stdout + result.stderr


def test_a_due_is_given_back_whole_or_in_part_and_is_not_charged_again(home):
    with home.connect() as client:
        base = {"package": "e6_base", "from": at("2026-03-10 00:00:00"), "till": at("2026-05-20 00:00:00")}
        hold(client, base)
        entries = client.call("history", account="07715510165")["entries"]
        may, march = entries[0]["charge"], entries[2]["charge"]
        now = client.call("ping")["now"]
        part = client.call("charge.refund", id="r1", charge=may, at=now, amount="29.00", currency="CNY")
        assert (part["outcome"], part["amount"], part["left"], part["balance"]) == ("refunded", "29.00", "100.00", "679.45")
        rest = client.call("charge.cancel", id="r2", charge=may, at=now, by="desk", why="a mistake")
        assert (rest["outcome"], rest["amount"], rest["left"], rest["balance"]) == ("cancelled", "100.00", "0.00", "779.45")
        assert client.call("charge.cancel", id="r3", charge=may, at=now, by="desk", why="a mistake")["code"] == "ALREADY_REFUNDED"
        assert client.call("charge.refund", id="r4", charge=march, at=now)["balance"] == "871.00"
        assert client.call("charge.get", [march])["refunded"]["amount"] == "91.55"
        hold(client, {**base, "params": {"monthly_fee": "99.00"}})
        assert len(dues(client)) == 3 and main(client) == "871.00"
    home.stop()
    result = suanpan("fsck", home.data, "--age-max", "7300")
    assert result.returncode == 0, result.stdout + result.stderr


def test_a_due_is_explained_as_price_due_explains_it(home):
    with home.connect() as client:
        hold(client, {"package": "e6_base", "from": at("2026-03-10 00:00:00"), "till": at("2026-04-01 00:00:00")})
        (entry,) = [one for one in client.call("history", account="07715510165")["entries"] if one["kind"] == "due"]
        for language in ("en", "zh"):
            priced = client.call("price.due", package="e6_base", **{"from": "2026-03-01", "till": "2026-04-01"}, held_from="2026-03-10",
                                 language=language)  # fmt: skip
            told = client.call("charge.explain", charge=entry["charge"], language=language)
            assert told["text"] == priced["text"] and "129.00 × 22/31" in told["text"], language
        assert (told["kind"], told["at"]) == ("due", at("2026-03-10 00:00:00"))
        assert entry["answer"]["lines"] == priced["lines"]


def test_s2_fees_come_with_their_months_and_a_kill_between_changes_nothing():
    with MovedServer("2026-03-10T00:00:00+08:00") as server:
        server.publish("rules/catalogs/e6")
        server.subscribe(["07715510165"], "1000.00")
        client = server.connect()
        hold(client, {"package": "e6_base", "from": at("2026-03-10 00:00:00")})
        first = [("2026-03-10 00:00", "e6_base.fee", "91.55")]
        assert dues(client) == first
        server.set_clock("2026-03-31T23:59:50+08:00")
        assert client.call("ping")["now"] < at("2026-04-01 00:00:00") and dues(client) == first
        server.set_clock("2026-04-01T00:00:00+08:00")
        second = [*first, ("2026-04-01 00:00", "e6_base.fee", "129.00")]
        server.wait_until(lambda: dues(client) == second)
        server.kill()
        server.set_clock("2026-06-15T12:00:00+08:00")
        server.start()
        client = server.connect()
        wanted = [*second, ("2026-05-01 00:00", "e6_base.fee", "129.00"), ("2026-06-01 00:00", "e6_base.fee", "129.00")]
        server.wait_until(lambda: dues(client) == wanted)
        hold(client, {"package": "e6_base", "from": at("2026-03-10 00:00:00"), "till": at("2026-06-15 12:00:00")})
        server.set_clock("2026-09-01T00:00:00+08:00")
        settle(client)
        assert dues(client) == wanted and main(client) == "521.45"


# ---- S4: the tenants of a tower are different customers ----

SITE = {"site.build_cost": "250000.00", "site.years": 10, "site.upkeep": "2000.00", "site.site_fee": "12000.00", "site.power_access": "6000.00"}


def lease(client, tenant, role, since, tenants, till=None):
    """`tenants`: how many there are from which day on."""
    days = [day for day, _ in tenants[1:]] + [None]
    facts = [{"with": {**SITE, "lease.role": role}}] + [
        {"with": {"site.tenants": count}, "from": at(f"{day} 00:00:00"), **({"till": at(f"{end} 00:00:00")} if end else {})}
        for (day, count), end in zip(tenants, days, strict=True)
    ]  # fmt: skip
    package = {"package": "tower_lease", "from": at(f"{since} 00:00:00"), "params": {"term_months": 60}, "facts": facts}
    client.call("subscription.put", subscription=tenant, account=tenant, product="tower",
                packages=[{**package, **({"till": at(f"{till} 00:00:00")} if till else {})}])  # fmt: skip
    settle(client, tenant)


@pytest.fixture
def tower():
    with MovedServer("2026-03-01T09:00:00+08:00") as server:
        server.publish("rules/catalogs/towers")
        server.subscribe(["north", "south"], None, product="tower")
        yield server


def rent(client, tenant, day):
    return [(rule.split(".")[1], amount) for due, rule, amount in dues(client, tenant) if due == f"{day} 00:00"]


def test_s4_the_arrival_of_one_changes_the_others_rent_and_each_sees_only_its_own(tower):
    client = tower.connect()
    lease(client, "north", "anchor", "2026-03-01", [("2026-03-01", 1)])
    tower.set_clock("2026-03-16T09:00:00+08:00")
    both = [("2026-03-01", 1), ("2026-03-16", 2)]
    lease(client, "north", "anchor", "2026-03-01", both)
    lease(client, "south", "other", "2026-03-16", both)
    assert dues(client, "north") == dues(client, "south") == []
    tower.set_clock("2026-05-02T00:00:00+08:00")
    tower.wait_until(lambda: len(dues(client, "north")) == len(dues(client, "south")) == 6)
    assert rent(client, "north", "2026-04-01") == [("rent", "2065.46"), ("site_fee", "767.74"), ("power_access", "383.87")]
    assert rent(client, "south", "2026-04-01") == [("rent", "910.75"), ("site_fee", "309.68"), ("power_access", "154.84")]
    assert rent(client, "north", "2026-05-01") == [("rent", "1638.54"), ("site_fee", "550.00"), ("power_access", "275.00")]
    assert rent(client, "south", "2026-05-01") == [("rent", "1764.58"), ("site_fee", "600.00"), ("power_access", "300.00")]
    assert (main(client, "north"), main(client, "south")) == ("-5680.61", "-4039.85")
    newest = client.call("history", account="north", limit=3)["entries"][2]["charge"]
    text = client.call("charge.explain", charge=newest)["text"]
    assert "1638.54 CNY  (tower_lease.rent" in text and "(sharing, row" in text


def test_s4_leaving_early_costs_what_remains_of_the_term(tower):
    client = tower.connect()
    lease(client, "north", "anchor", "2024-01-01", [("2024-01-01", 2)], till="2026-04-01")
    tower.set_clock("2026-04-02T00:00:00+08:00")
    tower.wait_until(lambda: len(dues(client, "north")) == 27 * 3 + 1)
    assert sorted(rent(client, "north", "2026-04-01")) == [
        ("power_access", "275.00"), ("rent", "1638.54"), ("rent_remaining", "54071.88"), ("site_fee", "550.00"),
    ]  # fmt: skip
    leaving = next(one for one in client.call("history", account="north")["entries"] if one["answer"]["amount"] == "54071.88")
    assert "54071.88 CNY  (tower_lease.rent_remaining" in client.call("charge.explain", charge=leaving["charge"])["text"]
    assert main(client, "north") == "-120587.46"


def test_what_can_not_be_priced_waits_until_it_can_and_holds_up_nothing_else(tower):
    """Four tenants have no share: it is said in the log, and charged when they are three."""
    client = tower.connect()
    lease(client, "north", "anchor", "2026-03-01", [("2026-03-01", 4)])
    tower.set_clock("2026-04-02T00:00:00+08:00")
    tower.wait_until(lambda: "due_stuck" in tower.log_text())
    assert dues(client, "north") == []
    (held,) = client.call("agenda.get", ["north"])["held"]
    assert held["stuck"].startswith("RULE_FAILED tower_lease.rent")
    lease(client, "north", "anchor", "2026-03-01", [("2026-03-01", 3)])
    assert "stuck" not in client.call("agenda.get", ["north"])["held"][0]
    assert rent(client, "north", "2026-04-01") == [("rent", "1386.46"), ("site_fee", "450.00"), ("power_access", "225.00")]


def test_a_charge_waits_until_all_of_a_long_backlog_is_done():
    with MovedServer("2026-03-10T00:00:00+08:00") as server:
        server.publish("rules/catalogs/e6")
        server.subscribe(["07715510165"], "1000.00")
        client = server.connect()
        hold(client, {"package": "e6_base", "from": at("2026-03-10 00:00:00")})
        server.set_clock("2040-03-10T00:00:00+08:00")
        answer = client.call("charge", id="c", service_id="07715510165", service="voice", to="5507882", at=at("2040-03-09 12:00:00"),
                             seconds=60)  # fmt: skip
        assert (answer["outcome"], answer["balance"]) == ("charged", f"{Decimal('1000.00') - Decimal('91.55') - 168 * 129}")
        assert len(dues(client)) == 169


def amount_of(client, name):
    (amount,) = (one["amount"] for one in client.call("balance.get", ["user"])["balances"] if one["balance"] == name)
    return amount


@pytest.mark.parametrize("how", ["moved", "killed"])
def test_what_falls_due_of_a_long_backlog_is_paid_by_what_there_was_then(how):
    """More than one run of an agenda does at a time, and a balance that ends in between: the days before its end are paid by it."""
    with MovedServer("2026-03-18T12:00:00+08:00") as server:
        server.publish("tests/property/everything")
        server.subscribe(["user"], None, package="plain", product="line")
        client = server.connect()
        for number in range(8):  # timers beside it
            client.call("balance.put", account="user", balance=f"b{number}", till=f"2026-06-{number + 1:02}T00:00:00+08:00")
        client.call("balance.put", account="user", balance="gift", till="2026-06-10T12:00:00+08:00")
        client.call("balance.adjust", id="t", account="user", balance="gift", at="2026-03-18T12:00:00+08:00", amount="9.00", currency="CNY", why="x")
        packages = ["plain", {"package": "insured", "from": "2026-03-18T12:00:00+08:00"}]  # 0.05 a day
        client.call("subscription.put", subscription="user", account="user", product="line", packages=packages)
        if how == "killed":
            server.kill()
        server.set_clock("2026-07-18T12:00:00+08:00")
        if how == "killed":
            server.start()
            client = server.connect()
        days = 14 + 30 + 31 + 30 + 18
        server.wait_until(lambda: sum(one["kind"] == "due" for one in client.call("history", account="user", limit=500)["entries"]) == days)
        server.wait_until(lambda: amount_of(client, "gift") == "0.00")
        expired = [one["answer"]["amount"] for one in client.call("history", account="user", limit=500)["entries"] if one["kind"] == "expiry"]
        assert amount_of(client, "main") == f"-{(days - 85) * 5 / 100:.2f}"
        assert [one for one in expired if one != "0.00"] == [f"{9 - 85 * 0.05:.2f}"]

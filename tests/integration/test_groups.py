"""Groups and sites as records, and members that are known by themselves: S4 with tenants that are different customers, each put once."""

import json
import random
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest
from moved_clock import MovedServer
from server import Server, suanpan

CHINA = timezone(timedelta(hours=8))
COSTS = {"site.build_cost": "250000.00", "site.years": 10, "site.upkeep": "2000.00", "site.site_fee": "12000.00", "site.power_access": "6000.00"}


def at(day):
    return int(datetime.fromisoformat(day).replace(tzinfo=CHINA).timestamp() * 1000)


def lease(client, tenant, role, since, till=None, more=(), **fields):
    """The whole of what a client says of a tenant: when it comes, when it goes, and its role."""
    span = {"from": at(since), **({"till": at(till)} if till else {})}
    package = {"package": "tower_lease", "group": "T1", **span, "params": {"term_months": 60}, "facts": [{"with": {"lease.role": role}}], **fields}
    return client.call("subscription.put", subscription=tenant, account=tenant, product="tower", packages=[package, *more])


def dues(client, tenant, day=None):
    """[(charge, amount)] that fell due, on a day or ever."""
    entries = client.call("history", account=tenant, limit=500)["entries"]
    return [
        (line["rule"].split(".")[1], line["amount"])
        for entry in reversed(entries) if entry["kind"] == "due" and (day is None or entry["at"] == at(day)) for line in entry["answer"]["lines"]
    ]  # fmt: skip


def month(rent, site_fee, power):
    return [("rent", rent), ("site_fee", site_fee), ("power_access", power)]


def dumped(folder, table):
    lines = suanpan("dump", folder, "--records", "--json").stdout.splitlines()
    return {record["key"]: record["value"] for record in map(json.loads, lines) if record["table"] == table}


def assert_sound(server):
    server.stop()
    for command in (["fsck", server.data, "--age-max", "7300"], ["dump", server.data, "--json"]):
        result = suanpan(*command)
        assert result.returncode == 0, result.stdout + result.stderr


@pytest.fixture
def tower():
    with MovedServer("2026-03-01T09:00:00+08:00") as server:
        server.publish("rules/catalogs/towers")
        server.subscribe(["north", "south", "east", "west"], None, product="tower")
        with server.connect() as client:
            client.call("group.put", group="T1", kind="site", home="north", facts=[{"with": COSTS}])
        yield server


def go_to(tower, day, tenant, count):
    """The clock goes there, and so many charges of a tenant have fallen due."""
    tower.set_clock(f"{day}T00:10:00+08:00")
    client = tower.connect()
    tower.wait_until(lambda: len(dues(client, tenant)) == count)
    return client


def test_s4_tenants_come_and_go_and_nobody_but_themselves_is_put(tower):
    client = tower.connect()
    lease(client, "north", "anchor", "2026-03-01")
    tower.set_clock("2026-03-16T09:00:00+08:00")
    lease(client, "south", "other", "2026-03-16")
    assert dues(client, "north") == dues(client, "south") == []
    tower.kill()
    tower.start()
    client = go_to(tower, "2026-04-01", "north", 3)
    tower.wait_until(lambda: len(dues(client, "south")) == 3)
    assert dues(client, "north") == month("2065.46", "767.74", "383.87")
    assert dues(client, "south") == month("910.75", "309.68", "154.84")

    unit = {"package": "further_units", "group": "T1", "from": at("2026-04-01"),
            "facts": [{"with": {"lease.role": "anchor", "lease.further_units": 1}}]}  # fmt: skip
    lease(client, "north", "anchor", "2026-03-01", more=[unit])
    client = go_to(tower, "2026-05-01", "north", 7)
    tower.wait_until(lambda: len(dues(client, "south")) == 6)
    assert sorted(dues(client, "north", "2026-05-01")) == sorted([*month("1638.54", "550.00", "275.00"), ("unit", "491.56")])
    assert dues(client, "south", "2026-05-01") == month("1764.58", "600.00", "300.00")

    lease(client, "east", "other", "2026-05-01")
    client = go_to(tower, "2026-06-01", "north", 11)
    tower.wait_until(lambda: len(dues(client, "south")) == 9 and len(dues(client, "east")) == 3)
    assert sorted(dues(client, "north", "2026-06-01")) == sorted([*month("1386.46", "450.00", "225.00"), ("unit", "415.94")])
    assert dues(client, "south", "2026-06-01") == month("1512.50", "500.00", "250.00")
    assert dues(client, "east", "2026-06-01") == month("1512.50", "500.00", "250.00")

    # the anchor leaves 57 months before its time; the others keep their roles
    lease(client, "north", "anchor", "2026-03-01", till="2026-06-01", more=[{**unit, "till": at("2026-06-01")}])
    tower.wait_until(lambda: ("rent_remaining", "79028.13") in dues(client, "north"))
    assert client.call("group.get", ["T1"])["members"] == 2
    client = go_to(tower, "2026-07-01", "south", 12)
    tower.wait_until(lambda: len(dues(client, "east")) == 6)
    for tenant in ("south", "east"):
        assert dues(client, tenant, "2026-07-01") == month("1764.58", "600.00", "300.00")
    assert len(dues(client, "north")) == 12

    charged = sum(Decimal(amount) for tenant in ("north", "south", "east") for _, amount in dues(client, tenant))
    assert charged == Decimal("101571.71")
    assert "(sharing, row" in client.call("charge.explain", charge=client.call("history", account="south", limit=3)["entries"][2]["charge"])["text"]
    assert_sound(tower)
    days = (("02-28", 1), ("03-15", 2), ("04-30", 3), ("05-31", 2))
    steps = [{"members": count, "from": f"2026-{day}T16:00:00Z"} for day, count in days]
    assert dumped(tower.data, "tally") == {"T1": steps}


def test_each_tenant_sees_only_its_own(tower):
    client = tower.connect()
    lease(client, "north", "anchor", "2026-03-01")
    lease(client, "south", "other", "2026-03-16")
    client = go_to(tower, "2026-04-01", "north", 3)
    tower.wait_until(lambda: len(dues(client, "south")) == 3)
    newest = client.call("history", account="north", limit=3)["entries"]
    seen = [client.call("subscription.get", ["north"]), newest, client.call("agenda.get", ["north"]),
            *(client.call("charge.explain", charge=entry["charge"]) for entry in newest)]  # fmt: skip
    assert "south" not in json.dumps(seen)


def test_four_tenants_have_no_share_until_one_has_gone(tower):
    client = tower.connect()
    for tenant, since in (("north", "2026-03-01"), ("south", "2026-03-01"), ("east", "2026-03-01"), ("west", "2026-03-20")):
        lease(client, tenant, "anchor" if tenant == "north" else "other", since)
    tower.set_clock("2026-04-01T00:10:00+08:00")
    tower.wait_until(lambda: tower.log_text().count("due_stuck") >= 4)
    (held,) = client.call("agenda.get", ["south"])["held"]
    assert held["stuck"].startswith("RULE_FAILED tower_lease.rent") and dues(client, "south") == []
    client.call("subscription.put", subscription="west", account="west", product="tower")
    client = go_to(tower, "2026-04-02", "south", 3)
    assert dues(client, "south") == month("1512.50", "500.00", "250.00")
    assert dues(client, "west") == []


def test_who_comes_with_a_date_that_is_charged_already_changes_what_is_charged_from_then_on(tower):
    """The difference is not charged again: what was charged stands."""
    client = tower.connect()
    lease(client, "north", "anchor", "2026-03-01")
    client = go_to(tower, "2026-04-01", "north", 3)
    assert dues(client, "north") == month("2520.83", "1000.00", "500.00")
    lease(client, "south", "other", "2026-03-16")
    tower.wait_until(lambda: len(dues(client, "south")) == 3)
    assert dues(client, "south") == month("910.75", "309.68", "154.84")
    client = go_to(tower, "2026-05-01", "north", 6)
    assert dues(client, "north", "2026-05-01") == month("1638.54", "550.00", "275.00")


def test_own_facts_go_before_the_groups_and_those_before_the_customers_and_the_number(tower):
    client = tower.connect()
    client.call("customer.put", customer="north", facts={"lease.role": "other", "site.years": 5, "unheard.of": 1})
    client.call("group.put", group="T1", facts=[{"with": {name: value for name, value in COSTS.items() if name != "site.years"}}])
    package = {"package": "tower_lease", "group": "T1", "from": at("2026-03-01"), "params": {"term_months": 60}}
    put = {"subscription": "north", "account": "north", "product": "tower"}
    client.call("subscription.put", **put, packages=[package])
    lease(client, "south", "other", "2026-03-01")
    # north: (250000 / 5 × 1.02 + 2000) × 1.1 / 12 × 70 %
    client = go_to(tower, "2026-04-01", "north", 3)
    assert dues(client, "north")[0] == ("rent", "3400.83")
    # what the group says of its tenants goes before how many there are, and what the subscription says before that
    client.call("group.put", group="T1", facts=[{"with": COSTS}, {"with": {"site.tenants": 3}, "from": at("2026-04-01")}])
    client = go_to(tower, "2026-05-01", "north", 6)
    assert dues(client, "north", "2026-05-01")[0] == ("rent", "1512.50")
    package["facts"] = [{"with": {"lease.role": "anchor"}}, {"with": {"site.tenants": 1}, "from": at("2026-05-16")}]
    client.call("subscription.put", **put, packages=[package])
    client = go_to(tower, "2026-06-01", "north", 9)
    # 15 days as the anchor of three, 16 alone: 30250 / 12 × (55 % × 15 + 100 % × 16) / 31
    assert dues(client, "north", "2026-06-01")[0] == ("rent", "1971.94")


def test_a_group_is_put_by_version_and_with_facts_that_the_catalog_declares(tower):
    client = tower.connect()
    first = client.call("group.get", ["T1"])
    assert first == {"group": "T1", "kind": "site", "home": "north", "members": 0, "list": [], "version": first["version"],
                     "facts": [{"with": {name: value}} for name, value in sorted(COSTS.items())]}  # fmt: skip
    assert client.call("group.put", group="T1", kind="site", home="north", facts=[{"with": COSTS}], expect=1) == {
        "outcome": "unchanged", "version": first["version"],
    }  # fmt: skip
    for params, code in (
        ({"group": "T1", "expect": 1}, "VERSION_CONFLICT"),
        ({"group": "T1", "home": "nobody"}, "NOT_FOUND"),
        ({"group": "T1", "facts": [{"with": {"site.tennants": 2}}]}, "FACT"),
        ({"group": "T1", "facts": [{"with": {"site.tenants": "two"}}]}, "FACT"),
        ({"group": "T1", "facts": [{"with": {"site.tenants": 2}}, {"with": {"site.tenants": 3}}]}, "FACT"),
        ({"group": "T1", "facts": [{"with": {"site.tenants": 2}, "from": 5, "till": 5}]}, "OUT_OF_RANGE"),
        ({"group": "T1", "kind": "tower"}, "OUT_OF_RANGE"),
    ):
        error, _ = client.ask("group.put", **params)
        assert error.startswith(f"{code}: "), (params, error)
    assert client.call("group.get", ["T1"]) == first
    error, _ = client.ask("group.get", ["T2"])
    assert error.startswith("NOT_FOUND: ")


def test_at_a_site_each_owes_what_a_package_asks_of_a_group_once():
    with Server() as server:
        server.publish("rules/catalogs/e6")
        server.subscribe(["1", "2", "3"], "1000.00")
        client = server.connect()
        client.call("group.put", group="mast", kind="site")
        client.call("group.put", group="home", kind="group")
        for number, group in (("1", "home"), ("2", "mast"), ("3", "mast")):
            package = {"package": "e6_base", "group": group, "from": at("2026-03-10"), "till": at("2026-04-01")}
            client.call("subscription.put", subscription=number, account=number, product="pstn", packages=[package])
            if group == "mast":
                server.wait_until(lambda number=number: dues(client, number) == [("fee", "91.55")])
            else:
                server.wait_until(lambda number=number: client.call("agenda.get", [number]).get("next", 1 << 62) > client.call("ping")["now"])
                assert dues(client, number) == []


def test_members_are_listed_in_pages_in_their_order_and_leave_with_what_they_hold():
    chance = random.Random(7)
    with Server() as server:
        server.publish("rules/catalogs/e6")
        numbers = [f"{n:03}" for n in range(130)]
        server.subscribe(["payer"], "10.00")
        client = server.connect()
        put = {"account": "payer", "product": "pstn"}
        member = {"package": "e6_base", "group": "firm"}
        for number in chance.sample(numbers, len(numbers)):
            client.call("subscription.put", subscription=number, **put, packages=[member])
        for group in ("fir", "firm2", "firmer"):  # what lies beside it in the order of keys
            client.call("subscription.put", subscription="other", **put, packages=[{"package": "e6_base", "group": group}])

        def listed(limit):
            found, after = [], {}
            while after is not None:
                page = client.call("group.get", group="firm", limit=limit, **after)
                found += [one["subscription"] for one in page["list"]]
                after = {"after": page["next"]} if "next" in page else None
            return found

        assert listed(7) == listed(50) == listed(256) == numbers
        first = client.call("group.get", group="firm", limit=1)
        assert (first["members"], first["version"], "kind" in first) == (130, 0, False)
        assert first["list"] == [{"subscription": "000", "packages": [{"package": "e6_base"}]}]
        error, _ = client.ask("group.get", ["fir"])
        assert error.startswith("NOT_FOUND: "), "its member has gone on to another group"

        for number in numbers[::2]:
            client.call("subscription.put", subscription=number, **put, packages=[{**member, "group": "other"}])
        ended = [{"state": "active", "till": at("2026-01-01")}]
        client.call("subscription.put", subscription="001", **put, packages=[member], states=ended)
        assert listed(20) == numbers[1::2]
        assert client.call("group.get", ["firm"])["members"] == 64
        server.kill()
        server.start()
        client = server.connect()
        assert listed(20) == numbers[1::2]
        assert client.call("group.get", ["other"])["members"] == 65
        many = [{"package": "e6_base", "group": f"g{n}", "from": n, "till": n + 1} for n in range(17)]
        error, _ = client.ask("subscription.put", subscription="000", **put, packages=many)
        assert error.startswith("OUT_OF_RANGE: ") and "16" in error
        client.call("subscription.put", subscription="000", **put, packages=many[:16])
        client.call("subscription.put", subscription="000", **put, packages=[{**one, "group": f"h{n}"} for n, one in enumerate(many[:16])])
        assert_sound(server)


def test_a_discount_goes_by_how_many_the_group_has_at_the_time_of_the_usage():
    """Nobody says a number: up to one member 0 %, up to three 5 %, else 10 %. Sessions and charges alike."""
    with Server() as server:
        server.publish("rules/catalogs/bundle")
        numbers = ["2001", "2002", "2003", "2004"]
        server.subscribe(numbers, "100.00", package="home_bundle", product="line")
        client = server.connect()
        for day, number in enumerate(numbers, 1):
            family = {"package": "family", "group": "home", "from": at(f"2026-03-{day:02}")}
            client.call("subscription.put", subscription=number, account=number, product="line", service_ids=[number],
                        packages=["home_bundle", family])  # fmt: skip
        call = {"service_id": "2001", "service": "voice", "seconds": 600}
        found = []
        for day in range(1, 6):
            rated = client.call("rate", **call, at=at(f"2026-03-{day:02}") + 43_200_000)
            found.append((rated["amount"], [one["members"] for one in rated["lines"][0].get("discounts", [])]))
        assert found == [("1.09", []), ("1.04", [2]), ("1.04", [3]), ("0.98", [4]), ("0.98", [4])]
        now = client.call("ping")["now"]
        asked = {"service_id": "2001", "session": "s", "number": 1, "at": now, "parts": [{"service": "voice", "unit": "second", "ask": 600}]}
        assert client.call("session.reserve", asked)["parts"][0]["held"] == "0.98"

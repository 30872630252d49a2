"""Puts of customers, accounts and subscriptions: what is there already is not stored again, and a service id changes hands by date."""

import pytest

AT_MS = 1789704000000
DAY_MS = 86_400_000


@pytest.fixture
def put(client):
    client.call("customer.put", customer="c")
    client.call("account.put", account="a", customer="c")
    return lambda method, **fields: client.call(f"{method}.put", **fields)


def holding(subscription, number, **span):
    return {"subscription": subscription, "account": "a", "product": "pstn", "service_ids": [{"service_id": number, **span}]}


def test_a_put_again_is_unchanged_whatever_it_expects(put, client):
    for method, fields in (
        ("customer", {"customer": "x", "segment": "public", "facts": {"b": 1, "a": "2"}}),
        ("account", {"account": "x", "customer": "x", "floor": "-5.00", "bill_day": 3, "frozen": True, "temporary_floor": "-6.00", "temporary_till": 5}),
        ("subscription", {**holding("x", "1001"), "account": "x", "packages": ["p"], "states": [{"state": "suspended", "from": 5}]}),
    ):
        stored = put(method, **fields)
        assert stored["outcome"] == "stored"
        again = {"outcome": "unchanged", "version": stored["version"]}
        for expect in (None, stored["version"], 0, 8):
            assert put(method, **fields, expect=expect) == again
        assert client.call(f"{method}.get", ["x"])["version"] == stored["version"]


def test_a_time_zone_that_nobody_knows_is_refused_by_its_name(put, client):
    for zone in ("Asia/Shanghay", "Asia", "../Asia/Shanghai", "zone.tab"):
        error, _ = client.ask("account.put", {"account": "z", "customer": "c", "zone": zone})
        assert error == f'NOT_FOUND: there is no time zone "{zone}"'
    error, _ = client.ask("account.put", {"account": "z", "customer": "c", "zone": "Asia/Shanghai\0"})
    assert error.startswith("NOT_FOUND: ")
    assert put("account", account="z", customer="c", zone="Europe/Berlin")["outcome"] == "stored"
    assert client.call("account.get", ["z"])["zone"] == "Europe/Berlin"


def test_a_service_id_that_changes_hands_is_unchanged_by_puts_of_either_holder(put, client):
    """Else such a put would answer a version that no record has."""
    spans = [{"till": AT_MS}, {"from": AT_MS, "till": AT_MS + DAY_MS}, {"from": AT_MS + 2 * DAY_MS}]
    order = (1, 2, 0)
    versions = {n: put("subscription", **holding(f"s{n}", "1001", **spans[n]))["version"] for n in order}
    for n in (0, 1, 2, 2, 1, 0):
        again = put("subscription", **holding(f"s{n}", "1001", **spans[n]))
        assert again == {"outcome": "unchanged", "version": versions[n]}
        assert client.call("subscription.get", [f"s{n}"])["version"] == versions[n]


def test_a_service_id_has_its_holder_of_the_day(put, server, client):
    server.publish("rules/catalogs/fixed_line")
    put("subscription", **holding("late", "1001", **{"from": AT_MS}), packages=["fixed_line"])
    put("subscription", **holding("early", "1001", till=AT_MS), states=[{"state": "suspended"}])

    def code(at):
        return client.call("rate", service_id="1001", service="voice", to="5507882", at=at, seconds=1).get("code")

    assert (code(AT_MS - 1), code(AT_MS)) == ("SUSPENDED", None)
    put("subscription", **{**holding("early", "1002"), "service_ids": []})
    assert (code(AT_MS - 1), code(AT_MS)) == ("UNKNOWN_SUBSCRIPTION", None)


def test_a_service_id_changes_hands_so_often_and_no_more(put, client):
    number = "n" * 64
    names = [f"{n:064d}" for n in range(300)]
    answers = [
        client.ask("subscription.put", holding(name, number, **{"from": AT_MS + n, "till": AT_MS + n + 1}))
        for n, name in enumerate(names)
    ]
    stored = [error is None for error, _ in answers]
    most = sum(stored)
    assert most >= 150 and stored == [True] * most + [False] * (300 - most)
    assert all(error.startswith("IN_USE: ") for error, _ in answers[most:])
    put("subscription", **{**holding(names[0], number), "service_ids": []})
    assert put("subscription", **holding(names[-1], number, till=AT_MS))["outcome"] == "stored"


def test_two_at_the_same_time_are_refused_and_nothing_changes(put, client):
    put("subscription", **holding("s1", "1001", **{"from": AT_MS}))
    before = client.call("stats")["journal"]["decided"]
    for span in ({}, {"till": AT_MS + 1}, {"from": AT_MS + DAY_MS}):
        error, _ = client.ask("subscription.put", {**holding("s2", "1001", **span), "packages": ["p"]})
        assert error.startswith("IN_USE: ") and '"s1"' in error
    assert client.ask("subscription.get", ["s2"])[0].startswith("NOT_FOUND: ")
    assert client.call("stats")["journal"]["decided"] == before


@pytest.mark.parametrize("method", ["customer", "account", "subscription"])
def test_versions(put, client, method):
    make = {
        "customer": lambda n: {"customer": "v", "area": str(n)},
        "account": lambda n: {"account": "v", "customer": "c", "floor": f"-{n}.00"},
        "subscription": lambda n: {**holding("v", f"v{n}")},
    }[method]
    error, _ = client.ask(f"{method}.put", {**make(1), "expect": 8})
    assert error.startswith("VERSION_CONFLICT: ") and '"v" is at version 0, not at 8' in error
    first = put(method, **make(1), expect=0)
    error, _ = client.ask(f"{method}.put", {**make(2), "expect": 0})
    assert error.startswith("VERSION_CONFLICT: ")
    second = put(method, **make(2), expect=first["version"])
    assert second["version"] > first["version"]
    assert client.ask(f"{method}.put", {**make(3), "expect": first["version"]})[0].startswith("VERSION_CONFLICT: ")
    assert put(method, **make(3))["outcome"] == "stored"


def held(span):
    return {"package": "e6", **span}


def test_a_package_is_held_as_a_member_of_a_group(put, client):
    """What is not said is not answered, and what is said is there again."""
    since = {"from": AT_MS, "group": "home", "group_from": AT_MS - DAY_MS, "members": 3}
    packages = [held({"till": AT_MS}), held(since), {"package": "solo"}, {"package": "pool", "group": "home", "pays": True}]
    put("subscription", **holding("x", "1001"), packages=packages)
    assert client.call("subscription.get", ["x"])["packages"] == packages
    packages[1]["group_from"] = AT_MS
    put("subscription", **holding("x", "1001"), packages=packages)
    del packages[1]["group_from"]
    assert client.call("subscription.get", ["x"])["packages"] == packages
    assert put("subscription", **holding("x", "1001"), packages=packages)["outcome"] == "unchanged"


def test_a_package_is_held_with_parameters_and_facts(put, client):
    facts = [{"with": {"site.tenants": 1}, "till": AT_MS}, {"with": {"site.tenants": 2}, "from": AT_MS}, {"with": {"lease.role": "anchor"}}]
    packages = [held({"params": {"fee": "99.00", "months": 24}, "facts": facts}), {"package": "solo"}]
    put("subscription", **holding("x", "1001"), packages=packages)
    assert client.call("subscription.get", ["x"])["packages"] == packages
    assert put("subscription", **holding("x", "1001"), packages=packages)["outcome"] == "unchanged"


def test_more_parameters_and_facts_than_a_record_holds_are_refused(put, client):
    def ask(packages):
        error, _ = client.ask("subscription.put", {**holding("x", "1001"), "packages": packages})
        return error

    long = {f"{number:02}{'x' * 62}": "y" * 255 for number in range(32)}
    assert ask([{"package": f"p{number}", "params": long} for number in range(100)]).startswith("OUT_OF_RANGE: ")
    assert ask([held({"facts": [{"with": long}] * 8})]).startswith("OUT_OF_RANGE: ")
    assert ask([held({"facts": [{"with": {"a": 1}, "from": 2, "till": 2}]})]).startswith("OUT_OF_RANGE: ")
    assert ask([held({"facts": [{"with": {}}]})]).startswith("OUT_OF_RANGE: ")


def test_as_many_packages_as_may_be_have_the_longest_groups(put, client):
    packages = [
        {"package": f"{n:064d}", "from": AT_MS, "till": AT_MS + DAY_MS, "group": f"{n % 16:064d}", "group_from": AT_MS - 1, "members": 1_000_000}
        for n in range(100)
    ]
    put("subscription", **holding("x", "1001"), packages=packages)
    assert client.call("subscription.get", ["x"])["packages"] == packages


@pytest.mark.parametrize(
    ("span", "code"),
    [
        ({"group_from": AT_MS}, "FIELDS_CONFLICT"),
        ({"members": 3}, "FIELDS_CONFLICT"),
        ({"pays": True}, "FIELDS_CONFLICT"),
        ({"from": AT_MS, "group": "home", "group_from": AT_MS + 1}, "OUT_OF_RANGE"),
        ({"group": "home", "members": 0}, "OUT_OF_RANGE"),
        ({"group": "home", "members": 1_000_001}, "OUT_OF_RANGE"),
    ],
)
def test_what_is_no_group_is_refused(put, client, span, code):
    error, _ = client.ask("subscription.put", {**holding("x", "1001"), "packages": [held(span)]})
    assert error.startswith(f"{code}: ")


def test_a_put_counts_for_what_is_sent_right_behind_it(put, server, client):
    """Also where all of it arrives at once, so that the record was fetched for the charge before the put changed it in its place."""
    server.publish("rules/catalogs/fixed_line")
    fields = {**holding("line", "1001"), "packages": ["fixed_line"]}
    put("subscription", **fields)
    client.call("balance.topup", account="a", id="t", at=AT_MS, amount="9.00", currency="CNY")
    charge = {"service_id": "1001", "service": "voice", "to": "110", "at": AT_MS, "seconds": 60}
    client.call("charge", **charge, id="first")  # and now it is in memory
    data, numbers = b"", []
    for method, params in (
        ("charge", {**charge, "id": "before"}),
        ("subscription.put", {**fields, "packages": []}),  # shorter, so it stays where it was
        ("charge", {**charge, "id": "behind"}),
    ):
        packed, number = client.pack(method, params)
        data += packed
        numbers.append(number)
    client.send_bytes(data)
    before, stored, behind = (client.receive(number)[1] for number in numbers)
    assert (before["outcome"], stored["outcome"]) == ("charged", "stored")
    assert (behind["outcome"], behind["code"]) == ("refused", "NO_PRICE")

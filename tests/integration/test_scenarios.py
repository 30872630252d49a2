"""The numbers of scenarios S1, S2 and S4, one by one, over the wire, where no other test asks for them: S1 as a whole is in test_s1.py,
tiers and carried minutes of S2, S3 and S8 in test_counted.py, the discount of S2 in
test_discounts.py, months of S4 in test_dues.py, S5 in test_purses.py."""

import pytest
from server import Server

CALLER = "07715510001"
FRIDAY_NOON = "2026-09-18T12:00:00+08:00"


def call(identifier, at, seconds, to, caller=CALLER):
    return {"id": identifier, "service_id": caller, "service": "voice", "to": to, "at": at, "seconds": seconds}


@pytest.fixture(scope="module")
def lines():
    """Telephone lines of three towns; their area codes have four and three digits."""
    with Server() as server:
        server.publish("rules/catalogs/fixed_line")
        server.subscribe([CALLER, "01062345678", "02512345678"], package="fixed_line")
        yield server.connect()


S1 = [
    # who calls whom, when, for how long, and the zone and the price, or the code and the condition of the refusal
    (CALLER, "110", FRIDAY_NOON, 600, "free", "0.00"),
    (CALLER, "10000", FRIDAY_NOON, 600, "free", "0.00"),
    (CALLER, "8001234567", FRIDAY_NOON, 600, "free", "0.00"),
    (CALLER, "8001234", FRIDAY_NOON, 60, "local", "0.22"),
    (CALLER, "0085212345678", FRIDAY_NOON, 6, "hmt", "0.20"),
    (CALLER, "0085312345678", FRIDAY_NOON, 7, "hmt", "0.40"),
    (CALLER, "0088612345678", FRIDAY_NOON, 1, "hmt", "0.20"),
    (CALLER, "00442071234567", FRIDAY_NOON, 13, "international", "2.40"),
    (CALLER, "0099912345", FRIDAY_NOON, 60, "NO_PRICE", "zone"),
    (CALLER, "sales", FRIDAY_NOON, 60, "NO_PRICE", "digits"),
    (CALLER, "07715507882", FRIDAY_NOON, 180, "local", "0.22"),
    (CALLER, "5507882", FRIDAY_NOON, 181, "local", "0.33"),
    (CALLER, "13812345678", FRIDAY_NOON, 241, "local", "0.44"),
    (CALLER, "4001234567", FRIDAY_NOON, 1, "local", "0.22"),
    (CALLER, "013812345678", FRIDAY_NOON, 6, "domestic", "0.07"),
    (CALLER, "01062345678", FRIDAY_NOON, 7, "domestic", "0.14"),
    (CALLER, "01062345678", FRIDAY_NOON, 0, "domestic", "0.00"),
    ("01062345678", "01012345678", FRIDAY_NOON, 60, "local", "0.22"),
    ("02512345678", "02587654321", FRIDAY_NOON, 60, "local", "0.22"),
    ("02512345678", "02187654321", FRIDAY_NOON, 6, "domestic", "0.07"),
    # by the calendar: night, the edge of the night, a weekend, a swapped workday, a holiday, and a year without holiday rows
    (CALLER, "02073241552", "2026-09-18T06:59:59+08:00", 6, "domestic", "0.04"),
    (CALLER, "02073241552", "2026-09-18T06:59:54+08:00", 7, "domestic", "0.11"),
    (CALLER, "02073241552", "2026-09-18T07:00:00+08:00", 6, "domestic", "0.07"),
    (CALLER, "02073241552", "2026-09-19T12:00:00+08:00", 6, "domestic", "0.05"),
    (CALLER, "02073241552", "2026-09-19T03:00:00+08:00", 6, "domestic", "0.04"),
    (CALLER, "02073241552", "2026-10-10T12:00:00+08:00", 6, "domestic", "0.07"),
    (CALLER, "02073241552", "2026-10-01T12:00:00+08:00", 6, "domestic", "0.04"),
    (CALLER, "02073241552", "2023-09-18T12:00:00+08:00", 6, "CALENDAR_NOT_COVERED", "calendar"),
]


@pytest.mark.parametrize("number", range(len(S1)))
def test_s1_zones_and_bands(lines, number):
    caller, to, at, seconds, zone, price = S1[number]
    request = call(f"s1-{number}", at, seconds, to, caller)
    enquiry = lines.call("rate", {name: value for name, value in request.items() if name != "id"})
    answer = lines.call("charge", request)
    if answer["outcome"] == "refused":
        assert (answer["code"], answer["because"]["condition"]) == (enquiry["code"], enquiry["because"]["condition"]) == (zone, price)
    else:
        assert (answer["lines"][0]["zone"], answer["amount"]) == (zone, price)
        assert answer["lines"] == enquiry["lines"]


@pytest.fixture
def family(server):
    server.publish("rules/catalogs/e6")
    server.subscribe([CALLER])
    client = server.connect()
    held = [{"package": "e6_base", "from": "2026-03-10T00:00:00+08:00"}]
    client.call("subscription.put", subscription=CALLER, account=CALLER, product="pstn", service_ids=[CALLER], packages=held)
    return client


def test_s2_three_free_minutes_and_then_the_night(family):
    """The first month's minutes are whole."""
    assert family.call("charge", call("1", "2026-03-18T12:00:00+08:00", 297 * 60, "5507882"))["amount"] == "0.00"
    answer = family.call("charge", call("2", "2026-03-18T20:58:30+08:00", 250, "5507882"))
    assert answer["amount"] == "0.16"
    parts = [(part["band"], part["units"], "allowance" in part) for part in answer["lines"][0]["parts"]]
    assert parts == [("day", 2, True), ("night", 1, True), ("night", 2, False)]


def test_s2_minutes_of_march_are_gone_in_may(family):
    assert family.call("charge", call("march", "2026-03-18T12:00:00+08:00", 200 * 60, "5507882"))["amount"] == "0.00"
    april = family.call("charge", call("april", "2026-04-10T12:00:00+08:00", 60 * 60, "5507882"))
    assert april["amount"] == "0.00"
    # All 300 of April serve May, with May's own, and the 40 that March has left do not.
    may = family.call("charge", call("may", "2026-05-01T07:00:00+08:00", 601 * 60, "5507882"))
    assert may["amount"] == "0.15"
    # A call of April that comes late uses what is left of March.
    late = family.call("charge", call("late", "2026-04-30T12:00:00+08:00", 41 * 60, "5507882"))
    assert late["amount"] == "0.15"


@pytest.fixture(scope="module")
def towers():
    with Server() as server:
        server.publish("rules/catalogs/towers")
        yield server.connect()


@pytest.mark.parametrize(
    ("year", "tenants", "role", "lines"),
    [
        (2017, 1, "anchor", ["2635.42", "1000.00", "500.00"]),
        (2018, 1, "other", ["2520.83", "1000.00", "500.00"]),
        (2018, 2, "anchor", ["1638.54", "550.00", "275.00"]),
        (2018, 2, "other", ["1764.58", "600.00", "300.00"]),
        (2017, 2, "anchor", ["1976.56", "550.00", "275.00"]),
        (2017, 2, "other", ["2108.33", "600.00", "300.00"]),
        (2018, 3, "anchor", ["1386.46", "450.00", "225.00"]),
        (2018, 3, "other", ["1512.50", "500.00", "250.00"]),
    ],
)
def test_s4_what_a_tenancy_pays_a_month(towers, year, tenants, role, lines):
    facts = {
        "site.build_cost": "250000.00", "site.years": 10, "site.upkeep": "2000.00", "site.site_fee": "12000.00",
        "site.power_access": "6000.00", "site.tenants": tenants, "lease.role": role,
    }  # fmt: skip
    begins, ends = ("2017-12-01", "2018-01-01") if year == 2017 else ("2018-01-01", "2018-02-01")
    answer = towers.call("price.due", {
        "package": "tower_lease", "from": f"{begins}T00:00:00+08:00", "till": f"{ends}T00:00:00+08:00", "facts": [{"with": facts}],
    })  # fmt: skip
    assert [line["amount"] for line in answer["lines"]] == lines

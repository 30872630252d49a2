"""The numbers of the scenarios, over the wire: here where no other test asks for them. Where each is:

S1   20,000 calls, by zone and by subscription; again: nothing  test_s1.py
     zones, prices and bands one by one; what is refused        test_s1_zones_and_bands, below
S2   first fee 91.55; the others on their dates, over kills     test_agenda.py (test_s2_…); by price.due: test_dues.py
     three free minutes left, 250 s at 20:58:30: 0.16           test_s2_three_free_minutes_and_then_the_night, below
     298 paid minutes, 4 at noon: 0.52                          test_counted.py (the 301st paid minute)
     100 minutes of March serve April, and are gone on 1 May    test_counted.py, and below; a late call of April, too
     seven minutes at night with local special: 0.45            test_discounts.py
     all members draw one pool and count for one tier           test_sharing.py
     calls from the activation's instant, the fee from its day  test_s2_an_activation_…, below
     a family owes its fee once; cancelling refunds nothing     test_dues.py; test_agenda.py
S3   1,500 bytes, 10 MB, 123,456,789 bytes, 65 s, an SMS        test_counted.py (test_data_calls_and_messages_…)
     the same call with 1.5 MB left: 0.06; 599.90 + 10 MB: 0.10  there
     data ends at 15,360 MB, by the event that crosses          test_counted.py (test_data_ends_at_its_limit_…)
S4   31,625.00 and 30,250.00 a year; months by tenants and year  test_s4_…, below
     a second tenant on 16 March: all six lines                 test_agenda.py and test_groups.py, charged; test_dues.py
     a further unit: 491.56                                     test_groups.py; test_dues.py
     leaving early: 54,071.88                                   test_agenda.py, charged; test_dues.py
     different customers, each sees its own; four are refused   test_groups.py
S5   1 February, 10 February, 5 March; SP content               test_deposits.py (test_s5_…), over the clock; test_purses.py
     10.00 of February's gift expire on 1 April, and the order  test_deposits.py (test_s5_what_is_left_of_a_gift_…)
     a skipped gift; cancelled on 20 July; all twelve, by kills  test_deposits.py
S8   1, 2 and 3 units by length; limits of users; barred; MMS   test_reseller.py; test_counted.py
     a failed delivery is refunded once; the day's count        test_refund.py
     10 % left, and 30 days before the end, once each           test_notices.py (test_s8_…)
     history by date, type and user                             test_reseller.py
S9   300 s hold 0.75 … 0.30 at the end; kills between steps     test_sessions.py (test_the_numbers_of_s9_…, the last of the balance)
     an update three times; a silent session; a late update     test_sessions.py
"""

from fractions import Fraction

import pytest
from moved_clock import MovedServer
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


def test_s2_an_activation_prices_calls_from_its_instant_and_the_fee_from_its_whole_day():
    with MovedServer("2026-03-10T18:30:00+08:00") as server:
        server.publish("rules/catalogs/e6")
        server.subscribe([CALLER], "1000.00")
        client = server.connect()
        held = [{"package": "e6_base", "from": "2026-03-10T18:30:00+08:00"}]
        client.call("subscription.put", subscription=CALLER, account=CALLER, product="pstn", service_ids=[CALLER], packages=held)
        assert client.call("charge", call("before", "2026-03-10T18:29:59+08:00", 60, "5507882"))["code"] == "NO_PRICE"
        assert client.call("charge", call("from then on", "2026-03-10T18:30:00+08:00", 60, "5507882"))["amount"] == "0.00"
        assert client.call("balance.get", [CALLER])["available"] == "908.45"  # 129.00 × 22/31 = 91.55


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
    if tenants == 1:  # all of it, a twelfth of the year's
        assert 12 * Fraction(answer["lines"][0]["exact"]) == (31625 if year == 2017 else 30250)

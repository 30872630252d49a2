"""How long a balance is valid: so long from now, or from its first use."""

import datetime
import json
import zoneinfo

import pytest
from caller import ACCOUNT, AT_MS, charge, put, refund, serving
from moved_clock import MovedServer
from server import Server, suanpan

CHINA = "Asia/Shanghai"


@pytest.fixture
def server():
    with serving([ACCOUNT], "10.00") as one:
        yield one


def shown(client, name):
    return next(one for one in client.call("balance.get", [ACCOUNT])["balances"] if one["balance"] == name)


def midnights(client, days, zone=CHINA):
    """What a validity of so many days from now ends at: two instants, if it is about to be midnight."""

    def midnight(now_ms):
        local = datetime.datetime.fromtimestamp(now_ms / 1000, zoneinfo.ZoneInfo(zone))
        day = local.date() + datetime.timedelta(days=days)
        return int(datetime.datetime(day.year, day.month, day.day, tzinfo=zoneinfo.ZoneInfo(zone)).timestamp() * 1000)

    now = client.call("ping")["now"]
    return {midnight(now - 60_000), midnight(now)}


def timers(server):
    """Of all balances, from the data folder; the server is stopped."""
    dumped = suanpan("dump", "--json", server.data).stdout.splitlines()
    return [record["key"] for record in map(json.loads, dumped) if record.get("table") == "timer"]


def test_so_many_days_from_now_end_at_midnight_in_the_account_s_zone(client):
    put(client, "month", valid={"count": 30, "every": "day"})
    assert shown(client, "month")["till"] in midnights(client, 30) and "valid" not in shown(client, "month")
    client.call("account.put", account=ACCOUNT, customer=ACCOUNT, zone="America/New_York")
    put(client, "week", valid={"count": 7, "every": "day", "begins": "now"})
    assert shown(client, "week")["till"] in midnights(client, 7, "America/New_York")


def test_hours_from_now_are_exact(client):
    before = client.call("ping")["now"]
    put(client, "day", valid={"count": 24, "every": "hour"})
    assert before <= shown(client, "day")["till"] - 86_400_000 <= client.call("ping")["now"]


def test_what_is_valid_from_its_first_use_begins_with_the_charge_that_takes_from_it(server, client):
    valid = {"count": 3, "every": "day", "begins": "first_use"}
    put(client, "pass", "0.30", valid=valid)
    put(client, "spring", "0.10", till=client.call("ping")["now"] + 86_400_000)
    assert (shown(client, "pass").get("till"), shown(client, "pass")["valid"]) == (None, valid)
    charge(client, "free", seconds=0)
    assert "till" not in shown(client, "pass")
    paid = charge(client, "c1")
    assert [one["balance"] for one in paid["paid"]] == ["spring", "pass"]  # what runs already goes first
    till = shown(client, "pass")["till"]
    assert till in midnights(client, 3)
    assert [one.get("till") for one in paid["paid"]] == [None, till]
    second = charge(client, "c2")
    assert second["paid"] == [{"balance": "pass", "amount": "0.18"}, {"balance": "main", "amount": "0.04"}]
    assert put(client, "pass", valid=valid)["outcome"] == "unchanged"
    assert charge(client, "c1") == {**paid, "repeat": True}
    server.kill()
    server.start()
    with server.connect() as other:
        assert shown(other, "pass")["till"] == till
        assert refund(other, "r1", paid["charge"])["left"] == "0.00"
        assert (shown(other, "pass")["amount"], shown(other, "pass")["till"]) == ("0.12", till)
        assert "pass 0.12 CNY" in other.call("charge.explain", charge=paid["charge"])["text"]
        spring = shown(other, "spring")["till"]
    server.stop()
    instants = [datetime.datetime.fromtimestamp(one / 1000, datetime.timezone.utc).isoformat() for one in (spring, till)]
    found = timers(server)
    assert [one.split()[2] for one in found] == [f"{ACCOUNT}/spring", f"{ACCOUNT}/pass"]
    assert found[1].split()[0] == instants[1].replace("+00:00", "Z")
    for command in (["fsck", server.data, "--age-max", "7300"], ["replay", server.data]):
        result = suanpan(*command)
        assert result.returncode == 0, result.stdout + result.stderr


def test_what_would_be_valid_beyond_all_instants_from_its_first_use_ends_with_them(client):
    put(client, "pass", "5.00", valid={"count": 100_000, "every": "year", "begins": "first_use"})
    assert charge(client, "c1")["paid"][0]["till"] == 7258118399999


def test_another_validity_begins_anew_with_the_next_use(client):
    put(client, "pass", "5.00", valid={"count": 3, "every": "day", "begins": "first_use"})
    charge(client, "c1")
    put(client, "pass", valid={"count": 1, "every": "month", "begins": "first_use"})
    assert "till" not in shown(client, "pass")
    assert "till" in charge(client, "c2")["paid"][0]
    put(client, "pass")
    assert "till" not in shown(client, "pass") and "valid" not in shown(client, "pass")
    assert "till" not in charge(client, "c3")["paid"][0]


def test_the_zone_of_an_account_decides_when_its_first_use_ends(client):
    client.call("account.put", account=ACCOUNT, customer=ACCOUNT, zone="Pacific/Kiritimati")
    put(client, "pass", "5.00", valid={"count": 2, "every": "day", "begins": "first_use"})
    assert charge(client, "c1")["paid"][0]["till"] in midnights(client, 2, "Pacific/Kiritimati")


def test_mistakes_about_validity_are_said(client):
    for fields, code in (
        ({"valid": {"count": 3}}, "MISSING_FIELD"),
        ({"valid": {"every": "day"}}, "MISSING_FIELD"),
        ({"valid": {"count": 1, "every": "day"}, "till": AT_MS}, "FIELDS_CONFLICT"),
        ({"valid": {"count": 1, "every": "day"}, "from": 7258118399999}, "OUT_OF_RANGE"),
        ({"valid": {"count": 0, "every": "day"}}, "OUT_OF_RANGE"),
        ({"valid": {"count": 100_001, "every": "day"}}, "OUT_OF_RANGE"),
        ({"valid": {"count": 200, "every": "year"}}, 'OUT_OF_RANGE: field "valid" must be shorter'),
        ({"valid": {"count": 1, "every": "week"}}, "OUT_OF_RANGE"),
        ({"valid": "day"}, "WRONG_TYPE"),
    ):
        error, _ = client.ask("balance.put", {"account": ACCOUNT, "balance": "x", **fields})
        assert error.startswith(code), (fields, error)


def test_without_a_catalog_only_an_account_with_its_own_zone_can_say_when_a_day_ends():
    with Server() as server, server.connect() as client:
        client.call("customer.put", customer="c")
        client.call("account.put", account="a", customer="c")
        error, _ = client.ask("balance.put", account="a", balance="x", valid={"count": 1, "every": "day"})
        assert error.startswith("NO_RELEASE")
        client.call("account.put", account="a", customer="c", zone=CHINA)
        assert client.call("balance.put", account="a", balance="x", valid={"count": 1, "every": "day"})["outcome"] == "stored"


def test_a_pass_is_over_at_the_midnight_behind_its_last_day_and_what_is_left_expires():
    with MovedServer("2026-09-18T12:00:00+08:00") as server:
        server.publish("rules/catalogs/fixed_line")
        server.subscribe([ACCOUNT], "10.00", package="fixed_line")
        with server.connect() as client:
            put(client, "pass", "1.00", valid={"count": 2, "every": "day", "begins": "first_use"})
            server.set_clock("2026-10-30T12:00:00+08:00")  # it waits as long as it is not used
            assert charge(client, "c1")["paid"][0]["till"] == 1793462400000  # 2026-11-01 00:00 in China
            server.set_clock("2026-10-31T23:59:00+08:00")
            assert charge(client, "c2")["paid"] == [{"balance": "pass", "amount": "0.22"}]
            server.set_clock("2026-11-01T00:00:00+08:00")
            assert "paid" not in charge(client, "c3")
            server.wait_until(lambda: shown(client, "pass")["amount"] == "0.00")
            kinds = [entry["kind"] for entry in client.call("history", account=ACCOUNT)["entries"]]
            assert sorted(kinds[:2]) == ["charge", "expiry"]
            extended = client.call("balance.topup", id="again", account=ACCOUNT, balance="pass", at=AT_MS, amount="1.00", currency="CNY",
                                   extends={"count": 1, "every": "day"})  # fmt: skip
            assert (extended["balance"], extended["till"]) == ("1.00", 1793548800000)  # 2026-11-02 00:00 in China
        server.stop()
        result = suanpan("fsck", server.data, "--age-max", "7300")
        assert result.returncode == 0, result.stdout + result.stderr

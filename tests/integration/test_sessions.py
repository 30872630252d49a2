"""Sessions over the wire: scenario S9 with its numbers, and what a session is in other tariffs, of several services and balances."""

import json
import time

import pytest
from server import ROOT, Server, ServerError, suanpan

CATALOG = ROOT / "tests/integration/sessions"
AT = "2026-03-18T12:00:00+08:00"
AT_MS = 1773806400000
A = "13900000001"


class Session:
    """One session of a service id, whose requests are numbered as they are made."""

    def __init__(self, client, name="s1", service_id=A, at=AT):
        self.client, self.name, self.service_id, self.at, self.number = client, name, service_id, at, 0

    def send(self, method, number=None, **fields):
        self.number = self.number + 1 if number is None else number
        return self.client.call(
            f"session.{method}",
            {"service_id": self.service_id, "session": self.name, "number": self.number, "at": self.at, **fields},
        )

    def reserve(self, ask, service="voice", **fields):
        return self.send("reserve", parts=[{"service": service, "ask": ask}], **fields)

    def update(self, used, ask, part="voice", **fields):
        return self.send("update", parts=[{"part": part, "used": used, "ask": ask}], **fields)

    def commit(self, used, part="voice", **fields):
        return self.send("commit", parts=[{"part": part, "used": used}], **fields)

    def release(self, **fields):
        return self.send("release", **fields)

    def get(self):
        return self.client.call("session.get", [self.service_id, self.name])


def part(answer, index=0):
    return answer["parts"][index]


def main(client, account=A):
    """(what is there, what is held) of the main balance."""
    balance = client.call("balance.get", [account])["balances"][0]
    return balance["amount"], balance["held"]


@pytest.fixture
def server():
    with Server() as one:
        one.publish(CATALOG)
        one.subscribe([A], "10.00", package="plain", product="line")
        yield one
        one.stop()
        assert suanpan("fsck", one.data).stdout.startswith("clean: ")
        assert (replayed := suanpan("replay", one.data)).returncode == 0, replayed.stdout  # each report comes out as it was


@pytest.fixture
def client(server):
    return server.connect()


def take(client, amount):
    """Leaves the account so much less."""
    client.call("balance.adjust", id=f"take-{amount}", account=A, at=AT, amount=f"-{amount}", currency="CNY", why="spent elsewhere")


# ---- S9 ----


@pytest.mark.parametrize("between", ["nothing", "restart", "kill"])
def test_the_numbers_of_s9_stand_whatever_comes_between_two_steps(server, between):
    def step():
        if between != "nothing":
            server.kill() if between == "kill" else server.stop()
            server.start()
        return server.connect()

    session = Session(step())
    first = session.reserve(300)
    assert (first["outcome"], part(first)["granted"], first["held"], first["charged"]) == ("granted", 300, "0.75", "0.00")
    session.client = step()
    assert main(session.client) == ("10.00", "0.75")
    second = session.update(290, 300)
    assert (second["charged"], part(second)["granted"], second["held"], second["balance"]) == ("0.75", 300, "0.75", "9.25")
    assert "final" not in part(second)
    session.client = step()
    for _ in range(2):
        again = session.send("update", number=2, parts=[{"part": "voice", "used": 290, "ask": 300}])
        assert again == {**second, "repeat": True}
    session.release(number=3)
    session.client = step()
    assert main(session.client) == ("9.25", "0.00")


@pytest.mark.parametrize("between", ["nothing", "restart", "kill"])
def test_the_last_of_the_balance_is_granted_as_s9_says(server, between):
    def step():
        if between != "nothing":
            server.kill() if between == "kill" else server.stop()
            server.start()
        return server.connect()

    session = Session(server.connect())
    session.reserve(300)
    take(session.client, "8.85")
    session.client = step()
    short = session.update(290, 300)
    assert (short["charged"], short["balance"], short["held"]) == ("0.75", "0.40", "0.30")
    assert (part(short)["granted"], part(short)["final"], part(short)["code"]) == (130, {"action": "terminate"}, "BALANCE_TOO_LOW")
    session.client = step()
    assert session.get()["parts"][0]["granted"] == 130
    end = session.commit(100)
    assert (end["outcome"], end["charged"], end["held"], end["balance"]) == ("charged", "0.30", "0.00", "0.10")
    assert (part(end)["used"], part(end)["charged"], part(end)["lines"][0]["parts"][0]["units"]) == (390, "1.05", 7)
    session.client = step()
    with pytest.raises(ServerError, match="NOT_FOUND"):
        session.get()
    late = session.update(60, 60)
    assert (late["outcome"], late["code"]) == ("refused", "UNKNOWN_SESSION")
    assert main(session.client) == ("0.10", "0.00")


# ---- other tariffs ----


def hold(server, package, amount="10.00", number="13900000002"):
    """A session of somebody else, who holds that package."""
    server.subscribe([number], amount, package=package, product="line")
    return Session(server.connect(), service_id=number)


def parts_of(answer):
    return [(one.get("band"), one["units"], one["price"], one.get("tier")) for one in part(answer)["lines"][0]["parts"]]


def counter(server, name):
    """(used, held) of a counter, as a dump of the stopped server's folder shows it."""
    found = [line for line in dump(server) if line["table"] == "counter" and name in line["key"]]
    assert len(found) == 1, found
    return found[0]["value"]["used"], found[0]["value"].get("held", 0)


def dump(server):
    server.stop()
    result = suanpan("dump", server.data, "--records", "--json")
    assert result.returncode == 0, result.stderr
    server.start()
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_what_is_free_is_held_of_the_allowance_and_what_is_not_of_the_balance(server):
    session = hold(server, "free")
    first = session.reserve(900)
    assert (part(first)["granted"], first["held"]) == (900, "0.75")  # ten minutes are free, five are not
    other = Session(session.client, "s2", session.service_id)
    assert other.reserve(60)["held"] == "0.15"  # the free ones are held
    second = session.update(120, 120)
    assert (second["charged"], second["held"]) == ("0.00", "0.00")
    assert counter(server, "free.minutes") == (120, 120)
    session.client = other.client = server.connect()
    assert other.update(60, 60)["charged"] == "0.00"  # they were given back before it told
    assert session.commit(60)["charged"] == "0.00"
    assert other.commit(60)["charged"] == "0.00"
    assert counter(server, "free.minutes") == (300, 0)


def test_a_charge_sees_what_a_session_holds_of_an_allowance(server):
    session = hold(server, "free")
    session.reserve(540)
    usage = {"service_id": session.service_id, "service": "voice", "at": AT, "seconds": 120}
    assert session.client.call("charge", id="c1", **usage)["amount"] == "0.15"
    assert session.commit(60)["charged"] == "0.00"
    assert session.client.call("charge", id="c2", **usage)["amount"] == "0.00"
    assert counter(server, "free.minutes") == (240, 0)


def test_the_price_of_all_units_goes_through_tiers_and_bands(server):
    tiered = hold(server, "tiered")
    assert tiered.reserve(300)["held"] == "0.55"  # three at 0.15, two at 0.05
    end = tiered.commit(300)
    assert (end["charged"], parts_of(end)) == ("0.55", [(None, 3, "0.15", 1), (None, 2, "0.05", 2)])
    banded = hold(server, "banded", number="13900000003")
    banded.at = "2026-03-18T20:58:00+08:00"
    first = banded.reserve(240)
    assert (first["held"], part(first)["change_at"]) == ("0.60", AT_MS + 9 * 3_600_000)
    assert "change_at" not in part(banded.update(100, 20))
    assert part(banded.update(0, 200))["change_at"] == AT_MS + 9 * 3_600_000
    end = banded.commit(80)
    assert (part(end)["charged"], parts_of(end)) == ("0.50", [("day", 2, "0.20", None), ("night", 1, "0.10", None)])


def test_a_cap_bounds_what_is_held_and_charged(server):
    session = hold(server, "capped")
    assert session.reserve(600)["held"] == "0.40"
    assert session.update(60, 600)["held"] == "0.25"
    other = Session(session.client, "s2", session.service_id)
    assert other.reserve(600)["held"] == "0.00"
    assert session.commit(600)["charged"] == "0.25"
    assert other.commit(600)["charged"] == "0.00"


def test_a_limit_that_is_reached_ends_a_session_and_charges_what_it_told(server):
    session = hold(server, "limited")
    assert part(session.reserve(540))["granted"] == 540
    second = session.update(540, 540)
    assert (second["charged"], part(second)["granted"]) == ("1.35", 540)  # nine minutes: the limit is ahead
    third = session.update(60, 60)
    assert (third["outcome"], third["charged"], third["held"]) == ("granted", "0.15", "0.00")
    assert (part(third)["granted"], part(third)["code"], part(third)["final"]["action"]) == (0, "LIMIT_REACHED", "terminate")
    assert session.commit(30)["charged"] == "0.15"
    refused = Session(session.client, "s2", session.service_id).reserve(60)
    assert (refused["outcome"], refused["code"]) == ("refused", "LIMIT_REACHED")


def test_what_is_paid_in_units_only_is_granted_as_far_as_there_are_units(server):
    session = hold(server, "units")
    first = session.reserve(8, "sms")
    assert (part(first)["granted"], part(first)["code"], first["held"]) == (5, "TOO_FEW_UNITS", "0.00")
    refused = Session(session.client, "s2", session.service_id).reserve(1, "sms")
    assert (refused["outcome"], refused["code"]) == ("refused", "TOO_FEW_UNITS")
    beyond = session.commit(7, "sms")
    assert (part(beyond)["unpriced"], part(beyond)["code"], beyond["charged"]) == (2, "TOO_FEW_UNITS", "0.00")
    assert counter(server, "units.messages") == (5, 0)


# ---- several services, several balances, several sessions ----


def test_several_services_share_a_balance_in_the_order_of_the_request(client):
    session = Session(client)
    take(client, "9.00")
    first = session.send(
        "reserve",
        parts=[
            {"service": "voice", "ask": 240},
            {"service": "data", "ask": 10_000_000},
            {"service": "sms", "part": "greetings", "ask": 3},
        ],
    )
    assert [(one["part"], one["granted"], one["held"]) for one in first["parts"]] == [
        ("voice", 240, "0.60"), ("data", 4 << 20, "0.40"), ("greetings", 0, "0.00"),
    ]  # fmt: skip
    assert not any("held_of" in one for one in first["parts"])
    assert first["held"] == "1.00" and [("final" in one) for one in first["parts"]] == [False, True, True]
    second = session.send("update", parts=[{"part": "data", "used": 1_500_000}, {"part": "greetings", "used": 0, "ask": 3}])
    assert (second["charged"], [one["charged"] for one in second["parts"]]) == ("0.20", ["0.20", "0.00"])
    assert (part(second, 1)["granted"], second["held"]) == (2, "0.80")  # 0.60 for voice, 0.20 for messages
    third = session.send("update", parts=[{"part": "more", "service": "data", "used": 1, "ask": 1}])
    assert part(third)["charged"] == "0.00" and part(third)["unpaid"] == "0.10"
    end = session.send("commit", parts=[{"part": "voice", "used": 60}, {"part": "greetings", "used": 1}])
    assert (end["charged"], end["held"], end["balance"]) == ("0.25", "0.00", "0.55")
    assert main(client) == ("0.55", "0.00")


def test_balances_pay_in_order_and_hold_what_they_would_pay(client):
    for name, amount in (("gift", "0.20"), ("calls", "0.20")):
        pays = ["voice"] if name == "calls" else []
        client.call("balance.put", account=A, balance=name, pays=pays)
        client.call("balance.topup", id=name, account=A, balance=name, at=AT, amount=amount, currency="CNY")

    def shown():
        balances = client.call("balance.get", [A])["balances"]
        return {one["balance"]: (one["amount"], one["held"]) for one in balances}

    session = Session(client)
    first = session.reserve(300)
    assert first["held"] == "0.75" and "paid" not in first
    calls, gift, rest = {"balance": "calls", "amount": "0.20"}, {"balance": "gift", "amount": "0.20"}, {"balance": "main", "amount": "0.35"}
    assert part(first)["held_of"] == [calls, gift, rest]
    assert shown() == {"main": ("10.00", "0.35"), "gift": ("0.20", "0.20"), "calls": ("0.20", "0.20")}
    second = session.update(60, 60)
    assert (second["charged"], second["held"]) == ("0.15", "0.15")
    assert second["paid"] == [{"balance": "calls", "amount": "0.15"}]
    assert part(second)["held_of"] == [{"balance": "calls", "amount": "0.05"}, {"balance": "gift", "amount": "0.10"}]
    assert shown() == {"main": ("10.00", "0.00"), "gift": ("0.20", "0.10"), "calls": ("0.05", "0.05")}
    end = session.commit(180)
    assert end["charged"] == "0.45" and "held_of" not in part(end)
    assert end["paid"] == [{"balance": "calls", "amount": "0.05"}, gift, {"balance": "main", "amount": "0.20"}]
    assert session.commit(180, number=session.number) == {**end, "repeat": True}
    assert shown() == {"main": ("9.80", "0.00"), "gift": ("0.00", "0.00"), "calls": ("0.00", "0.00")}
    entries = client.call("history", account=A)["entries"]
    assert [entry["kind"] for entry in entries][:3] == ["session"] * 3


def test_two_sessions_never_overspend_one_balance(client):
    take(client, "9.50")
    one, two = Session(client, "one"), Session(client, "two")
    assert part(one.reserve(120))["granted"] == 120
    assert part(two.reserve(120))["granted"] == 60
    charge = {"service_id": A, "service": "sms", "at": AT, "items": 1, "id": "c"}
    assert client.call("charge", charge)["code"] == "BALANCE_TOO_LOW"
    assert one.commit(120)["charged"] == "0.30"
    assert two.commit(60)["charged"] == "0.15"
    assert main(client) == ("0.05", "0.00")


@pytest.mark.parametrize("users", [1, 1000])
def test_a_thousand_sessions_fight_for_the_last_fen_and_one_gets_it(server, client, users):
    """Of one subscription, or of a thousand that one account pays for, over 64 connections at once; again when the first has spent some."""
    take(client, "9.84")
    numbers = [A] if users == 1 else [f"1380000{n:04}" for n in range(users)]
    puts = [
        {"subscription": number, "account": A, "product": "line", "service_ids": [number], "packages": ["plain"]} for number in numbers
    ]  # fmt: skip
    assert all(error is None for error, _ in client.call_all("subscription.put", puts))
    clients = [server.connect() for _ in range(64)]

    def fight(number, granted):
        """Who of the thousand gets something."""
        requests = [
            {"service_id": numbers[n % users], "session": f"s{n}", "number": number, "at": AT, "parts": [{"service": "voice", "ask": 60}]}
            for n in range(1000)
        ]  # fmt: skip
        sent = [(one, one.send("session.reserve", request)) for n, request in enumerate(requests) for one in [clients[n % 64]]]
        answers = [one.receive(identifier)[1] for one, identifier in sent]
        got = [(request, answer) for request, answer in zip(requests, answers, strict=True) if answer["outcome"] == "granted"]
        assert [part(answer)["granted"] for _, answer in got] == granted
        assert {answer["code"] for answer in answers if answer["outcome"] == "refused"} <= {"BALANCE_TOO_LOW", "SESSION_OPEN"}
        return [request for request, _ in got]

    (winner,) = fight(0, [60])
    assert main(client) == ("0.16", "0.15")
    fight(1, [])
    winner |= {"number": 2, "parts": [{"part": "voice", "used": 60}]}
    assert client.call("session.commit", winner)["charged"] == "0.15"
    fight(3, [])
    assert main(client) == ("0.01", "0.00")


# ---- usage beyond the grant, and what is no use ----


def test_usage_beyond_the_grant_is_charged_down_to_the_floor_and_the_rest_later(client):
    session = Session(client)
    session.reserve(60)
    take(client, "9.60")
    second = session.update(300, 60)
    assert (second["charged"], part(second)["unpaid"], second["balance"]) == ("0.40", "0.35", "0.00")
    assert (part(second)["granted"], part(second)["code"]) == (0, "BALANCE_TOO_LOW")
    client.call("balance.topup", id="more", account=A, at=AT, amount="1.00", currency="CNY")
    third = session.update(0, 60)
    assert (third["charged"], third["held"], part(third)["granted"], part(third).get("unpaid")) == ("0.35", "0.15", 60, None)
    assert session.release()["held"] == "0.00"
    assert main(client) == ("0.65", "0.00")


def test_wrong_requests_have_names_and_change_nothing(client):
    session = Session(client)
    assert session.update(60, 60)["code"] == "UNKNOWN_SESSION"
    nobody = Session(client, service_id="13999999999").reserve(60)
    assert nobody["code"] == "UNKNOWN_SUBSCRIPTION"
    session.reserve(60, number=2)
    again = session.reserve(60, number=3)
    assert (again["outcome"], again["code"]) == ("refused", "SESSION_OPEN") and "s1" in again["say"]["zh"]
    with pytest.raises(ServerError, match="ID_CONFLICT"):
        session.reserve(61, number=2)
    for fields, code in (
        ([{"part": "unknown", "used": 1}], "FIELDS_CONFLICT"),
        ([{"used": 1}], "FIELDS_CONFLICT"),
        ([{"part": "voice", "used": 1}, {"service": "voice", "used": 1}], "FIELDS_CONFLICT"),
        ([{"part": "voice", "unit": "hours", "used": 1}], "OUT_OF_RANGE"),
        ([{"part": f"p{n}", "service": "sms", "used": 1} for n in range(8)], "FIELDS_CONFLICT"),
        ([{"part": f"p{n}", "service": "sms", "used": 1} for n in range(9)], "OUT_OF_RANGE"),
    ):
        with pytest.raises(ServerError, match=code):
            session.send("update", number=9, parts=fields)
    wrong = Session(client, "s2").send("reserve", parts=[{"service": "voice", "unit": "byte", "ask": 1}])
    assert (wrong["outcome"], wrong["code"]) == ("refused", "NO_PRICE")
    assert Session(client, "s3").reserve(1, "fax")["code"] == "NO_PRICE"
    assert main(client) == ("10.00", "0.15")
    report = session.commit(60, number=10)["charge"]
    assert client.call("charge.get", charge=report)["kind"] == "session"


def test_a_session_that_is_too_long_to_be_kept_is_refused(client):
    facts = {f"{number:02d}" + 60 * "n": 250 * "t" for number in range(32)}
    parts = [{"service": "voice", "part": f"p{number}", "with": facts, "ask": 1} for number in range(8)]
    refused = Session(client).send("reserve", parts=parts)
    assert (refused["outcome"], refused["code"]) == ("refused", "OVERFLOW")
    assert Session(client, "s2").send("reserve", parts=parts[:4])["outcome"] == "granted"


# ---- late, skipped, overtaken ----


def test_an_overtaken_report_is_charged_and_the_newest_grant_stands(client):
    session = Session(client)
    session.reserve(300, number=0)
    newest = session.update(60, 120, number=5)  # 1 … 4 are skipped, or late
    assert (newest["charged"], newest["held"], part(newest)["granted"]) == ("0.15", "0.30", 120)
    late = session.update(60, 300, number=3)
    assert (late["charged"], late["held"], "granted" in part(late)) == ("0.15", "0.30", False)
    assert session.get()["parts"][0]["granted"] == 120 and session.get()["number"] == 5
    assert session.update(60, 300, number=3) == {**late, "repeat": True}
    end = session.commit(120, number=6)
    assert (end["charged"], part(end)["used"]) == ("0.30", 240)
    assert session.update(60, 60, number=4)["code"] == "UNKNOWN_SESSION"
    assert session.commit(120, number=6) == {**end, "repeat": True}
    assert session.update(60, 300, number=3) == {**late, "repeat": True}
    assert main(client) == ("9.40", "0.00")


def test_a_suspended_subscription_is_charged_what_it_used_and_granted_nothing(client):
    session = Session(client)
    session.reserve(300)
    client.call(
        "subscription.put", subscription=A, account=A, product="line", service_ids=[A], packages=["plain"],
        states=[{"state": "suspended"}],
    )  # fmt: skip
    second = session.update(60, 60)
    assert (second["charged"], part(second)["granted"], part(second)["code"]) == ("0.15", 0, "SUSPENDED")
    assert Session(client, "s2").reserve(60)["code"] == "SUSPENDED"
    assert session.commit(60)["charged"] == "0.15"


def test_a_frozen_account_is_granted_nothing_and_owes_what_was_used(client):
    session = Session(client)
    session.reserve(300)
    client.call("account.put", account=A, customer=A, currency="CNY", frozen=True)
    second = session.update(60, 60)
    assert (second["charged"], part(second)["unpaid"], part(second)["granted"]) == ("0.00", "0.15", 0)
    assert part(second)["code"] == "FROZEN"
    client.call("account.put", account=A, customer=A, currency="CNY")
    assert session.commit(0)["charged"] == "0.15"


# ---- releases ----


@pytest.mark.parametrize("restarted", [False, True])
def test_a_session_goes_on_by_the_release_it_began_with(server, client, tmp_path, restarted):
    sessions = [Session(client, f"s{n}") for n in range(20)]
    for session in sessions:
        session.reserve(60)
    dearer = tmp_path / "dearer"
    dearer.mkdir()
    text = (CATALOG / "catalog.lua").read_text().replace("0.15", "0.30")
    (dearer / "catalog.lua").write_text(text)
    server.publish(dearer)
    if restarted:
        server.restart()
        client = server.connect()
    new = Session(client, "new")
    assert new.reserve(60)["held"] == "0.30"
    numbers = [
        client.send(
            "session.update",
            {"service_id": A, "session": session.name, "number": 9, "at": AT, "parts": [{"part": "voice", "used": 60, "ask": 60}]},
        )
        for session in sessions
    ]
    for number in numbers:
        error, answer = client.receive(number)
        assert error is None and (answer["charged"], answer["held"]) == ("0.15", "0.15")
    assert new.commit(60)["charged"] == "0.30"


# ---- expiry ----


def until_over(session, seconds=30):
    """Waits until the session is closed by itself."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            session.get()
        except ServerError as error:
            assert error.code == "NOT_FOUND"
            return
        time.sleep(0.02)
    raise AssertionError("the session is open still")


def timers(server):
    return [line["key"] for line in dump(server) if line["table"] == "timer"]


def test_a_session_that_is_silent_ends_and_a_late_update_charges_nothing(server, client):
    session = Session(client)
    first = session.reserve(300, validity_s=1)
    assert main(client) == ("10.00", "0.75")
    until_over(session)
    assert client.call("ping")["now"] >= first["valid_till"]
    assert main(client) == ("10.00", "0.00")
    late = session.update(60, 60)
    assert (late["outcome"], late["code"]) == ("refused", "UNKNOWN_SESSION")
    assert session.reserve(300, number=0)["outcome"] == "granted"  # another session of that name
    entries = client.call("history", account=A)["entries"]
    assert [entry["answer"]["outcome"] for entry in entries[:3]] == ["granted", "expired", "granted"]
    assert session.release(number=9)["outcome"] == "released"
    assert timers(server) == []


def test_a_session_that_is_heard_of_stays_open_and_its_timer_comes_again(server, client):
    session = Session(client)
    till = session.reserve(300, validity_s=1)["valid_till"]
    longer = session.update(10, 300, validity_s=3)["valid_till"]
    while client.call("ping")["now"] < till + 300:
        time.sleep(0.05)
    assert session.get()["valid_till"] == longer
    (timer,) = timers(server)
    client = session.client = server.connect()
    assert f"session {A}/s1" in timer
    until_over(session)
    assert client.call("ping")["now"] >= longer
    assert main(client) == ("9.85", "0.00")
    assert timers(server) == []


def test_sessions_that_expired_while_nobody_served_end_after_the_start(server, client):
    sessions = [Session(client, f"s{n}") for n in range(20)]
    for session in sessions:
        session.reserve(60, validity_s=1)
    server.kill()
    time.sleep(2.1)
    server.start()
    client = server.connect()
    late = client.call("session.update", service_id=A, session="s19", number=9, at=AT, parts=[{"part": "voice", "used": 60}])
    assert late["code"] == "UNKNOWN_SESSION"  # whether its timer has come or not
    server.wait_until(lambda: main(client) == ("10.00", "0.00"))
    assert timers(server) == []


def test_a_request_may_shorten_what_is_left(server, client):
    session = Session(client)
    session.reserve(60)
    session.update(0, 60, validity_s=1)
    until_over(session)
    assert main(client) == ("10.00", "0.00")
    assert timers(server) == []

"""Sessions that are paid by balances of units: what these may give is granted and held, and given back when the session ends."""

import pytest
from moved_clock import MovedServer
from server import Server, suanpan
from test_sessions import Session, main, part
from test_unit_balances import ACCOUNT, AT_MS, amounts, hold, parts, prepare, put, shown, top_up

OTHER = "13800000003"


@pytest.fixture
def server():
    with Server() as one:
        prepare(one)
        yield one
        one.stop()
        checked = suanpan("fsck", one.data)
        assert checked.stdout.startswith("clean: "), checked.stdout
        replayed = suanpan("replay", one.data)
        assert replayed.returncode == 0, replayed.stdout


@pytest.fixture
def client(server):
    return server.connect()


def begin(client, name="s1", number=ACCOUNT, at=AT_MS):
    return Session(client, name, number, at)


def spend(client, amount):
    client.call("balance.adjust", id=f"spent-{amount}", account=ACCOUNT, at=AT_MS, amount=f"-{amount}", currency="CNY", why="spent elsewhere")


def units(client, name):
    """(what is there, what is held) of a balance of units."""
    balance = shown(client, name)
    return balance["amount"], balance["held"]


def lines(answer):
    return [(p.get("balance") or p["price"], p["units"]) for p in part(answer)["lines"][0]["parts"]]


@pytest.mark.parametrize("between", ["nothing", "restart", "kill"])
def test_what_units_give_is_granted_held_used_and_let_go(server, between):
    def step():
        if between != "nothing":
            server.kill() if between == "kill" else server.stop()
            server.start()
        return server.connect()

    client = server.connect()
    put(client, "minutes", 600, unit="second", pays=["voice"])
    session = begin(step())
    first = session.reserve(300)
    assert (first["outcome"], part(first)["granted"], first["held"], units(session.client, "minutes")) == ("granted", 300, "0.00", (600, 300))
    session.client = step()
    second = session.update(90, 300)  # two minutes have begun, and a third is held to the sixth
    assert (second["charged"], part(second)["granted"], lines(second)) == ("0.00", 300, [("minutes", 2)])
    assert units(session.client, "minutes") == (480, 300)
    assert session.send("update", number=2, parts=[{"part": "voice", "used": 90, "ask": 300}]) == {**second, "repeat": True}
    session.client = step()
    third = session.commit(40, number=3)  # 130 seconds: three minutes
    assert (third["charged"], lines(third), units(session.client, "minutes")) == ("0.00", [("minutes", 3)], (420, 0))
    session.client = step()
    entry, *_ = session.client.call("history", account=ACCOUNT)["entries"]
    assert {"book": f"balance:{ACCOUNT}/minutes", "amount": -60, "unit": "second"} in entry["postings"]
    assert {"book": "used", "amount": 60, "unit": "second"} in entry["postings"]


def test_no_more_is_granted_than_units_and_money_can_pay(client):
    put(client, "minutes", 150, unit="second")  # two minutes, and thirty seconds that make none
    spend(client, "9.60")  # 0.40 is left: two minutes of 0.15
    session = begin(client)
    answer = session.reserve(600)
    assert (part(answer)["granted"], part(answer)["code"], part(answer)["final"]["action"]) == (240, "BALANCE_TOO_LOW", "terminate")
    assert (answer["held"], units(client, "minutes"), main(client, ACCOUNT)) == ("0.30", (150, 120), ("0.40", "0.30"))
    closed = session.commit(240)
    assert (closed["charged"], lines(closed)) == ("0.30", [("minutes", 2), ("0.15", 2)])
    assert (units(client, "minutes"), main(client, ACCOUNT)) == ((30, 0), ("0.10", "0.00"))


def test_two_sessions_never_get_the_same_units(client):
    put(client, "minutes", 300, unit="second")
    spend(client, "10.00")
    one, two = begin(client, "one"), begin(client, "two")
    assert part(one.reserve(240))["granted"] == 240
    assert part(two.reserve(240))["granted"] == 60
    refused = client.call("charge", id="c1", service_id=ACCOUNT, service="voice", at=AT_MS, seconds=60)
    assert refused["code"] == "BALANCE_TOO_LOW"
    one.release()
    assert units(client, "minutes") == (300, 60)
    assert part(two.update(60, 240))["granted"] == 240
    two.commit(240)
    assert units(client, "minutes") == (0, 0)


def test_a_subscription_s_own_units_are_no_other_s(client):
    hold(client, "basic", number=OTHER, account=ACCOUNT)
    put(client, "hers", 600, unit="second", **{"for": OTHER})
    spend(client, "10.00")
    assert begin(client).reserve(60)["code"] == "BALANCE_TOO_LOW"
    assert part(begin(client, "s2", OTHER).reserve(60))["granted"] == 60


def test_who_tops_up_in_a_session_does_not_pay_again_for_what_he_has_paid(client):
    session = begin(client)
    session.reserve(120)
    paid = session.update(120, 60)
    assert paid["charged"] == "0.30"
    put(client, "minutes", 300, unit="second")
    more = session.update(60, 240)
    assert (more["charged"], lines(more), part(more)["granted"]) == ("0.00", [("0.15", 2), ("minutes", 1)], 240)
    assert units(client, "minutes") == (240, 240)
    closed = session.commit(300)  # a minute more than the units pay
    assert (closed["charged"], lines(closed)) == ("0.15", [("0.15", 2), ("minutes", 5), ("0.15", 1)])
    assert (units(client, "minutes"), main(client, ACCOUNT)) == ((0, 0), ("9.55", "0.00"))


def test_bytes_are_held_to_the_block(client):
    put(client, "data", 1000, unit="byte", pays=["data"])
    session = begin(client)
    assert part(session.reserve(250, "data"))["granted"] == 250
    assert units(client, "data") == (1000, 300)
    session.update(201, 0, "data")
    assert units(client, "data") == (700, 0)
    session.commit(99, "data")
    assert units(client, "data") == (700, 0)


def test_parts_of_one_session_share_units_in_turn(client):
    put(client, "minutes", 180, unit="second")
    session = begin(client)
    answer = session.send("reserve", parts=[{"part": "a", "service": "voice", "ask": 120}, {"part": "b", "service": "voice", "ask": 120}])
    assert [p["granted"] for p in answer["parts"]] == [120, 120]
    assert (answer["held"], units(client, "minutes")) == ("0.15", (180, 180))
    closed = session.send("commit", parts=[{"part": "a", "used": 60}, {"part": "b", "used": 120}])
    assert closed["charged"] == "0.00" and units(client, "minutes") == (0, 0)


def test_a_package_s_units_and_own_ones_are_held_by_what_ends_first(client):
    hold(client, "basic", "three")
    put(client, "pack", 2)
    session = begin(client)
    assert part(session.reserve(6, "sms"))["granted"] == 6
    assert units(client, "pack") == (2, 2)
    closed = session.commit(4, "sms")
    assert [(p.get("balance") or p.get("allowance"), p["units"]) for p in part(closed)["lines"][0]["parts"]] == [("three.free", 3), ("pack", 1)]
    assert units(client, "pack") == (1, 0)


def test_its_first_use_in_a_session_begins_it(client):
    put(client, "pass", 600, unit="second", valid={"count": 2, "every": "hour", "begins": "first_use"})
    session = begin(client)
    session.reserve(60)
    assert "till" not in shown(client, "pass")
    session.update(60, 60)
    till = shown(client, "pass")["till"]
    session.commit(60)
    assert shown(client, "pass")["till"] == till and units(client, "pass") == (480, 0)


def test_what_is_frozen_meanwhile_gives_no_more_and_keeps_what_it_gave(client):
    put(client, "minutes", 600, unit="second")
    session = begin(client)
    session.reserve(60)
    session.update(60, 60)
    put(client, "minutes", unit="second", frozen=True)
    closed = session.commit(120)
    assert (closed["charged"], lines(closed), units(client, "minutes")) == ("0.30", [("minutes", 1), ("0.15", 2)], (540, 0))


def test_a_session_that_is_forgotten_lets_its_units_go_and_what_expired_meanwhile_is_gone():
    with MovedServer("2026-03-01T12:00:00+08:00") as server:
        prepare(server)
        client = server.connect()
        at = "2026-03-01T12:00:00+08:00"
        for name, till in (("soon", "2026-03-01T12:05:00+08:00"), ("ever", None)):
            client.call("balance.put", account=ACCOUNT, balance=name, unit="second", **({"till": till} if till else {}))
            client.call("balance.topup", id=name, account=ACCOUNT, balance=name, at=at, seconds=300)
        session, forgotten = begin(client, "kept", at=at), begin(client, "forgotten", at=at)
        session.reserve(120, validity_s=7200)
        forgotten.reserve(240, validity_s=1200)
        assert (units(client, "soon"), units(client, "ever")) == ((300, 300), (300, 60))
        session.update(60, 120)
        assert (units(client, "soon"), units(client, "ever")) == ((240, 240), (300, 120))
        server.set_clock("2026-03-01T12:30:00+08:00")
        server.wait_until(lambda: units(client, "ever")[1] == 60)  # the forgotten one is over
        server.kill()
        server.start()
        client = session.client = server.connect()
        closed = session.commit(60)  # held of what has expired since: still its own
        assert (closed["charged"], lines(closed)) == ("0.00", [("soon", 2)])
        server.wait_until(lambda: units(client, "soon") == (0, 0))
        assert units(client, "ever") == (300, 0)
        server.stop()
        assert suanpan("fsck", server.data).stdout.startswith("clean: ")


def test_a_closed_session_gives_its_units_back(client):
    put(client, "minutes", 120, unit="second")
    session = begin(client)
    session.reserve(180)
    session.update(100, 60)
    closed = session.commit(60)
    assert (lines(closed), closed["charged"], units(client, "minutes")) == ([("minutes", 2), ("0.15", 1)], "0.15", (0, 0))
    back = client.call("charge.cancel", charge=closed["charge"], id="r1", at=AT_MS, session="s1", why="not hers")
    assert back["outcome"] == "cancelled", back
    assert back.get("counters") == [{"balance": "minutes", "amount": 120, "unit": "second", "back": True}]
    assert (units(client, "minutes"), main(client, ACCOUNT)) == ((120, 0), ("10.00", "0.00"))


def test_what_was_granted_can_be_paid_though_others_take_the_rest(client):
    put(client, "minutes", 300, unit="second")
    spend(client, "10.00")
    session = begin(client)
    session.reserve(180)
    talk = client.call("charge", id="c1", service_id=ACCOUNT, service="voice", at=AT_MS, seconds=120)
    assert parts(talk) == [("minutes", 2)]
    assert client.call("balance.adjust", id="a", account=ACCOUNT, balance="minutes", at=AT_MS, seconds=-1, why="x")["code"] == "BALANCE_TOO_LOW"
    assert session.commit(180)["charged"] == "0.00"
    assert amounts(client)["minutes"] == 0
    top_up(client, "minutes", 60, "second", identifier="again")

"""On which terms sessions run by the stock catalog `sessions`: quota, validity, and what is done at the last unit."""

import time

import pytest
from server import Server, ServerError
from test_sessions import A, Session, part

MB = 1024 * 1024


@pytest.fixture
def server():
    with Server() as one:
        one.publish("rules/catalogs/sessions")
        one.subscribe([A], "10.00", package="prepaid", product="mobile")
        yield one


@pytest.fixture
def client(server):
    return server.connect()


def hold(client, *packages):
    fields = {"subscription": A, "account": A, "product": "mobile", "service_ids": [A]}
    client.call("subscription.put", **fields, packages=list(packages))


def left_s(answer):
    """How long the session stays open from now on."""
    return answer["valid_till"] / 1000 - time.time()


def test_a_client_that_does_not_say_how_much_gets_the_quota_of_the_service(client):
    session = Session(client)
    first = session.send("reserve", parts=[{"service": "voice"}])
    assert (part(first)["granted"], first["held"]) == (300, "0.75")
    second = session.update(290, 0)
    assert (second["charged"], part(second)["granted"], second["held"]) == ("0.75", 300, "0.75")
    third = session.update(0, 60)
    assert (part(third)["granted"], third["held"]) == (60, "0.15")
    other = Session(client, "s2").reserve(0, service="data")
    assert (part(other)["granted"], other["held"]) == (10 * MB, "1.03")


def test_who_asks_for_nothing_is_granted_no_quota(client):
    session = Session(client)
    session.reserve(300)
    told = session.send("update", parts=[{"part": "voice", "used": 10}])
    assert ("granted" in part(told), told["charged"], told["held"]) == (False, "0.15", "0.00")


def test_without_a_quota_a_client_must_say_how_much():
    with Server() as server:
        server.publish("tests/integration/sessions")
        server.subscribe([A], "10.00", package="plain", product="line")
        session = Session(server.connect())
        with pytest.raises(ServerError, match="quota for voice"):
            session.send("reserve", parts=[{"service": "voice"}])
        assert part(session.reserve(60, number=1))["granted"] == 60


def test_a_grant_is_good_as_long_as_the_shortest_of_its_services_says_unless_the_client_says_it(client):
    session = Session(client)
    assert 500 < left_s(session.reserve(0)) <= 600 + 1
    assert 0 < left_s(session.update(0, 60, validity_s=20)) <= 20 + 1
    assert 500 < left_s(session.send("update", parts=[{"service": "data", "used": 0, "ask": 0}])) <= 600 + 1
    assert 1700 < left_s(Session(client, "s2").reserve(0, service="data")) <= 1800 + 1


def test_who_has_no_money_left_is_led_to_an_address(client):
    session = Session(client)
    first = session.reserve(200 * MB, service="data")
    assert (part(first)["granted"], first["held"]) == (1000 * 102400, "10.00")
    assert part(first)["final"] == {"action": "redirect", "to": "https://pay.example/top-up"}
    refused = Session(client, "s2").reserve(60)
    assert (refused["outcome"], refused["code"]) == ("refused", "BALANCE_TOO_LOW")
    assert "final" not in part(session.update(MB, MB, part="data"))


def test_a_call_is_ended_where_nothing_else_is_said(client):
    assert part(Session(client).reserve(100000))["final"] == {"action": "terminate"}


def test_a_package_says_otherwise_for_who_held_it_when_the_part_began(client):
    early = Session(client)
    early.reserve(0, service="data")
    hold(client, "prepaid", {"package": "calls_only", "from": "2026-03-18T12:00:01+08:00"})
    assert part(early.update(0, 0, part="data"))["granted"] == 10 * MB
    early.release()
    late = Session(client, "s2", at="2026-03-18T12:00:01+08:00")
    first = late.reserve(0, service="data")
    assert (part(first)["granted"], 1700 < left_s(first) <= 1800 + 1) == (50 * MB, True)
    assert part(late.update(0, 200 * MB, part="data"))["final"] == {"action": "restrict", "services": ["voice"]}

"""Sessions priced once more: as they were, report by report, and by other prices, as one event each (suanpan test --against)."""

import json

import pytest
from server import Server, suanpan
from test_sessions import AT, CATALOG, A, Session, hold


def other_prices(folder):
    """A minute costs 0.20, and five of them a month are free."""
    text = (CATALOG / "catalog.lua").read_text().replace('price = "0.15"', 'price = "0.20"').replace("amount = 10, unit", "amount = 5, unit")
    folder.mkdir()
    (folder / "catalog.lua").write_text(text)
    return folder


@pytest.fixture
def server():
    with Server() as one:
        one.publish(CATALOG)
        one.subscribe([A], "10.00", package="plain", product="line")
        yield one


def session(client, name, *uses, service_id=A, at=AT):
    """A session that is charged for so much at a time; the answer to the last."""
    one = Session(client, name, service_id, at=at)
    one.reserve(600)
    for used in uses[:-1]:
        one.update(used, 600)
    return one.commit(uses[-1])


def against(server, folder, *flags):
    if server.process:
        server.stop()
    result = suanpan("test", folder, "--against", server.data, "--month", "2026-03", "--json", *flags)
    assert result.returncode == 0, result.stdout + result.stderr
    return json.loads(result.stdout)["against"]


def replayed(server):
    if server.process:
        server.stop()
    return json.loads(suanpan("replay", server.data, "--json").stdout)


def test_a_session_costs_what_its_last_units_do_by_other_prices(server, tmp_path):
    client = server.connect()
    session(client, "s9", 290, 100)  # seven minutes: 1.05, and 1.40
    half = session(client, "half", 120)  # 0.30, of which half is given back: 0.15, and 0.20
    client.call("charge.refund", charge=half["charge"], session="half", id="r", at=AT, amount="0.15", currency="CNY")
    free = hold(server, "free").service_id
    session(client, "f1", 300, 360, service_id=free)  # eleven minutes: 0.15, and six of them 1.20
    session(client, "f2", 60, service_id=free)  # 0.15, and 0.20
    Session(client, "open").reserve(300)
    session(client, "april", 60, at="2026-04-02T12:00:00+08:00")
    shown = against(server, other_prices(tmp_path / "other"))
    assert (shown["charges"], shown["was"], shown["is"]) == (4, "1.50", "3.00")
    assert replayed(server) == {"charges": 0, "reports": 7, "releases": 1, "different": 0, "charges_that_differ": []}


def test_charges_between_see_what_sessions_count_by_each_prices(server, tmp_path):
    """Five minutes of a session, while a charge takes one: of ten free ones, and of five."""
    number = hold(server, "free").service_id
    client = server.connect()
    one = Session(client, "s", number)
    one.reserve(600)
    one.update(240, 360)
    client.call("charge", id="c", service_id=number, service="voice", at=AT, seconds=120)  # nothing is left free: 0.30; by the others 0.00
    one.commit(60)  # 0.00; five minutes: three are free, and 0.40
    shown = against(server, other_prices(tmp_path / "other"))
    assert (shown["charges"], shown["was"], shown["is"]) == (2, "0.30", "0.40")
    assert replayed(server)["different"] == 0


def test_parts_of_a_session_are_priced_each_and_by_its_own_release(server, tmp_path):
    client = server.connect()
    one = Session(client)
    one.send("reserve", parts=[{"service": "voice", "ask": 60}, {"service": "sms", "ask": 2}])
    server.publish(other_prices(tmp_path / "other"))
    one.send("update", parts=[{"part": "sms", "used": 2}])
    one.send("commit", parts=[{"part": "voice", "used": 61}, {"part": "late", "service": "data", "used": 1, "with": {"x": 1, "y": "z"}}])
    shown = against(server, tmp_path / "other")
    assert (shown["charges"], shown["was"], shown["is"]) == (3, "0.60", "0.70")
    assert replayed(server) == {"charges": 0, "reports": 3, "releases": 1, "different": 0, "charges_that_differ": []}


def test_a_report_that_comes_out_otherwise_is_named(server):
    """Somebody has changed the release in the folder: the prices of another stand under its name."""
    client = server.connect()
    first = session(client, "s1", 60)
    other = server.data.parent / "other"
    server.publish(other_prices(other))
    server.stop()
    old, new = sorted((server.data / "releases").iterdir(), key=lambda path: path.stat().st_mtime)[:2]
    old.write_bytes(new.read_bytes())
    shown = replayed(server)
    assert (shown["different"], shown["charges_that_differ"]) == (1, [first["charge"]])

"""That an allowance is used up, told where the catalog says `used_up = true`, without a notify of it."""

import pytest
from server import Server, suanpan

MONTHLY = """
catalog "monthly" { SWITCH }
service "sms" { unit = "item" }
product "line" { services = { "sms" } }
package "texts" {
    kind = "base", from = "2026-01-01",
    allowance { id = "free", serves = { service = "sms" }, amount = 10, unit = "item", every = "month", shared = true },
    tariff { id = "sms", say = "sms", serves = { service = "sms" }, step = "1 item", price = "0.10" },
    NOTIFY
}
plan "p" { base = "texts" }
offering "o" { plans = "p" }
local words = { catalog = { monthly = "-" }, service = { sms = "-" }, product = { line = "-" }, plan = { p = "-" }, offering = { o = "-" },
    sms = "-" }
texts "zh" (words)
texts "en" (words)
texts "zh" { package = { texts = "短信包" }, allowance = { free = "每月免费短信" }, NOTIFY_TEXT }
texts "en" { package = { texts = "Texts" }, allowance = { free = "Free messages" }, NOTIFY_TEXT }
"""
MONTHLY_TEST = """
scenario "what is used up is told once a month" {
    from = "2026-03-10 10:00:00", event = { service = "sms", to = "13800000000" }, holds = "texts",
    use { items = 9, expect = { notices = {} } },
    use { items = 1, expect = { notices = { "texts.used_up 0" } } },
    use { items = 1, expect = { notices = {} } },
    advance "1 month",
    use { items = 12, expect = { notices = { "texts.used_up 0" } } },
}
"""
OWN = ('notify { id = "gone", of = "free", left = "0%", say = "gone" },', 'gone = "gone"')


def write(folder, switch="used_up = true", notify=("", "")):
    text = MONTHLY.replace("SWITCH", switch).replace("NOTIFY_TEXT", notify[1]).replace("NOTIFY", notify[0])
    (folder / "catalog.lua").write_text(text)
    return folder


@pytest.fixture
def used(tmp_path):
    with Server() as server:
        server.publish(write(tmp_path))
        server.subscribe(["1", "2"], package="texts", product="line")
        yield server


def charge(client, identifier, items=1, number="1", at="2026-03-10T12:00:00+08:00"):
    fields = {"id": identifier, "service_id": number, "service": "sms", "at": at, "items": items}
    return client.call("charge", fields)


def kinds(answer):
    return [one["kind"] for one in answer.get("notices", [])]


def test_a_catalog_tests_what_is_used_up(tmp_path):
    (write(tmp_path) / "used_up_test.lua").write_text(MONTHLY_TEST)
    checked = suanpan("check", tmp_path)
    assert "errors: 0, warnings: 0" in checked.stdout, checked.stdout
    tested = suanpan("test", tmp_path)
    assert "passed: 1, failed: 0" in tested.stdout, tested.stdout
    write(tmp_path, switch="")
    assert suanpan("test", tmp_path).returncode != 0


def test_the_last_of_an_allowance_is_told_once_a_cycle(used):
    client = used.connect()
    assert kinds(charge(client, "a", 9)) == []
    crossing = charge(client, "b")
    assert crossing["notices"] == [{
        "kind": "used_up", "package": "texts", "notify": "used_up", "threshold": "0",
        "say": {"en": "Texts: nothing is left of Free messages (10 of 10 used)", "zh": "短信包：每月免费短信已用完（10/10）"},
    }]  # fmt: skip
    used.kill()
    used.start()
    client = used.connect()
    assert charge(client, "b") == {**crossing, "repeat": True}
    assert kinds(charge(client, "c")) == []
    # What comes back may be used up again; so may the next month's.
    client.call("charge.refund", id="r", charge=crossing["charge"], at="2026-03-10T12:00:00+08:00")
    assert kinds(charge(client, "d")) == ["used_up"]
    assert kinds(charge(client, "e", 30, at="2026-04-01T12:00:00+08:00")) == ["used_up"]
    listed = client.call("notice.list")["notices"]
    shown = [(one["kind"], one["of"], one["used"], one["amount"], one["left"], one["till"]) for one in listed]
    april, may = 1774972800000, 1777564800000
    assert shown == [("used_up", "free", 10, 10, 0, april)] * 2 + [("used_up", "free", 10, 10, 0, may)]
    used.stop()
    assert suanpan("fsck", used.data).returncode == 0


def test_a_session_that_takes_the_last_tells_it(used):
    client = used.connect()
    session = {"service_id": "2", "session": "s", "at": "2026-03-10T12:00:00+08:00"}
    sms = {"part": "sms", "service": "sms"}
    assert kinds(client.call("session.reserve", {**session, "number": 1, "parts": [{**sms, "ask": 12}]})) == []
    assert kinds(client.call("session.update", {**session, "number": 2, "parts": [{"part": "sms", "used": 9, "ask": 5}]})) == []
    # What others hold is not used: this one is paid.
    assert kinds(charge(client, "else", 1, "1")) == []
    last = {**session, "number": 3, "parts": [{"part": "sms", "used": 1}]}
    used_up = client.call("session.commit", last)
    assert kinds(used_up) == ["used_up"]
    used.kill()
    used.start()
    client = used.connect()
    assert client.call("session.commit", last) == {**used_up, "repeat": True}
    assert [one["subscription"] for one in client.call("notice.list")["notices"]] == ["2"]


def test_who_shares_an_allowance_uses_it_up_together(used):
    client = used.connect()
    for number in "12":
        client.call("subscription.put", subscription=number, account=number, product="line", service_ids=[number],
                    packages=[{"package": "texts", "group": "home"}])  # fmt: skip
    assert kinds(charge(client, "a", 6, "1")) == []
    assert kinds(charge(client, "b", 5, "2")) == ["used_up"]
    assert kinds(charge(client, "c", 1, "1")) == []
    assert client.call("notice.list")["notices"][0]["group"] == "home"


@pytest.mark.parametrize("switch, notify, told", [("", ("", ""), []), ("used_up = true", OWN, ["threshold"]), ("", OWN, ["threshold"])])
def test_nothing_is_told_unasked_and_nothing_twice(server, tmp_path, switch, notify, told):
    server.publish(write(tmp_path, switch, notify))
    server.subscribe(["1"], package="texts", product="line")
    assert kinds(charge(server.connect(), "a", 11)) == told


def test_only_true_switches_it_on(tmp_path):
    checked = suanpan("check", write(tmp_path, switch="used_up = false"))
    assert checked.returncode != 0
    assert "used_up" in checked.stdout

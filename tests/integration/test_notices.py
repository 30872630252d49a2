"""What somebody is told: thresholds of packages (S8) and a balance that is low, raised once by the entry that crossed them."""

import json
import threading
import time

import pytest
from moved_clock import MovedServer
from server import Client, Server, suanpan

AT = "2026-03-11T09:00:00+08:00"
BOUGHT = "2026-03-10T10:00:00+08:00"


def enterprise(server, members=("crm", "shop")):
    """Members of acme, which bought 10,000 messages; each pays from an account of its own, which has nothing."""
    server.publish("rules/catalogs/messages")
    server.subscribe(members, None, product="sender")
    client = server.connect()
    bought = {"package": "sms_10000", "from": BOUGHT, "group": "acme"}
    for member in members:
        client.call("subscription.put", subscription=member, account=member, product="sender", service_ids=[member],
                    packages=[{"package": "sending"}, bought])  # fmt: skip
    return client


def send(identifier, sender, items=1, characters=70):
    return {"id": identifier, "service_id": sender, "service": "sms", "to": "13800000000", "at": AT, "items": items,
            "with": {"characters": characters}}  # fmt: skip


def dumped(server):
    """The notices in the state of a server that was stopped in an orderly way."""
    lines = suanpan("dump", server.data, "--records", "--json").stdout.splitlines()
    return [one for one in map(json.loads, lines) if one["table"] == "notice"]


def test_a_tenth_of_what_was_bought_is_left_and_is_told_once(server):
    client = enterprise(server)
    assert "notices" not in client.call("charge", send("first", "crm", 8996))
    assert "notices" not in client.call("charge", send("second", "shop", 1, 200))
    crossing = client.call("charge", send("crossing", "crm"))
    assert crossing["notices"] == [{
        "kind": "threshold", "package": "sms_10000", "notify": "low", "threshold": "10%",
        "say": {"en": "1000 of 10000 short messages are left (10,000 short messages)", "zh": crossing["notices"][0]["say"]["zh"]},
    }]  # fmt: skip
    assert "1000" in crossing["notices"][0]["say"]["zh"]
    assert client.call("charge", send("crossing", "crm")) == {**crossing, "repeat": True}
    assert "notices" not in client.call("charge", send("next", "shop"))
    assert client.call("charge.get", charge=crossing["charge"])["answer"]["notices"] == crossing["notices"]
    assert client.call("history", account="crm", limit=1)["entries"][0]["answer"]["notices"] == crossing["notices"]
    server.kill()
    server.start()
    client = server.connect()
    assert client.call("charge", send("crossing", "crm")) == {**crossing, "repeat": True}
    # What comes back may be crossed again.
    client.call("charge.refund", id="back", charge=crossing["charge"], at=AT)
    client.call("charge.refund", id="all back", charge=client.call("charge", send("next", "shop"))["charge"], at=AT)
    assert len(client.call("charge", send("again", "shop"))["notices"]) == 1
    server.stop()
    first, second = dumped(server)
    assert first["key"] < second["key"]
    assert first["value"] == {
        "kind": "threshold", "made": first["value"]["made"], "at": "2026-03-11T01:00:00Z", "account": "crm", "subscription": "crm",
        "package": "sms_10000", "group": "acme", "notify": "low", "threshold": "10%", "of": "units", "unit": "item", "amount": 10000,
        "left": 1000, "used": 9000, "till": "2027-03-09T16:00:00Z", "say": crossing["notices"][0]["say"],
    }  # fmt: skip
    assert str(first["version"]) == crossing["charge"].split(":")[1]
    assert second["value"]["subscription"] == "shop"
    assert suanpan("fsck", server.data).returncode == 0


def test_s8_at_10_percent_left_and_30_days_before_expiry_one_notification_each():
    """Over the server's clock: whatever is sent, given back and restarted meanwhile."""
    with MovedServer("2026-03-10T10:00:00+08:00", notices_keep="2 years") as server:
        client = enterprise(server, ["crm"])
        server.set_clock("2026-03-11T09:00:01+08:00")
        assert "notices" not in client.call("charge", send("a", "crm", 8999))
        assert len(client.call("charge", send("b", "crm"))["notices"]) == 1
        assert "notices" not in client.call("charge", send("c", "crm", 10))
        server.set_clock("2027-02-07T23:59:58+08:00")
        assert len(client.call("notice.list")["notices"]) == 1
        server.kill()
        server.set_clock("2027-02-08T00:00:00+08:00")
        server.start()
        client = server.connect()
        server.wait_until(lambda: len(client.call("notice.list")["notices"]) == 2)
        server.restart()
        client = server.connect()
        first, notice = client.call("notice.list")["notices"]
        assert (first["kind"], first["threshold"], first["left"]) == ("threshold", "10%", 1000)
        assert (notice["kind"], notice["threshold"], notice["used"], notice["left"]) == ("ending", "30 days", 9010, 990)
        assert notice["say"]["en"] == "990 short messages (10,000 short messages) can be sent until 2027-03-09, and not after it"
        server.set_clock("2027-03-10T00:00:00+08:00")
        time.sleep(0.2)
        assert client.call("notice.list")["notices"] == [first, notice]
        server.stop()
        checked = suanpan("fsck", server.data)
        assert checked.returncode == 0, checked.stdout


def test_nobody_is_told_who_charges_nothing(server):
    client = enterprise(server)
    client.call("charge", send("most", "crm", 8999))
    rated = {key: value for key, value in send("", "crm").items() if key != "id"}
    assert "notices" not in client.call("rate", rated)
    assert client.call("charge", send("too many", "crm", 1002))["code"] == "TOO_FEW_UNITS"
    assert len(client.call("charge", send("crossing", "crm"))["notices"]) == 1


def of_session(number, service_id, *parts):
    return {"service_id": service_id, "session": "s", "number": number, "at": AT, "parts": list(parts)}


def test_what_a_session_uses_crosses_once_however_often_it_reports(server):
    client = enterprise(server)
    client.call("charge", send("most", "crm", 8990))
    sms = {"service": "sms", "to": "13800000000", "with": {"characters": 70}}
    granted = client.call("session.reserve", of_session(1, "crm", {**sms, "ask": 20}))
    assert granted["parts"][0]["granted"] == 20 and "notices" not in granted  # what is held is not used
    assert "notices" not in client.call("session.update", of_session(2, "crm", {"part": "sms", "used": 9, "ask": 20}))
    crossing = client.call("session.update", of_session(3, "crm", {"part": "sms", "used": 2, "ask": 20}))
    assert [(one["notify"], one["threshold"]) for one in crossing["notices"]] == [("low", "10%")]
    assert client.call("session.update", of_session(3, "crm", {"part": "sms", "used": 2, "ask": 20})) == {**crossing, "repeat": True}
    assert "notices" not in client.call("session.update", of_session(4, "crm", {"part": "sms", "used": 5, "ask": 20}))
    assert "notices" not in client.call("session.commit", of_session(5, "crm", {"part": "sms", "used": 1}))
    listed = client.call("notice.list", {})["notices"]
    assert [(one["charge"], one["subscription"], one["used"]) for one in listed] == [(crossing["charge"], "crm", 9001)]
    server.stop()
    assert suanpan("fsck", server.data).returncode == 0


def test_what_a_session_holds_crosses_nothing_for_who_charges_meanwhile(server):
    client = enterprise(server)
    client.call("charge", send("most", "crm", 8990))
    sms = {"service": "sms", "to": "13800000000", "with": {"characters": 70}}
    client.call("session.reserve", of_session(1, "crm", {**sms, "ask": 20}))
    assert "notices" not in client.call("charge", send("while held", "shop", 5))
    crossing = client.call("charge", send("crosses", "shop", 5))
    assert [one["threshold"] for one in crossing["notices"]] == ["10%"]
    assert "notices" not in client.call("session.release", {"service_id": "crm", "session": "s", "number": 2, "at": AT})
    (notice,) = client.call("notice.list")["notices"]
    assert (notice["used"], notice["charge"]) == (9000, crossing["charge"])


@pytest.fixture
def plain():
    with Server() as one:
        one.publish("rules/catalogs/fixed_line")
        one.subscribe(["07715510001", "07715510002"], "10.00", package="fixed_line")
        yield one


def call(identifier, seconds, number="07715510001"):
    return {"id": identifier, "service_id": number, "service": "voice", "to": "5507882", "at": "2026-09-18T12:00:00+08:00",
            "seconds": seconds}  # fmt: skip


def put(client, low_balance, **fields):
    return client.call("account.put", account="07715510001", customer="07715510001", low_balance=low_balance, **fields)


def low(answer):
    assert all(one["kind"] == "low_balance" for one in answer.get("notices", []))
    return [one["threshold"] for one in answer.get("notices", [])], answer.get("hint")


def test_a_balance_that_falls_is_told_once_at_each_amount_and_hinted_at_while_it_is_low(plain):
    client = plain.connect()
    assert put(client, ["9.00", "9.70", {"amount": "9.00"}])["outcome"] == "stored"
    assert put(client, ["9.70", "9.00"])["outcome"] == "unchanged"
    assert client.call("account.get", account="07715510001")["low_balance"] == ["9.70", "9.00"]
    assert low(client.call("charge", call("a", 60))) == ([], None)  # 9.78
    second = client.call("charge", call("b", 60))  # 9.56
    assert low(second) == (["9.70"], {"low_balance": "9.70"})
    assert second["notices"][0]["say"] == {"en": "9.56 CNY are left, which is not above 9.70", "zh": "余额剩余 9.56 CNY，已不高于 9.70"}
    assert low(client.call("charge", call("c", 60))) == ([], {"low_balance": "9.70"})  # 9.34
    client.call("balance.topup", id="t", account="07715510001", at="2026-09-18T12:00:00+08:00", amount="0.37", currency="CNY")
    plain.kill()
    plain.start()
    client = plain.connect()
    assert low(client.call("charge", call("d", 600))) == (["9.70", "9.00"], {"low_balance": "9.00"})  # 8.72
    assert low(client.call("charge", call("free", 0))) == ([], {"low_balance": "9.00"})
    # A balance beside the main one changes nothing of what the account says.
    client.call("balance.put", account="07715510001", balance="gift")
    assert client.call("account.get", account="07715510001")["low_balance"] == ["9.70", "9.00"]
    assert put(client, [])["outcome"] == "stored"
    assert "low_balance" not in client.call("account.get", account="07715510001")
    assert low(client.call("charge", call("e", 60))) == ([], None)


def test_what_is_taken_otherwise_is_told_too(plain):
    client = plain.connect()
    put(client, ["8.00", "5.00", "0", "-1.00"], floor="-2.00")
    at = "2026-09-18T12:00:00+08:00"
    fields = {"account": "07715510001", "at": at, "currency": "CNY"}
    client.call("balance.put", account="07715510001", balance="gift")
    client.call("balance.topup", id="g", balance="gift", amount="10.00", **fields)
    taken = client.call("balance.adjust", id="gift", balance="gift", amount="-10.00", why="a mistake", **fields)
    assert low(taken) == ([], None)
    assert low(client.call("balance.adjust", id="a", amount="-2.00", why="a mistake", **fields)) == (["8.00"], None)
    assert low(client.call("balance.transfer", id="b", to="07715510002", amount="8.00", **fields)) == (["5.00", "0.00"], None)
    back = {**fields, "account": "07715510002"}
    assert low(client.call("balance.transfer", id="c", to="07715510001", amount="5.00", **back)) == ([], None)
    assert low(client.call("balance.adjust", id="d", amount="-7.00", why="a mistake", **fields)) == (["0.00", "-1.00"], None)
    entry = client.call("history", account="07715510001", limit=1)["entries"][0]
    assert [posting["book"] for posting in entry["postings"]] == ["balance:07715510001/main", "adjustment"]
    plain.stop()
    checked = suanpan("fsck", plain.data)
    assert checked.returncode == 0, checked.stdout


def test_who_pays_for_another_is_told_of_its_own_balance(plain):
    client = plain.connect()
    client.call("account.put", account="07715510002", customer="07715510002", low_balance=["9.80"])
    client.call("subscription.put", subscription="07715510001", account="07715510001", product="pstn", service_ids=["07715510001"],
                packages=["fixed_line"], payers=[{"account": "07715510002"}])  # fmt: skip
    paid = client.call("charge", call("a", 60))
    assert low(paid) == (["9.80"], None)
    (notice,) = client.call("notice.list")["notices"]
    assert (notice["account"], notice["subscription"], notice["balance"]) == ("07715510002", "07715510001", "9.78")


def test_a_fee_that_falls_due_is_told_of_a_balance_that_is_low():
    with Server() as server:
        server.publish("rules/catalogs/e6")
        server.subscribe(["07715510165"], "100.00")
        client = server.connect()
        client.call("account.put", account="07715510165", customer="07715510165", low_balance=["50.00", "0"])
        client.call("subscription.put", subscription="07715510165", account="07715510165", product="pstn", service_ids=["07715510165"],
                    packages=[{"package": "e6_base", "from": "2026-03-10T00:00:00+08:00", "till": "2026-04-02T00:00:00+08:00"}])  # fmt: skip
        server.wait_until(lambda: len(client.call("notice.list")["notices"]) == 2)
        dues = [one for one in reversed(client.call("history", account="07715510165")["entries"]) if one["kind"] == "due"]
        assert [(one["answer"]["amount"], low(one["answer"])[0]) for one in dues] == [("91.55", ["50.00"]), ("129.00", ["0.00"])]
        assert [one["charge"] for one in client.call("notice.list")["notices"]] == [one["charge"] for one in dues]
        server.stop()
        checked = suanpan("fsck", server.data)
        assert checked.returncode == 0, checked.stdout


def test_an_account_says_at_most_eight_amounts(plain):
    client = plain.connect()
    put(client, [str(amount) for amount in range(8)])
    error, _ = client.ask("account.put", account="07715510001", customer="07715510001", low_balance=[str(n) for n in range(9)])
    assert error.startswith("OUT_OF_RANGE") and "low_balance" in error
    assert client.call("account.get", account="07715510001")["low_balance"][0] == "7.00"


def test_64_clients_and_kills_cross_once():
    """Each amount of 64 accounts, and the tenth of what they share, is crossed by one charge each, whoever else charges meanwhile."""
    members = [f"m{number}" for number in range(64)]
    with Server() as server:
        enterprise(server, members)
        told = {}

        def work(member, lot):
            try:
                with Client(server.socket) as client:  # ended by the kill, and by nobody else
                    for number in range(50):
                        identifier = f"{lot}-{member}-{number}"
                        told[identifier] = client.call("charge", send(identifier, member))
            except (OSError, EOFError, ConnectionError):
                pass

        for lot in range(3):
            threads = [threading.Thread(target=work, args=(member, lot)) for member in members]
            for thread in threads:
                thread.start()
            if lot < 2:
                while len(told) < 1500 * (lot + 1):
                    threads[0].join(0.005)
                server.kill()
            for thread in threads:
                thread.join()
            if lot < 2:
                server.start()
        client = server.connect()
        left = client.call("balance.get", account="m0", subscription="m0")["allowances"][0]["left"]
        assert left > 1000
        crossing = client.call("charge", send("most", "m0", left - 1001))
        assert "notices" not in crossing
        threads = [threading.Thread(target=work, args=(member, "end")) for member in members[:8]]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sum(len(answer.get("notices", [])) for answer in told.values()) == 1
        server.stop()
        assert len(dumped(server)) == 1


def test_a_balance_falls_by_what_a_session_is_charged_not_by_what_it_holds(plain):
    client = plain.connect()
    number = "07715510001"
    put(client, ["9.70"])
    voice = {"service": "voice", "to": "5507882"}
    assert low(client.call("session.reserve", of_session(1, number, {**voice, "ask": 600}))) == ([], None)
    assert low(client.call("session.update", of_session(2, number, {"part": "voice", "used": 180, "ask": 600}))) == ([], None)  # 9.78
    update = of_session(3, number, {"part": "voice", "used": 60, "ask": 600})
    assert low(client.call("session.update", update)) == (["9.70"], {"low_balance": "9.70"})  # 9.67
    assert low(client.call("session.release", {"service_id": number, "session": "s", "number": 4, "at": AT})) == ([], {"low_balance": "9.70"})
    assert len(client.call("notice.list", {})["notices"]) == 1

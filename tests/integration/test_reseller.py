"""S8 as a whole: an enterprise buys messages, its users send on its account, each within a day's limit of its own; a failed delivery comes
back once; and its history by date, type and user."""

import pytest
from moved_clock import MovedServer

BOUGHT = "2026-03-10T10:00:00+08:00"
USERS = {"crm": "a_day_100", "shop": "a_day_1000"}


@pytest.fixture
def server():
    with MovedServer(BOUGHT) as one:
        one.publish("rules/catalogs/messages")
        client = one.connect()
        client.call("customer.put", customer="acme")
        client.call("account.put", account="acme", customer="acme")
        packs = [{"package": name, "from": BOUGHT, "group": "acme"} for name in ("sms_10000", "mms_500")]
        for user, a_day in USERS.items():
            client.call("subscription.put", subscription=user, account="acme", product="messaging", service_ids=[user],
                        packages=[{"package": "sending"}, {"package": a_day}, *packs])  # fmt: skip
        yield one


def sender(server, day):
    server.set_clock(f"{day}T12:00:00+08:00")
    client = server.connect()

    def send(identifier, user, service="sms", to="13800000000", characters=70, items=1):
        attributes = {"with": {"characters": characters}} if service == "sms" else {}
        return client.call("charge", {"id": identifier, "service_id": user, "service": service, "to": to, "at": f"{day}T12:00:00+08:00",
                                      "items": items, **attributes})  # fmt: skip

    return send


def left(server, user="crm"):
    answer = server.connect().call("balance.get", account="acme", subscription=user)
    return {one["allowance"]: one["left"] for one in answer["allowances"] if one["allowance"].endswith(".units")}


def test_s8_users_send_on_one_account_with_limits_of_their_own(server):
    send = sender(server, "2026-03-11")
    for n, (characters, units) in enumerate([(70, 1), (71, 2), (134, 2), (135, 3), (200, 3)]):
        assert send(f"length {n}", "crm", characters=characters)["lines"][0]["parts"][0]["units"] == units
    assert send("rest of the day", "crm", items=89)["outcome"] == "charged"
    assert send("one too many", "crm")["code"] == "LIMIT_REACHED"
    assert send("another user", "shop", items=900)["outcome"] == "charged"
    assert send("a picture", "shop", service="mms", items=100)["outcome"] == "charged"
    assert send("one too many", "shop", service="mms")["code"] == "LIMIT_REACHED", "both count for the day"
    assert send("barred", "shop", to="10690001")["because"]["condition"] == "zone"
    assert left(server) == left(server, "shop") == {"sms_10000.units": 9000, "mms_500.units": 400}
    send = sender(server, "2026-03-12")
    assert send("400 pictures", "shop", service="mms", items=400)["outcome"] == "charged"
    assert send("no more of them", "shop", service="mms")["code"] == "TOO_FEW_UNITS"
    assert send("next day", "crm")["outcome"] == "charged"


def pages(client, **wanted):
    """All entries, oldest first, by the smallest pages."""
    found, cursor = [], {}
    while True:
        page = client.call("history", account="acme", limit=1, **wanted, **cursor)
        found += page["entries"]
        if "next" not in page:
            return found[::-1]
        cursor = {"cursor": page["next"]}


def test_s8_what_was_paid_in_and_taken_is_found_by_date_type_and_user(server):
    client = server.connect()
    for day, amount in (("2026-03-11", "10.00"), ("2026-03-13", "20.00")):
        send = sender(server, day)
        client.call("balance.topup", id=f"paid {day}", account="acme", at=f"{day}T12:00:00+08:00", amount=amount, currency="CNY")
        for user in USERS:
            assert send(f"sent {day}", user, items=3)["outcome"] == "charged"
    failed = send("failed", "crm")["charge"]
    refund = {"id": "not delivered", "charge": failed, "at": "2026-03-13T12:00:00+08:00"}
    assert client.call("charge.refund", refund)["outcome"] == "refunded"
    assert client.call("charge.refund", {**refund, "id": "again"})["code"] == "ALREADY_REFUNDED"

    def ids(**wanted):
        return [entry["id"] for entry in pages(client, **wanted)]

    assert ids(kind="topup") == ["paid 2026-03-11", "paid 2026-03-13"]
    assert ids(kind="topup", **{"from": "2026-03-12T00:00:00+08:00"}) == ["paid 2026-03-13"]
    assert ids(kind="topup", till="2026-03-12T00:00:00+08:00") == ["paid 2026-03-11"]
    assert ids(kind="charge") == ["sent 2026-03-11"] * 2 + ["sent 2026-03-13"] * 2 + ["failed"]
    assert ids(kind="charge", user="crm") == ids(user="crm") == ["sent 2026-03-11", "sent 2026-03-13", "failed"]
    assert ids(user="crm", till="2026-03-12T00:00:00+08:00") == ["sent 2026-03-11"]
    assert ids(kind="refund") == ["not delivered"]
    assert ids(user="acme") == ids(kind="adjustment") == []
    assert len(ids()) == len(ids(kind="all")) == 8
    error, _ = client.ask("history", account="acme", kind="put")
    assert error.startswith('OUT_OF_RANGE: field "kind" must be all | charge')

"""Several balances pay for one account: what each may pay, until when, and in which order (S5); every movement is an entry."""

import random
import time
from decimal import Decimal

import pytest
from caller import AT_MS, DAY_MS, FAR, LOCAL, amounts, charge, put, refund, serving, top_up
from server import Server, suanpan


@pytest.fixture
def server():
    with serving(["07715510001"], "10.00") as one:
        yield one


def test_a_gift_pays_before_cash_and_both_stand_in_the_answer_and_the_history(client):
    put(client, "spring", "0.30")
    first = charge(client, "c1")
    assert (first["amount"], first["balance"], first["paid"]) == ("0.22", "10.00", [{"balance": "spring", "amount": "0.22"}])
    second = charge(client, "c2")
    assert (second["balance"], second["paid"]) == ("9.86", [{"balance": "spring", "amount": "0.08"}, {"balance": "main", "amount": "0.14"}])
    third = charge(client, "c3")
    assert third["balance"] == "9.64" and "paid" not in third
    assert charge(client, "c2") == {**second, "repeat": True}
    assert amounts(client) == {"main": "9.64", "spring": "0.00"}
    entries = client.call("history", account="07715510001")["entries"]
    assert [entry["id"] for entry in entries] == ["c3", "c2", "c1", "to-spring", "first-07715510001"]
    assert entries[1]["postings"] == [
        {"book": "balance:07715510001/main", "amount": "-0.14", "unit": "CNY"},
        {"book": "revenue", "amount": "0.14", "unit": "CNY"},
        {"book": "balance:07715510001/spring", "amount": "-0.08", "unit": "CNY"},
        {"book": "revenue", "amount": "0.08", "unit": "CNY"},
    ]
    text = client.call("charge.explain", charge=second["charge"], language="zh")["text"]
    assert text.endswith("付款账本：\n  main 0.14 CNY\n  spring 0.08 CNY\n")
    assert "paid from" not in client.call("charge.explain", charge=third["charge"])["text"]


def test_a_balance_pays_only_for_what_it_names(client):
    put(client, "home", "5.00", pays=["voice.local"])
    put(client, "messages", "5.00", pays=["voice.hmt"])
    assert charge(client, "c1")["paid"] == [{"balance": "home", "amount": "0.22"}]
    assert "paid" not in charge(client, "c2", call=FAR)
    shown = {one["balance"]: one.get("pays") for one in client.call("balance.get", ["07715510001"])["balances"]}
    assert shown == {"main": None, "home": ["voice.local"], "messages": ["voice.hmt"]}


def test_of_those_that_expire_together_the_one_that_pays_for_less_is_first(client):
    for name, pays in (("all", []), ("calls", ["voice"]), ("home", ["voice.local", "voice.hmt"])):
        put(client, name, "0.10", pays=pays)
    assert [one["balance"] for one in charge(client, "c1")["paid"]] == ["home", "calls", "all"]


def second_user(client, number="07715510002", **fields):
    """Another subscription that the same account pays for."""
    client.call("subscription.put", subscription=number, account="07715510001", product="pstn", service_ids=[number],
                packages=["fixed_line"], **fields)  # fmt: skip


def charge_to(client, number, identifier, **fields):
    return client.call("charge", id=identifier, service_id=number, at=AT_MS, seconds=60, **LOCAL, **fields)


def test_a_balance_for_one_subscription_pays_for_no_other_and_before_what_is_shared(server, client):
    second_user(client)
    put(client, "shared", "0.10", pays=["voice"])
    put(client, "hers", "0.10", pays=["voice"], **{"for": {"subscription": "07715510002"}})
    assert charge(client, "c1")["paid"] == [{"balance": "shared", "amount": "0.10"}, {"balance": "main", "amount": "0.12"}]
    top_up(client, "shared", "0.10", "again")
    assert [one["balance"] for one in charge_to(client, "07715510002", "c2")["paid"]] == ["hers", "shared", "main"]
    server.kill()
    server.start()
    with server.connect() as other:
        shown = {one["balance"]: one.get("for") for one in other.call("balance.get", ["07715510001"])["balances"]}
        assert shown == {"main": None, "shared": None, "hers": {"subscription": "07715510002"}}


def test_a_balance_for_a_group_pays_for_who_is_a_member_when_it_is_used(client):
    spans = [{"package": "fixed_line", "group": "office", "till": AT_MS}, {"package": "fixed_line", "from": AT_MS}]
    client.call("subscription.put", subscription="07715510001", account="07715510001", product="pstn", service_ids=["07715510001"],
                packages=[{"package": "fixed_line", "group": "office"}])  # fmt: skip
    second_user(client)
    client.call("subscription.put", subscription="07715510002", account="07715510001", product="pstn", service_ids=["07715510002"],
                packages=spans)  # fmt: skip
    put(client, "all", "1.00")
    put(client, "office", "5.00", **{"for": {"group": "office"}})
    put(client, "mine", "0.10", **{"for": "07715510001"})
    assert [one["balance"] for one in charge(client, "c1")["paid"]] == ["mine", "office"]
    assert charge_to(client, "07715510002", "now")["paid"] == [{"balance": "all", "amount": "0.22"}]
    then = client.call("charge", id="then", service_id="07715510002", at=AT_MS - 1000, seconds=60, **LOCAL)
    assert then["paid"] == [{"balance": "office", "amount": "0.22"}]


def test_what_pays_for_less_usage_is_before_what_is_for_fewer_users(client):
    put(client, "calls of all", "0.10", pays=["voice"])
    put(client, "all of hers", "0.10", **{"for": "07715510001"})
    put(client, "home of all", "0.10", pays=["voice.local"])
    assert [one["balance"] for one in charge(client, "c1")["paid"]] == ["home of all", "calls of all", "all of hers"]


def test_for_whom_a_balance_cannot_be_is_said(client):
    client.call("customer.put", customer="other")
    client.call("account.put", account="other", customer="other")
    for user, code in (
        ({"subscription": "07715510001", "group": "office"}, "FIELDS_CONFLICT"),
        ("nobody", "NOT_FOUND"),
        ({}, None),
    ):
        error, _ = client.ask("balance.put", {"account": "07715510001", "balance": "gift", "for": user})
        assert (error or "").startswith(code or ""), (user, error)
        assert code or error is None
    error, _ = client.ask("balance.put", {"account": "other", "balance": "gift", "for": "07715510001"})
    assert error.startswith("FIELDS_CONFLICT: another account pays for the subscription")


def test_what_expires_first_is_first_and_what_has_expired_pays_nothing(client):
    now = client.call("ping")["now"]
    put(client, "late", "0.10", till=now + 2 * DAY_MS)
    put(client, "early", "0.10", till=now + DAY_MS)
    put(client, "soon", "5.00", till=now + 1500)
    assert charge(client, "c1")["paid"] == [{"balance": "soon", "amount": "0.22"}]
    while client.call("ping")["now"] < now + 1500:
        time.sleep(0.05)
    assert [one["balance"] for one in charge(client, "c2")["paid"]] == ["early", "late", "main"]
    refused = top_up(client, "soon", "1.00", "again")
    assert (refused["outcome"], refused["code"]) == ("refused", "BALANCE_EXPIRED")
    put(client, "soon", till=now + 3 * DAY_MS)
    assert top_up(client, "soon", "1.00", "once-more")["balance"] == "1.00"
    assert charge(client, "c3")["paid"] == [{"balance": "soon", "amount": "0.22"}]


def test_usage_from_before_it_began_is_not_paid_by_it(client):
    put(client, "autumn", "5.00", **{"from": AT_MS + 1})
    assert "paid" not in charge(client, "c1")
    put(client, "autumn", **{"from": AT_MS})
    assert charge(client, "c2")["paid"] == [{"balance": "autumn", "amount": "0.22"}]


def test_too_little_in_all_of_them_refuses_and_takes_nothing(client):
    put(client, "gift", "1.00")
    refused = charge(client, "c1", seconds=100 * 60)  # 0.22 and 97 times 0.11
    assert refused["outcome"] == "charged"
    before = amounts(client)
    assert before == {"main": "0.11", "gift": "0.00"}
    refused = charge(client, "c2")
    assert (refused["code"], amounts(client)) == ("BALANCE_TOO_LOW", before)
    partial = charge(client, "c3", short="partial")
    assert (partial["unpaid"], partial["balance"]) == ("0.11", "0.00")


def test_a_refund_goes_back_to_what_paid_the_last_payer_first(client):
    now = client.call("ping")["now"]
    put(client, "early", "0.10", till=now + DAY_MS)
    put(client, "late", "0.07", till=now + 2 * DAY_MS)
    paid = charge(client, "c1")
    assert paid["paid"] == [
        {"balance": "early", "amount": "0.10"}, {"balance": "late", "amount": "0.07"}, {"balance": "main", "amount": "0.05"},
    ]  # fmt: skip
    first = refund(client, "r1", paid["charge"], amount="0.08", currency="CNY")
    assert first["balances"] == [
        {"balance": "main", "amount": "0.05", "back": True}, {"balance": "late", "amount": "0.03", "back": True},
    ]  # fmt: skip
    assert amounts(client) == {"main": "10.00", "early": "0.00", "late": "0.03"}
    whole = refund(client, "r2", paid["charge"])
    assert (whole["amount"], whole["left"]) == ("0.14", "0.00")
    assert amounts(client) == {"main": "10.00", "early": "0.10", "late": "0.07"}
    assert refund(client, "r3", paid["charge"])["code"] == "ALREADY_REFUNDED"


def test_what_has_expired_gets_nothing_back(client):
    now = client.call("ping")["now"]
    put(client, "soon", "0.10", till=now + 1500)
    paid = charge(client, "c1")
    while client.call("ping")["now"] < now + 1500:
        time.sleep(0.05)
    answer = refund(client, "r1", paid["charge"])
    assert answer["balances"] == [{"balance": "main", "amount": "0.12", "back": True}, {"balance": "soon", "amount": "0.10", "back": False}]
    assert amounts(client) == {"main": "10.00", "soon": "0.00"}
    assert refund(client, "r2", paid["charge"])["code"] == "ALREADY_REFUNDED"


def test_putting_a_balance_is_as_putting_anything(server, client):
    stored = put(client, "gift", pays=["voice"], expect=0)
    assert stored["outcome"] == "stored"
    assert put(client, "gift", pays=["voice"]) == {"outcome": "unchanged", "version": stored["version"]}
    top_up(client, "gift", "1.00")
    error, _ = client.ask("balance.put", account="07715510001", balance="gift", expect=stored["version"])
    assert error.startswith("VERSION_CONFLICT: ")
    assert client.call("account.get", ["07715510001"])["balances"] == ["main", "gift"]
    for fields, code in (
        ({"account": "nobody", "balance": "gift"}, "NOT_FOUND"),
        ({"account": "07715510001", "balance": "gift", "pays": ["voise"]}, "NOT_FOUND"),
        ({"account": "07715510001", "balance": "gift", "pays": ["voice.locale"]}, "NOT_FOUND"),
        ({"account": "07715510001", "balance": "main"}, "FIELDS_CONFLICT"),
    ):
        error, _ = client.ask("balance.put", fields)
        assert error.startswith(code), (fields, error)
    assert top_up(client, "gold", "1.00")["code"] == "UNKNOWN_BALANCE"
    for number in range(62):
        assert put(client, f"b{number}")["outcome"] == "stored"
    error, _ = client.ask("balance.put", account="07715510001", balance="one too many")
    assert error.startswith("IN_USE: ")
    assert charge(client, "c1")["paid"] == [{"balance": "gift", "amount": "0.22"}]
    before = amounts(client)
    server.kill()
    server.start()
    with server.connect() as other:
        assert amounts(other) == before and len(before) == 64


def test_a_page_of_the_history_goes_on_though_a_balance_was_made_meanwhile(client):
    put(client, "spring", "0.30")
    for number in range(3):
        charge(client, f"c{number}")
    whole = client.call("history", account="07715510001")["entries"]
    page = client.call("history", account="07715510001", limit=2)
    put(client, "autumn", "1.00")
    charge(client, "meanwhile")
    rest = client.call("history", account="07715510001", cursor=page["next"])
    assert page["entries"] + rest["entries"] == whole and "next" not in rest


def test_random_gifts_pay_as_a_naive_payer_says_and_a_kill_changes_nothing(server, client):
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    now = client.call("ping")["now"]
    second_user(client)
    users = ["07715510001", "07715510002"]
    gifts = {}  # name: [till, breadth, for everybody, place, left, for whom]
    for place in range(8):
        till = now + chance.choice([1, 2, 3]) * DAY_MS if chance.random() < 0.7 else None
        pays = chance.choice([[], ["voice"], ["voice.local"], ["voice.hmt"]])
        amount = chance.randrange(1, 150) / 100
        user = chance.choice([None, None, *users])
        put(client, f"g{place}", f"{amount:.2f}", pays=pays, **({"till": till} if till else {}), **({"for": user} if user else {}))
        breadth = {"voice.local": 0, "voice": 1, "voice.hmt": None}[pays[0]] if pays else 2
        gifts[f"g{place}"] = [till or 1 << 62, breadth, user is None, place, Decimal(f"{amount:.2f}"), user]
    main = Decimal(10)
    paying = []  # (charge, who was to get what back, how much of it came from main)
    for number in range(120):
        user = chance.choice(users)
        answer = client.call("charge", id=f"r{number}", service_id=user, at=AT_MS, seconds=chance.choice([60, 200, 400, 1200]), short="debt",
                             **LOCAL)  # fmt: skip
        rest, paid = Decimal(answer["amount"]), []
        for name, gift in sorted(gifts.items(), key=lambda item: (item[1][0], item[1][1] or 0, *item[1][2:4])):
            taken = min(rest, gift[4]) if gift[1] is not None and gift[5] in (None, user) else Decimal(0)
            if taken > 0:
                gift[4] -= taken
                rest -= taken
                paid.append((name, taken))
        main -= rest
        paying.append((answer["charge"], paid, rest))
        found = sorted((one["balance"], Decimal(one["amount"])) for one in answer.get("paid", []))
        assert found == (sorted([*paid, ("main", rest)] if rest else paid) if paid else []), number
        assert Decimal(answer["balance"]) == main
        if number == 60:
            server.kill()
            server.start()
            client = server.connect()
    for charge_id, paid, by_main in chance.sample(paying, 40):
        refund(client, f"back of {charge_id}", charge_id)
        main += by_main
        for name, amount in paid:
            gifts[name][4] += amount
    assert {name: Decimal(amount) for name, amount in amounts(client).items()} == {"main": main} | {n: g[4] for n, g in gifts.items()}
    server.stop()
    for command in (["fsck", server.data, "--age-max", "7300"], ["replay", server.data]):
        result = suanpan(*command)
        assert result.returncode == 0, result.stdout + result.stderr


# ---- S5: a deposit with gifts ----

OWN_SERVICES = ["voice", "sms", "data"]


@pytest.fixture
def saver():
    """Somebody with the catalog of S5: what comes month by month is put there by who calls, for nothing moves it by itself yet."""
    with Server() as one:
        one.publish("rules/catalogs/deposit")
        one.subscribe(["saver"], "5.00", package="mobile", product="mobile")
        with one.connect() as client:
            now = client.call("ping")["now"]
            client.call("balance.put", account="saver", balance="stored", kind="deposit", pays=OWN_SERVICES)
            for month, days in (("february", 40), ("march", 70)):
                client.call("balance.put", account="saver", balance=month, pays=OWN_SERVICES, till=now + days * DAY_MS)
            yield client


def comes(client, balance, amount, identifier):
    return client.call("balance.topup", id=identifier, account="saver", balance=balance, at=AT_MS, amount=amount, currency="CNY")["balance"]


def used(client, identifier, service, **quantity):
    return client.call("charge", id=identifier, service_id="saver", service=service, at=AT_MS, **quantity)


def test_s5_gifts_pay_before_the_deposit_and_the_earliest_first(saver):
    assert (comes(saver, "stored", "50.00", "release 02"), comes(saver, "february", "30.00", "gift 02")) == ("50.00", "30.00")
    first = used(saver, "in february", "voice", seconds=100 * 60)
    assert (first["amount"], first["paid"]) == ("20.00", [{"balance": "february", "amount": "20.00"}])
    assert (comes(saver, "stored", "50.00", "release 03"), comes(saver, "march", "20.00", "gift 03")) == ("100.00", "20.00")
    second = used(saver, "in march", "voice", seconds=200 * 60)
    assert (second["amount"], second["balance"]) == ("40.00", "5.00")
    assert second["paid"] == [
        {"balance": "february", "amount": "10.00"}, {"balance": "march", "amount": "20.00"}, {"balance": "stored", "amount": "10.00"},
    ]  # fmt: skip
    assert comes(saver, "stored", "50.00", "release 04") == "140.00"


def test_s5_content_takes_cash_or_is_refused(saver):
    comes(saver, "stored", "50.00", "release 02")
    content = used(saver, "content", "content", items=1)
    assert (content["amount"], content["balance"], content.get("paid")) == ("5.00", "0.00", None)
    assert used(saver, "more", "content", items=1)["code"] == "BALANCE_TOO_LOW"


def test_s5_messages_and_data_pay_like_voice(saver):
    comes(saver, "stored", "50.00", "release 02")
    comes(saver, "february", "30.00", "gift 02")
    assert used(saver, "sms", "sms", items=100)["paid"] == [{"balance": "february", "amount": "10.00"}]
    assert used(saver, "data", "data", bytes=200 * 1024 * 1024)["paid"] == [{"balance": "february", "amount": "10.00"}]
    last = used(saver, "voice", "voice", seconds=325 * 60)
    assert (last["amount"], last["balance"]) == ("65.00", "0.00")
    assert last["paid"] == [
        {"balance": "february", "amount": "10.00"}, {"balance": "stored", "amount": "50.00"}, {"balance": "main", "amount": "5.00"},
    ]  # fmt: skip

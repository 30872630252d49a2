"""Other accounts pay for a subscription's usage: all of it, some services, or up to so much in a month; refunds go back to who paid."""

import random
from datetime import datetime
from decimal import Decimal

import pytest
from caller import ACCOUNT, AT_MS, FAR, LOCAL, charge, refund, serving
from server import Server, suanpan

OCTOBER_MS = 1790784000000  # 2026-10-01 00:00 in China
USER, BOSS, PARENT = ACCOUNT, "07715510002", "07715510003"


@pytest.fixture
def server():
    with serving([USER, BOSS, PARENT], "1.00") as one:
        yield one


def pay_for(client, *payers, account=USER):
    return client.call("subscription.put", subscription=USER, account=account, product="pstn", service_ids=[USER], packages=["fixed_line"],
                       payers=list(payers))  # fmt: skip


def main_of(client, account):
    return client.call("balance.get", [account])["balances"][0]["amount"]


def mains(client, accounts=(USER, BOSS, PARENT)):
    return [main_of(client, account) for account in accounts]


def by(amount, account=None, balance="main"):
    return {"balance": balance, "amount": amount, **({"account": account} if account else {})}


def test_a_payer_pays_before_the_own_account_and_both_histories_show_the_charge(server, client):
    pay_for(client, BOSS)
    assert client.call("subscription.get", [USER])["payers"] == [{"account": BOSS}]
    paid = charge(client, "c1")
    assert (paid["paid"], paid["balance"]) == ([by("0.22", BOSS)], "1.00")
    own, boss = (client.call("history", account=one)["entries"][0] for one in (USER, BOSS))
    assert own == boss and own["charge"] == paid["charge"]
    assert own["postings"] == [
        {"book": f"balance:{BOSS}/main", "amount": "-0.22", "unit": "CNY"}, {"book": "revenue", "amount": "0.22", "unit": "CNY"},
    ]  # fmt: skip
    assert f"  {BOSS}/main 0.22 CNY\n" in client.call("charge.explain", charge=paid["charge"])["text"]
    server.kill()
    server.start()
    with server.connect() as other:
        assert charge(other, "c1") == {**paid, "repeat": True}
        assert mains(other) == ["1.00", "0.78", "1.00"]


def test_what_a_payer_cannot_pay_is_the_next_one_s_and_then_the_own_account_s(client):
    pay_for(client, BOSS, PARENT)
    client.call("balance.put", account=USER, balance="gift")
    client.call("balance.topup", id="t", account=USER, balance="gift", at=AT_MS, amount="0.10", currency="CNY")
    paid = charge(client, "c1", seconds=23 * 60)  # 0.22 and twenty times 0.11
    assert (paid["amount"], paid["balance"]) == ("2.42", "0.68")
    assert paid["paid"] == [by("1.00", BOSS), by("1.00", PARENT), by("0.10", balance="gift"), by("0.32")]
    assert charge(client, "c2")["balance"] == "0.46"
    refused = charge(client, "c3", seconds=23 * 60)
    assert refused["say"]["en"] == "this takes 2.42 CNY, but only 0.46 CNY can be spent"
    assert mains(client) == ["0.46", "0.00", "0.00"]


def test_a_payer_pays_down_to_its_floor_and_only_for_the_services_it_names(client):
    client.call("account.put", account=BOSS, customer=BOSS, floor="-5.00")
    pay_for(client, {"account": BOSS, "services": ["voice.local"]})
    assert charge(client, "c1", seconds=23 * 60)["paid"] == [by("2.42", BOSS)]
    assert main_of(client, BOSS) == "-1.42"
    assert "paid" not in charge(client, "c2", call=FAR)
    assert client.call("subscription.get", [USER])["payers"] == [{"account": BOSS, "services": ["voice.local"]}]


def test_a_payer_pays_up_to_so_much_in_the_month_of_the_usage(client):
    pay_for(client, {"account": BOSS, "up_to": "0.30"})
    assert charge(client, "c1")["paid"] == [by("0.22", BOSS)]
    second = charge(client, "c2")
    assert second["paid"] == [by("0.08", BOSS), by("0.14")]
    assert client.call("history", account=BOSS)["entries"][0]["postings"][4:6] == [
        {"book": f"counter:{USER}/@payer.{BOSS}/2026-09-01", "amount": "0.08", "unit": "CNY"},
        {"book": "counted", "amount": "-0.08", "unit": "CNY"},
    ]
    assert "paid" not in charge(client, "c3")
    assert charge(client, "next month", at=OCTOBER_MS)["paid"] == [by("0.22", BOSS)]
    assert "paid" not in charge(client, "late", at=OCTOBER_MS - 1)
    pay_for(client, {"account": BOSS, "up_to": "0.40"})
    assert charge(client, "c4")["paid"] == [by("0.10", BOSS), by("0.12")]


def test_a_refund_goes_back_to_who_paid_and_may_be_paid_again_in_that_month(client):
    pay_for(client, {"account": BOSS, "up_to": "0.30"})
    paid = charge(client, "c1", seconds=6 * 60)  # 0.55
    assert paid["paid"] == [by("0.30", BOSS), by("0.25")]
    first = refund(client, "r1", paid["charge"], amount="0.35", currency="CNY")
    assert first["balances"] == [{"balance": "main", "amount": "0.25", "back": True},
                                 {"account": BOSS, "balance": "main", "amount": "0.10", "back": True}]  # fmt: skip
    assert mains(client) == ["1.00", "0.80", "1.00"]
    assert charge(client, "c2")["paid"] == [by("0.10", BOSS), by("0.12")]
    whole = refund(client, "r2", paid["charge"], account=BOSS)
    assert (whole["amount"], whole["left"]) == ("0.20", "0.00")
    assert mains(client) == ["0.88", "0.90", "1.00"]
    assert refund(client, "r3", paid["charge"], account=PARENT)["code"] == "OTHER_ACCOUNT"
    assert charge(client, "c3")["paid"] == [by("0.20", BOSS), by("0.02")]


def test_a_payer_that_is_frozen_is_passed_over_and_a_frozen_own_account_pays_nothing_at_all(client):
    pay_for(client, BOSS)
    client.call("account.put", account=BOSS, customer=BOSS, frozen=True)
    assert "paid" not in charge(client, "c1")
    client.call("account.put", account=BOSS, customer=BOSS)
    client.call("account.put", account=USER, customer=USER, frozen=True)
    assert charge(client, "c2")["code"] == "FROZEN"


def test_who_can_be_a_payer_is_checked_when_it_is_named(client):
    client.call("account.put", account="usd", customer=BOSS, currency="USD")
    for payers, code in (
        (["nobody"], "NOT_FOUND"),
        (["usd"], "FIELDS_CONFLICT"),
        ([USER], "FIELDS_CONFLICT"),
        ([BOSS, BOSS], "FIELDS_CONFLICT"),
        ([{"account": BOSS, "services": ["fax"]}], "NOT_FOUND"),
        ([{"account": BOSS, "up_to": "-1"}], "OUT_OF_RANGE"),
        ([f"p{number}" for number in range(9)], "OUT_OF_RANGE"),
    ):
        fields = {"subscription": USER, "account": USER, "product": "pstn", "service_ids": [USER], "payers": payers}
        error, _ = client.ask("subscription.put", fields)
        assert error.startswith(code), (payers, error)
    assert pay_for(client, BOSS)["outcome"] == "stored"
    assert pay_for(client, BOSS)["outcome"] == "unchanged"
    assert pay_for(client)["outcome"] == "stored"
    assert "payers" not in client.call("subscription.get", [USER])


def test_a_check_says_who_would_pay_and_a_payer_is_told_that_its_balance_is_low(client):
    pay_for(client, {"account": BOSS, "up_to": "0.30"})
    client.call("account.put", account=BOSS, customer=BOSS, low_balance=["0.80"])
    asked = client.call("charge.check", service_id=USER, at=AT_MS, seconds=6 * 60, **LOCAL)
    assert (asked["outcome"], asked["paid"]) == ("enough", [by("0.30", BOSS), by("0.25")])
    assert client.call("charge.check", service_id=USER, at=AT_MS, seconds=60 * 60, **LOCAL)["missing"] == "5.19"  # of 6.49
    made = charge(client, "c1", seconds=6 * 60)
    assert made["paid"] == asked["paid"]
    assert [(one["kind"], one["threshold"]) for one in made["notices"]] == [("low_balance", "0.80")]


def test_random_usage_is_paid_as_a_naive_payer_says_and_a_kill_changes_nothing(server, client):
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    bound = {BOSS: Decimal(chance.randrange(100, 400)) / 100, PARENT: None}
    pay_for(client, {"account": BOSS, "up_to": str(bound[BOSS])}, {"account": PARENT, "services": ["voice.local"]})
    left = dict.fromkeys((USER, BOSS, PARENT), Decimal(1))
    counted = {}  # month: what BOSS has paid
    made = []
    for number in range(150):
        if chance.random() < 0.3:
            who, amount = chance.choice([USER, BOSS, PARENT]), Decimal(chance.randrange(1, 200)) / 100
            client.call("balance.topup", id=f"t{number}", account=who, at=AT_MS, amount=str(amount), currency="CNY")
            left[who] += amount
        if made and chance.random() < 0.2:
            charge_id, paid, month = made.pop(chance.randrange(len(made)))
            refund(client, f"r{number}", charge_id)
            for who, amount in paid.items():
                left[who] += amount
            counted[month] -= paid[BOSS]
            continue
        at, call = chance.choice([AT_MS, OCTOBER_MS]), chance.choice([LOCAL, FAR])
        answer = charge(client, f"c{number}", seconds=chance.choice([60, 300, 600]), call=call, at=at, short="debt")
        rest, paid = Decimal(answer["amount"]), {}
        most = {BOSS: min(left[BOSS], bound[BOSS] - counted.get(at, 0)), PARENT: left[PARENT] if call is LOCAL else Decimal(0)}
        for who in (BOSS, PARENT):
            paid[who] = max(Decimal(0), min(rest, most[who]))
            rest -= paid[who]
        paid[USER] = rest
        counted[at] = counted.get(at, 0) + paid[BOSS]
        for who, amount in paid.items():
            left[who] -= amount
        found = {one.get("account", USER): Decimal(one["amount"]) for one in answer.get("paid", [by(answer["amount"])])}
        assert found == {who: amount for who, amount in paid.items() if amount}, number
        made.append((answer["charge"], paid, at))
        if number == 70:
            server.kill()
            server.start()
            client = server.connect()
    assert [Decimal(one) for one in mains(client)] == [left[who] for who in (USER, BOSS, PARENT)]
    server.stop()
    for command in (["fsck", server.data, "--age-max", "7300"], ["replay", server.data]):
        result = suanpan(*command)
        assert result.returncode == 0, result.stdout + result.stderr


# ---- what falls due ----


def at(text):
    return int(datetime.fromisoformat(f"{text}T00:00:00+08:00").timestamp() * 1000)


@pytest.mark.parametrize(("services", "paid"), [
    (None, ["91.55", "129.00"]), (["@charges"], ["91.55", "129.00"]), (["@e6_base.fee"], ["91.55", "129.00"]), (["voice"], [None, None]),
])  # fmt: skip
def test_a_payer_pays_what_falls_due_if_it_pays_for_everything_or_names_it(services, paid):
    with Server() as server:
        server.publish("rules/catalogs/e6")
        server.subscribe([USER, BOSS], "500.00")
        with server.connect() as client:
            client.call("subscription.put", subscription=USER, account=USER, product="pstn", service_ids=[USER],
                        packages=[{"package": "e6_base", "from": at("2026-03-10"), "till": at("2026-05-01")}],
                        payers=[{"account": BOSS, "up_to": "120.00", **({"services": services} if services else {})}])  # fmt: skip
            server.wait_until(lambda: len(entries(client, USER)) == 2)
            amounts = [
                next((one["amount"] for one in entry["answer"].get("paid", []) if one.get("account") == BOSS), None)
                for entry in reversed(entries(client, USER))
            ]
            assert amounts == [min(one, "120.00", key=Decimal) if one else None for one in paid]
            by_boss = sum(Decimal(one) for one in amounts if one)
            assert [Decimal(one) for one in mains(client, (USER, BOSS))] == [500 - (Decimal("220.55") - by_boss), 500 - by_boss]
            assert len(entries(client, BOSS)) == sum(one is not None for one in amounts)
        server.stop()
        result = suanpan("fsck", server.data, "--age-max", "7300")
        assert result.returncode == 0, result.stdout + result.stderr


def entries(client, account):
    return [one for one in client.call("history", account=account)["entries"] if one["kind"] == "due"]

"""S5 over the wire: a deposit with gifts, released and given by the server on their dates, spent, expired, returned and forfeited."""

import shutil
from datetime import datetime, timedelta, timezone

import pytest
from moved_clock import MovedServer
from server import ROOT, suanpan

CHINA = timezone(timedelta(hours=8))


def at(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=CHINA).timestamp() * 1000)


@pytest.fixture
def server():
    with MovedServer("2026-01-15T10:00:00+08:00") as one:
        one.publish("rules/catalogs/deposit")
        one.subscribe(["saver"], None, product="mobile")
        hold(one.connect())
        yield one


def hold(client, till=None, packages=("mobile",), **fields):
    stored = {"package": "deposit_600", "from": at("2026-01-15 10:00:00"), **({"till": at(till)} if till else {})}
    return client.call("subscription.put", subscription="saver", account="saver", product="mobile", service_ids=["saver"],
                       packages=[*packages, stored], **fields)  # fmt: skip


def pay(client, **fields):
    return client.call("deposit.pay", {"account": "saver", "id": "d1", "at": at("2026-01-15 10:00:00"), "subscription": "saver",
                                       "package": "deposit_600", "deposit": "stored", **fields})  # fmt: skip


def pass_to(server, client, now):
    """The clock goes there, and what is due by then is done, also what expires."""
    server.set_clock(now.replace(" ", "T") + "+08:00")

    def is_done():
        balances = client.call("balance.get", ["saver"])["balances"]
        ends = [one["till"] for one in balances if one["amount"] != "0.00" and "till" in one]
        ends.append(client.call("agenda.get", ["saver"]).get("next", 1 << 62))
        return min(ends) > client.call("ping")["now"]

    server.wait_until(is_done)


def use(client, identifier, when, minutes=None, service="voice", **quantity):
    quantity = quantity or {"seconds": 60 * minutes}
    return client.call("charge", id=identifier, service_id="saver", service=service, at=at(when), **quantity)


def amounts(client):
    """What lies there, without what is empty: of the main balance, "stored", and of each gift by its day."""
    balances = client.call("balance.get", ["saver"])["balances"]
    return {one["balance"].removeprefix("deposit_600."): one["amount"] for one in balances if one["amount"] != "0.00"}


def moves(client):
    """["2026-02-01 released stored 50.00"], the first first; and what expires and is paid."""
    entries = client.call("history", account="saver", limit=500)["entries"]
    return [
        f"{datetime.fromtimestamp(entry['at'] / 1000, CHINA):%Y-%m-%d} {answer['outcome']} "
        f"{answer.get('deposit', answer.get('gift', answer.get('name', '')))} {answer['amount']}".replace("deposit_600.", "")
        for entry in reversed(entries) for answer in [entry["answer"]] if entry["kind"] in ("stored", "expiry")
    ]  # fmt: skip


STORED = "2026-01-15 paid_in stored 600.00"
FEBRUARY = ["2026-02-01 released stored 50.00", "2026-02-01 given bonus 30.00"]
MARCH = ["2026-03-01 released stored 50.00", "2026-03-01 given bonus 20.00"]
APRIL = ["2026-04-01 released stored 50.00", "2026-04-01 given bonus 20.00"]


def test_s5_a_gift_is_spent_before_the_deposit_and_the_earliest_first(server):
    client = server.connect()
    assert pay(client)["outcome"] == "paid_in"
    assert amounts(client) == {} and use(client, "early", "2026-01-15 10:00:00", 1)["code"] == "BALANCE_TOO_LOW"
    pass_to(server, client, "2026-02-01 00:00:00")
    assert amounts(client) == {"stored": "50.00", "bonus.2026-02-01": "30.00"}
    assert moves(client) == [STORED, *FEBRUARY]
    (held,) = client.call("agenda.get", ["saver"])["held"]
    assert held["stored"] == [
        {"deposit": "stored", "amount": "600.00", "paid": at("2026-01-15 10:00:00"), "given": 1, "times": 12, "left": "550.00"},
        {"gift": "bonus", "amount": "190.00", "given": 1, "times": 12, "left": "160.00"},
    ]
    pass_to(server, client, "2026-02-10 12:00:00")
    first = use(client, "feb", "2026-02-10 12:00:00", 100)
    assert (first["amount"], first["paid"]) == ("20.00", [{"balance": "deposit_600.bonus.2026-02-01", "amount": "20.00"}])
    pass_to(server, client, "2026-03-05 12:00:00")
    second = use(client, "mar", "2026-03-05 12:00:00", 200)
    assert [(one["balance"].removeprefix("deposit_600."), one["amount"]) for one in second["paid"]] == [
        ("bonus.2026-02-01", "10.00"), ("bonus.2026-03-01", "20.00"), ("stored", "10.00"),
    ]  # fmt: skip
    assert amounts(client) == {"stored": "90.00"}
    pass_to(server, client, "2026-04-01 00:00:00")
    assert moves(client)[3:] == [*MARCH, *APRIL], "nothing of February is left to expire"


def test_s5_what_is_left_of_a_gift_expires_before_anything_else_happens_then(server):
    client = server.connect()
    pay(client)
    pass_to(server, client, "2026-02-10 12:00:00")
    use(client, "feb", "2026-02-10 12:00:00", 100)
    pass_to(server, client, "2026-03-31 23:59:50")
    assert amounts(client) == {"stored": "100.00", "bonus.2026-02-01": "10.00", "bonus.2026-03-01": "20.00"}
    pass_to(server, client, "2026-04-01 00:00:00")
    assert amounts(client) == {"stored": "150.00", "bonus.2026-03-01": "20.00", "bonus.2026-04-01": "20.00"}
    assert moves(client) == [STORED, *FEBRUARY, *MARCH, "2026-04-01 expired bonus.2026-02-01 10.00", *APRIL]


def test_s5_a_charge_does_what_is_due_before_it_itself_and_in_the_same_order(server):
    """As if the timers were late: nothing runs between the clock's move and the charge."""
    client = server.connect()
    pay(client)
    server.set_clock("2026-04-01T00:00:01+08:00")
    answer = use(client, "late", "2026-03-31 12:00:00", 200)
    assert [(one["balance"].removeprefix("deposit_600."), one["amount"]) for one in answer["paid"]] == [
        ("bonus.2026-03-01", "20.00"), ("bonus.2026-04-01", "20.00"),
    ]  # fmt: skip
    pass_to(server, client, "2026-04-01 00:00:02")
    assert moves(client) == [STORED, *FEBRUARY, *MARCH, "2026-04-01 expired bonus.2026-02-01 30.00", *APRIL]


def test_s5_content_takes_cash_or_is_refused_and_messages_and_data_pay_like_voice(server):
    client = server.connect()
    pay(client)
    pass_to(server, client, "2026-02-10 12:00:00")
    assert use(client, "content", "2026-02-10 12:00:00", service="content", items=1)["code"] == "BALANCE_TOO_LOW"
    assert use(client, "sms", "2026-02-10 12:00:00", service="sms", items=100)["paid"][0]["amount"] == "10.00"
    assert use(client, "data", "2026-02-10 12:00:00", service="data", bytes=200 << 20)["paid"][0]["amount"] == "10.00"
    assert amounts(client) == {"stored": "50.00", "bonus.2026-02-01": "10.00"}
    client.call("balance.topup", id="cash", account="saver", at=at("2026-02-10 12:00:00"), amount="5.00", currency="CNY")
    paid = use(client, "again", "2026-02-10 12:00:00", service="content", items=1)
    assert (paid["amount"], paid["balance"], paid.get("paid")) == ("5.00", "0.00", None)


def test_s5_a_gift_is_skipped_while_the_subscription_is_suspended_and_its_place_used_up(server):
    client = server.connect()
    pay(client)
    pass_to(server, client, "2026-01-31 09:00:00")
    suspended = at("2026-01-31 09:00:00")
    hold(client, states=[{"state": "active", "till": suspended}, {"state": "suspended", "from": suspended}])
    pass_to(server, client, "2026-02-20 09:00:00")
    assert amounts(client) == {"stored": "50.00"}
    hold(client, states=[{"state": "active", "till": suspended}, {"state": "suspended", "from": suspended, "till": at("2026-02-20 09:00:00")},
                         {"state": "active", "from": at("2026-02-20 09:00:00")}])  # fmt: skip
    pass_to(server, client, "2026-03-01 00:00:00")
    assert moves(client) == [STORED, FEBRUARY[0], "2026-02-01 skipped bonus 30.00", *MARCH]


def test_s5_a_fee_is_paid_by_what_comes_on_its_day_behind_it(server):
    client = server.connect()
    hold(client, packages=("mobile", {"package": "fee_20", "from": at("2026-02-01 00:00:00")}))
    pay(client)
    pass_to(server, client, "2026-03-01 00:00:00")
    assert amounts(client) == {"stored": "100.00", "bonus.2026-03-01": "10.00"}
    paid = [entry["answer"]["paid"] for entry in client.call("history", account="saver")["entries"] if entry["kind"] == "due"]
    assert [[(one["balance"][-10:], one["amount"]) for one in payers] for payers in paid] == [
        [("2026-02-01", "10.00"), ("2026-03-01", "10.00")], [("2026-02-01", "20.00")],
    ]  # fmt: skip


def test_s5_cancelled_what_is_stored_becomes_cash_and_gifts_are_forfeited_each_an_entry(server):
    client = server.connect()
    pay(client)
    pass_to(server, client, "2026-07-20 15:00:00")
    assert amounts(client) == {"stored": "300.00", "bonus.2026-06-01": "20.00", "bonus.2026-07-01": "20.00"}
    use(client, "voice", "2026-07-20 15:00:00", 50)
    hold(client, till="2026-07-20 15:00:00")
    pass_to(server, client, "2026-07-20 15:00:01")
    assert amounts(client) == {"main": "600.00"}
    assert moves(client)[-4:] == [
        "2026-07-20 returned stored 300.00", "2026-07-20 returned stored 300.00",
        "2026-07-20 forfeited bonus 10.00", "2026-07-20 forfeited bonus 20.00",
    ]  # fmt: skip
    pass_to(server, client, "2027-07-20 15:00:00")
    assert amounts(client) == {"main": "600.00"} and len(moves(client)) == 5 * 2 + 1 + 4 + 2 + 4


def test_s5_to_the_last_instalment_over_kills_at_any_time(server):
    client = server.connect()
    pay(client)
    for month in range(2, 15):
        year, number = 2026 + (month - 1) // 12, (month - 1) % 12 + 1
        server.set_clock(f"{year}-{number:02}-01T00:00:00+08:00")
        server.kill()
        server.start()
        client = server.connect()
    server.wait_until(lambda: amounts(client) == {"stored": "600.00", "bonus.2027-01-01": "10.00"})
    given = [move for move in moves(client) if " given " in move]
    assert [move.split()[-1] for move in given] == ["30.00"] + ["20.00"] * 5 + ["10.00"] * 6
    assert [move for move in moves(client) if " released " in move] == [f"{move[:10]} released stored 50.00" for move in given]
    server.stop()
    result = suanpan("fsck", server.data, "--age-max", "7300")
    assert result.returncode == 0, result.stdout + result.stderr


def test_a_deposit_is_paid_in_once(server):
    client = server.connect()
    first = pay(client)
    assert {name: first[name] for name in ("outcome", "amount", "currency", "balance", "deposit")} == {
        "outcome": "paid_in", "amount": "600.00", "currency": "CNY", "balance": "0.00", "deposit": "stored"}  # fmt: skip
    assert pay(client) == {**first, "repeat": True}
    entry = client.call("charge.get", [first["charge"]])
    assert entry["postings"] == [{"book": "deposit_paid", "amount": "-600.00", "unit": "CNY"}, {"book": "stored", "amount": "600.00", "unit": "CNY"}]
    assert pay(client, id="d2")["code"] == "DEPOSIT_PAID"
    for number, (field, value, code) in enumerate([
        ("deposit", "bonus", "UNKNOWN_DEPOSIT"), ("package", "mobile", "UNKNOWN_DEPOSIT"), ("subscription", "nobody", "UNKNOWN_DEPOSIT"),
        ("account", "nobody", "UNKNOWN_ACCOUNT"), ("at", at("2026-01-15 09:59:59"), "UNKNOWN_DEPOSIT"),
        ("at", at("2027-01-15 10:00:00"), "AHEAD_OF_CLOCK"),
    ]):  # fmt: skip
        refused = pay(client, id=f"r{number}", **{field: value})
        assert (refused["outcome"], refused["code"]) == ("refused", code), field
    client.call("account.put", account="other", customer="saver")
    assert pay(client, id="r9", account="other")["code"] == "UNKNOWN_DEPOSIT"
    error, _ = client.ask("deposit.pay", {"account": "saver", "id": "d1", "at": at("2026-01-15 10:00:00"), "subscription": "saver",
                                          "package": "deposit_600", "deposit": "other"})  # fmt: skip
    assert error.startswith("ID_CONFLICT: ")


def test_a_package_in_which_a_deposit_lies_is_ended_and_not_left_out(server):
    client = server.connect()
    fields = {"subscription": "saver", "account": "saver", "product": "mobile", "service_ids": ["saver"], "packages": ["mobile"]}
    assert client.call("subscription.put", fields)["outcome"] == "stored", "nothing was paid in yet"
    hold(client)
    pay(client)
    error, _ = client.ask("subscription.put", fields)
    assert error.startswith('IN_USE: a deposit lies in package "deposit_600"')
    hold(client, till="2026-01-15 10:00:01")
    server.set_clock("2026-01-15T10:00:02+08:00")
    server.wait_until(lambda: amounts(client) == {"main": "600.00"})
    assert client.call("subscription.put", fields)["outcome"] == "stored"


def test_an_account_without_room_for_one_more_balance_uses_an_empty_one_again(server):
    client = server.connect()
    for number in range(56):
        client.call("balance.put", account="saver", balance=f"b{number}")
    pay(client)
    for month in range(2, 13):
        pass_to(server, client, f"2026-{month:02}-01 00:00:00")
    assert len(client.call("balance.get", ["saver"])["balances"]) == 64
    given = [move.split()[-1] for move in moves(client) if " given " in move]
    assert given == ["30.00"] + ["20.00"] * 5 + ["10.00"] * 5
    assert sorted(amounts(client).values()) == ["10.00", "10.00", "550.00"]
    used = use(client, "voice", "2026-12-01 00:00:00", 50)
    assert used["paid"][0]["amount"] == "10.00"
    gift = used["paid"][0]["balance"]
    pass_to(server, client, "2027-02-01 00:00:00")
    assert amounts(client)[gift.removeprefix("deposit_600.")] == "10.00", "used again"
    refund = client.call("charge.refund", id="r1", charge=used["charge"], at=at("2027-02-01 00:00:00"))
    assert {"balance": gift, "amount": "10.00", "back": False} in refund["balances"]


def stored_of(client, user):
    """What lies there for one user: by the name of the deposit or gift, its amount."""
    balances = client.call("balance.get", ["saver"])["balances"]
    return {one["balance"].removeprefix("deposit_600."): one["amount"] for one in balances if one.get("for") == {"subscription": user}}


def test_what_comes_of_a_deposit_is_its_subscriptions_though_another_of_the_account_has_the_same(server):
    client = server.connect()
    stored = {"package": "deposit_600", "from": at("2026-01-15 10:00:00")}
    client.call("subscription.put", subscription="second", account="saver", product="mobile", service_ids=["second"],
                packages=["mobile", stored])  # fmt: skip
    pay(client)
    pay(client, id="d2", subscription="second")
    pass_to(server, client, "2026-02-01 00:00:00")
    server.wait_until(lambda: len(client.call("balance.get", ["saver"])["balances"]) == 5)
    assert stored_of(client, "saver") == {"stored": "50.00", "bonus.2026-02-01": "30.00"}
    assert stored_of(client, "second") == {"stored@second": "50.00", "bonus@second.2026-02-01": "30.00"}
    paid = client.call("charge", id="c1", service_id="second", service="voice", at=at("2026-02-01 00:00:00"), seconds=60)["paid"]
    assert paid == [{"balance": "deposit_600.bonus@second.2026-02-01", "amount": "0.20"}]
    hold(client, till="2026-02-05 00:00:00")
    pass_to(server, client, "2026-02-05 00:00:01")
    assert amounts(client) == {"main": "600.00", "stored@second": "50.00", "bonus@second.2026-02-01": "29.80"}


def test_a_package_that_is_held_again_has_a_deposit_of_its_own(server):
    client = server.connect()
    pay(client)
    pass_to(server, client, "2026-05-10 00:00:00")
    spans = (("2026-01-15 10:00:00", "2026-05-11 00:00:00"), ("2026-05-12 10:00:00", None))
    packages = [{"package": "deposit_600", "from": at(start), **({"till": at(end)} if end else {})} for start, end in spans]
    hold_both = {"subscription": "saver", "account": "saver", "product": "mobile", "service_ids": ["saver"], "packages": ["mobile", *packages]}
    client.call("subscription.put", hold_both)
    pass_to(server, client, "2026-05-13 00:00:00")
    assert amounts(client) == {"main": "600.00"}
    assert pay(client, id="d2", at=at("2026-05-12 12:00:00"))["outcome"] == "paid_in"
    pass_to(server, client, "2026-07-01 00:00:00")
    assert amounts(client) == {"main": "600.00", "stored": "100.00", "bonus.2026-06-01": "30.00", "bonus.2026-07-01": "20.00"}


def test_a_balance_that_a_client_calls_like_a_gift_is_left_alone(server):
    client = server.connect()
    for name in ("bonus.2026-02-01", "bonus@saver.2026-03-01"):
        client.call("balance.put", account="saver", balance=f"deposit_600.{name}", pays=["sms"])
    pay(client)
    pass_to(server, client, "2026-03-01 00:00:00")
    assert amounts(client) == {"stored": "100.00", "bonus@saver.2026-02-01": "30.00", "bonus.2026-03-01": "20.00"}


def publish_other(server, folder, changes):
    """The catalog with other files, in force from now on. Changes: {file: [(what stands there, what instead)]}."""
    shutil.copytree(ROOT / "rules/catalogs/deposit", folder)
    (folder / "packages/deposit_600_test.lua").unlink()
    for name, replacements in changes.items():
        text = (folder / name).read_text()
        for before, after in replacements:
            assert text.count(before) == 1, before
            text = text.replace(before, after)
        (folder / name).write_text(text)
    return server.publish(folder)


PACKAGE = "packages/deposit_600.lua"
SIX_DEPOSITS = ('{ "50.00", times = 12 }', '{ "100.00", times = 6 }')
SIX_GIFTS = (', { "10.00", times = 6 }', "")


def test_a_release_that_gives_fewer_instalments_than_have_come_gives_none_and_is_taken_back(server, tmp_path):
    client = server.connect()
    (first,) = {one["release"] for one in client.call("release.list")["releases"]}
    pay(client)
    pass_to(server, client, "2026-09-02 00:00:00")
    assert amounts(client) == {"stored": "400.00", "bonus.2026-08-01": "10.00", "bonus.2026-09-01": "10.00"}
    publish_other(server, tmp_path / "fewer", {PACKAGE: [SIX_DEPOSITS, SIX_GIFTS]})
    pass_to(server, client, "2026-10-02 00:00:00")
    assert amounts(client) == {"stored": "400.00", "bonus.2026-09-01": "10.00"}
    client.call("release.activate", [first])
    hold(client, till="2027-03-01 00:00:00")
    pass_to(server, client, "2026-10-02 00:00:01")
    assert amounts(client) == {"stored": "450.00", "bonus.2026-09-01": "10.00", "bonus.2026-10-01": "10.00"}, "the ninth and no earlier one"
    hold(client, till="2026-10-03 00:00:00")
    pass_to(server, client, "2026-10-03 00:00:01")
    assert amounts(client) == {"main": "600.00"}


def test_a_release_that_gives_fewer_instalments_ends_the_package_with_what_is_there(server, tmp_path):
    client = server.connect()
    pay(client)
    pass_to(server, client, "2026-09-02 00:00:00")
    publish_other(server, tmp_path / "fewer", {PACKAGE: [SIX_DEPOSITS]})
    hold(client, till="2026-09-03 00:00:00")
    pass_to(server, client, "2026-09-03 00:00:01")
    assert amounts(client) == {"main": "400.00"}


def test_a_deposit_that_a_release_forgets_is_there_again_when_it_is_taken_back(server, tmp_path):
    client = server.connect()
    (first,) = {one["release"] for one in client.call("release.list")["releases"]}
    pay(client)
    pass_to(server, client, "2026-03-02 00:00:00")
    renamed = [('id = "stored"', 'id = "kept"'), ('with = "stored"', 'with = "kept"')]
    texts = [("{ stored = ", "{ kept = ")]
    publish_other(server, tmp_path / "other", {PACKAGE: renamed, "texts/en.lua": texts, "texts/zh.lua": texts})
    pass_to(server, client, "2026-04-02 00:00:00")
    client.call("release.activate", [first])
    hold(client, till="2027-03-01 00:00:00")
    pass_to(server, client, "2026-04-02 00:00:01")
    assert amounts(client) == {"stored": "150.00", "bonus.2026-03-01": "20.00", "bonus.2026-04-01": "20.00"}
    assert pay(client, id="d2", at=at("2026-04-02 00:00:00"))["code"] == "DEPOSIT_PAID"


def test_what_owes_and_stores_nothing_has_an_empty_agenda(server):
    client = server.connect()
    client.call("subscription.put", subscription="plain", account="saver", product="mobile", packages=["mobile"])
    assert client.call("agenda.get", ["plain"]) == {"subscription": "plain", "held": []}
    error, _ = client.ask("agenda.get", ["nobody"])
    assert error == 'NOT_FOUND: there is no subscription "nobody"'

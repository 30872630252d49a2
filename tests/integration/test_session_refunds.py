"""What a session charged is explained, report by report, and given back as one charge: S9's numbers, and those of other tariffs and payers."""

import json

import pytest
from server import Server, ServerError, suanpan
from test_sessions import AT, CATALOG, A, Session, hold, main, part, take, until_over

BOSS, PARENT = "13900000008", "13900000009"


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


def explain(client, answer, language="en"):
    return client.call("charge.explain", charge=answer["charge"], language=language)["text"]


def give_back(client, answer, session="s1", method="refund", **fields):
    fields = {"charge": answer["charge"], "session": session, "id": f"{session}{answer['charge']}{fields}", "at": AT, **fields}
    return client.call(f"charge.{method}", {name: value for name, value in fields.items() if value is not None})


def back(answer):
    """{balance: what it got back}, of the main one alone if that is all."""
    if "balances" not in answer:
        return {"main": answer["amount"]}
    return {f"{one['account']}/{one['balance']}" if "account" in one else one["balance"]: one["amount"] for one in answer["balances"]}


def s9(client):
    """S9's session to its end: 290 s and 100 s more, while 0.40 is left between: the answers."""
    session = Session(client)
    first = session.reserve(300)
    take(client, "8.85")
    return first, session.update(290, 300), session.commit(100)


# ---- why ----


def test_each_report_of_s9_is_explained_by_all_units_so_far_and_the_difference(server, client):
    first, second, end = s9(client)
    assert explain(client, first) == "session s1 of 13900000001, request 1: granted\nvoice: 300 second granted, 0.75 CNY held\n"
    assert explain(client, second) == (
        "session s1 of 13900000001, request 2: granted\n"
        "voice: 290 second in all, 290 of them now\n"
        "Call  0.75 CNY  (plain.voice)\n"
        "    5 × 0.15\n"
        "  in all so far 0.75 CNY, charged before 0.00, charged now 0.75\n"
        "voice: 130 second granted, 0.30 CNY held (this takes 0.45 CNY, but only 0.40 CNY can be spent)\n"
    )
    last = (
        "session s1 of 13900000001, request 3: charged\n"
        "voice: 390 second in all, 100 of them now\n"
        "Call  1.05 CNY  (plain.voice)\n"
        "    7 × 0.15\n"
        "  in all so far 1.05 CNY, charged before 0.75, charged now 0.30\n"
    )
    assert explain(client, end) == last
    assert explain(client, end, "zh").splitlines()[0] == "13900000001 的会话 s1，请求 3：charged"
    assert explain(client, end, "zh").splitlines()[-1] == "  至此合计 1.05 CNY，此前已收 0.75，本次收取 0.30"
    server.kill()
    server.start()
    assert explain(server.connect(), end) == last


def test_a_session_is_explained_by_the_release_it_began_with(server, client, tmp_path):
    session = Session(client)
    session.reserve(60)
    (tmp_path / "catalog.lua").write_text((CATALOG / "catalog.lua").read_text().replace("0.15", "0.30").replace('"Call"', '"Dear call"'))
    server.publish(tmp_path)
    end = session.commit(60)
    assert "Call  0.15 CNY" in explain(client, end) and "Dear" not in explain(client, end)
    shown = client.call("charge.explain", charge=end["charge"])
    assert (shown["kind"], shown["release"][:12]) == ("session", end["release"])


def test_bands_free_units_several_parts_what_is_unpaid_and_what_has_no_price_are_told(server, client):
    banded = hold(server, "banded")
    banded.at = "2026-03-18T20:58:00+08:00"
    banded.reserve(240)
    banded.update(100, 20)
    end = explain(banded.client, banded.commit(80))  # by the bands of the time at which the call began
    assert "    day  2 × 0.20\n    night  1 × 0.10\n  in all so far 0.50 CNY, charged before 0.40, charged now 0.10\n" in end
    free = hold(server, "free", number="13900000003")
    free.reserve(900)
    assert "    10 × free (free.minutes)\n    1 × 0.15\n" in explain(free.client, free.commit(660))
    session = Session(client)
    take(client, "9.80")
    session.send("reserve", parts=[{"service": "voice", "ask": 60}])
    both = session.send("commit", parts=[{"part": "voice", "used": 60}, {"part": "text", "service": "sms", "used": 3}])
    assert explain(client, both) == (
        "session s1 of 13900000001, request 2: charged\n"
        "voice: 60 second in all, 60 of them now\n"
        "Call  0.15 CNY  (plain.voice)\n"
        "    1 × 0.15\n"
        "  in all so far 0.15 CNY, charged before 0.00, charged now 0.15\n"
        "text: 3 item in all, 3 of them now\n"
        "Message  0.30 CNY  (plain.sms)\n"
        "    3 × 0.10\n"
        "  in all so far 0.30 CNY, charged before 0.00, charged now 0.05\n"
        "  not paid 0.25: no more could be paid; a later report charges it if it can be\n"
    )
    units = hold(server, "units", number="13900000004")
    units.reserve(5, "sms")
    assert "  nothing prices 2 of it: " in explain(units.client, units.commit(7, "sms"))


def test_who_paid_is_told_and_a_session_that_ended_by_itself_too(server, client):
    client.call("balance.put", account=A, balance="gift")
    client.call("balance.topup", id="gift", account=A, balance="gift", at=AT, amount="0.20", currency="CNY")
    session = Session(client)
    session.reserve(300)
    assert explain(client, session.update(120, 60)).endswith("paid from:\n  gift 0.20 CNY\n  main 0.10 CNY\n")
    session.update(0, 60, validity_s=1)
    until_over(session)
    expired = client.call("history", account=A, limit=1)["entries"][0]
    assert explain(client, expired) == "session s1 of 13900000001, of which nothing was heard: expired\n"
    assert explain(client, expired, "zh") == "13900000001 的会话 s1，逾时未有请求：expired\n"
    assert back(give_back(client, expired)) == {"main": "0.10", "gift": "0.20"}


# ---- given back ----


def test_s9_is_given_back_whole_once_by_what_closed_it(server, client):
    first, second, end = s9(client)
    for report in (first, second):
        refused = give_back(client, report)
        assert refused["code"] == "SESSION_NOT_CLOSED" and "closed" in refused["say"]["en"]
    assert give_back(client, end, session=None)["code"] == "REPORT_OF_SESSION"
    assert give_back(client, end, session="s2")["code"] == "OTHER_SESSION"
    assert give_back(client, end, account="13900000002")["code"] == "OTHER_ACCOUNT"
    assert main(client) == ("0.10", "0.00")
    answer = give_back(client, end)
    assert answer == {
        "outcome": "refunded", "of": end["charge"], "session": "s1", "amount": "1.05", "currency": "CNY", "usage": 390, "unit": "second",
        "left": "0.00", "usage_left": 0, "balance": "1.15", "counters": [], "repeat": False, "charge": answer["charge"],
    }  # fmt: skip
    assert give_back(client, end) == {**answer, "repeat": True}
    assert give_back(client, end, id="again")["code"] == "ALREADY_REFUNDED"
    assert main(client) == ("1.15", "0.00")
    assert client.call("charge.get", charge=end["charge"])["refunded"] == {"amount": "1.05", "usage": 390, "last": answer["charge"]}
    assert explain(client, end).endswith(f"of this 1.05 was given back, last by {answer['charge']}\n")
    server.restart()
    assert give_back(server.connect(), end, id="third")["code"] == "ALREADY_REFUNDED"


def test_parts_of_s9_by_usage_and_by_money_come_to_the_whole(client):
    *_, end = s9(client)
    by_usage = give_back(client, end, seconds=130)  # a third of 390
    assert (by_usage["amount"], by_usage["usage_left"], by_usage["left"]) == ("0.35", 260, "0.70")
    assert give_back(client, end, seconds=261)["code"] == "MORE_THAN_CHARGED"
    assert give_back(client, end, bytes=1)["code"] == "WRONG_UNIT"
    assert give_back(client, end, amount="0.71", currency="CNY")["code"] == "MORE_THAN_CHARGED"
    by_money = give_back(client, end, amount="0.50", currency="CNY")
    assert (by_money["amount"], by_money["left"]) == ("0.50", "0.20")
    rest = give_back(client, end, method="cancel", why="wrong number", by="anna")
    assert (rest["outcome"], rest["amount"], rest["left"], rest["balance"]) == ("cancelled", "0.20", "0.00", "1.15")
    assert "by anna" in explain(client, rest)


def test_an_open_session_is_not_given_back_and_one_of_the_same_name_is_another(client):
    session = Session(client)
    session.reserve(60)
    end = session.commit(60)
    session.number = 10
    session.reserve(60)
    update = session.update(120, 60)
    assert give_back(client, update)["code"] == "SESSION_NOT_CLOSED"
    assert give_back(client, end)["amount"] == "0.15"
    second = session.release()
    assert give_back(client, second)["amount"] == "0.30"  # and nothing of the first
    assert main(client) == ("10.00", "0.00")
    assert explain(client, end).endswith(f"charged now 0.15\nof this 0.15 was given back, last by {history_refund(client, end)}\n")


def history_refund(client, answer):
    return client.call("charge.get", charge=answer["charge"])["refunded"]["last"]


def test_who_paid_last_gets_its_money_first_over_all_reports(client):
    def top_up(name, amount):
        client.call("balance.put", account=A, balance=name)
        client.call("balance.topup", id=name, account=A, balance=name, at=AT, amount=amount, currency="CNY")

    top_up("one", "0.25")
    session = Session(client)
    session.reserve(300)
    assert session.update(120, 300)["paid"] == [{"balance": "one", "amount": "0.25"}, {"balance": "main", "amount": "0.05"}]
    top_up("two", "0.40")
    assert session.update(120, 300)["paid"] == [{"balance": "two", "amount": "0.30"}]
    end = session.commit(60)
    assert end["paid"] == [{"balance": "two", "amount": "0.10"}, {"balance": "main", "amount": "0.05"}]
    # The main balance has paid 0.10 in all, "two" 0.40 after "one" its 0.25.
    assert back(give_back(client, end, amount="0.15", currency="CNY")) == {"main": "0.10", "two": "0.05"}
    assert back(give_back(client, end, amount="0.40", currency="CNY")) == {"main": "0.00", "two": "0.35", "one": "0.05"}
    assert back(give_back(client, end)) == {"main": "0.00", "one": "0.20"}
    amounts = {one["balance"]: one["amount"] for one in client.call("balance.get", [A])["balances"]}
    assert amounts == {"main": "10.00", "one": "0.25", "two": "0.40"}


def test_units_and_counts_go_back_to_their_counters(server):
    session = hold(server, "free")
    session.reserve(900)
    session.update(500, 300)
    end = session.commit(160)  # eleven minutes, ten of them free
    half = give_back(session.client, end, seconds=330)
    assert (half["amount"], half["counters"]) == ("0.075", [{"counter": "free.minutes", "amount": 300, "unit": "second", "back": True}])
    rest = give_back(session.client, end)
    assert (rest["amount"], rest["counters"][0]["amount"]) == ("0.075", 300)
    assert counters(server) == {"13900000002/free.minutes/2026-03-01": 0}


def counters(server):
    server.stop()
    lines = suanpan("dump", server.data, "--records", "--json").stdout.splitlines()
    server.start()
    return {one["key"]: one["value"]["used"] for one in map(json.loads, lines) if one["table"] == "counter"}


def test_other_accounts_get_their_money_last_and_their_month_is_less(server, client):
    server.subscribe([BOSS], "1.00", package="plain", product="line")
    client.call("subscription.put", subscription=A, account=A, product="line", service_ids=[A], packages=["plain"],
                payers=[{"account": BOSS, "up_to": "0.40"}])  # fmt: skip
    session = Session(client)
    session.reserve(120)
    session.update(120, 120)  # 0.30 of the boss
    end = session.commit(120)  # 0.10 of the boss, 0.20 of its own
    assert back(give_back(client, end, amount="0.25", currency="CNY")) == {"main": "0.20", f"{BOSS}/main": "0.05"}
    assert back(give_back(client, end)) == {"main": "0.00", f"{BOSS}/main": "0.35"}
    assert (main(client), main(client, BOSS)) == (("10.00", "0.00"), ("1.00", "0.00"))
    assert counters(server) == {f"{A}/@payer.{BOSS}/2026-03-01": 0}


def test_a_session_of_several_parts_is_given_back_whole_or_by_money(client):
    session = Session(client)
    session.send("reserve", parts=[{"service": "voice", "ask": 60}, {"service": "sms", "ask": 2}])
    session.send("update", parts=[{"part": "sms", "used": 2}])
    end = session.send("commit", parts=[{"part": "voice", "used": 60}])
    refused = give_back(client, end, seconds=30)
    assert refused["code"] == "WRONG_UNIT" and "counts money, for it has several parts" in refused["say"]["en"]
    assert give_back(client, end, items=1)["code"] == "WRONG_UNIT"
    assert give_back(client, end, amount="0.05", currency="CNY")["left"] == "0.30"
    assert give_back(client, end)["amount"] == "0.30"
    assert main(client) == ("10.00", "0.00")


def test_what_is_free_or_never_used_is_given_back_as_nothing_and_once(client):
    session = Session(client)
    session.reserve(60)
    end = session.release()
    assert give_back(client, end)["amount"] == "0.00"
    assert give_back(client, end, id="again")["code"] == "ALREADY_REFUNDED"


def test_many_refunds_of_one_session_at_once_give_it_back_once(server, client):
    *_, end = s9(client)
    clients = [server.connect() for _ in range(8)]
    fields = {"charge": end["charge"], "session": "s1", "at": AT}
    sent = [(one, one.send("charge.refund", {**fields, "id": f"at-once-{n}"})) for n, one in enumerate(clients)]
    answers = [one.receive(number)[1] for one, number in sent]
    assert sorted(answer["outcome"] for answer in answers) == ["refunded"] + 7 * ["refused"]
    assert main(client) == ("1.15", "0.00")


def test_what_is_no_session_is_said(client):
    charge = client.call("charge", id="c", service_id=A, service="sms", at=AT, items=1)
    assert give_back(client, charge)["code"] == "OTHER_SESSION"
    topup = client.call("balance.topup", id="t", account=A, at=AT, amount="1.00", currency="CNY")
    assert give_back(client, topup)["code"] == "NOT_A_CHARGE"
    with pytest.raises(ServerError, match="WRONG_TYPE"):
        give_back(client, charge, session=3)
    assert part(Session(client).reserve(60))["granted"] == 60


def test_a_month_that_counted_another_sum_than_was_paid_stays_as_it_is(server, client):
    """The boss pays without a bound first, and then up to one: only what came then was counted."""
    server.subscribe([BOSS], "1.00", package="plain", product="line")

    def pays(payer):
        client.call("subscription.put", subscription=A, account=A, product="line", service_ids=[A], packages=["plain"], payers=[payer])

    pays({"account": BOSS})
    session = Session(client)
    session.reserve(120)
    session.update(120, 120)
    pays({"account": BOSS, "up_to": "0.50"})
    end = session.commit(120)
    assert main(client, BOSS) == ("0.40", "0.00")
    assert back(give_back(client, end)) == {"main": "0.00", f"{BOSS}/main": "0.60"}
    assert (main(client), main(client, BOSS)) == (("10.00", "0.00"), ("1.00", "0.00"))
    assert counters(server) == {f"{A}/@payer.{BOSS}/2026-03-01": 300000}

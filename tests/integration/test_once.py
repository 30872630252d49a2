"""Once, line by line as the contract has it: on any connection, in any batch, after any restart, for every age that is accepted.

Each test counts money besides answers: a request that was decided twice would be found in the balance.
"""

import random
from decimal import Decimal

import pytest
import sample
from server import SANITIZED, Server, ServerError

NUMBERS = ["1001", "1002", "1003", "1004"]
START = Decimal("5000.00")
AT_MS = 1789704000000  # 2026-09-18 12:00 in China
DAY_MS = 86_400_000
PRICE = Decimal("0.22")  # of a local call of up to three minutes


def local(identifier, number="1001", **fields):
    """A local call, whose price needs no calendar."""
    return {"id": identifier, "service_id": number, "service": "voice", "to": "5507882", "at": AT_MS, "seconds": 60, **fields}


def top_up(identifier, account="1001", **fields):
    return {"id": identifier, "account": account, "at": AT_MS, "amount": "1.00", "currency": "CNY", **fields}


def now_ms(client):
    return client.call("ping")["now"]


def repeated(answer):
    return {**answer, "repeat": True}


def code(error):
    assert isinstance(error, str), error
    return error.split(":")[0]


@pytest.fixture(scope="module")
def server():
    with Server() as one:
        sample.prepare(one, NUMBERS)
        yield one


@pytest.fixture
def client(server):
    """A connection, and the proof that what the test says it spent is what was spent."""
    one = server.connect()
    one.before = {number: sample.balance(one, number) for number in NUMBERS}
    one.spent = dict.fromkeys(NUMBERS, Decimal(0))
    yield one
    for number in NUMBERS:
        assert sample.balance(one, number) == one.before[number] - one.spent[number], number
    one.close()


def charged(client, request):
    """Decides it now, for the first time."""
    answer = client.call("charge", request)
    assert (answer["outcome"], answer["repeat"], answer["amount"]) == ("charged", False, str(PRICE)), answer
    client.spent[request["service_id"]] += PRICE
    return answer


# ---- same id, same content ----


def test_the_same_request_gets_the_same_answer_marked_as_a_repeat(client):
    first = charged(client, local("a1"))
    for _ in range(3):
        assert client.call("charge", local("a1")) == repeated(first)


def test_the_same_request_on_another_connection_is_a_repeat(client, server):
    first = charged(client, local("a2"))
    for tcp in (False, True):
        with server.connect(tcp=tcp) as other:
            assert other.call("charge", local("a2")) == repeated(first)


def test_requests_sent_ahead_on_one_connection_are_decided_once(client):
    data = [client.pack("charge", local("a3")) for _ in range(100)]
    client.send_bytes(b"".join(packed for packed, _ in data))
    answers = sample.results([client.receive(number) for _, number in data])
    client.spent["1001"] += PRICE
    assert sorted(answer["repeat"] for answer in answers) == [False] + [True] * 99
    assert all(repeated(answer) == repeated(answers[0]) for answer in answers)


def test_requests_on_many_connections_at_the_same_time_are_decided_once(client, server):
    others = [server.connect(tcp=place % 2 == 0) for place in range(40)]
    for identifier in range(50):
        numbers = [other.send("charge", local(f"a4-{identifier}")) for other in others]
        answers = sample.results([other.receive(number) for other, number in zip(others, numbers, strict=True)])
        assert sorted(answer["repeat"] for answer in answers) == [False] + [True] * 39
        assert all(repeated(answer) == repeated(answers[0]) for answer in answers)
    client.spent["1001"] += 50 * PRICE
    for other in others:
        other.close()


def test_a_batch_holds_the_same_request_several_times(client):
    items = [local("a5"), local("a6"), local("a5"), local("a5"), local("a6", to="5507883"), local("a6")]
    answers = client.call("charge_batch", items=items)["items"]
    client.spent["1001"] += 2 * PRICE
    assert [answer.get("repeat") for answer in answers] == [False, False, True, True, None, True]
    assert answers[2] == answers[3] == repeated(answers[0])
    assert answers[5] == repeated(answers[1])
    assert code(answers[4]["error"]) == "ID_CONFLICT"


def test_batches_and_single_charges_know_each_other(client, server):
    items = [local(f"a7-{place}", number) for place in range(200) for number in NUMBERS]
    with server.connect() as other:
        one, two = client.send("charge_batch", items=items), other.send("charge_batch", items=items[::-1])
        first = client.receive(one)[1]["items"]
        second = other.receive(two)[1]["items"][::-1]
    for a, b in zip(first, second, strict=True):
        assert {a["repeat"], b["repeat"]} == {False, True}
        assert repeated(a) == repeated(b)
    for number in NUMBERS:
        client.spent[number] += 200 * PRICE
    for answer, single in zip(first, sample.results(client.call_all("charge", items)), strict=True):
        assert single == repeated(answer)
    new = local("a8")
    answer = charged(client, new)
    assert client.call("charge_batch", items=[new])["items"] == [repeated(answer)]


def test_the_fingerprint_is_of_what_is_meant_not_of_how_it_is_written(client):
    facts = {"line": 3, "kind": "bulk"}
    first = charged(client, local("b1", **{"with": facts}))
    same = [
        local("b1", **{"with": dict(reversed(facts.items()))}),
        dict(reversed(local("b1", **{"with": facts}).items())),
        local("b1", **{"with": facts}, at="2026-09-18T12:00:00+08:00"),
        local("b1", **{"with": facts}, at="2026-09-18T04:00:00.000Z"),
        local("b1", **{"with": facts}, attempt=1, short="refuse", bytes=None),
        {name.encode(): value for name, value in local("b1", **{"with": facts}).items()},
    ]
    for request in same:
        assert client.call("charge", request) == repeated(first), request
    first = charged(client, local("b2"))
    assert client.call("charge", local("b2", **{"with": {}})) == repeated(first)


# ---- same id, other content ----


@pytest.mark.parametrize(
    "change",
    [
        {"to": "5507883"}, {"to": None}, {"seconds": 61}, {"seconds": None, "items": 60}, {"at": AT_MS + 1},
        {"at": AT_MS - 13 * 3600 * 1000}, {"at": AT_MS + DAY_MS}, {"service": "sms"}, {"short": "debt"},
        {"short": "partial"}, {"with": {"a": 1}}, {"attempt": 2, "to": "5507883"},
    ],
    ids=str,
)  # fmt: skip
def test_the_same_id_with_other_content_is_a_conflict_and_changes_nothing(client, change):
    request = local("c-" + str(sorted(change.items()))[:60])
    first = charged(client, request)
    with pytest.raises(ServerError) as conflict:
        client.call("charge", {**request, **change})
    assert conflict.value.code == "ID_CONFLICT"
    assert first["charge"] in conflict.value.text
    assert client.call("charge", request) == repeated(first)


def test_facts_of_another_kind_are_other_content(client):
    charged(client, local("c2", **{"with": {"a": 1}}))
    for facts in ({"a": "1"}, {"a": 2}, {"b": 1}, {"a": 1, "b": 1}):
        error, _ = client.ask("charge", local("c2", **{"with": facts}))
        assert code(error) == "ID_CONFLICT", facts


def test_a_conflict_is_one_also_while_the_first_is_undecided(client):
    data = [client.pack("charge", local("c3")), client.pack("charge", local("c3", seconds=59))]
    client.send_bytes(data[0][0] + data[1][0])
    error, result = client.receive(data[0][1])
    assert error is None and result["outcome"] == "charged"
    client.spent["1001"] += PRICE
    assert code(client.receive(data[1][1])[0]) == "ID_CONFLICT"


def test_an_id_on_the_other_side_of_midnight_is_the_same_id(client):
    """Ids are kept by day, yet looked up whatever the day."""
    midnight = AT_MS + 12 * 3600 * 1000
    charged(client, local("c4", at=midnight - 1))
    for at in (midnight, midnight + 1, midnight - 1 - DAY_MS, AT_MS - 300 * DAY_MS):
        error, _ = client.ask("charge", local("c4", at=at))
        assert code(error) == "ID_CONFLICT", at


# ---- scopes ----


def test_the_same_id_of_another_service_id_is_another_request(client):
    for number in NUMBERS:
        charged(client, local("d1", number))


def test_charges_and_topups_have_ids_of_their_own_even_where_names_are_alike(client):
    charged(client, local("d2"))
    for account in NUMBERS:
        answer = client.call("balance.topup", top_up("d2", account))
        assert (answer["outcome"], answer["repeat"]) == ("topped_up", False)
        client.spent[account] -= Decimal("1.00")
        assert client.call("balance.topup", top_up("d2", account)) == repeated(answer)
    assert client.call("charge", local("d2"))["outcome"] == "charged"


def test_topups_are_once_too(client, server):
    first = client.call("balance.topup", top_up("d3"))
    client.spent["1001"] -= Decimal("1.00")
    assert client.call("balance.topup", top_up("d3")) == repeated(first)
    assert client.call("balance.topup", top_up("d3", amount="1", at="2026-09-18T12:00:00+08:00")) == repeated(first)
    for change in ({"amount": "1.01"}, {"currency": "USD"}, {"at": AT_MS + 1}):
        assert code(client.ask("balance.topup", top_up("d3", **change))[0]) == "ID_CONFLICT"
    numbers = [client.send("balance.topup", top_up("d4")) for _ in range(20)]
    with server.connect() as other:
        more = [other.send("balance.topup", top_up("d4")) for _ in range(20)]
        answers = sample.results([client.receive(n) for n in numbers] + [other.receive(n) for n in more])
    client.spent["1001"] -= Decimal("1.00")
    assert sum(not answer["repeat"] for answer in answers) == 1


def test_ids_are_compared_to_the_last_byte(client):
    long = "x" * 63
    for identifier in (long + "a", long + "b", long, "号" * 21, "号" * 20 + "x", "e1", "e1 ", " e1", "E1", "e\u0301", "\u00e9"):
        charged(client, local(identifier))


# ---- refusals ----


def test_a_refusal_is_remembered_and_decided_anew_only_by_a_higher_attempt(client, server):
    request = local("f1", "f1-phone")
    first = client.call("charge", request)
    assert (first["outcome"], first["code"], first["repeat"]) == ("refused", "UNKNOWN_SUBSCRIPTION", False)
    assert client.call("charge", request) == repeated(first)
    second = client.call("charge", {**request, "attempt": 2})
    assert second == first, "the same refusal, decided anew"
    assert client.call("charge", {**request, "attempt": 2}) == repeated(second)
    server.subscribe(["f1-phone"], package="fixed_line", balance="10.00")
    for attempt in (None, 1, 2):
        assert client.call("charge", {**request, "attempt": attempt}) == repeated(second)
    paid = client.call("charge", {**request, "attempt": 3})
    assert (paid["outcome"], paid["repeat"], paid["balance"]) == ("charged", False, "9.78")
    for attempt in (None, 1, 2, 3, 4, 255):
        assert client.call("charge", {**request, "attempt": attempt}) == repeated(paid), "a charged id is never decided anew"
    assert sample.balance(client, "f1-phone") == Decimal("9.78")


def test_attempts_need_not_begin_at_1_nor_follow_each_other(client, server):
    request = local("f2", "f2-phone")
    assert not client.call("charge", {**request, "attempt": 200})["repeat"]
    for attempt in (1, 2, 199, 200):
        assert client.call("charge", {**request, "attempt": attempt})["repeat"]
    assert not client.call("charge", {**request, "attempt": 255})["repeat"]
    server.subscribe(["f2-phone"], package="fixed_line")
    assert client.call("charge", {**request, "attempt": 255})["code"] == "UNKNOWN_SUBSCRIPTION"


def test_a_refusal_for_want_of_money_stays_one_after_a_topup(client, server):
    server.subscribe(["f3"], package="fixed_line", balance="0.21")
    request = local("f3", "f3")
    first = client.call("charge", request)
    assert first["code"] == "BALANCE_TOO_LOW"
    client.call("balance.topup", top_up("f3", "f3"))
    assert client.call("charge", request) == repeated(first)
    assert sample.balance(client, "f3") == Decimal("1.21")
    assert client.call("charge", {**request, "attempt": 2})["balance"] == "0.99"


def test_a_refused_id_with_other_content_is_a_conflict_also_with_a_higher_attempt(client):
    request = local("f4", "nobody")
    client.call("charge", request)
    for change in ({"seconds": 61}, {"seconds": 61, "attempt": 2}):
        error, _ = client.ask("charge", {**request, **change})
        assert code(error) == "ID_CONFLICT"
    assert client.call("charge", {**request, "attempt": 2})["repeat"] is False


def test_a_topup_of_no_account_is_remembered(client, server):
    first = client.call("balance.topup", top_up("f5", "f5-account"))
    assert first["code"] == "UNKNOWN_ACCOUNT"
    server.subscribe(["f5-account"], balance=None)
    assert client.call("balance.topup", top_up("f5", "f5-account")) == repeated(first)
    done = client.call("balance.topup", top_up("f5", "f5-account", attempt=2))
    assert (done["outcome"], done["balance"]) == ("topped_up", "1.00")


def test_refusals_in_a_batch_are_remembered_one_by_one(client):
    items = [local("f6", "nobody"), local("f6"), local("f6", "nobody"), local("f6", "nobody", attempt=2)]
    answers = client.call("charge_batch", items=items)["items"]
    client.spent["1001"] += PRICE
    assert [(answer["outcome"], answer["repeat"]) for answer in answers] == [
        ("refused", False), ("charged", False), ("refused", True), ("refused", False),
    ]  # fmt: skip


# ---- what decides nothing burns nothing ----


def test_a_malformed_request_burns_no_id(client):
    for wrong in ({"seconds": -1}, {"colour": 1}, {"bytes": 5}, {"at": "yesterday"}, {"attempt": 0}, {"seconds": 1.0}):
        assert client.ask("charge", {**local("g1"), **wrong})[0] is not None
    charged(client, local("g1"))


def test_without_a_release_nothing_is_decided():
    with Server() as one:
        one.subscribe(["1001"], package="fixed_line")
        client = one.connect()
        for _ in range(2):
            error, _ = client.ask("charge", local("g2"))
            assert code(error) == "NO_RELEASE"
        assert code(client.call("charge_batch", items=[local("g2")])["items"][0]["error"]) == "NO_RELEASE"
        one.publish(sample.CATALOG)
        answer = client.call("charge", local("g2"))
        assert (answer["outcome"], answer["repeat"]) == ("charged", False)


# ---- age ----


def test_every_age_that_is_accepted_is_remembered_over_restarts():
    """Local calls have no calendar, and a price since 2020; an older one is refused for want of a price, and that is remembered."""
    with Server(usage_age_max="8000 days", memory_ids=4096) as one:
        sample.prepare(one, NUMBERS)
        client = one.connect()
        now = now_ms(client)
        requests = [local(f"h{days}", at=now - days * DAY_MS + 60_000) for days in range(0, 8001, 5)]
        requests[0]["at"] = now + 9 * 60_000
        first = sample.results(client.call_all("charge", requests))
        assert {answer["outcome"] for answer in first} == {"charged", "refused"}
        paid = sum(answer["outcome"] == "charged" for answer in first)
        for end in (lambda: None, one.stop, one.kill):
            if end() is not None:
                one.start()
            client = one.connect()
            for before, after in zip(first, sample.results(client.call_all("charge", requests)), strict=True):
                assert after == repeated(before)
            assert sample.balance(client, "1001") == START - paid * PRICE


@pytest.mark.parametrize("method", ["charge", "balance.topup"])
def test_too_old_is_refused_and_not_remembered(method):
    with Server(usage_age_max="2 days") as one:
        sample.prepare(one, ["1001"], balance=None)
        client = one.connect()
        make = local if method == "charge" else top_up
        client.call("balance.topup", top_up("money", at=now_ms(client)))
        now = now_ms(client)
        before = client.call("stats")["journal"]["decided"]
        for at in (now - 2 * DAY_MS - 1000, now - 400 * DAY_MS, 0, -(10**12)):
            for _ in range(2):
                answer = client.call(method, make("h", at=at))
                assert (answer["outcome"], answer["code"], answer["repeat"]) == ("refused", "TOO_OLD", False)
                assert "2 days" in answer["say"]["en"] and "charge" not in answer
        assert client.call("stats")["journal"]["decided"] == before
        answer = client.call(method, make("h", at=now - 2 * DAY_MS + 30_000))
        assert (answer["outcome"] != "refused", answer["repeat"]) == (True, False)


@pytest.mark.parametrize("method", ["charge", "balance.topup"])
def test_ahead_of_the_clock_is_refused_and_not_remembered_until_the_clock_is_there(method):
    with Server(usage_ahead_max="1 s") as one:
        sample.prepare(one, ["1001"], balance=None)
        client = one.connect()
        client.call("balance.topup", top_up("money"))
        request = (local if method == "charge" else top_up)("h", at=now_ms(client) + 2500)
        answer = client.call(method, request)
        assert (answer["outcome"], answer["code"], answer["repeat"]) == ("refused", "AHEAD_OF_CLOCK", False)
        one.wait_until(lambda: now_ms(client) >= request["at"] - 900)
        answer = client.call(method, request)
        assert (answer["outcome"] != "refused", answer["repeat"]) == (True, False)
        assert client.call(method, request) == repeated(answer)


def test_ten_minutes_ahead_are_accepted_and_no_more(client):
    charged(client, local("h-ahead", at=now_ms(client) + 10 * 60_000 - 5000))
    answer = client.call("charge", local("h-ahead-2", at=now_ms(client) + 10 * 60_000 + 5000))
    assert answer["code"] == "AHEAD_OF_CLOCK"
    assert "600 seconds" in answer["say"]["en"]


def test_a_charged_event_that_becomes_too_old_is_refused_never_charged_again():
    with Server(usage_age_max="1 day") as one:
        sample.prepare(one, ["1001"], balance=None)
        client = one.connect()
        client.call("balance.topup", top_up("money", at=now_ms(client)))
        request = local("h", at=now_ms(client) - DAY_MS + 1500)
        first = client.call("charge", request)
        assert first["outcome"] == "charged"
        assert client.call("charge", request) == repeated(first)
        one.wait_until(lambda: now_ms(client) > request["at"] + DAY_MS)
        for end in (lambda: None, one.stop, one.kill):
            if end() is not None:
                one.start()
            client = one.connect()
            assert client.call("charge", request)["code"] == "TOO_OLD"
            assert sample.balance(client, "1001") == Decimal("0.78")


# ---- restarts and runs ----

MANY = 20_000 if SANITIZED else 50_000


def spread(count, tag):
    """Requests over all numbers and 300 days, some of them refused."""
    numbers = [*NUMBERS, "nobody"]
    return [local(f"{tag}{place}", numbers[place % 5], at=AT_MS - place % 300 * DAY_MS) for place in range(count)]


def ask_again(client, requests, answers, chance, count):
    """Some of them once more, in another order, singly or in batches: every one is a repeat."""
    places = chance.sample(range(len(requests)), count)
    again = sample.results(client.call_all("charge", [requests[place] for place in places[: count // 2]]))
    for start in range(count // 2, count, 500):
        items = [requests[place] for place in places[start : start + 500]]
        again += client.call("charge_batch", items=items)["items"]
    for place, answer in zip(places, again, strict=True):
        assert answer == repeated(answers[place]), requests[place]


@pytest.mark.asan
def test_ids_are_known_in_memory_in_runs_and_after_every_kind_of_end():
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    with Server(memory_ids=4096, checkpoint_every="200 ms", checkpoint_spread="0 s") as one:
        sample.prepare(one, NUMBERS)
        client = one.connect()
        requests, answers = [], []
        runs_seen = []
        for part, end in enumerate((None, one.kill, None, one.stop, one.kill)):
            new = spread(MANY // 5, f"p{part}-")
            requests += new
            answers += sample.results(client.call_all("charge", new))
            if end is not None:
                end()
                one.start()
                client = one.connect()
            ask_again(client, requests, answers, chance, 3000)
            runs_seen.append(client.call("stats")["ids"]["runs"])
        ids = client.call("stats")["ids"]
        print(f"runs {runs_seen}, {ids}")
        assert ids["in_runs"] >= MANY - 6 * 4096
        assert ids["runs"] < 10, "runs were merged"
        for number in NUMBERS:
            assert sample.balance(client, number) == START - MANY // 5 * PRICE
        # The same ids on another day are the same ids, wherever they lie.
        for place in chance.sample(range(MANY), 500):
            error, _ = client.ask("charge", {**requests[place], "at": requests[place]["at"] + DAY_MS})
            assert code(error) == "ID_CONFLICT"


@pytest.mark.asan
def test_a_repeat_joins_while_records_and_ids_are_read_from_the_disk():
    """After a clean start nothing is in memory: many ask for the same at once, and wait together."""
    with Server(memory_ids=4096) as one:
        sample.prepare(one, NUMBERS)
        old = spread(100, "old")
        first = sample.results(one.connect().call_all("charge", old))
        one.restart()
        clients = [one.connect(tcp=place % 2 == 0) for place in range(20)]
        new = spread(100, "new")
        sent = [(client, client.send("charge", request)) for pair in zip(old, new, strict=True) for request in pair for client in clients]
        answers = sample.results([client.receive(number) for client, number in sent])
        for place in range(100):
            olds = answers[40 * place : 40 * place + 20]
            news = answers[40 * place + 20 : 40 * place + 40]
            assert all(answer == repeated(first[place]) for answer in olds)
            assert sorted(answer["repeat"] for answer in news) == [False] + [True] * 19
            assert all(repeated(answer) == repeated(news[0]) for answer in news)
        for number in NUMBERS:
            assert sample.balance(clients[0], number) == START - 40 * PRICE


def test_ids_of_requests_whose_answers_were_lost_are_known(server, client):
    """A client that goes away before its answers finds out later, by asking again."""
    requests = [local(f"lost{place}") for place in range(500)]
    with server.connect() as other:
        other.send_bytes(b"".join(other.pack("charge", request)[0] for request in requests))
    answers = sample.results(client.call_all("charge", requests))
    client.spent["1001"] += 500 * PRICE
    assert all(answer["outcome"] == "charged" for answer in answers)


@pytest.mark.asan
def test_refusals_and_attempts_survive_ends_and_runs():
    with Server(memory_ids=4096) as one:
        sample.prepare(one, NUMBERS)
        client = one.connect()
        requests = [local(f"r{place}", f"late{place % 10}") for place in range(200)]
        first = sample.results(client.call_all("charge", requests))
        again = sample.results(client.call_all("charge", [{**r, "attempt": 2} for r in requests[::2]]))
        assert not any(answer["repeat"] for answer in first + again)
        one.subscribe([f"late{n}" for n in range(10)], package="fixed_line")
        for end in (one.kill, one.stop, one.stop):
            end()
            one.start()
            client = one.connect()
            assert all(answer["repeat"] for answer in sample.results(client.call_all("charge", requests)))
            twice = sample.results(client.call_all("charge", [{**r, "attempt": 2} for r in requests[::2]]))
            assert all((answer["repeat"], answer["outcome"]) == (True, "refused") for answer in twice)
        paid = sample.results(client.call_all("charge", [{**r, "attempt": 3} for r in requests]))
        assert all((answer["repeat"], answer["outcome"]) == (False, "charged") for answer in paid)
        one.kill()
        one.start()
        client = one.connect()
        more = sample.results(client.call_all("charge", [{**r, "attempt": 4} for r in requests]))
        assert more == [repeated(answer) for answer in paid]


# ---- the ledger ----


def test_what_was_decided_is_found_by_its_charge_id_and_an_id_conflict_names_it(client):
    charge = charged(client, local("j1"))
    entry = client.call("charge.get", [charge["charge"]])
    shown = {name: value for name, value in charge.items() if name not in ("repeat", "charge")}
    assert (entry["kind"], entry["id"], entry["scope"], entry["at"], entry["attempt"]) == ("charge", "j1", "1001", AT_MS, 1)
    assert entry["answer"] == shown
    assert [posting["amount"] for posting in entry["postings"]] == ["-0.22", "0.22"]

    topup = client.call("balance.topup", top_up("j1"))
    client.spent["1001"] -= Decimal("1.00")
    entry = client.call("charge.get", [topup["charge"]])
    assert (entry["kind"], entry["id"], entry["scope"], entry["at"]) == ("topup", "j1", "1001", AT_MS)
    assert [posting["amount"] for posting in entry["postings"]] == ["1.00", "-1.00"]

    refusal = client.call("charge", local("j1", "nobody", attempt=7))
    error, _ = client.ask("charge", local("j1", "nobody", seconds=1))
    position = error.split("(entry ")[1].split(")")[0]
    entry = client.call("charge.get", [position])
    assert (entry["kind"], entry["id"], entry["scope"], entry["attempt"]) == ("refusal", "j1", "nobody", 7)
    assert entry["answer"] == {name: value for name, value in refusal.items() if name != "repeat"}
    assert entry["postings"] == []


# ---- bounded ----


@pytest.mark.skipif(SANITIZED, reason="sanitizers take memory of their own")
def test_ids_take_bounded_memory_however_many_there_are():
    """What merges take is taken once, and used again: it grows no more."""
    with Server(memory_ids=4096, checkpoint_every="200 ms", checkpoint_spread="0 s") as one:
        sample.prepare(one, NUMBERS, balance="1000000.00")
        client = one.connect()
        sizes = []
        for part in range(8):
            for start in range(0, 60_000, 1000):
                items = [local(f"m{part}-{start + place}") for place in range(1000)]
                assert not any(answer["repeat"] for answer in client.call("charge_batch", items=items)["items"])
            ids = client.call("stats")["ids"]
            sizes.append((one.memory_bytes() >> 10, ids["memory_bytes"], ids["mapped_bytes"], ids["in_memory"]))
        print(sizes)
        before, after = sizes[4], sizes[-1]
        assert after[1] == before[1] < 4 << 20
        assert after[2] < 4 * 480_000
        assert after[3] <= 6 * 4096
        assert after[0] < before[0] + (8 << 10) and after[0] < 96 << 10

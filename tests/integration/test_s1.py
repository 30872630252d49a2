"""Scenario S1 over the wire, to the fen: one by one, in batches, in any order over many connections, and never twice."""

import random

import pytest
import sample
from server import Server


@pytest.fixture(scope="module")
def calls():
    return sample.charges()


def charged_once(server, requests, answers):
    """All of it as expected, the accounts too; and sent again, nothing is charged."""
    found = sample.totals(requests, answers)
    assert found == sample.expected()
    client = server.connect()
    sample.assert_balances(client, found)
    before = client.call("stats")["calls"]
    again = sample.results(client.call_all("charge", requests))
    for first, second in zip(answers, again, strict=True):
        assert second == {**first, "repeat": True}
    after = client.call("stats")["calls"]
    assert after["charged"] == before["charged"]
    assert after["repeated"] == before["repeated"] + len(requests)
    sample.assert_balances(client, found)


def test_the_sample_file_by_single_charges(server, calls):
    sample.prepare(server)
    answers = sample.results(server.connect(tcp=True).call_all("charge", calls))
    assert not any(answer["repeat"] for answer in answers)
    charged_once(server, calls, answers)


def test_the_sample_file_by_batches(server, calls):
    sample.prepare(server)
    batches = [{"items": calls[start : start + 1000]} for start in range(0, len(calls), 1000)]
    results = sample.results(server.connect().call_all("charge_batch", batches, in_flight=4))
    answers = [item for result in results for item in result["items"]]
    charged_once(server, calls, answers)


def test_the_sample_file_in_random_order_over_50_connections(server, calls):
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    sample.prepare(server)
    order = list(range(len(calls)))
    chance.shuffle(order)
    clients = [server.connect(tcp=chance.random() < 0.5) for _ in range(50)]
    sent = []
    for place in order:
        client = chance.choice(clients)
        sent.append((place, client, client.send("charge", calls[place])))
        if len(sent) % 2000 == 0:
            for _, one, number in chance.sample(sent[-2000:], 50):
                one.answers.setdefault(number, one.receive(number))
    answers = [None] * len(calls)
    for place, client, number in sent:
        error, answers[place] = client.receive(number)
        assert error is None
    charged_once(server, calls, answers)


def test_prices_asked_beforehand_are_what_is_charged_and_change_nothing(server, calls):
    sample.prepare(server)
    client = server.connect()
    enquiries = [{name: value for name, value in call.items() if name != "id"} for call in calls]
    before = client.call("stats")
    prices = sample.results(client.call_all("rate", enquiries))
    after = client.call("stats")
    assert after["journal"]["decided"] == before["journal"]["decided"]
    sample.assert_balances(client, {})
    answers = sample.results(client.call_all("charge", calls))
    for price, answer in zip(prices, answers, strict=True):
        priced_part = ("amount", "currency", "lines", "release")
        assert {name: price[name] for name in priced_part} == {name: answer[name] for name in priced_part}
    assert sample.totals(calls, answers) == sample.expected()


def test_the_same_file_under_another_name_is_charged_again():
    with Server() as server:
        sample.prepare(server)
        client = server.connect()
        first = sample.charges()[:1000]
        other = sample.charges("another.csv")[:1000]
        one = sample.results(client.call_all("charge", first))
        two = sample.results(client.call_all("charge", other))
        assert not any(answer["repeat"] for answer in one + two)
        assert sample.totals(first, one) == sample.totals(other, two)

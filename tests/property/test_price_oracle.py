"""Closed-form prices are those of a walk over every increment, over the wire, for 100,000 random calls of the stock catalog and
50,000 of one that has all else a tariff can have. SEED=… in the environment chooses another run, PRICES=… another number of calls.
"""

import math
import os
import random
import time
from decimal import Decimal

import prices
import pytest
import sample
from server import Server

CALLS = int(os.environ.get("PRICES", "100000"))
LONGEST = 60 * 3600
CALLERS = ["07715510000", "07722820022", "01087654321", "02187654321", "02812345678", "13800138000", "85551234"]
CALLED = {
    prices.FixedLine: [
        "110", "10000", "8008301234", "800830123", "5507882", "13800138000", "07715507882", "07722820022", "01012345678",
        "02112345678", "02887654321", "013800138000", "0771", "077", "0085221234567", "00886212345678", "008502123456",
        "00442071234567", "0012125550123", "003580912345", "00999123", "00", "4008123456",
    ],
    prices.Stepped: ["1", "12345", "2", "22222", "3", "30", "3100", "310", "31000", "3199", "3198", "4", "0"],
}  # fmt: skip


def random_seconds(chance):
    """Of all orders of magnitude up to 60 hours, around steps, and some that last no time."""
    if chance.random() < 0.02:
        return 0
    if chance.random() < 0.3:
        return min(LONGEST, max(1, chance.choice((6, 7, 30, 60, 180, 3600, 86400)) * chance.randint(1, 30) + chance.randint(-1, 1)))
    return min(LONGEST, max(1, int(math.exp(chance.uniform(0, math.log(LONGEST + 1))))))


def random_at(chance, bands, edges, now, seconds):
    """Half of them close before an edge, or with an edge somewhere within."""
    latest = min(now, bands.end + 3600)
    draw = chance.random()
    if draw < 0.3:
        at = chance.choice(edges) - chance.randint(-2, min(seconds, 400) + 2)
    elif draw < 0.5:
        at = chance.choice(edges) - chance.randint(0, seconds)
    else:
        at = chance.randrange(bands.first, latest)
    return min(max(at, bands.first - 3600), latest)


def as_priced(answer):
    """An answer as the oracle gives it."""
    if answer["outcome"] == "refused":
        return {"code": answer["code"]}
    (line,) = answer["lines"]
    counts = {}
    for part in line["parts"]:
        counts[part.get("band")] = counts.get(part.get("band"), 0) + part["units"]
    assert Decimal(line["amount"]) == Decimal(answer["amount"])
    return {"zone": line["zone"], "amount": Decimal(answer["amount"]), "counts": counts}


@pytest.mark.parametrize(("kind", "folder", "package", "calls"), [
    (prices.FixedLine, prices.FIXED_LINE, "fixed_line", CALLS),
    (prices.Stepped, prices.STEPPED, "stepped", CALLS // 2),
])  # fmt: skip
def test_prices_are_those_of_a_walk_over_every_increment(kind, folder, package, calls):
    seed = int(os.environ.get("SEED", str(random.randrange(1 << 32))), 0)
    print(f"seed {seed}")
    chance = random.Random(seed)
    catalog = kind()
    edges = prices.edges(catalog)
    with Server() as server:
        server.publish(folder)
        server.subscribe(CALLERS, package=package, product="pstn")
        client = server.connect()
        now = client.call("ping")["now"] // 1000
        events, expected = [], []
        for _ in range(calls):
            caller, to, seconds = chance.choice(CALLERS), chance.choice(CALLED[kind]), random_seconds(chance)
            at = random_at(chance, catalog.bands, edges, now, seconds)
            events.append({"service_id": caller, "service": "voice", "to": to, "at": at * 1000, "seconds": seconds})
            expected.append(prices.price(catalog, caller, to, at, seconds))
        started = time.monotonic()
        answers = sample.results(client.call_all("rate", events))
        spent = time.monotonic() - started
    several = 0
    for event, answer, one in zip(events, answers, expected, strict=True):
        assert as_priced(answer) == one, (event, answer)
        several += len(one.get("counts", ())) > 1
    refused = sum("code" in one for one in expected)
    zones = {zone: sum(one.get("zone") == zone for one in expected) for zone in catalog.tariffs}
    print(f"{calls} calls in {spent:.1f} s: {zones}, {refused} refused, {several} in several bands")
    assert min(zones.values()) > calls // 100 and several > calls // 50 and refused > calls // 100

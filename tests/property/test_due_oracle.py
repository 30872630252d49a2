"""What falls due agrees, to the exact fraction, with a model that walks day by day, over the years 1990 to 2100: lengths of months,
leap days, versions within a month, facts that change, suspension; and periods that follow each other add up to the whole.
SEED=… in the environment chooses another run.
"""

import calendar
import datetime
import os
import random
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from server import Server

QUESTIONS = 300
ZONE = ZoneInfo("Asia/Shanghai")
VERSIONS = [("1990-01-01", 31), ("2000-02-15", 60), ("2024-02-29", 90), ("2050-07-10", 7)]

CHARGES = """
package "p" {{
    kind = "base", from = "{since}",
    charge {{ id = "fee", every = "month", ahead = false, prorate = "day", suspended = "free", amount = "{amount}.00" }},
    charge {{
        id = "rent", every = "month", ahead = false, prorate = "day", suspended = "free", priced_by = "year",
        amount = function(c) return c.site.price / c.site.tenants end,
    }},
}}
"""


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dues")
    texts = 'texts "{}" {{ catalog = {{ dues = "d" }}, package = {{ p = "p" }}, charge = {{ fee = "fee", rent = "rent" }} }}\n'
    (folder / "catalog.lua").write_text(
        'catalog "dues" { formula_facts = { site = { price = "money", tenants = "integer" } } }\n'
        + "".join(CHARGES.format(since=since, amount=amount) for since, amount in VERSIONS)
        + texts.format("zh")
        + texts.format("en")
    )
    with Server() as one:
        one.publish(folder)
        yield one.connect()


def instant(day, hours=0):
    local = datetime.datetime(day.year, day.month, day.day, tzinfo=ZONE)
    return int(local.timestamp() * 1000) + hours * 3600_000


def walk(first, after):
    return (first + datetime.timedelta(days=number) for number in range((after - first).days))


def model(question):
    """Each charge's exact sum: the price of a whole month, divided by its days, for each day that counts."""
    sums = {"fee": Fraction(0), "rent": Fraction(0)}
    for day in walk(question["first"], question["after"]):
        held = question["held_first"] <= day < question["held_after"]
        suspended = question["suspended_first"] <= day < question["suspended_after"]
        if not held or suspended:
            continue
        days = calendar.monthrange(day.year, day.month)[1]
        amount = [amount for since, amount in VERSIONS if datetime.date.fromisoformat(since) <= day][-1]
        tenants = [count for since, count in question["tenants"] if since <= day][-1]
        sums["fee"] += Fraction(amount, days)
        sums["rent"] += Fraction(question["price"], tenants * 12 * days)
    return sums


def ask(client, question, first, after):
    tenants = question["tenants"]
    ends = [since for since, _ in tenants[1:]] + [None]
    facts = [{"with": {"site.price": f"{question['price']}.00"}}]
    for (since, count), end in zip(tenants, ends, strict=True):
        facts.append({"with": {"site.tenants": count}, "from": instant(since), **({"till": instant(end)} if end else {})})
    answer = client.call(
        "price.due",
        {
            "package": "p",
            "from": instant(first),
            "till": instant(after),
            "held_from": instant(question["held_first"], 15),  # the day has begun
            "held_till": instant(question["held_after"]),
            "suspended": [{"from": instant(question["suspended_first"]), "till": instant(question["suspended_after"], 3)}],
            "facts": facts,
        },
    )
    assert answer["outcome"] == "priced", answer
    sums = {"fee": Fraction(0), "rent": Fraction(0)}
    for line in answer["lines"]:
        sums[line["rule"].removeprefix("p.")] += Fraction(line["exact"])
    return sums


def random_question(chance):
    about = datetime.date.fromisoformat(chance.choice(VERSIONS)[0]) if chance.random() < 0.4 else None
    first = about - datetime.timedelta(days=chance.randint(0, 40)) if about else None
    if first is None or first < datetime.date(1990, 1, 1):
        first = datetime.date(1990, 1, 1) + datetime.timedelta(days=chance.randint(0, 111 * 365 - 500))
    after = first + datetime.timedelta(days=chance.randint(1, 120))

    def near(low=-10, high=130):
        return max(first + datetime.timedelta(days=chance.randint(low, high)), datetime.date(1990, 1, 1))

    held_first, suspended_first = near(), near()
    changes = sorted({near() for _ in range(3)})
    return {
        "first": first,
        "after": after,
        "held_first": held_first,
        "held_after": held_first + datetime.timedelta(days=chance.randint(1, 130)),
        "suspended_first": suspended_first,
        "suspended_after": suspended_first + datetime.timedelta(days=chance.randint(0, 30)),
        "price": chance.randint(1, 99999),
        "tenants": [(datetime.date(1989, 1, 1), 1)] + [(day, chance.randint(1, 9)) for day in changes],
    }


def test_dues_are_those_of_a_walk_day_by_day(client):
    seed = int(os.environ.get("SEED", "20261122"))
    print("seed", seed)
    chance = random.Random(seed)
    for _ in range(QUESTIONS):
        question = random_question(chance)
        whole = ask(client, question, question["first"], question["after"])
        assert whole == model(question), question
        cut = question["first"] + datetime.timedelta(days=chance.randint(0, (question["after"] - question["first"]).days))
        if question["first"] < cut < question["after"]:
            before = ask(client, question, question["first"], cut)
            behind = ask(client, question, cut, question["after"])
            assert {name: before[name] + behind[name] for name in whole} == whole, (question, cut)

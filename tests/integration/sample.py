"""The sample file of scenario S1: its subscriptions, its calls as charges, and what must come out of them."""

import csv
from collections import Counter, defaultdict
from decimal import Decimal

from server import ROOT

CATALOG = "rules/catalogs/fixed_line"
FILE = ROOT / "tests/data/calls-asterisk.csv"
EXPECTED = ROOT / "tests/data/calls-expected.csv"
NUMBERS = [f"0771551{n:04d}" for n in range(300)] + [f"0772282{n:04d}" for n in range(200)]
START = Decimal("5000.00")


def prepare(server, numbers=None, balance="5000.00"):
    """Publishes the stock catalog and makes the sample's subscriptions."""
    server.publish(CATALOG)
    server.subscribe(NUMBERS if numbers is None else numbers, balance=balance, package="fixed_line")


def charges(source="calls-asterisk.csv"):
    """The answered calls of the file, as parameters of `charge`."""
    with open(FILE, newline="", encoding="utf-8") as file:
        return [
            {
                "id": f"{source}:{row[16]}",
                "service_id": row[1],
                "service": "voice",
                "to": row[2],
                "at": row[10].replace(" ", "T") + "+08:00",
                "seconds": int(row[13]),
            }
            for row in csv.reader(file)
            if row[14] == "ANSWERED"
        ]


def expected():
    """{(scope, id): (calls, amount)} of the published totals."""
    with open(EXPECTED, newline="", encoding="utf-8") as file:
        return {
            (row["scope"], row["id"]): (int(row["answered_calls"]), Decimal(row["charge_cny"]))
            for row in csv.DictReader(file)
        }


def totals(requests, answers):
    """The same of what was answered: every request must have been charged."""
    counts, amounts = Counter(), defaultdict(Decimal)
    for request, answer in zip(requests, answers, strict=True):
        assert answer["outcome"] == "charged", (request, answer)
        zones = {line["zone"] for line in answer["lines"]}
        assert len(zones) == 1, answer
        amount = Decimal(answer["amount"])
        assert amount == sum(Decimal(line["amount"]) for line in answer["lines"]), answer
        for key in (("all", "all"), ("zone", zones.pop()), ("subscription", request["service_id"])):
            counts[key] += 1
            amounts[key] += amount
    return {key: (counts[key], amounts[key]) for key in counts}


def results(pairs):
    """The results of (error, result) pairs, none of which may be an error."""
    for error, _ in pairs:
        assert error is None, error
    return [result for _, result in pairs]


def balance(client, number):
    """What the account can spend. The sample's accounts have a floor of 0 and nothing held."""
    return Decimal(client.call("balance.get", [number])["available"])


def assert_balances(client, totals_of_charges, start=START, numbers=NUMBERS):
    """Every account holds what it began with, less what it was charged."""
    answers = results(client.call_all("balance.get", [[number] for number in numbers]))
    for number, answer in zip(numbers, answers, strict=True):
        _, charged = totals_of_charges.get(("subscription", number), (0, Decimal(0)))
        assert Decimal(answer["available"]) == start - charged, number

"""charge.check: can this be paid now, and by whom? It decides as a charge does, and changes nothing."""

import random
from decimal import Decimal

import pytest
from caller import ACCOUNT, AT_MS, DAY_MS, LOCAL, put, serving

CALL = {"service_id": ACCOUNT, "at": AT_MS, **LOCAL}


@pytest.fixture
def server():
    with serving([ACCOUNT], "0.50") as one:
        yield one


def check(client, seconds=60, **fields):
    return client.call("charge.check", {**CALL, "seconds": seconds, **fields})


def state(client):
    return client.call("balance.get", [ACCOUNT]), client.call("history", account=ACCOUNT)


def test_what_can_be_paid_says_by_whom_and_takes_nothing(client):
    put(client, "spring", "0.10")
    before = state(client)
    answer = check(client)
    assert (answer["outcome"], answer["amount"], answer["balance"]) == ("enough", "0.22", "0.38")
    assert answer["paid"] == [{"balance": "spring", "amount": "0.10"}, {"balance": "main", "amount": "0.12"}]
    assert check(client) == answer and state(client) == before
    assert "repeat" not in answer and "charge" not in answer


def test_what_cannot_be_paid_says_how_much_is_missing(client):
    put(client, "spring", "0.10")
    answer = check(client, seconds=10 * 60)  # 0.22 and seven times 0.11
    assert (answer["outcome"], answer["amount"], answer["missing"], answer["balance"]) == ("short", "0.99", "0.39", "0.00")
    assert [one["amount"] for one in answer["paid"]] == ["0.10", "0.50"]
    client.call("account.put", account=ACCOUNT, customer=ACCOUNT, floor="-0.39")
    assert check(client, seconds=10 * 60)["outcome"] == "enough"


def test_what_is_begun_by_a_first_use_is_not_begun_by_asking(client):
    put(client, "pass", "1.00", valid={"count": 1, "every": "day", "begins": "first_use"})
    assert check(client)["paid"] == [{"balance": "pass", "amount": "0.22"}]
    assert all("till" not in one for one in client.call("balance.get", [ACCOUNT])["balances"])


def test_what_a_charge_refuses_is_refused(client):
    for fields, code in (
        ({"service_id": "nobody"}, "UNKNOWN_SUBSCRIPTION"),
        ({"service": "fax"}, "NO_PRICE"),
        ({"at": 0}, "TOO_OLD"),
        ({"at": AT_MS + 4000 * DAY_MS}, "AHEAD_OF_CLOCK"),
    ):
        answer = check(client, **fields)
        assert (answer["outcome"], answer["code"]) == ("refused", code)
    client.call("account.put", account=ACCOUNT, customer=ACCOUNT, frozen=True)
    assert check(client)["code"] == "FROZEN"
    assert check(client, seconds=0)["outcome"] == "enough"
    error, _ = client.ask("charge.check", {**CALL, "seconds": 1, "items": 1})
    assert error.startswith("FIELDS_CONFLICT")


def test_the_charge_that_follows_is_as_was_said(client):
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    now = client.call("ping")["now"]
    for number in range(6):
        put(client, f"g{number}", f"{chance.randrange(1, 300) / 100:.2f}", till=now + chance.randrange(1, 4) * DAY_MS)
    for number in range(100):
        if chance.random() < 0.2:
            client.call("balance.topup", id=f"t{number}", account=ACCOUNT, at=AT_MS, amount=f"{chance.randrange(1, 100) / 100:.2f}",
                        currency="CNY")  # fmt: skip
        seconds = chance.choice([60, 240, 600, 1200])
        said = check(client, seconds=seconds)
        made = client.call("charge", {**CALL, "seconds": seconds, "id": f"c{number}"})
        if said["outcome"] == "short":
            assert made["code"] == "BALANCE_TOO_LOW"
            made = client.call("charge", {**CALL, "seconds": seconds, "id": f"p{number}", "short": "partial"})
            assert made["unpaid"] == said["missing"]
        assert (said["amount"], said["lines"], said["balance"]) == (made["amount"], made["lines"], made["balance"])
        by_main = Decimal(made["amount"]) - Decimal(said.get("missing", "0"))
        assert said["paid"] == made.get("paid", [{"balance": "main", "amount": f"{by_main:.2f}"}] if by_main else [])

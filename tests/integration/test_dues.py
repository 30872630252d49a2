"""What falls due besides usage, over the wire: the fee of scenario S2."""

import pytest
from server import Server

CHINA = "T00:00:00+08:00"


@pytest.fixture(scope="module")
def e6():
    with Server() as one:
        one.publish("rules/catalogs/e6")
        yield one.connect()


def ask(client, package="e6_base", first="2026-03-01", after="2026-04-01", **more):
    return client.call("price.due", {"package": package, "from": first + CHINA, "till": after + CHINA, **more})


def test_the_first_fee_is_that_of_the_days_that_are_left(e6):
    answer = ask(e6, held_from="2026-03-10T18:30:00+08:00")
    assert answer["outcome"] == "priced"
    assert (answer["amount"], answer["currency"]) == ("91.55", "CNY")
    (line,) = answer["lines"]
    assert line == {
        "rule": "e6_base.fee",
        "from": "2026-03-01",
        "till": "2026-04-01",
        "due": "2026-03-10",
        "amount": "91.55",
        "exact": "2838/31",
        "parts": [{"from": "2026-03-10", "till": "2026-04-01", "price": "129", "of": 31, "version": 1767196800000}],
    }
    assert answer["text"] == (
        "Monthly fee  91.55 CNY  (e6_base.fee, 2026-03-01 to 2026-03-31)\n    2026-03-10 to 2026-03-31  129.00 × 22/31\n"
    )


def test_a_package_that_is_taken_in_the_period_is_held_since_it_begins(e6):
    assert ask(e6, first="2026-03-10")["amount"] == "91.55"
    assert ask(e6, first="2026-03-10", after="2026-05-01")["amount"] == "220.55"


def test_the_explanation_comes_in_chinese_too(e6):
    assert ask(e6, language="zh")["text"] == (
        "月费  129.00 CNY  (e6_base.fee，2026-03-01 至 2026-03-31)\n    2026-03-01 至 2026-03-31  129.00 × 31/31\n"
    )


def test_what_is_not_held_costs_nothing(e6):
    answer = ask(e6, held_from="2026-05-01" + CHINA)
    assert (answer["amount"], answer["lines"], answer["text"]) == ("0.00", [], "")


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"package": "e7"}, "NOT_FOUND"),
        ({"after": "2026-03-01"}, "FIELDS_CONFLICT"),
        ({"after": "2037-03-01"}, "FIELDS_CONFLICT"),
        ({"suspended": [{"since": 1}]}, "UNKNOWN_FIELD"),
    ],
)
def test_what_makes_no_sense_is_an_error(e6, wrong, code):
    with pytest.raises(Exception, match=code):
        ask(e6, **wrong)

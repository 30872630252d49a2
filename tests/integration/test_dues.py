"""What falls due besides usage, over the wire: the fee of scenario S2."""

import pytest
from server import Server, ServerError

CHINA = "T00:00:00+08:00"


@pytest.fixture(scope="module")
def e6():
    with Server() as one:
        one.publish("rules/catalogs/e6")
        yield one.connect()


def ask(client, package="e6_base", first="2026-03-01", after="2026-04-01", **more):
    return client.call("price.due", {"package": package, "from": first + CHINA, "till": after + CHINA, **more})


def test_a_day_is_that_of_the_catalogs_zone(e6):
    """As tests of a catalog write it, wherever a time may stand."""
    spans = {"suspended": [{"from": "2026-03-12" + CHINA, "till": "2026-03-14" + CHINA}], "held_from": "2026-03-10 18:30:00"}
    exact = ask(e6, held_from="2026-03-10T18:30:00+08:00", suspended=spans["suspended"])
    days = {"suspended": [{"from": "2026-03-12", "till": "2026-03-14"}], "held_from": "2026-03-10", "held_till": "2199-12-31"}
    plain = e6.call("price.due", {"package": "e6_base", "from": "2026-03-01", "till": "2026-04-01", **days})
    assert plain == exact == ask(e6, **spans)
    for wrong in ("2026-02-30", "2026-3-1", "March"):
        with pytest.raises(ServerError) as caught:
            e6.call("price.due", {"package": "e6_base", "from": wrong, "till": "2026-04-01"})
        assert caught.value.code == "OUT_OF_RANGE" and "2026-09-01" in str(caught.value.text)


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


@pytest.fixture(scope="module")
def towers():
    with Server() as one:
        one.publish("rules/catalogs/towers")
        yield one.connect()


TOWER = {
    "site.build_cost": "250000.00",
    "site.years": 10,
    "site.upkeep": "2000.00",
    "site.site_fee": "12000.00",
    "site.power_access": "6000.00",
}
SIXTEENTH = "2026-03-16" + CHINA


def rent(client, role, tenants, **more):
    facts = [{"with": {**TOWER, "lease.role": role}}, *tenants]
    return ask(client, "tower_lease", facts=facts, **more)


def amounts(answer):
    return [line["amount"] for line in answer["lines"]]


def test_a_second_tenant_changes_the_rent_of_the_first_within_the_month(towers):
    """Scenario S4."""
    changes = [{"with": {"site.tenants": 1}, "till": SIXTEENTH}, {"with": {"site.tenants": 2}, "from": SIXTEENTH}]
    answer = rent(towers, "anchor", changes)
    assert amounts(answer) == ["2065.46", "767.74", "383.87"]
    parts = answer["lines"][0]["parts"]
    assert [(part["from"], part["till"], part["because"]) for part in parts] == [
        ("2026-03-01", "2026-03-16", [{"say": "tower.rent", "table": "sharing", "row": 3}]),
        ("2026-03-16", "2026-04-01", [{"say": "tower.rent", "table": "sharing", "row": 6}]),
    ]
    assert "        the tenant's share of the rent  (sharing, row 6)\n" in answer["text"]
    newcomer = rent(towers, "other", [{"with": {"site.tenants": 2}}], held_from=SIXTEENTH)
    assert amounts(newcomer) == ["910.75", "309.68", "154.84"]


def test_the_month_that_is_priced_chooses_margin_and_share(towers):
    two = [{"with": {"site.tenants": 2}}]
    assert amounts(rent(towers, "anchor", two)) == ["1638.54", "550.00", "275.00"]
    assert amounts(rent(towers, "anchor", two, first="2017-12-01", after="2018-01-01")) == ["1976.56", "550.00", "275.00"]
    assert amounts(rent(towers, "other", two, first="2017-12-01", after="2018-01-01")) == ["2108.33", "600.00", "300.00"]


def test_each_further_unit_is_a_line_of_its_own(towers):
    facts = [{"with": {**TOWER, "lease.role": "anchor", "site.tenants": 2, "lease.further_units": 2}}]
    answer = ask(towers, "further_units", facts=facts)
    assert [(line["each"], line["amount"]) for line in answer["lines"]] == [(1, "491.56"), (2, "491.56")]
    assert "(further_units.unit, number 2, 2026-03-01 to 2026-03-31)" in answer["text"]


def test_who_leaves_early_owes_what_remains(towers):
    """Scenario S4: 33 months of a five-year lease."""
    two = [{"with": {"site.tenants": 2}}]
    answer = rent(towers, "anchor", two, held_from="2024-01-01" + CHINA, held_till="2026-04-01" + CHINA)
    line = answer["lines"][-1]
    assert (line["rule"], line["amount"], line["exact"]) == ("tower_lease.rent_remaining", "54071.88", "54071.875")
    assert line["term"] == {"till": "2029-01-01", "months_begun": 27}
    (part,) = line["parts"]
    assert (part["from"], part["till"], part["times"]) == ("2026-04-01", "2029-01-01", 33)
    assert "the term ends on 2029-01-01, 27 months of it had begun" in answer["text"]


@pytest.mark.parametrize(
    ("tenants", "code", "condition"),
    [
        ([{"with": {"site.tenants": 4}}], "RULE_FAILED", "function"),
        ([], "FACT", "fact_missing"),
        ([{"with": {"site.tenants": "two"}}], "FACT", "fact_kind"),
        ([{"with": {"site.tenant": 2}}], "FACT", "fact_unknown"),
        ([{"with": {"site.tenants": 1}}, {"with": {"site.tenants": 2}}], "FACT", "fact_twice"),
    ],
)
def test_what_cannot_be_priced_is_refused_with_its_reason(towers, tenants, code, condition):
    answer = rent(towers, "anchor", tenants)
    assert (answer["outcome"], answer["code"], answer["because"]["condition"]) == ("refused", code, condition)
    assert answer["say"]["en"] and answer["say"]["zh"]


@pytest.fixture(scope="module")
def bundle():
    with Server() as one:
        one.publish("rules/catalogs/bundle")
        yield one


def test_a_fee_says_its_tax_and_whose_it_is(bundle):
    (line,) = ask(bundle.connect(), "home_bundle")["lines"]
    assert line["tax"] == {"code": "vat_basic", "percent": "9.00", "net": "100.00", "amount": "9.00"}
    assert line["split"] == [
        {"product": "broadband", "percent": "60.00", "amount": "60.00"},
        {"product": "television", "percent": "25.00", "amount": "25.00"},
        {"partner": "film_house", "percent": "15.00", "amount": "15.00"},
    ]


def test_a_call_is_charged_with_its_tax_and_explained_with_it(bundle):
    bundle.subscribe(["2001"], package="home_bundle", product="line")
    client = bundle.connect()
    call = {"service_id": "2001", "service": "voice", "at": "2026-03-18T12:00:00+08:00", "seconds": 600}
    enquiry = client.call("rate", call)
    charge = client.call("charge", {"id": "taxed", **call})
    assert charge["lines"] == enquiry["lines"]
    assert charge["amount"] == "1.09"
    assert charge["lines"][0]["tax"] == {"code": "vat_basic", "percent": "9.00", "net": "1.00", "amount": "0.09"}
    text = client.call("charge.explain", {"charge": charge["charge"], "language": "en"})["text"]
    assert "    VAT, basic services 9%, included  0.09 (net 1.00)\n" in text


def test_a_parameter_is_one_of_its_choices(e6):
    assert ask(e6, params={"monthly_fee": "99.00"})["amount"] == "99.00"
    answer = ask(e6, params={"monthly_fee": "88.00"})
    assert (answer["code"], answer["because"]) == (
        "PARAMETER",
        {"condition": "param_choice", "wanted": "99.00|129.00|169.00", "got": "88.00"},
    )
    assert "e6_base.monthly_fee can't be 88.00" in answer["say"]["en"]


def test_a_charge_of_what_is_held_besides_takes_the_place_of_another(bundle):
    client = bundle.connect()
    premium = {"package": "premium", "from": "2026-04-01" + CHINA}
    answer = ask(client, "home_bundle", after="2026-05-01", besides=[premium])
    assert [(line["from"], line["amount"]) for line in answer["lines"]] == [("2026-03-01", "109.00")]
    assert answer["unowed"] == [
        {"rule": "home_bundle.fee", "from": "2026-04-01", "till": "2026-05-01", "by": "premium.premium_fee"}
    ]
    assert answer["text"].endswith(
        "not charged: home_bundle.fee, 2026-04-01 to 2026-04-30  (replaced by premium.premium_fee)\n"
    )
    assert "unowed" not in ask(client, "home_bundle")
    with pytest.raises(ServerError, match='there is no package "nobody"'):
        ask(client, "home_bundle", besides=[{"package": "nobody"}])


def test_a_family_owes_its_fee_once(e6):
    family = {"held_from": "2026-03-10T18:30:00+08:00", "group": "home"}
    assert ask(e6, **family, pays=True)["amount"] == "91.55"
    answer = ask(e6, **family)
    assert (answer["amount"], answer["lines"]) == ("0.00", [])
    assert answer["unowed"] == [{"rule": "e6_base.fee", "from": "2026-03-10", "till": "2026-04-01", "group": "home"}]
    assert answer["text"] == (
        "not charged: e6_base.fee, 2026-03-10 to 2026-03-31  (owed once by the group home, by the member that pays)\n"
    )
    with pytest.raises(ServerError, match="FIELDS_CONFLICT"):
        ask(e6, pays=True)

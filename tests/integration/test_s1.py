"""Scenario S1 over the wire, to the fen: by file, one by one, in batches, in any order over many connections, never twice; and the same
file with other tables and prices."""

import csv
import json
import random
import re
import shutil
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import prices
import pytest
import sample
from server import ROOT, Server, suanpan


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


@pytest.mark.asan
def test_the_sample_file_as_it_is(server, calls):
    """Sent by `suanpan rate`: what each charge became is seen by sending them once more."""
    sample.prepare(server)
    command = ["rate", sample.FILE, "--as", "asterisk", "--json", *server.to()]
    result = suanpan(*command)
    assert result.returncode == 0, result.stderr
    totals = json.loads(result.stdout)
    wanted = sample.expected()
    assert (totals["charged"], Decimal(totals["amount"])) == wanted["all", "all"]
    by_zone = {("zone", zone): (row["count"], Decimal(row["amount"])) for zone, row in totals["by_zone"].items()}
    assert by_zone == {key: value for key, value in wanted.items() if key[0] == "zone"}
    answers = sample.results(server.connect().call_all("charge", calls))
    assert all(answer["repeat"] for answer in answers)
    charged_once(server, calls, answers)
    again = json.loads(suanpan(*command).stdout)
    assert (again["charged"], again["duplicates"], again["amount"]) == (0, len(calls), "0.00")


@pytest.mark.asan
def test_the_sample_file_by_single_charges(server, calls):
    sample.prepare(server)
    answers = sample.results(server.connect(tcp=True).call_all("charge", calls))
    assert not any(answer["repeat"] for answer in answers)
    charged_once(server, calls, answers)


@pytest.mark.asan
def test_the_sample_file_by_batches(server, calls):
    sample.prepare(server)
    batches = [{"items": calls[start : start + 1000]} for start in range(0, len(calls), 1000)]
    results = sample.results(server.connect().call_all("charge_batch", batches, in_flight=4))
    answers = [item for result in results for item in result["items"]]
    charged_once(server, calls, answers)


@pytest.mark.asan
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


# ---- other tables and prices, no other rules ----


class OtherTables(prices.FixedLine):
    """The stock catalog in a folder of its own with other holidays, countries, free numbers, a zone of other countries and other
    prices: in the folder by editing its tables, and here by computing with them."""

    def __init__(self, folder, chance):
        self.folder = shutil.copytree(ROOT / sample.CATALOG, folder)
        for test in self.folder.rglob("*_test.lua"):
            test.unlink()  # they say what the stock tables make of calls
        days = self.change_holidays(chance)
        self.bands = prices.Bands(["day", "weekend", "night", "holiday"], self.band, days, self.zone, (2024, 2026))
        self.change_countries(chance)
        self.change_zones(chance)
        self.change_prices(chance)

    def edit(self, name, changes):
        """Replaces each old text, which must be there once, by its new one: all at once, for a new text may equal another's old one."""
        text = (self.folder / name).read_text(encoding="utf-8")
        for old in changes:
            assert text.count(old) == 1, (name, old)
        pattern = "|".join(re.escape(old) for old in changes)
        (self.folder / name).write_text(re.sub(pattern, lambda found: changes[found[0]], text), encoding="utf-8")

    def change_holidays(self, chance):
        path = self.folder / "tables/holidays-cn.csv"
        with open(path, newline="", encoding="utf-8") as file:
            rows = {date.fromisoformat(row["date"]): (row["kind"], row["name"]) for row in csv.DictReader(file)}
        days = [date(2026, 9, 17) + timedelta(days=n) for n in range(26)]
        for day in days:
            rows.pop(day, None)
        for day in chance.sample(days, 8):
            rows[day] = ("workday" if day.weekday() >= 5 and chance.random() < 0.5 else "holiday", "another day")
        with open(path, "w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([("date", "kind", "name"), *((day, *rows[day]) for day in sorted(rows))])
        return {day: kind for day, (kind, _) in rows.items()}

    def change_countries(self, chance):
        path = self.folder / "tables/country-codes.csv"
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines[1:] if chance.random() < 0.8]
        path.write_text("".join([lines[0], *kept]), encoding="utf-8")
        self.countries = {line.split(",")[0] for line in kept}

    def change_zones(self, chance):
        self.free = chance.sample(["110", "114", "119", "120", "122", "96110", "10000", "12345"], 4)
        self.near = chance.sample(["852", "853", "886", "81", "82", "65", "60", "84"], 4)

        def prefixes(numbers):
            return "{ " + ", ".join(f'"{number}"' for number in numbers) + " }"

        stock = [STOCK_FREE, ("852", "853", "886")]
        self.edit("zones.lua", {prefixes(old): prefixes(new) for old, new in zip(stock, [self.free, self.near], strict=True)})

    def change_prices(self, chance):
        def price():
            return f"{chance.randrange(1, 300) / 100:.2f}"

        domestic = {band: price() for band in ("day", "weekend", "night", "holiday")}
        first, local, hmt, international = (price() for _ in range(4))
        self.edit(
            "packages/standard.lua",
            {
                '{ day = "0.07", weekend = "0.05", night = "0.04", holiday = "0.04" }': "{ "
                + ", ".join(f'{band} = "{value}"' for band, value in domestic.items())
                + " }",
                'price = "0.22" },': f'price = "{first}" }},',
                'step = "60 s", price = "0.11",': f'step = "60 s", price = "{local}",',
                'price = "0.20"': f'price = "{hmt}"',
                'price = "0.80"': f'price = "{international}"',
            },
        )
        self.tariffs = {
            "free": prices.Tariff(60, "0"),
            "local": prices.Tariff(60, local, first=(180, first)),
            "domestic": prices.Tariff(6, domestic, bands=self.bands),
            "hmt": prices.Tariff(6, hmt),
            "international": prices.Tariff(6, international),
        }

    def zone_of(self, caller, to):
        if to in self.free or (to.startswith("800") and len(to) == 10):
            return "free"
        if to.startswith("00"):
            for size in (4, 3, 2, 1):
                if to[2 : 2 + size] in self.near:
                    return "hmt"
                if to[2 : 2 + size] in self.countries:
                    return "international"
            raise prices.Refused("NO_PRICE")
        return "local" if to in STOCK_FREE else super().zone_of(caller, to)


STOCK_FREE = ("110", "119", "120", "122", "10000")


@pytest.mark.parametrize("variant", range(3))
def test_with_other_tables_and_prices_the_same_file_costs_what_an_oracle_says(server, calls, tmp_path, variant):
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    other = OtherTables(tmp_path / "catalog", random.Random(seed))
    server.publish(other.folder)
    server.subscribe(sample.NUMBERS, balance="500000.00", package="fixed_line")
    answers = sample.results(server.connect().call_all("charge", calls))
    found, wanted = Counter(), Counter()
    for call, answer in zip(calls, answers, strict=True):
        at = prices.datetime.fromisoformat(call["at"]).timestamp()
        priced = prices.price(other, call["service_id"], call["to"], int(at), call["seconds"])
        zone = priced.get("zone", "refused")
        wanted[zone] += priced.get("amount", 0)
        wanted[zone, "calls"] += 1
        assert answer["outcome"] == ("refused" if zone == "refused" else "charged"), (call, answer)
        zone = answer["lines"][0]["zone"] if answer["outcome"] == "charged" else "refused"
        found[zone] += Decimal(answer.get("amount", 0))
        found[zone, "calls"] += 1
    assert found == wanted
    assert all(wanted[zone, "calls"] > 0 for zone in (*other.tariffs, "refused")), "the variant says little"


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

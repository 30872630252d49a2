"""What falls due over random months of holding, ending, suspending and putting again, with kills, against a naive reckoning by days."""

import calendar
import random
import sys
from datetime import date, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "integration"))
from moved_clock import MovedServer

CHINA = timezone(timedelta(hours=8))
FIRST = date(2026, 1, 10)


def ms(day):
    return int(datetime(day.year, day.month, day.day, tzinfo=CHINA).timestamp() * 1000)


def cents(amount):
    return str(amount.quantize(Decimal("0.01"), ROUND_HALF_UP))


def owed(fee, begin, end, today):
    """[(day, amount)] of a monthly fee in advance, by day, that nothing gives back: what fell due up to today."""
    found, day = [], begin
    while day <= today and (end is None or day < end):
        days = calendar.monthrange(day.year, day.month)[1]
        found.append((day, cents(Decimal(fee) * (days - day.day + 1) / days)))
        day = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return found


def dues(client, name):
    entries = client.call("history", account=name, limit=500)["entries"]
    lines = [(entry["at"], line) for entry in reversed(entries) if entry["kind"] == "due" for line in entry["answer"]["lines"]]
    return sorted((datetime.fromtimestamp(at / 1000, CHINA).date(), line["rule"], line["amount"]) for at, line in lines)


class Holder:
    """One subscription, that holds both packages from days of its own; each is charged once whatever is put."""

    def __init__(self, chance, name):
        self.chance, self.name = chance, name
        self.begins = {package: FIRST + timedelta(days=chance.randrange(60)) for package in ("e6_base", "local_special")}
        self.ends = dict.fromkeys(self.begins)

    def end_one(self, today):
        """Some day ahead; what is over stays over."""
        package = self.chance.choice(list(self.begins))
        begin, end = self.begins[package], self.ends[package]
        if begin <= today and (end is None or end > today):
            self.ends[package] = today + timedelta(days=self.chance.randrange(1, 90))

    def put(self, client):
        packages = [
            {"package": package, "from": ms(begin), **({"till": ms(self.ends[package])} if self.ends[package] else {})}
            for package, begin in self.begins.items()
        ]
        client.call("subscription.put", subscription=self.name, account=self.name, product="pstn", packages=packages)

    def wanted(self, today):
        fees = {"e6_base": "129.00", "local_special": "10.00"}
        return sorted(
            (day, f"{package}.fee", amount)
            for package, begin in self.begins.items()
            for day, amount in owed(fees[package], begin, self.ends[package], today)
        )


def test_fees_of_random_holders_are_what_a_naive_reckoning_says_over_kills():
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    today = FIRST
    with MovedServer(f"{today}T12:00:00+08:00") as server:
        server.publish("rules/catalogs/e6")
        holders = [Holder(chance, f"h{number}") for number in range(8)]
        server.subscribe([holder.name for holder in holders], None)
        client = server.connect()
        for holder in holders:
            holder.put(client)
        for _ in range(12):
            today += timedelta(days=chance.randrange(1, 45))
            if chance.random() < 0.3:
                server.kill()
                server.set_clock(f"{today}T12:00:00+08:00")
                server.start()
                client = server.connect()
            server.set_clock(f"{today}T12:00:00+08:00")
            for holder in holders:
                server.wait_until(lambda holder=holder: len(dues(client, holder.name)) >= len(holder.wanted(today)))
                assert dues(client, holder.name) == holder.wanted(today)
                balance = Decimal(client.call("balance.get", [holder.name])["balances"][0]["amount"])
                assert balance == -sum(Decimal(amount) for _, _, amount in holder.wanted(today))
                if chance.random() < 0.5:
                    holder.end_one(today)
                    holder.put(client)

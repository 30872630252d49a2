"""What members of a group share, over the wire: one pool that many connections draw at once is never overdrawn, whatever kills the
server; a member's cap, tiers, caps and limits as a naive model counts them; what is left, and why."""

import json
import random
import threading
import time
from collections import defaultdict
from decimal import Decimal

import pytest
from sample import balance, results
from server import Server, ServerError, suanpan

NOON = "2026-01-%02dT12:00:00+08:00"
START = Decimal("5000.00")


def hold(client, number, **entry):
    """Its one package is held so from now on."""
    client.call("subscription.put", subscription=number, account=number, product="pstn", service_ids=[number], packages=[entry])


def family(server, numbers, package, group):
    server.subscribe(numbers, balance=str(START))
    client = server.connect()
    for number in numbers:
        hold(client, number, package=package, group=group, members=len(numbers))


def call(identifier, number, seconds, at=NOON % 5, **fields):
    return {"id": identifier, "service_id": number, "service": "voice", "to": "5507882", "at": at, "seconds": seconds, **fields}


def units(answers, chosen):
    parts = (part for answer in answers for line in answer["lines"] for part in line["parts"])
    return sum(part["units"] for part in parts if chosen(part))


def counters(folder):
    dumped = suanpan("dump", folder, "--records", "--json").stdout.splitlines()
    records = (json.loads(line) for line in dumped)
    return {record["key"]: record["value"] for record in records if record["table"] == "counter"}


def charge_until_killed(server, requests):
    """At a pace that leaves some of it for after the kill."""
    client = server.connect()
    try:
        for start in range(0, len(requests), 10):
            client.call_all("charge", requests[start : start + 10])
            time.sleep(0.1)
    except OSError:
        pass  # it was killed


def test_members_draw_one_pool_at_once_and_never_more_than_there_is():
    """300 minutes are free and 300 have the first tier, whoever talks, and the server is killed meanwhile."""
    numbers = [f"0771551000{n}" for n in range(6)]
    chance = random.Random(1)
    requests = {
        number: [call(f"{number}-{n}", number, 60 * chance.randint(1, 3), at=NOON % chance.randint(1, 20)) for n in range(100)]
        for number in numbers
    }
    with Server() as server:
        server.publish("rules/catalogs/e6")
        family(server, numbers, "e6_base", "home")
        threads = [threading.Thread(target=charge_until_killed, args=(server, requests[number])) for number in numbers]
        for thread in threads:
            thread.start()
        server.wait_until(lambda: server.connect().call("stats")["calls"]["charged"] >= 150)
        server.kill()
        for thread in threads:
            thread.join()
        server.start()
        client = server.connect()
        answers = {number: results(client.call_all("charge", requests[number])) for number in numbers}
        everything = [answer for of_number in answers.values() for answer in of_number]
        assert any(answer["repeat"] for answer in everything) and not all(answer["repeat"] for answer in everything)
        talked = sum(request["seconds"] for of_number in requests.values() for request in of_number) // 60
        assert units(everything, lambda part: "allowance" in part) == 300
        assert units(everything, lambda part: part.get("tier") == 1) == 300
        assert units(everything, lambda part: part.get("tier") == 2) == talked - 600 > 0
        assert sum(Decimal(answer["amount"]) for answer in everything) == 300 * Decimal("0.15") + (talked - 600) * Decimal("0.11")
        for number in numbers:
            assert balance(client, number) == START - sum(Decimal(answer["amount"]) for answer in answers[number])
        server.stop()
        counted = counters(server.data)
        assert counted["group:home/e6_base.local_minutes/2026-01-01"] == {"used": 300 * 60}
        assert counted["group:home/e6_base.paid_minutes/2026-01-01"] == {"used": (talked - 300) * 60}
        assert len(counted) == 2
        assert suanpan("fsck", server.data).stdout.startswith("clean: ")
        replayed = suanpan("replay", server.data)
        assert replayed.returncode == 0, replayed.stdout + replayed.stderr


SHARING = """
catalog "sharing" {}
service "voice" { unit = "second" }
product "pstn" { services = "voice" }
package "family" {
    kind = "base", from = "2026-01-01",
    allowance { id = "minutes", serves = { service = "voice" }, amount = "100 minutes", every = "EVERY", shared = true,
        member_cap = "40 minutes" },
    tariff { id = "call", say = "call", serves = { service = "voice" }, step = "60 s",
        tiers = { kind = "graduated", every = "month", by = "package" }, price = { { "0.15", up_to = 50 }, { "0.10" } } },
    cap { id = "most", amount = "12.00", every = "month", by = "package" },
    limit { id = "enough", say = "enough", serves = { service = "voice" }, amount = "120 minutes", every = "month", by = "LIMITED" },
}
local words = { catalog = { sharing = "-" }, service = { voice = "-" }, product = { pstn = "-" }, package = { family = "-" },
    allowance = { minutes = "-" }, cap = { most = "-" }, call = "-", enough = "-" }
texts "zh" (words)
texts "en" (words)
"""


class Model:
    """What one month costs, counted minute by minute."""

    def __init__(self, groups, limit_by_group):
        self.groups = groups
        self.limit_by_group = limit_by_group
        self.used = defaultdict(int)

    def charge(self, member, minutes):
        group = self.groups[member]
        limited = group if self.limit_by_group else member
        if self.used["limit", limited] >= 120:
            return "LIMIT_REACHED"
        self.used["limit", limited] += minutes
        amount = Decimal(0)
        for _ in range(minutes):
            if self.used["pool", group] < 100 and self.used["member", member] < 40:
                self.used["pool", group] += 1
                self.used["member", member] += 1
            else:
                amount += Decimal("0.15") if self.used["paid", group] < 50 else Decimal("0.10")
                self.used["paid", group] += 1
        amount = min(amount, Decimal("12.00") - self.used["cap", group])
        self.used["cap", group] += amount
        return amount


def published(server, folder, every="month", limited="member"):
    (folder / "catalog.lua").write_text(SHARING.replace("EVERY", every).replace("LIMITED", limited))
    server.publish(folder)


@pytest.mark.parametrize("limited", ["member", "package"])
def test_groups_are_charged_as_a_naive_model_says(tmp_path, limited):
    seed = random.randrange(1 << 32)
    print("seed", seed)
    chance = random.Random(seed)
    # A subscription called as a group is not that group, and who is in no group is its own.
    groups = {"home": "home_1", "a": "home_1", "b": "home_1", "home_1": "home_2", "c": "home_2", "solo": None}
    model = Model({number: group or f"only {number}" for number, group in groups.items()}, limited == "package")
    with Server() as server:
        published(server, tmp_path, limited=limited)
        server.subscribe(list(groups), balance=str(START))
        client = server.connect()
        for number, group in groups.items():
            hold(client, number, package="family", **({"group": group} if group else {}))
        for n in range(300):
            if chance.random() < 0.01:
                server.kill()
                server.start()
                client = server.connect()
            number = chance.choice(list(groups))
            minutes = chance.randint(1, 12)
            request = call(f"call-{n}", number, 60 * minutes, at=NOON % chance.randint(1, 28))
            expected = model.charge(number, minutes)
            enquiry = client.call("rate", {key: value for key, value in request.items() if key != "id"})
            answer = client.call("charge", request)
            got = answer["code"] if answer["outcome"] == "refused" else Decimal(answer["amount"])
            assert got == expected, (seed, n, request, answer)
            assert enquiry.get("lines") == answer.get("lines") and enquiry.get("code") == answer.get("code"), (seed, n)
        server.stop()
        assert suanpan("fsck", server.data).stdout.startswith("clean: ")


def test_what_is_left_is_told_of_the_group_and_of_the_member(server, client, tmp_path):
    published(server, tmp_path, every="year")
    family(server, ["1", "2"], "family", "home")
    server.subscribe(["3"], package="family")
    now = client.call("ping")["now"]
    for number, minutes in (("1", 40), ("2", 25), ("3", 1)):
        client.call("charge", call(number, number, 60 * minutes, at=now))

    def left(number):
        (one,) = client.call("balance.get", account=number, subscription=number)["allowances"]
        assert one.pop("allowance") == "family.minutes" and one.pop("unit") == "second"
        return one

    assert left("1") == {"group": "home", "left": 35 * 60, "member_left": 0}
    assert left("2") == {"group": "home", "left": 35 * 60, "member_left": 15 * 60}
    assert left("3") == {"left": 99 * 60, "member_left": 39 * 60}
    assert "allowances" not in client.call("balance.get", ["1"])
    for fields, code in (({"account": "1", "subscription": "2"}, "FIELDS_CONFLICT"), ({"account": "1", "subscription": "x"}, "NOT_FOUND")):
        with pytest.raises(ServerError) as refused:
            client.call("balance.get", fields)
        assert refused.value.code == code


def test_the_explanation_says_that_minutes_are_shared(server, client, tmp_path):
    published(server, tmp_path)
    family(server, ["1", "2"], "family", "home")
    answer = client.call("charge", call("one", "1", 60))
    assert "free (family.minutes, shared)" in client.call("charge.explain", charge=answer["charge"], language="en")["text"]
    assert "免费（family.minutes，共享）" in client.call("charge.explain", charge=answer["charge"], language="zh")["text"]


def test_who_changes_the_group_takes_nothing_along(server, client, tmp_path):
    """From an instant within the month on, the other group's minutes are used; what the member took counts on."""
    published(server, tmp_path)
    family(server, ["1", "2"], "family", "home")
    assert client.call("charge", call("a", "1", 30 * 60))["amount"] == "0.00"
    change = NOON % 6
    entries = [{"package": "family", "till": change, "group": "home"}, {"package": "family", "from": change, "group": "other"}]
    client.call("subscription.put", subscription="1", account="1", product="pstn", service_ids=["1"], packages=entries)
    crossing = client.call("charge", call("b", "1", 11 * 60, at="2026-01-06T11:55:00+08:00"))
    assert crossing["amount"] == "0.15"
    server.stop()
    counted = counters(server.data)
    assert counted["group:home/family.minutes/2026-01-01"] == {"used": 35 * 60}
    assert counted["group:other/family.minutes/2026-01-01"] == {"used": 5 * 60}
    assert counted["1/family.minutes.member/2026-01-01"] == {"used": 40 * 60}

"""All roads lead to the same price: what `rate` says an event costs, `charge` charges, `suanpan test` expects and `suanpan replay`
finds again, byte for byte where bytes are compared, under three time zones and two locales.

SEED=… chooses another sample; `make roads` is the long form.
"""

import datetime
import json
import os
import random
import shutil
from collections import Counter
from decimal import Decimal
from typing import NamedTuple

import msgpack
import pytest
from server import ROOT, Server, clean_environment, suanpan

EVENTS = int(os.environ.get("ROADS_EVENTS", "1500"))
STARTS = int(os.environ.get("ROADS_STARTS", "6"))
AT_MS = 1789704000000  # 2026-09-18 12:00 in Shanghai
DAY_MS = 86_400_000
PLACES = [
    (zone, locale) for zone in ("Asia/Shanghai", "America/New_York", "Pacific/Apia") for locale in ("C", "zh_CN.UTF-8")
]
SINCE = "2026-01-01 00:00:00"
VOICE = (("voice", "seconds"),)


class Road(NamedTuple):
    """What is used, and how. A family holds the packages together: as a group, where it has several lines."""

    catalog: str
    product: str
    packages: list  # each what a family may hold
    numbers: list  # that may be reached
    services: tuple = VOICE  # and the unit of each
    lines: int = 1  # of a family, at most
    attributes: tuple = ()  # what a usage says of itself, with a number below so much
    days: int = 60  # in which it is used: few, so that what is counted by the month comes to its ends


ROADS = [
    Road("fixed_line", "pstn", [["fixed_line"]],
        ["110", "5507882", "07722820022", "0085221234567", "00442071234567", "00999", "sales", "07715507882"], days=240),
    Road("e6", "pstn", [["e6_base"], ["e6_base", "local_special"]], ["5507882", "07715507882", "02073241552"], lines=3),
    Road("free_minutes", "line", [["talk"]], ["5507882"]),
    Road("data_for_all", "mobile", [["data_for_all"]], ["5507882"], (("data", "bytes"), ("voice", "seconds"), ("sms", "items"))),
    Road("messages", "sender", [["sending", "sms_1000"], ["sending", "sms_10000", "mms_500", "a_day_100"], ["sending"]],
        ["13800000000", "10690001"], (("sms", "items"), ("mms", "items")), attributes=("characters", 300)),
    Road("bundle", "line", [["home_bundle"], ["home_bundle", "set_top_box"]], ["5507882"]),
    Road("deposit", "mobile", [["mobile"], ["mobile", "deposit_600"]], ["5507882"],
        (("voice", "seconds"), ("sms", "items"), ("data", "bytes"), ("content", "items"))),
    Road("sessions", "mobile", [["prepaid"], ["prepaid", "calls_only"]], ["5507882"], (("voice", "seconds"), ("data", "bytes"))),
    Road("selling", "pstn", [["e6_base"], ["e6_base", "local_special"], ["phs_solo", "loyal_gold"], ["phs_winter"], ["broadband"]],
        ["5507882"], (("voice", "seconds"), ("data", "bytes"))),
]  # fmt: skip


class Family(NamedTuple):
    lines: list
    packages: list

    @property
    def membership(self):
        """What is said of a package that they share."""
        return {"group": f"family_{self.lines[0]}", "members": len(self.lines)} if len(self.lines) > 1 else {}


def families(chance, road):
    """Nine lines, each of a family."""
    found, lines = [], [f"0771551{number:04d}" for number in range(9)]
    while lines:
        count = chance.randint(1, road.lines)
        found.append(Family(lines[:count], chance.choice(road.packages)))
        del lines[:count]
    return found


def place(number):
    """What the environment says there."""
    zone, locale = PLACES[number % len(PLACES)]
    return {"TZ": zone, "LC_ALL": locale, "LANG": locale}


def quantity(chance, unit):
    """How much of a usage: edges of units, and anything."""
    if unit == "bytes":
        return chance.choice([0, 1, 1024, 1025, 1 << 20, chance.randrange(1 << 32)])
    if unit == "items":
        return chance.choice([0, 1, chance.randrange(40)])
    return chance.choice([0, 1, 59, 60, 61, chance.randrange(36_000), chance.randrange(7200), chance.randrange(40)])


def sample(chance, road, lines, count):
    """Events of some months, some of them across midnight, the month's end and the edges of bands."""
    for number in range(count):
        at = AT_MS - chance.randrange(road.days * DAY_MS)
        if chance.random() < 0.3:
            at -= at % (DAY_MS // 24) + chance.randrange(300_000)
        service, unit = chance.choice(road.services)
        event = {
            "id": f"e{number}", "service_id": chance.choice(lines), "service": service, "to": chance.choice(road.numbers),
            "at": at - at % 1000, unit: quantity(chance, unit),
        }  # fmt: skip
        if road.attributes:
            name, below = road.attributes
            event["with"] = {name: chance.randrange(below)}
        yield event


def priced_part(answer):
    """What has one encoding: amount, currency, lines, release."""
    return msgpack.packb({name: answer[name] for name in ("amount", "currency", "lines", "release")})


def parts_text(answer):
    """The units of all lines as a test writes them."""
    texts = []
    for line in answer["lines"]:
        for part in line["parts"]:
            band = f"{part['band']} " if "band" in part else ""
            free = " free" if "allowance" in part else ""
            tier = f" tier {part['tier']}" if "tier" in part else ""
            texts.append(f"{band}{part['units']}{free}{tier}")
    return ", ".join(texts)


def written(fields):
    """Fields of a table in Lua."""
    return ", ".join(f'{name} = "{value}"' if isinstance(value, str) else f"{name} = {value}" for name, value in fields.items())


def as_scenario(family, events):
    """What happened to the lines of a family, in the order in which it was charged, as a scenario with the same outcome."""
    yield f'scenario "{family.lines[0]}" {{ from = "2020-01-01 00:00:00", event = {{}},'
    for line in family.lines:
        for package in family.packages:
            yield f'    buy {{ "{package}", {written({"member": f"line_{line}", "from": SINCE, **family.membership})} }},'
    yield '    at "2026-09-30 00:00:00",'
    for event, answer in events:
        if answer["outcome"] == "charged":
            expect = {"amount": answer["amount"], "parts": parts_text(answer), "tax": tax_of(answer)}
            expect = {name: value for name, value in expect.items() if value}
        else:
            expect = {"refused": answer["code"]}
        unit = next(name for name in ("seconds", "bytes", "items") if name in event)
        usage = {
            "member": f"line_{event['service_id']}", "from": event["service_id"], "service": event["service"],
            "at": moment(event["at"] // 1000), "to": event["to"], unit: event[unit],
        }  # fmt: skip
        attributes = f", attributes = {{ {written(event['with'])} }}" if "with" in event else ""
        yield f"    use {{ {written(usage)}{attributes}, expect = {{ {written(expect)} }} }},"
    yield "}"


def reached(answers):
    """What the sample came by, for whoever reads the test's output."""
    counts = Counter()
    for answer in answers:
        counts[answer.get("code", "charged")] += 1
        for line in answer.get("lines", ()):
            counts["discounted"] += "discounts" in line
            counts["capped"] += "cap" in line
            counts["free"] += any("allowance" in part for part in line["parts"])
            counts["second tier"] += any(part.get("tier", 1) > 1 for part in line["parts"])
    return dict(counts)


def tax_of(answer):
    """The tax in all lines; none if there is none."""
    taxes = [Decimal(line["tax"]["amount"]) for line in answer["lines"] if "tax" in line]
    return str(sum(taxes)) if taxes else None


def moment(seconds):
    """Shanghai's time, which has no daylight saving in these years."""
    return (datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=seconds + 8 * 3600)).strftime("%Y-%m-%d %H:%M:%S")


@pytest.mark.parametrize("road", ROADS, ids=lambda road: road.catalog)
def test_all_roads_lead_to_the_same_price(road, tmp_path):
    seed = int(os.environ.get("SEED", "20261122"))
    print("SEED", seed)
    chance = random.Random(seed)
    all_families = families(chance, road)
    with Server() as server:
        server.publish(f"rules/catalogs/{road.catalog}")
        client = server.connect()
        for family in all_families:
            server.subscribe(family.lines, product=road.product, balance="900000.00")
            held = [{"package": package, "from": SINCE.replace(" ", "T") + "+08:00", **family.membership} for package in family.packages]
            for line in family.lines:
                client.call("subscription.put", subscription=line, account=line, product=road.product, service_ids=[line], packages=held)
        family_of = {line: family.lines[0] for family in all_families for line in family.lines}
        happened = {family.lines[0]: [] for family in all_families}
        charged, count = 0, EVENTS // len(ROADS)
        stay = count // len(PLACES) + 1
        for number, event in enumerate(sample(chance, road, list(family_of), count)):
            if number % stay == 0:
                server.stop()
                server.start(prefix=["env", *(f"{name}={value}" for name, value in place(number // stay).items())])
                client = server.connect()
            enquired = client.call("rate", {name: value for name, value in event.items() if name != "id"})
            answer = client.call("charge", event)
            if answer["outcome"] == "charged":
                assert priced_part(answer) == priced_part(enquired), event
                charged += 1
            else:
                assert (enquired["outcome"], enquired["code"], enquired.get("because")) == (
                    "refused", answer["code"], answer.get("because"),
                ), event  # fmt: skip
            happened[family_of[event["service_id"]]].append((event, answer))
        print(road.catalog, reached(answer for events in happened.values() for _, answer in events))
        assert charged > 0
        server.stop()
        folder = tmp_path / "catalog"
        copy_without_tests(ROOT / "rules/catalogs" / road.catalog, folder)
        text = "\n".join("\n".join(as_scenario(family, happened[family.lines[0]])) for family in all_families)
        (folder / "roads_test.lua").write_text(text + "\n", encoding="utf-8")
        for start in range(STARTS):
            environment = {**clean_environment(), **place(start)}
            replayed = suanpan("replay", server.data, "--json", env=environment)
            assert replayed.returncode == 0, replayed.stdout + replayed.stderr
            assert json.loads(replayed.stdout) == {
                "charges": charged, "reports": 0, "releases": 1, "different": 0, "charges_that_differ": [],
            }  # fmt: skip
            tested = json.loads(suanpan("test", folder, "--json", env=environment).stdout)
            assert tested["errors"] == 0, tested["findings"][:3]
            assert [test for test in tested["tests"] if not test["passed"]] == []
            assert tested["passed"] == len(all_families)


def copy_without_tests(catalog, folder):
    """The catalog alone: its own tests would only take time."""
    shutil.copytree(catalog, folder, ignore=shutil.ignore_patterns("*_test.lua"))

"""All roads lead to the same price: what `rate` says an event costs, `charge` charges, `suanpan test` expects and `suanpan replay`
finds again, byte for byte where bytes are compared, under three time zones and two locales.

SEED=… chooses another sample; `make roads` is the long form.
"""

import json
import os
import random

import msgpack
import pytest
from server import Server, clean_environment, suanpan

EVENTS = int(os.environ.get("ROADS_EVENTS", "1500"))
STARTS = int(os.environ.get("ROADS_STARTS", "6"))
AT_MS = 1789704000000  # 2026-09-18 12:00 in Shanghai
DAY_MS = 86_400_000
PLACES = [
    (zone, locale) for zone in ("Asia/Shanghai", "America/New_York", "Pacific/Apia") for locale in ("C", "zh_CN.UTF-8")
]
# Catalog, the product of a line, the packages that it may hold, the numbers that it may reach, the services it uses.
VOICE = (("voice", "seconds"),)
ROADS = [
    ("rules/catalogs/fixed_line", "pstn", [["fixed_line"]],
        ["110", "5507882", "07722820022", "0085221234567", "00442071234567", "00999", "sales", "07715507882"], VOICE),
    ("rules/catalogs/e6", "pstn", [["e6_base"], ["e6_base", "local_special"]], ["5507882", "07715507882", "02073241552"], VOICE),
    ("rules/catalogs/free_minutes", "line", [["talk"]], ["5507882"], VOICE),
    ("rules/catalogs/data_for_all", "mobile", [["data_for_all"]], ["5507882"],
        (("data", "bytes"), ("voice", "seconds"), ("sms", "items"))),
]  # fmt: skip


def quantity(chance, unit):
    """How much of a usage: edges of units, and anything."""
    if unit == "bytes":
        return chance.choice([0, 1, 1024, 1025, 1 << 20, chance.randrange(1 << 32)])
    if unit == "items":
        return chance.choice([0, 1, chance.randrange(40)])
    return chance.choice([0, 1, 59, 60, 61, chance.randrange(7200), chance.randrange(40)])


def sample(chance, numbers, lines, services, count):
    """Events of a year, some of them across midnight, the month's end and the edges of bands."""
    for number in range(count):
        at = AT_MS - chance.randrange(240 * DAY_MS)
        if chance.random() < 0.3:
            at -= at % (DAY_MS // 24) + chance.randrange(300_000)
        service, unit = chance.choice(services)
        yield {
            "id": f"e{number}", "service_id": chance.choice(lines), "service": service, "to": chance.choice(numbers),
            "at": at - at % 1000, unit: quantity(chance, unit),
        }  # fmt: skip


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


def as_scenario(line, packages, since, events):
    """What happened to a line, in the order in which it was charged, as a scenario with the same outcome."""
    yield f'scenario "{line}" {{ from = "2020-01-01 00:00:00",'
    yield f'    event = {{ from = "{line}" }},'
    for package in packages:
        yield f'    buy {{ "{package}", from = "{since}" }},'
    yield '    at "2026-09-30 00:00:00",'
    for event, answer in events:
        if answer["outcome"] == "charged":
            expect = f'amount = "{answer["amount"]}", parts = "{parts_text(answer)}"'
            expect = expect.replace(', parts = ""', "")
        else:
            expect = f'refused = "{answer["code"]}"'
        usage = f'service = "{event["service"]}", at = "{moment(event["at"] // 1000)}", to = "{event["to"]}"'
        unit = next(name for name in ("seconds", "bytes", "items") if name in event)
        yield f"    use {{ {usage}, {unit} = {event[unit]}, expect = {{ {expect} }} }},"
    yield "}"


def moment(seconds):
    """Shanghai's time, which has no daylight saving in these years."""
    import datetime

    return (datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=seconds + 8 * 3600)).strftime("%Y-%m-%d %H:%M:%S")


@pytest.mark.parametrize(("catalog", "product", "packages", "numbers", "services"), ROADS)
def test_all_roads_lead_to_the_same_price(catalog, product, packages, numbers, services, tmp_path):
    seed = int(os.environ.get("SEED", "20261122"))
    print("SEED", seed)
    chance = random.Random(seed)
    lines = [f"0771551{number:04d}" for number in range(20)]
    held = {line: chance.choice(packages) for line in lines}
    count = EVENTS // len(ROADS)
    with Server() as server:
        server.publish(catalog)
        for line in lines:
            server.subscribe([line], package=held[line][0], product=product, balance="900000.00")
        client = server.connect()
        for line in lines:
            span = [{"package": package, "from": "2026-01-01T00:00:00+08:00"} for package in held[line]]
            client.call("subscription.put", subscription=line, account=line, product=product, service_ids=[line], packages=span)
        events = list(sample(chance, numbers, lines, services, count))
        happened = {line: [] for line in lines}
        charged = 0
        for event in events:
            enquired = client.call("rate", {name: value for name, value in event.items() if name != "id"})
            answer = client.call("charge", event)
            if answer["outcome"] == "charged":
                assert priced_part(answer) == priced_part(enquired), event
                charged += 1
            else:
                assert (enquired["outcome"], enquired["code"], enquired.get("because")) == (
                    "refused", answer["code"], answer.get("because"),
                ), event  # fmt: skip
            happened[event["service_id"]].append((event, answer))
        assert charged > count / 3
        server.stop()
        folder = tmp_path / "catalog"
        copy_without_tests(catalog, folder)
        text = "\n".join("\n".join(as_scenario(line, held[line], "2026-01-01 00:00:00", happened[line])) for line in lines)
        (folder / "roads_test.lua").write_text(text + "\n", encoding="utf-8")
        for start in range(STARTS):
            zone, locale = PLACES[start % len(PLACES)]
            environment = {**clean_environment(), "TZ": zone, "LC_ALL": locale, "LANG": locale}
            replayed = suanpan("replay", server.data, "--json", env=environment)
            assert replayed.returncode == 0, replayed.stdout + replayed.stderr
            assert json.loads(replayed.stdout) == {
                "charges": charged, "releases": 1, "different": 0, "charges_that_differ": [],
            }  # fmt: skip
            tested = json.loads(suanpan("test", folder, "--json", env=environment).stdout)
            assert tested["errors"] == 0, tested["findings"][:3]
            assert [test for test in tested["tests"] if not test["passed"]] == []
            assert tested["passed"] == len(lines)


def copy_without_tests(catalog, folder):
    """The catalog alone: its own tests would only take time."""
    from server import ROOT

    for path in (ROOT / catalog).rglob("*.*"):
        if path.is_file() and not path.name.endswith("_test.lua"):
            target = folder / path.relative_to(ROOT / catalog)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())

"""What a session is granted, held and charged, a second time: by the price of every single quantity, for random plans.

The oracle knows no search and no session: it asks the server what one event of so many units costs, for every number of units, of a
subscription that has used nothing. SEED=… chooses another run.
"""

import os
import random
import sys
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "integration"))

from server import Server

SEED = int(os.environ.get("SEED", random.randrange(1 << 32)))
PLANS, SESSIONS, LONGEST = 8, 16, 900
REFUSED = None


def amount(rng, most):
    return f"0.{rng.randrange(most):03d}"


def price(rng, bands):
    return "{ day = \"%s\", night = \"%s\" }" % (amount(rng, 400), amount(rng, 400)) if bands else f'"{amount(rng, 400)}"'


def plan(rng, number):
    """A package with one tariff. Prices never fall with the quantity, but for volume tiers."""
    kind = rng.choice(["plain", "plain", "graduated", "volume", "refuse"])
    simple = kind in ("volume", "refuse")
    bands = not simple and rng.random() < 0.4
    fields = [f'id = "voice", say = "used", serves = {{ service = "voice" }}, step = "{rng.choice([1, 7, 30, 60])} s"']
    package = []
    if bands:
        fields.append('calendar = "day_night"')
    if rng.random() < 0.5 or kind == "refuse":
        package.append(
            f'allowance {{ id = "free", serves = {{ service = "voice" }}, amount = {rng.randrange(1, 300)}, unit = "second", every = "day" }}'
        )
        fields.append('uses = { "free" }')
    if kind == "refuse":
        fields.append('refuse = "none_left"')
    elif kind == "plain":
        fields.append(f"price = {price(rng, bands)}")
    else:
        scope = rng.choice(['every = "month", id = "paid"', 'every = "day", id = "paid"'])
        tiers = ", ".join(
            "{ %s%s }" % (price(rng, bands).strip("{} "), f", up_to = {up_to}" if up_to else "") for up_to in (rng.randrange(1, 8), 0)
        )
        fields.append(f'tiers = {{ kind = "{kind}", {scope} }}, price = {{ {tiers} }}')
    if not simple and rng.random() < 0.3:
        fields.append(f'setup = "{amount(rng, 200)}"')
    if not simple and rng.random() < 0.3:
        fields.append(f'minimum = "{amount(rng, 300)}"')
    if kind != "refuse" and rng.random() < 0.3:
        package.append(f'cap {{ id = "most", amount = "{rng.randrange(2)}.{rng.randrange(1, 1000):03d}", every = "month" }}')
    package.append(f"tariff {{ {', '.join(fields)} }}")
    return f'package "p{number}" {{ kind = "base", from = "2020-01-01", {", ".join(package)} }}', kind != "volume"


def catalog(folder, packages):
    names = [f"p{n}" for n in range(len(packages))]
    listed = " ".join(f'{name} = "x",' for name in names)
    folder.mkdir()
    (folder / "catalog.lua").write_text(
        "\n".join(
            [
                'catalog "random" { currency = "CNY", zone = "Asia/Shanghai", languages = "en" }',
                'service "voice" { unit = "second" }',
                'product "line" { services = "voice" }',
                'calendar "day_night" { { "day", hours = "07:00-21:00" }, { "night", rest = true } }',
                *packages,
                *(f'plan "{name}" {{ base = "{name}" }}' for name in names),
                "offering \"line\" { plans = { %s } }" % ", ".join(f'"{name}"' for name in names),
                'texts "en" { used = "x", none_left = "x", catalog = { random = "x" }, product = { line = "x" }, service = { voice = "x" },',
                f'package = {{ {listed} }}, plan = {{ {listed} }}, offering = {{ line = "x" }}, allowance = {{ free = "x" }},',
                'cap = { most = "x" }, band = { day = "x", night = "x" } }',
            ]
        )
    )


def prices(client, number, at):
    """[the price of so many units, or REFUSED] of one event that begins then, of somebody who has used nothing."""
    usage = {"service_id": number, "service": "voice", "at": at}
    answers = client.call_all("rate", [{**usage, "seconds": units} for units in range(2 * LONGEST + 1)])
    assert all(error is None for error, _ in answers)
    return [Decimal(answer["amount"]) if answer["outcome"] == "priced" else REFUSED for _, answer in answers]


def payable(price_of, units, charged, available):
    return price_of[units] is not REFUSED and price_of[units] - charged <= available


def check_grant(price_of, used, asked, granted, state, monotone):
    """`state` is what was charged of it and what can be spent besides."""
    can = [payable(price_of, used + units, *state) for units in range(asked + 1)]
    if monotone:
        assert granted == max((units for units in range(1, asked + 1) if can[units]), default=0)
    elif granted < asked:  # where a price falls, a border: so many can be paid, one more can't
        assert (granted == 0 or can[granted]) and not can[granted + 1]
    else:
        assert can[granted]


def check_session(client, rng, number, price_of, at, monotone):
    balance = Decimal(rng.randrange(3000)) / 1000
    client.call("balance.topup", id="t", account=number, at=at, amount=str(balance + Decimal("0.000001")), currency="CNY")
    balance += Decimal("0.000001")
    session = {"service_id": number, "session": "s", "at": at}
    asked, used, more = (rng.randrange(1, LONGEST // 2) for _ in range(3))
    first = client.call("session.reserve", {**session, "number": 0, "parts": [{"service": "voice", "ask": asked}]})
    if first["outcome"] == "refused":
        check_grant(price_of, 0, asked, 0, (0, balance), monotone)
        return
    check_grant(price_of, 0, asked, first["parts"][0]["granted"], (0, balance), monotone)
    assert Decimal(first["held"]) == price_of[first["parts"][0]["granted"]]
    second = client.call("session.update", {**session, "number": 1, "parts": [{"part": "voice", "used": used, "ask": more}]})
    (part,) = second["parts"]
    priced = used if price_of[used] is not REFUSED else max(n for n in range(used) if price_of[n] is not REFUSED)
    assert part.get("unpriced", 0) == used - priced
    charged = min(price_of[priced], balance)
    assert (Decimal(second["charged"]), Decimal(part.get("unpaid", "0"))) == (charged, price_of[priced] - charged)
    check_grant(price_of, used, more, part["granted"], (charged, balance - charged), monotone)
    if part["granted"] > 0:
        assert Decimal(second["held"]) == max(Decimal(0), price_of[used + part["granted"]] - charged)
    end = client.call("session.commit", {**session, "number": 2, "parts": [{"part": "voice", "used": part["granted"]}]})
    if part["granted"] > 0 and monotone:
        assert "unpaid" not in end["parts"][0]
    (main,) = client.call("balance.get", [number])["balances"]
    assert (Decimal(main["amount"]), Decimal(main["held"])) == (Decimal(end["balance"]), 0)
    assert Decimal(end["balance"]) == balance - Decimal(end["parts"][0]["charged"]) >= 0


def test_what_is_granted_held_and_charged_is_what_every_single_quantity_says(tmp_path):
    print(f"SEED={SEED}")
    rng = random.Random(SEED)
    packages = [plan(rng, number) for number in range(PLANS)]
    catalog(tmp_path / "random", [text for text, _ in packages])
    with Server() as server:
        server.publish(tmp_path / "random")
        client = server.connect()
        for number, (_, monotone) in enumerate(packages):
            names = [f"139{number:03d}{n:05d}" for n in range(SESSIONS + 1)]
            server.subscribe(names, None, package=f"p{number}", product="line")
            at = f"2026-03-1{rng.randrange(10)}T{rng.choice(['12:00:00', '20:55:00', '06:52:31', '23:56:00'])}+08:00"
            price_of = prices(client, names[0], at)
            for name in names[1:]:
                check_session(client, rng, name, price_of, at, monotone)

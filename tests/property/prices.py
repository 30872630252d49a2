"""Prices of calls a second time, increment by increment: no closed form, and nothing shared with the server.

A calendar is unrolled into one byte for each second of some years; an increment's band is the byte at its first second. All
increments of a call are looked up, one by one, by a slice with a stride.
"""

import csv
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parents[2]
STEPPED = Path("tests/property/stepped")
FIXED_LINE = Path("rules/catalogs/fixed_line")
WORKDAYS, WEEKEND = range(5), (5, 6)


class Refused(Exception):
    """The code of a refusal."""


def holidays(catalog, name):
    with open(ROOT / catalog / "tables" / name, newline="", encoding="utf-8") as file:
        return {date.fromisoformat(row["date"]): row["kind"] for row in csv.DictReader(file)}


class Bands:
    """The band of every second of some years, local time of a zone; `rule(kind, weekday, minute of the day)` names it."""

    def __init__(self, names, rule, days, zone, years):
        self.names = names
        self.zone = ZoneInfo(zone)
        self.first = int(datetime(years[0], 1, 1, tzinfo=self.zone).timestamp())
        self.end = int(datetime(years[1] + 1, 1, 1, tzinfo=self.zone).timestamp())
        seconds = bytearray(self.end - self.first)
        for at in range(self.first, self.end, 900):  # all rules and changes of time fall on quarters of an hour
            local = datetime.fromtimestamp(at, UTC).astimezone(self.zone)
            band = rule(days.get(local.date()), local.weekday(), local.hour * 60 + local.minute)
            seconds[at - self.first : at - self.first + 900] = bytes([names.index(band)]) * 900
        self.seconds = bytes(seconds)

    def of_increments(self, at, seconds, first, step):
        """(band of the first increment, bands of all others as bytes) of a call that begins at `at`."""
        begin = at - self.first
        others = range(begin + first, begin + seconds, step)
        if at < self.first or begin >= len(self.seconds) or (others and others[-1] >= len(self.seconds)):
            raise Refused("CALENDAR_NOT_COVERED")
        return self.seconds[begin], self.seconds[others.start : others.stop : step]


class Tariff:
    """Set-up, a first step, further steps, bounds and one rounding. Prices are by band, or one for all."""

    def __init__(self, step, price, first=None, bands=None, **rest):
        self.step, self.prices = step, price
        self.first, self.first_prices = first or (step, price)
        self.bands = bands
        self.setup, self.minimum = Decimal(rest.get("setup", "0")), Decimal(rest.get("minimum", "0"))
        self.maximum = Decimal(rest["maximum"]) if "maximum" in rest else None
        self.round = rest.get("round")

    def price_of(self, prices, band):
        return Decimal(prices if isinstance(prices, str) else prices[band])

    def charge(self, at, seconds):
        """(amount, {band: increments}) of a call; the band is None without a calendar."""
        if self.bands is None:
            if seconds == 0:
                return Decimal(0), {}
            others = len(range(self.first, seconds, self.step))
            return self.bounded(self.price_of(self.first_prices, None) + others * self.price_of(self.prices, None)), {None: 1 + others}
        head, others = self.bands.of_increments(at, max(seconds, 1), self.first, self.step)
        if seconds == 0:
            return Decimal(0), {}
        names = self.bands.names
        amount = self.price_of(self.first_prices, names[head])
        counts = {names[head]: 1}
        for place, name in enumerate(names):
            count = others.count(place)
            if count:
                amount += count * self.price_of(self.prices, name)
                counts[name] = counts.get(name, 0) + count
        return self.bounded(amount), counts

    def bounded(self, amount):
        amount = max(amount + self.setup, self.minimum)
        if self.maximum is not None:
            amount = min(amount, self.maximum)
        if self.round:
            step, mode = self.round
            amount = (amount / Decimal(step)).quantize(Decimal(1), mode) * Decimal(step)
        return amount


# ---- the stock catalog ----


class FixedLine:
    """As scenario S1 describes it, not as its rules are written."""

    zone = "Asia/Shanghai"

    def __init__(self):
        self.bands = Bands(["day", "weekend", "night", "holiday"], self.band, holidays(FIXED_LINE, "holidays-cn.csv"), self.zone, (2024, 2026))
        with open(ROOT / FIXED_LINE / "tables/country-codes.csv", newline="", encoding="utf-8") as file:
            self.countries = {row["prefix"] for row in csv.DictReader(file)}
        domestic = {"day": "0.07", "weekend": "0.05", "night": "0.04", "holiday": "0.04"}
        self.tariffs = {
            "free": Tariff(60, "0"),
            "local": Tariff(60, "0.11", first=(180, "0.22")),
            "domestic": Tariff(6, domestic, bands=self.bands),
            "hmt": Tariff(6, "0.20"),
            "international": Tariff(6, "0.80"),
        }

    @staticmethod
    def band(kind, weekday, minute):
        if kind == "holiday":
            return "holiday"
        if minute < 7 * 60:
            return "night"
        return "weekend" if weekday in WEEKEND and kind != "workday" else "day"

    @staticmethod
    def area(caller):
        if caller.startswith(("010", "02")):
            return caller[:3]
        return caller[:4] if caller.startswith("0") else None

    def zone_of(self, caller, to):
        if to in ("110", "119", "120", "122", "10000") or (to.startswith("800") and len(to) == 10):
            return "free"
        if to.startswith("00"):
            rest = to[2:]
            for size in (4, 3, 2, 1):
                if rest[:size] in ("852", "853", "886"):
                    return "hmt"
                if rest[:size] in self.countries:
                    return "international"
            raise Refused("NO_PRICE")
        area = self.area(caller)
        if area and to.startswith(area):
            return "local"
        return "domestic" if to.startswith("0") else "local"


# ---- the other one ----


class Stepped:
    zone = "Europe/Berlin"

    def __init__(self):
        names = ["holiday", "peak", "night", "weekend", "low"]
        self.bands = Bands(names, self.band, holidays(STEPPED, "holidays.csv"), self.zone, (2025, 2026))
        near = ("0.05", "0.31", "0.111111", "0.1", "0.2"), ("0.01", "0.073", "0.004999", "0.03", "0.05")
        far = ("0.000005", "0.001234", "0.0005", "0.000725", "0.001")
        free = ("0", "0.5", "0.1", "0.2", "0.3")
        named = lambda prices: dict(zip(names, prices, strict=True))  # noqa: E731
        self.tariffs = {
            "near": Tariff(
                7, named(near[1]), first=(30, named(near[0])), bands=self.bands, setup="0.10", minimum="0.25",
                round=("0.01", ROUND_HALF_UP),
            ),
            "far": Tariff(6, named(far), bands=self.bands, setup="0.015", maximum="3.00", round=("0.01", ROUND_HALF_EVEN)),
            "flat": Tariff(1, "0.000417", minimum="0.05", maximum="12.345", round=("0.005", ROUND_UP)),
            "free": Tariff(60, named(free), first=(90, {**named("00000"), "peak": "0.01"}), bands=self.bands),
        }  # fmt: skip

    @staticmethod
    def band(kind, weekday, minute):
        if kind == "holiday":
            return "holiday"
        if weekday in WORKDAYS or kind == "workday":
            if 8 * 60 + 30 <= minute < 12 * 60 + 15 or 13 * 60 + 45 <= minute < 18 * 60:
                return "peak"
        if minute < 6 * 60 + 30 or minute >= 22 * 60:
            return "night"
        return "weekend" if weekday in WEEKEND and kind != "workday" else "low"

    def zone_of(self, _, to):
        if to == "3199":
            return "near"
        if to.startswith("31") and len(to) == 4:
            return "free"
        zone = {"1": "near", "2": "far", "3": "flat"}.get(to[:1])
        if zone is None:
            raise Refused("NO_PRICE")
        return zone


def price(catalog, caller, to, at, seconds):
    """{zone, amount, counts} of a call, or {code}. `at` in seconds since 1970."""
    try:
        zone = catalog.zone_of(caller, to)
        amount, counts = catalog.tariffs[zone].charge(at, seconds)
    except Refused as refusal:
        return {"code": str(refusal)}
    return {"zone": zone, "amount": amount, "counts": counts}


def edges(catalog):
    """Instants at which the band of the calendar changes, and midnights: where prices go wrong if they do."""
    bands = catalog.bands
    found = {
        bands.first + place
        for place in range(900, len(bands.seconds), 900)
        if bands.seconds[place] != bands.seconds[place - 1]
    }
    day = datetime.fromtimestamp(bands.first, UTC).astimezone(bands.zone)
    while day.timestamp() < bands.end:
        found.add(int(day.timestamp()))
        day += timedelta(days=1)
    return sorted(found)

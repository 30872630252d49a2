"""Every stock catalog is damaged in a hundred ways, and suanpan check must name each: its rule, its file, its line.

The damages are made from the schema of the language (damages.py), and are damages by construction: with any seed all of them are named.
DAMAGES=all tries them all, not a hundred of each catalog. Beside them stands a table of mistakes that somebody might make.
"""

import json
import os
import random
from concurrent.futures import ThreadPoolExecutor

import pytest

import damages
from server import ROOT, suanpan

CATALOGS = sorted((ROOT / "rules/catalogs").iterdir())
WANTED = 100
TOGETHER = 12
SEED = 20261122

# Mistakes of meaning: catalog, file, what stood there, what somebody made of it, the rule, and what is in the line that it names.
MISTAKES = [
    ("fixed_line", "calendars.lua", '{ "day", rest = true },', "", "calendar_gap", 'calendar "domestic"'),
    ("fixed_line", "calendars.lua", 'holidays = "holidays-cn",', "", "needs_holidays", 'calendar "domestic"'),
    ("fixed_line", "calendars.lua", '{ "day", rest = true },', '{ "day", rest = true }, { "late", hours = "22:00-24:00" },', "dead_calendar_rule", '"late"'),
    ("fixed_line", "zones.lua", '{ "local", rest = true },', '{ "local", rest = true }, { "world", prefix = "999" },', "unpriced", '"world"'),
    ("fixed_line", "zones.lua", '{ "domestic", prefix = "0" },', '{ "domestic", prefix = "0" }, { "local", prefix = "0" },', "prefix_repeated", '"local", prefix = "0"'),
    ("fixed_line", "zones.lua", 'column "country-codes.prefix"', 'column "country-codes.code"', "csv_column", "prefix,countries"),
    ("fixed_line", "zones.lua", 'prefix = "800", digits = 10', 'prefix = "800", digits = 2', "prefix_over_digits", '"800"'),
    ("fixed_line", "packages/standard.lua", 'step = "6 s", price = "0.20"', 'step = "1 KB", price = "0.20"', "wrong_unit", "1 KB"),
    ("fixed_line", "packages/standard.lua", 'step = "6 s", price = "0.80"', 'step = "0 s", price = "0.80"', "step_of_zero", '"0 s"'),
    ("fixed_line", "packages/standard.lua", 'calendar = "domestic",', "", "bands_without_calendar", "price ="),
    ("fixed_line", "packages/standard.lua", 'zone = "hmt"', 'zone = "international"', "dead_tariff", "tariff {"),
    ("fixed_line", "packages/standard.lua", 'zone = "hmt"', 'zone = "hmd"', "unknown_name", '"hmd"'),
    ("fixed_line", "packages/standard.lua", 'from = "2020-01-01",', 'from = "2020-01-01", till = "2019-01-01",', "till_before_from", "till"),
    ("fixed_line", "packages/standard.lua", 'id = "hmt"', 'id = "local"', "duplicate_id", "tariff {"),
    ("fixed_line", "packages/standard.lua", 'step = "6 s", price = "0.80"', "amount = function(c) while c.seconds > 0 do end end", "loop_unbounded", "while"),
    ("fixed_line", "packages/standard.lua", 'step = "6 s", price = "0.80"', 'amount = function(c) return money "0.80" * c.second end', "context_field", "c.second"),
    ("fixed_line", "plans.lua", 'base = "fixed_line"', 'base = {}', "never_sold", 'package "fixed_line"'),
    ("fixed_line", "tables/holidays-cn.csv", "2026-10-10,workday", "2026-10-10,worday", "cell", "2026-10-10"),
    ("fixed_line", "tables/holidays-cn.csv", "2026-10-10,workday", "2026-10-32,workday", "cell", "2026-10-32"),
    ("fixed_line", "tables/country-codes.csv", "20,EG", "20 ,EG", "cell", "20 ,EG"),
    ("fixed_line", "texts/en.lua", 'pstn = "Phone line"', 'psnt = "Phone line"', "missing_text_near", "product"),
    ("e6", "packages/e6_base.lua", '"0.08", up_to = 300', '"0.08"', "tier_after_rest", "day ="),
    ("e6", "packages/e6_base.lua", 'night = "0.06" }', 'night = "0.06", up_to = 200 }', "tier_without_rest", "up_to = 200"),
    ("e6", "packages/e6_base.lua", 'tiers = { kind = "graduated", every = "month", by = "package", id = "paid_minutes" },', "", "tiers_not_chosen", "price ="),
    ("e6", "packages/e6_base.lua", 'carry_over = "1 month"', 'carry_over = "1 day"', "carry_over_other", "carry_over"),
    ("e6", "packages/e6_base.lua", 'amount = 300, unit = "minute"', 'amount = 300, unit = "MB"', "wrong_unit", "amount"),
    ("e6", "packages/e6_base.lua", 'uses = { "local_minutes" }', 'uses = { "minutes" }', "unknown_name", '"minutes"'),
    ("e6", "packages/e6_base.lua", 'id = "paid_minutes"', 'id = "local_minutes"', "duplicate_id", "local_minutes"),
    ("e6", "packages/e6_base.lua", '"0.01 half_up"', '"0.01 half"', "wrong_type", "0.01 half"),
    ("e6", "packages/local_special.lua", 'off = "20%"', 'off = "120%"', "discount_over_100", "120%"),
    ("e6", "packages/local_special.lua", 'needs = "e6_base"', 'needs = "e6_bas"', "unknown_name", "e6_bas"),
    ("e6", "packages/local_special.lua", 'zone = "local"', 'zone = "locl"', "unknown_name", "locl"),
    ("free_minutes", "packages/talk.lua", 'step = "60 s"', 'step = "60 MB"', "wrong_unit", "60 MB"),
    ("free_minutes", "packages/talk.lua", 'every = "month"', 'every = "moon"', "unknown_choice", "moon"),
    ("free_minutes", "packages/talk.lua", ', night = "0.08"', "", "band_without_price", "price"),
    ("free_minutes", "catalog.lua", 'unit = "second"', 'unit = "item"', "wrong_unit", ""),
    ("messages", "packages/packs.lua", 'left = "10%"', 'left = "100%"', "notify_never", "100%"),
    ("messages", "packages/packs.lua", 'left = "10%"', 'left = "10 minutes"', "notify_unit", "10 minutes"),
    ("messages", "packages/packs.lua", 'of = "units", before', 'of = "unit", before', "unknown_name", '"unit"'),
    ("messages", "packages/packs.lua", 'of = "units", left = "10%"', 'left = "10%"', "notify_without_of", "left"),
    ("messages", "packages/packs.lua", 'before = "30 days"', 'before = "12 months"', "notify_too_early", "12 months"),
    ("messages", "texts/zh.lua", "还剩 {left} 条", "还剩 {rest} 条", "unknown_blank", "{rest}"),
]


def read(catalog):
    """The files of a catalog but its tests, whose findings are of no use here."""
    paths = (path for path in sorted(catalog.rglob("*")) if path.suffix in (".lua", ".csv") and not path.name.endswith("_test.lua"))
    return {path.relative_to(catalog).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def check(files, folder):
    """What suanpan check says of these files."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    result = suanpan("check", folder, "--json")
    assert result.stdout, result.stderr
    return json.loads(result.stdout)["findings"]


def is_named(damage, findings, shift):
    """Is it among the findings? `shift` tells where a line of the file stood before the edits."""
    return any(
        any(one["rule"].startswith(rule) for rule in damage.rules)
        and damage.say in one["say"]["en"]
        and (damage.lines is None or (one["file"] == damage.edit.file and shift(one["line"]) in damage.lines))
        for one in findings)


def choose(found, amount, rng):
    """So many, of all kinds alike."""
    by_kind = {}
    for damage in found:
        by_kind.setdefault(damage.kind, []).append(damage)
    for kind in by_kind.values():
        rng.shuffle(kind)
    chosen, kinds = [], sorted(by_kind)
    while len(chosen) < amount and any(by_kind.values()):
        for kind in kinds:
            if by_kind[kind] and len(chosen) < amount:
                chosen.append(by_kind[kind].pop())
    return chosen


def overlaps(one, other):
    return one.edit.file == other.edit.file and one.edit.start < other.edit.end and other.edit.start < one.edit.end


def bundles(chosen):
    """Damages that are tried together: of one stage, each in braces of its own."""
    open_bundles, whole = {}, []
    for damage in chosen:
        if damage.stage == "alone":
            whole.append([damage])
            continue
        for bundle in open_bundles.setdefault(damage.stage, []):
            if len(bundle) < TOGETHER and not any(one.place == damage.place or overlaps(one, damage) for one in bundle):
                bundle.append(damage)
                break
        else:
            open_bundles[damage.stage].append([damage])
    return whole + [bundle for stage in open_bundles.values() for bundle in stage]


def try_bundle(files, bundle, folder):
    """The damages that were not named."""
    damaged = {name: damages.apply(text, [one.edit for one in bundle if one.edit.file == name]) for name, text in files.items()}
    findings = check(damaged, folder)
    unnamed = []
    for damage in bundle:
        before = files[damage.edit.file]
        edits = sorted((one.edit for one in bundle if one.edit.file == damage.edit.file), key=lambda one: one.start)

        def shift(line, before=before, edits=edits):
            gone = 0
            for edit in edits:
                if before.count("\n", 0, edit.start) + 1 < line + gone:
                    gone += before.count("\n", edit.start, edit.end) - edit.new.count("\n") * (edit.start < len(before))
            return line + gone

        if not is_named(damage, findings, shift):
            unnamed.append(f"{damage} is not among {[(one['rule'], one['file'], one['line']) for one in findings][:8]}")
    return unnamed


@pytest.mark.parametrize("catalog", CATALOGS, ids=lambda path: path.name)
def test_a_hundred_damages_are_named(catalog, tmp_path):
    files = read(catalog)
    assert not any(one["severity"] != "note" for one in check(files, tmp_path / "whole")), "the catalog is not sound"
    found = damages.damages_of(files)
    amount = len(found) if os.environ.get("DAMAGES") == "all" else WANTED
    chosen = choose(found, amount, random.Random(f"{SEED} {catalog.name}"))
    assert len(chosen) >= WANTED, f"only {len(found)} damages are known for {catalog.name}"
    tried = list(enumerate(bundles(chosen)))
    with ThreadPoolExecutor(2) as pool:
        unnamed = list(pool.map(lambda one: try_bundle(files, one[1], tmp_path / str(one[0])), tried))
    failed = [one for some in unnamed for one in some]
    assert not failed, f"{len(failed)} of {len(chosen)}:\n" + "\n".join(failed[:20])


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda one: f"{one[0]}-{one[4]}")
def test_a_mistake_is_named(mistake, tmp_path):
    catalog, file, old, new, rule, line = mistake
    files = read(ROOT / "rules/catalogs" / catalog)
    assert old in files[file]
    files[file] = files[file].replace(old, new, 1)
    told = [(one["rule"], files[one["file"]].splitlines()[one["line"] - 1]) for one in check(files, tmp_path) if one["line"] > 0]
    assert any(one == rule and line in text for one, text in told), told

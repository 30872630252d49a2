"""Writes the stock catalog of a fixed line with as many cases as one likes."""

import random
import shutil
from pathlib import Path

CATALOG = Path(__file__).resolve().parents[2] / "rules/catalogs/fixed_line"
A_FILE = 2000  # cases
NUMBERS = [("110", "free"), ("5507882", "local"), ("02073241552", "domestic"), ("0085221234567", "hmt"), ("00442071234567", "international")]


def write(folder, count):
    """The stock catalog of a fixed line with so many cases of its own: calls to all zones, at any time of a year, of any length."""
    shutil.copytree(CATALOG, folder, ignore=shutil.ignore_patterns("*_test.lua"))
    chance = random.Random(1)
    for first in range(0, count, A_FILE):
        rows = "".join(
            f'    {{ "call {number}", "{to}", "2026-{chance.randint(1, 9):02}-{chance.randint(1, 28):02} '
            f'{chance.randrange(24):02}:{chance.randrange(60):02}:00", {chance.randrange(3600)}, "{zone}" }},\n'
            for number, (to, zone) in ((number, chance.choice(NUMBERS)) for number in range(first, min(first + A_FILE, count))))
        (folder / f"packages/cases_{first:06}_test.lua").write_text(
            f'cases "from {first}" {{\n    holds = "fixed_line",\n    event = {{ service = "voice", from = "07715510001" }},\n'
            f'    columns = {{ "name", "to", "at", "seconds", "=> zone" }},\n{rows}}}\n', encoding="utf-8")
    return folder

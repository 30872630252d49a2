"""Writes a catalog as large as an operator may come to have: packages with all that is common in them, and decision tables.

    python3 tests/scale/large_catalog.py FOLDER [--packages 2000] [--tables 100] [--rows 1000] [--price 0.15]

Each base package has a plan and an offering of its own, and each has a plug-in with free units. `--price` makes another release of it.
"""

import argparse
from pathlib import Path

A_FILE = 100  # packages; a script may have a megabyte

HEAD = """\
catalog "large" { currency = "CNY", zone = "Asia/Shanghai" }

service "voice" { unit = "second", zones = "dialled" }
service "message" { unit = "item" }
service "data" { unit = "byte" }

product "line" { services = { "voice", "message", "data" } }

zones "dialled" {
    area_codes = { { prefix = { "010", "02" }, digits = 3 }, { prefix = "0", digits = 4 } },
    { "international", prefix = "00" },
    { "local", prefix = "@own_area" },
    { "domestic", prefix = "0" },
    { "local", rest = true },
}

calendar "day_night" {
    { "day", hours = "07:00-21:00" },
    { "night", rest = true },
}
"""

BASE = """\
package "base_{n:04}" {{
    kind = "base", from = "2020-01-01",
    allowance {{ id = "free_{n:04}", serves = {{ service = "voice", zone = "local" }}, amount = {minutes}, unit = "minute",
        every = "month" }},
    tariff {{ id = "local", say = "voice.local", serves = {{ service = "voice", zone = "local" }}, calendar = "day_night",
        step = "60 s", price = {{ day = "{day}", night = "{night}" }} }},
    tariff {{ id = "domestic", say = "voice.domestic", serves = {{ service = "voice", zone = "domestic" }}, calendar = "day_night",
        step = "6 s", price = {{ day = "0.07", night = "0.04" }} }},
    tariff {{ id = "international", say = "voice.international", serves = {{ service = "voice", zone = "international" }},
        step = "6 s", price = "0.80" }},
    tariff {{ id = "message", say = "message.one", serves = {{ service = "message" }}, step = "1 item", price = "0.10" }},
    tariff {{ id = "data", say = "data.one", serves = {{ service = "data" }}, step = "1 KB", price = "0.01" }},
}}
"""

PLUG_IN = """\
package "plug_in_{n:04}" {{
    kind = "plugin", from = "2020-01-01",
    allowance {{ id = "more_{n:04}", serves = {{ service = "voice", zone = "local" }}, amount = {minutes}, unit = "minute",
        every = "month" }},
}}
"""

# What both languages need beside the packages.
NAMES = {
    "catalog": ["large"],
    "product": ["line"],
    "service": ["voice", "message", "data"],
    "zone": ["local", "domestic", "international"],
    "band": ["day", "night"],
    "voice": ["local", "domestic", "international"],
    "message": ["one"],
    "data": ["one"],
}


def table(rows):
    """Quantities of fifty by four years by as many roles as it takes; the last role is everybody else."""
    lines = ["role,from,quantity,=> share,=> fee", "text,date,integer,decimal,money"]
    roles = max(2, -(-rows // 200))
    dates = ["<2018-01-01", "2018-01-01..<2019-01-01", "2019-01-01..<2020-01-01", ">=2020-01-01"]
    for role in range(roles):
        name = f"role_{role}" if role < roles - 1 else "!" + "|".join(f"role_{other}" for other in range(roles - 1))
        for year, date in enumerate(dates):
            for part in range(50):
                quantity = f"{part * 10}..{part * 10 + 9}" if part < 49 else ">=490"
                lines.append(f"{name},{date},{quantity},{part + role}%,{part}.{year:02}")
    return "\n".join(lines) + "\n"


def texts(language, names):
    lines = [f'texts "{language}" {{']
    for kind, ids in names.items():
        lines += [f"    {kind} = {{"] + [f'        ["{one}"] = "{kind} {one}",' for one in ids] + ["    },"]
    return "\n".join(lines) + "\n}\n"


def write(folder, packages=2000, tables=100, rows=1000, price="0.15"):
    folder = Path(folder)
    files = {"catalog.lua": [HEAD]}
    half = packages // 2
    for n in range(half):
        blanks = {"n": n, "minutes": 10 + n % 500, "day": price, "night": "0.08"}
        file = files.setdefault(f"packages/family_{n // (A_FILE // 2):03}.lua", [])
        file += [BASE.format(**blanks), PLUG_IN.format(**blanks)]
        files.setdefault(f"plans/plans_{n // 500:03}.lua", []).append(
            f'plan "plan_{n:04}" {{ base = "base_{n:04}", optional = "plug_in_{n:04}" }}\n'
            f'offering "offering_{n:04}" {{ plans = "plan_{n:04}" }}\n')
        for language in ("zh", "en"):
            file = files.setdefault(f"texts/{language}_{n // 500:03}.lua", [])
            file.append(texts(language, {
                "package": [f"base_{n:04}", f"plug_in_{n:04}"],
                "allowance": [f"free_{n:04}", f"more_{n:04}"],
                "plan": [f"plan_{n:04}"], "offering": [f"offering_{n:04}"],
                **(NAMES if n == 0 else {})}))
    for n in range(tables):
        files["catalog.lua"].append(f'table "fees_{n:03}" {{ domain = {{ quantity = ">=0" }} }}\n')
        files[f"tables/fees_{n:03}.csv"] = [table(rows)]
    for path, parts in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text("\n".join(parts) if path.endswith(".lua") else parts[0], encoding="utf-8")
    return folder


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument("--packages", type=int, default=2000)
    parser.add_argument("--tables", type=int, default=100)
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--price", default="0.15")
    options = parser.parse_args()
    write(options.folder, options.packages, options.tables, options.rows, options.price)

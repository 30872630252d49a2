"""How long an author waits: tests a second, the check of a large catalog, and the switch of a large release under load.

    python3 bench/authoring.py [--build build/release] [--rounds 5] [--quick] [--output bench]

Writes AUTHORING.md and authoring.json. Every figure by the clock is the best of the rounds, for whatever else a machine does can only
make it worse; processor time stands beside it.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

import suanpan
import switch

sys.path.insert(0, str(switch.ROOT / "tests/scale"))
import large_catalog  # noqa: E402
import many_cases  # noqa: E402

CATALOGS = switch.ROOT / "rules/catalogs"


def run(build, *arguments):
    """Runs the program; seconds by the clock and of a processor, its memory, and what it wrote."""
    with tempfile.TemporaryFile() as output:
        before = time.monotonic()
        program = os.path.join(build, "suanpan")
        process = os.posix_spawn(program, [program, *map(str, arguments)], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, output.fileno(), 1)])
        _, status, usage = os.wait4(process, 0)
        seconds = time.monotonic() - before
        output.seek(0)
        answer = json.load(output)
    if status != 0:
        raise RuntimeError(f"suanpan {arguments[0]} ended with {os.waitstatus_to_exitcode(status)}")
    return {"seconds": seconds, "cpu_seconds": usage.ru_utime + usage.ru_stime, "memory_bytes": usage.ru_maxrss * 1024}, answer


def best(build, rounds, *arguments):
    runs = [run(build, *arguments) for _ in range(rounds)]
    return {name: min(figures[name] for figures, _ in runs) for name in runs[0][0]}, runs[0][1]


def measure_tests(build, folder, rounds, count):
    """Cases a second: of the larger of two catalogs, what it has more and takes longer; so that starting counts for nothing."""
    few, _ = best(build, rounds, "test", many_cases.write(folder / "few", many_cases.A_FILE), "--json")
    many, answer = best(build, rounds, "test", many_cases.write(folder / "many", count), "--json")
    assert answer["passed"] == count and answer["failed"] == 0
    return {"cases": count, **many, "per_second": count / many["seconds"],
            "per_second_beyond_start": (count - many_cases.A_FILE) / (many["seconds"] - few["seconds"])}


def measure_stock(build, rounds):
    """The tests of all stock catalogs."""
    rows = {}
    for catalog in sorted(CATALOGS.iterdir()):
        figures, answer = best(build, rounds, "test", catalog, "--json")
        rows[catalog.name] = {**figures, "tests": answer["passed"]}
    return rows


def measure_check(build, folder, rounds, size):
    figures, answer = best(build, rounds, "check", large_catalog.write(folder / "large", *size), "--json")
    assert answer["errors"] == 0
    return {**dict(zip(("packages", "tables", "rows"), size)), **figures}


def goal(text, wanted, got, unit, at_most):
    reached = got <= wanted if at_most else got >= wanted
    digits = 0 if wanted >= 100 else 2
    return (f"| {text} | {'at most' if at_most else 'at least'} {wanted:,}{unit} | {got:,.{digits}f}{unit} |"
            f" {'yes' if reached else '**no**'} |")


def document(results):
    tests, check, switched = results["tests"], results["check"], results["switch"]
    machine = results["machine"]
    lines = [
        "# How long an author waits", "",
        "Written by `make bench-authoring`; [README.md](README.md) says how to read it.", "",
        f"Taken {machine['date']} on {machine['cores']} × {machine['cpu']}, Linux {machine['kernel']}. Suanpan {results['version']}.", "",
        "| | goal | here | reached |", "|---|--:|--:|---|",
        goal("cases of `suanpan test` a second, start included", 1000, tests["per_second"], "", False),
        goal(f"`suanpan check` of {check['packages']:,} packages and {check['tables']:,} tables of {check['rows']:,} rows", 5,
             check["seconds"], " s", True),
        goal(f"a release of {switched['packages']:,} packages is switched: how much longer a charge waits, at the median", 5,
             switched["longer_ms_median"], " ms", True),
        goal("the same: what the switch takes of a processor, at most", 5, switched["switch_cpu_ms_max"], " ms", True),
        "", "## Tests", "",
        "| | tests | s | processor s | a second |", "|---|--:|--:|--:|--:|",
        f"| {tests['cases']:,} calls of `fixed_line` | {tests['cases']:,} | {tests['seconds']:.2f} | {tests['cpu_seconds']:.2f} |"
        f" {tests['per_second']:,.0f} |",
    ]
    for name, row in results["stock"].items():
        lines.append(f"| the catalog `{name}` with its own tests | {row['tests']:,} | {row['seconds']:.2f} | {row['cpu_seconds']:.2f} |"
                     f" {row['tests'] / row['seconds']:,.0f} |")
    lines += [
        "", f"Reading and checking the catalog is in all of them; beyond that, {tests['per_second_beyond_start']:,.0f} calls a second.",
        "", "## Check", "",
        "| packages | tables × rows | s | processor s | memory MB |", "|--:|--:|--:|--:|--:|",
        f"| {check['packages']:,} | {check['tables']:,} × {check['rows']:,} | {check['seconds']:.2f} | {check['cpu_seconds']:.2f} |"
        f" {check['memory_bytes'] / 1e6:.0f} |",
        "", "## Switch", "",
        f"{switched['switches']} switches between two releases of {switched['packages']:,} packages, while four clients charge; beside",
        f"each a window of {switch.WINDOW_S} s without one. A release takes {switched['release_bytes'] / 1e6:.1f} MB of memory.", "",
        "| windows | the longest wait of a charge: median ms | greatest ms | windows with one over 5 ms | longest turn ms |",
        "|---|--:|--:|--:|--:|",
    ]
    for name in ("without", "with"):
        row = switched[name]
        lines.append(f"| {name} a switch | {row['longest_ms_median']:.2f} | {row['longest_ms_max']:.2f} | {row['windows_over_5_ms']} |"
                     f" {row['turn_ms_max']:.2f} |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="one round and small sizes: to see that it works, not for figures")
    parser.add_argument("--folder", default="/var/tmp")
    parser.add_argument("--output", default=str(switch.ROOT / "bench"))
    options = parser.parse_args()
    rounds = 1 if options.quick else options.rounds
    size = (100, 5, 1000) if options.quick else (2000, 100, 1000)
    folder = Path(tempfile.mkdtemp(prefix="suanpan-authoring-", dir=options.folder))
    try:
        from run import machine

        results = {
            "machine": machine(options.folder),
            "version": run(options.build, "version", "--json")[1]["suanpan"],
            "tests": measure_tests(options.build, folder, rounds, 2 * many_cases.A_FILE if options.quick else 10 * many_cases.A_FILE),
            "stock": measure_stock(options.build, rounds),
            "check": measure_check(options.build, folder, rounds, size),
            "switch": switch.run(options.build, folder, size[0], 3 if options.quick else 30),
        }
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    output = Path(options.output)
    output.mkdir(parents=True, exist_ok=True)
    (output / "authoring.json").write_text(json.dumps(results, indent=1) + "\n")
    (output / "AUTHORING.md").write_text(document(results), encoding="utf-8")
    print(f"written: {output / 'AUTHORING.md'}")
    return 0 if switch.holds(results["switch"]) else 1


if __name__ == "__main__":
    sys.exit(main())

"""Turns the results into RESULTS.md, results.json and results.png."""

import json
import os
import statistics

TITLES = {"suanpan": "Suanpan", "redis": "Redis", "postgresql": "PostgreSQL", "tarantool": "Tarantool", "bare": "bare loop"}
ORDER = ["suanpan", "redis", "tarantool", "postgresql", "bare"]
PEERS = ["redis", "tarantool", "postgresql"]


OPEN = {"open/half": "charges", "open/session": "operations of sessions"}


class Figures:
    """All measurements of one scenario, by target; each figure as the median over the rounds."""

    def __init__(self, scenarios):
        self.rows = {}
        for row in scenarios:
            self.rows.setdefault((row["scenario"], row["target"]), []).append(row)

    def targets(self, scenario):
        return [target for target in ORDER if (scenario, target) in self.rows]

    def scenarios(self, prefix):
        found = []
        for scenario, _ in self.rows:
            if scenario.startswith(prefix) and scenario not in found:
                found.append(scenario)
        return found

    def values(self, scenario, target, *path):
        values = []
        for row in self.rows.get((scenario, target), []):
            for key in path:
                row = row.get(key) if row is not None else None
            if row is not None:
                values.append(row)
        return values

    def median(self, scenario, target, *path):
        values = self.values(scenario, target, *path)
        return statistics.median(values) if values else None


def number(value, digits=0, unit=1.0):
    return "–" if value is None else f"{value / unit:,.{digits}f}"


def spread(values):
    """The range of the rounds around their median, in percent."""
    if len(values) < 2 or statistics.median(values) == 0:
        return ""
    middle = statistics.median(values)
    return f" (−{(middle - min(values)) / middle * 100:.0f} +{(max(values) - middle) / middle * 100:.0f} %)"


def megabytes(memory):
    return sum(memory.values()) / 1e6


def load_table(figures, scenario):
    lines = [
        "| | charges/s | × fastest peer | × bare loop | p50 ms | p99 ms | p99.9 ms | processor µs a charge | device bytes a charge"
        " | journal bytes a charge | charges a sync | memory MB |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    rates = {target: figures.median(scenario, target, "per_second") for target in figures.targets(scenario)}
    fastest = max((rates[target] for target in PEERS if target in rates), default=None)
    for target, rate in rates.items():
        memory = [megabytes(value) for value in figures.values(scenario, target, "memory")]
        groups = [row["charged"] / max(row["syncs"], 1) for row in figures.rows[(scenario, target)]]
        bound = figures.values(scenario, target, "server_in_flight_most")
        title = TITLES[target] + (f" (works on {bound[0]} at a time)" if bound else "")
        lines.append("| " + " | ".join([
            title,
            number(rate) + spread(figures.values(scenario, target, "per_second")),
            number(rate / fastest, 2) if fastest else "–",
            number(rate / rates["bare"], 2) if "bare" in rates else "–",
            number(figures.median(scenario, target, "latency_us", "p50"), 2, 1000),
            number(figures.median(scenario, target, "latency_us", "p99"), 2, 1000),
            number(figures.median(scenario, target, "latency_us", "p999"), 2, 1000),
            number(figures.median(scenario, target, "cpu_us"), 2),
            number(figures.median(scenario, target, "device_bytes")),
            number(figures.median(scenario, target, "journal_bytes")),
            number(statistics.median(groups), 1),
            number(statistics.median(memory)),
        ]) + " |")
    return lines


def rate_table(figures):
    lines = ["| call | enquiries/s | p50 ms | p99 ms | processor µs an enquiry |", "|---|--:|--:|--:|--:|"]
    for scenario in figures.scenarios("rate/"):
        lines.append("| " + " | ".join([
            scenario.split("/")[1],
            number(figures.median(scenario, "suanpan", "per_second"))
            + spread(figures.values(scenario, "suanpan", "per_second")),
            number(figures.median(scenario, "suanpan", "latency_us", "p50"), 2, 1000),
            number(figures.median(scenario, "suanpan", "latency_us", "p99"), 2, 1000),
            number(figures.median(scenario, "suanpan", "cpu_us"), 2),
        ]) + " |")
    return lines


def rating_table(rating):
    lines = ["| | ns | bands | of a one-minute call, a band |", "|---|--:|--:|--:|",
             f"| longest prefix among {rating['prefixes']:,} ({rating['prefix_bytes'] / 1e6:.1f} MB) | {rating['prefix_find_ns']:.0f} | | |",
             f"| the band at an instant | {rating['calendar_band_ns']:.0f} | | |"]
    minute = next(call["rate_ns"] for call in rating["calls"] if call["seconds"] == 60)
    for call in rating["calls"]:
        lines.append(f"| a call of {call['seconds']:,} s | {call['rate_ns']:,.0f} | {call['bands']:.2f} |"
                     f" {call['rate_ns'] / minute / call['bands']:.2f} × |")
    family = rating.get("family")
    if family is not None:
        lines.append(f"| {family['seconds']} s with three packages, an allowance, two tiers, a discount | {family['rate_ns']:,.0f} | | |")
    return lines


def open_table(figures):
    lines = ["| | asked a second | p50 ms | p90 ms | p99 ms | p99.9 ms | longest ms | most waiting to be sent"
             " | chunks of checkpoints meanwhile | device bytes a charge, checkpoints included |", "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|"]
    for scenario in figures.scenarios("open/"):
        for target in figures.targets(scenario):
            latencies = [number(figures.median(scenario, target, "latency_us", name), 2, 1000)
                         for name in ("p50", "p90", "p99", "p999", "max")]
            lines.append("| " + " | ".join(
                [OPEN[scenario], number(figures.median(scenario, target, "rate"))] + latencies
                + [number(figures.median(scenario, target, name)) for name in ("behind_max", "checkpoint_chunks", "device_bytes_settled")]) + " |")
    return lines


def restart_table(restarts):
    lines = ["| | seconds until ready |", "|---|--:|"]
    for name in dict.fromkeys(row["name"] for row in restarts):
        seconds = [row["seconds"] for row in restarts if row["name"] == name]
        lines.append(f"| {name} | {statistics.median(seconds):.2f}{spread(seconds)} |")
    return lines


def goal(rows, name, found, bound, unit, digits=0):
    """A goal: at most the bound; with a negative bound, at least that much."""
    if found is None:
        return
    reached = found >= -bound if bound < 0 else found <= bound
    words = f"{'at least' if bound < 0 else 'at most'} {number(abs(bound), digits)}{unit}"
    rows.append(f"| {name} | {words} | {number(found, digits)}{unit} | {'yes' if reached else '**no**'} |")


def goal_table(results, figures):
    """What this is meant to reach, and what it reached here."""
    rows = []

    def rate(scenario, target):
        return figures.median(scenario, target, "per_second")

    def times(scenario, *targets):
        ours = rate(scenario, "suanpan")
        theirs = [rate(scenario, target) for target in targets if rate(scenario, target) is not None]
        return ours / max(theirs) if ours is not None and theirs else None

    def ratio(a, b):
        return a / b if a is not None and b else None

    goal(rows, "64 × 16: the fastest peer", times("random/16", *PEERS), -3, " ×", 2)
    goal(rows, "64 × 64: the fastest peer", times("random/64", *PEERS), -3, " ×", 2)
    goal(rows, "64 × 64: PostgreSQL", times("random/64", "postgresql"), -40, " ×", 1)
    goal(rows, "64 × 1: the fastest peer", times("random/1", *PEERS), -1, " ×", 2)
    goal(rows, "64 × 1: the bare loop", times("random/1", "bare"), -0.8, " ×", 2)
    goal(rows, "64 × 64, one account: half of the above goal, 1.5 × the fastest peer of random subscriptions",
         ratio(rate("one/64", "suanpan"), max((rate("random/64", peer) or 0 for peer in PEERS), default=0)), -1.5, " ×", 2)
    goal(rows, "64 × 64, 10,000 members of one pool: two thirds of what they reach with pools of their own",
         ratio(rate("group/64", "suanpan"), rate("alone/64", "suanpan")), -0.67, " ×", 2)
    goal(rows, "half of the top rate: p99", ratio(figures.median("open/half", "suanpan", "latency_us", "p99"), 1000), 10, " ms", 2)
    goal(rows, "64 × 64: operations of sessions (reserve, update, commit) a second", rate("session/64", "suanpan"), -250_000, "/s")
    goal(rows, "64 × 64, sessions of 10,000 members of one pool: two thirds of that",
         ratio(rate("session_group/64", "suanpan"), rate("session/64", "suanpan")), -0.67, " ×", 2)
    goal(rows, "half of the top rate of sessions: p99",
         ratio(figures.median("open/session", "suanpan", "latency_us", "p99"), 1000), 10, " ms", 2)
    goal(rows, "journal of a charge, 64 × 64", figures.median("random/64", "suanpan", "journal_bytes"), 512, " B")
    goal(rows, "device bytes of a charge, checkpoints included",
         figures.median("open/half", "suanpan", "device_bytes_settled"), 1200, " B")
    goal(rows, "memory of a cold subscription, index included",
         statistics.median(results["cold_bytes"]) if results.get("cold_bytes") else None, 400, " B")
    for name, bound in (("after a clean stop", 2), ("after kill -9 under full load", 12)):
        seconds = [row["seconds"] for row in results["restarts"] if row["name"] == name]
        goal(rows, f"ready {name}", statistics.median(seconds) if seconds else None, bound, " s", 2)
    rating = results.get("rating")
    if rating is not None:
        times_of = {call["seconds"]: call for call in rating["calls"]}
        long = times_of[216_000]
        goal(rows, "rating a call of 60 h: of a one-minute call, a band", long["rate_ns"] / times_of[60]["rate_ns"] / long["bands"], 1, " ×", 2)
        if rating.get("family") is not None:
            goal(rows, "rating with three packages, an allowance, two tiers, a discount", rating["family"]["rate_ns"], 1500, " ns")
        goal(rows, "prefixes found a second on one core, of 300,000", 1e9 / rating["prefix_find_ns"], -1_000_000, "")
    return ["| | goal | here | reached |", "|---|--:|--:|---|"] + rows if rows else []


def machine_lines(results):
    machine, options = results["machine"], results["options"]
    disk = results["disk"]
    speeds = ", ".join(
        f"{size} KB {min(row[size] for row in disk):,.0f}–{max(row[size] for row in disk):,.0f}/s" for size in disk[0]) \
        if disk else "–"
    versions = ", ".join(f"{TITLES[name]} {version}" for name, version in results["versions"].items() if version != "-")
    return [
        f"Taken {machine['date']} on {machine['cores']} × {machine['cpu']}, {machine['memory_bytes'] / 2**30:.0f} GiB, Linux"
        f" {machine['kernel']}, {machine['filesystem']} on {machine['device']}"
        f" ({'with' if machine['write_back_cache'] else 'without'} a volatile write cache).",
        f"Synced writes into a preallocated file, before each run: {speeds}. Processors busy with something else, likewise:"
        f" {min(results['busy'], default=0):.2f} to {max(results['busy'], default=0):.2f}. {versions}.",
        f"{options['subscriptions']:,} subscriptions; each figure is the median of {options['rounds']} rounds of"
        f" {options['seconds']:g} s after {options['warm_up']:g} s of warm-up, the rounds interleaved; in brackets how far the"
        " worst and the best round were from it.",
    ]


SESSIONS = {
    "session": "Sessions of a random subscription: an operation is a reserve, an update or a commit",
    "session_group": "Sessions of 10,000 members of one group that share their free minutes",
}
HEADINGS = {
    "random": "A random subscription",
    "one": "Every request on one account",
    "alone": "10,000 subscriptions that have free minutes of their own",
    "group": "10,000 members of one group that share their free minutes",
}


def document(results):
    figures = Figures(results["scenarios"])
    lines = ["# How fast", "", "Written by `make bench`; [README.md](README.md) says how to read it.", ""]
    for failure in results["failures"]:
        lines += [f"**Does not count: {failure}**", ""]
    if results["options"]["quick"]:
        lines += ["**A quick run: it shows that everything works; its figures say little.**", ""]
    lines += machine_lines(results)
    if figures.rows:
        lines += ["", "![charges a second](results.png)"]
    goals = goal_table(results, figures)
    if goals:
        lines += ["", "## Goals", ""] + goals
    for prefix, heading in {**HEADINGS, **SESSIONS}.items():
        for scenario in figures.scenarios(prefix + "/"):
            in_flight = scenario.split("/")[1]
            lines += ["", f"## {heading}, 64 connections with {in_flight} in flight each (closed loop)", ""]
            lines += load_table(figures, scenario)
    if figures.scenarios("rate/"):
        lines += ["", "## Price enquiries, by length of the call (16 in flight on each connection)", ""] + rate_table(figures)
    if results.get("rating") is not None:
        lines += ["", "## Rating alone, on one core, without a server", ""] + rating_table(results["rating"])
    if figures.scenarios("open/"):
        lines += ["", "## Half of the top rate, while checkpoints run (open loop)", "",
                  "Latencies count from when a request was due, not from when it was sent.", ""] + open_table(figures)
    if results["restarts"]:
        lines += ["", "## Starting again", ""] + restart_table(results["restarts"])
    lines += ["", "## Proofs", "",
              "A target is in the tables only if all of this held in each of its rounds.", "",
              "| | rounds | charges compared with balances and ledger | answers traced: left after their record was synced |",
              "|---|--:|--:|--:|"]
    for target in ORDER:
        rows = [row for row in results["proofs"] if row["target"] == target]
        if rows:
            charged = sum(row["charged"] for row in rows)
            traced = sum(row["traced"] for row in rows)
            lines.append(f"| {TITLES[target]} | {len(rows)} | {charged:,} | {traced:,} |")
    return "\n".join(lines) + "\n"


def plot(figures, path):
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    colours = {"suanpan": "#b3282d", "redis": "#8a8a8a", "tarantool": "#b0b0b0", "postgresql": "#d0d0d0", "bare": "#3a5a78"}
    panels = [prefix for prefix in HEADINGS if figures.scenarios(prefix + "/")]
    figure, axes = pyplot.subplots(1, max(len(panels), 1), figsize=(8, 3), sharey=True, squeeze=False)
    for axis, prefix in zip(axes[0], panels):
        scenarios = figures.scenarios(prefix + "/")
        present = [target for target in ORDER if any((scenario, target) in figures.rows for scenario in scenarios)]
        for index, target in enumerate(present):
            width = 0.8 / len(present)
            places = [at + (index - (len(present) - 1) / 2) * width for at in range(len(scenarios))]
            heights = [figures.median(scenario, target, "per_second") or 0 for scenario in scenarios]
            axis.bar(places, heights, width, label=TITLES[target], color=colours[target])
        axis.set_yscale("log")
        axis.set_title(HEADINGS[prefix], fontsize=9)
        axis.set_xticks(range(len(scenarios)), [f"64 × {scenario.split('/')[1]}" for scenario in scenarios])
        axis.tick_params(labelsize=8)
        axis.grid(axis="y", linewidth=0.3)
    axes[0][0].set_ylabel("durable charges a second", fontsize=8)
    axes[0][-1].legend(fontsize=7, loc="upper left", bbox_to_anchor=(1, 1))
    figure.tight_layout()
    figure.savefig(path, dpi=90)


def write(results, folder):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "results.json"), "w") as file:
        json.dump(results, file, indent=1)
        file.write("\n")
    with open(os.path.join(folder, "RESULTS.md"), "w") as file:
        file.write(document(results))
    figures = Figures(results["scenarios"])
    if figures.rows:
        plot(figures, os.path.join(folder, "results.png"))

"""Runs everything that `make bench` promises and writes RESULTS.md, results.json and results.png beside this file.

Each target is started anew in each round, prepared, proved (prices, repeats, syncs), loaded, and proved again (balances,
ledger); rounds are interleaved (A B C A B C …), because the machine is never equally fast twice."""

import argparse
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import measure
import oracle
import report
import suanpan
import targets

HERE = os.path.dirname(os.path.abspath(__file__))
CONNECTIONS = 64
IN_FLIGHT = (1, 16, 64)
SEED = 1
ORACLE_CALLS, ORACLE_SUBSCRIPTIONS = 5_000, 300
TRACED_CALLS = 200
BUSY_MOST = 0.1  # processors, before we begin
ALL = [suanpan.Suanpan] + targets.ALL


class Failed(Exception):
    """A probe failed: the target's figures do not count."""


def say(text):
    print(f"{time.strftime('%H:%M:%S')}  {text}", flush=True)


class Instance:
    """One target, running on fresh data. Adds up what it answered, to compare with what its data say."""

    def __init__(self, kind, context):
        self.target = kind(context)
        self.context = context
        self.device = measure.Device.of(context.folder)
        self.charged = 0
        self.amount_fen = 0
        self.run = 0

    def load(self, *options, run=None):
        """Runs the load generator; its report."""
        if run is None:
            self.run += 1
            run = self.run
        program = os.path.join(self.context.build, "bench", "load", "load")
        command = [program, "--target", self.target.name, "--address", self.target.address]
        command += ["--day", str(self.context.day_ms), "--seed", str(SEED), "--run", str(run)]
        if "--subscriptions" not in options and "--one-account" not in options:
            command += ["--subscriptions", str(self.context.subscriptions)]
        command += self.target.load_options() + [str(option) for option in options]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0:
            raise Failed(f"{self.target.name}: {done.stderr.strip() or done.stdout}")
        found = json.loads(done.stdout.strip().splitlines()[-1])
        if "--method" not in options:
            self.charged += found["charged"]
            self.amount_fen += found["amount_micros"] // 10_000
        return found

    def prove_prices(self):
        """The same calls cost on every target what the oracle says; asked again, they are repeats and cost nothing."""
        options = ("--connections", 1, "--in-flight", 64, "--count", ORACLE_CALLS, "--subscriptions", ORACLE_SUBSCRIPTIONS)
        want = oracle.total(SEED, ORACLE_CALLS, ORACLE_SUBSCRIPTIONS, self.context.day_ms)
        found = self.load(*options)
        if found["amount_micros"] != want * 10_000 or found["charged"] != ORACLE_CALLS:
            raise Failed(f"{self.target.name}: {ORACLE_CALLS} calls cost {found['amount_micros'] / 1e6}, not {want / 100}")
        if not self.target.knows_repeats:
            return
        again = self.load(*options, run=self.run)
        if again["repeats"] != ORACLE_CALLS or again["repeat_amount_micros"] != want * 10_000:
            raise Failed(f"{self.target.name}: asked again, only {again['repeats']} of {ORACLE_CALLS} were repeats")

    def prove_syncs(self):
        """Answers leave after the sync of their record, by a system-call trace."""
        trace = measure.SyncTrace(self.target.process.pid, os.path.join(self.context.folder, "trace"))
        try:
            self.load("--connections", 1, "--in-flight", 1, "--count", TRACED_CALLS)
        finally:
            trace.stop()
        proved, complaint = trace.check(self.run, TRACED_CALLS)
        if complaint:
            raise Failed(f"{self.target.name}: {complaint}")
        return proved

    def prove_totals(self):
        """The server's own data agree with the answers that were given."""
        totals = self.target.totals()
        want = targets.Totals(
            self.context.subscriptions * oracle.START_FEN - self.amount_fen, self.charged, self.amount_fen)
        if totals != want:
            raise Failed(f"{self.target.name}: its data say {totals}, the answers {want}")

    def measured(self, name, in_flight, *options):
        """One scenario, with what it cost the server and the device."""
        pid = self.target.process.pid
        processes = len(measure.children(pid))
        journal_before = self.target.journal_bytes()
        cpu_before = measure.cpu_seconds(pid)
        bytes_before, syncs_before = self.device.written()
        found = self.load("--in-flight", in_flight, *options)
        for _ in range(200):  # PostgreSQL's backends must have ended for their time to be counted
            if len(measure.children(pid)) <= processes:
                break
            time.sleep(0.01)
        bytes_after, syncs_after = self.device.written()
        cpu_after = measure.cpu_seconds(pid)
        journal_after = self.target.journal_bytes()
        count = max(found["charged"], 1)
        most = found["connections"] * in_flight
        if "--method" not in options:
            # One sync covers at most what was in flight.
            if (syncs_after - syncs_before) * most < found["charged"]:
                raise Failed(f"{self.target.name}: {found['charged']} answers, but only {syncs_after - syncs_before} syncs")
        return {
            "scenario": name,
            "target": self.target.name,
            "in_flight": in_flight,
            "server_in_flight_most": self.target.in_flight_most,
            "per_second": found["per_second"],
            "latency_us": found["latency_us"],
            "loop": found["loop"],
            "behind_max": found["behind_max"],
            "charged": found["charged"],
            "cpu_us": (cpu_after - cpu_before) / count * 1e6,
            "client_cpu_us": found["client_cpu_seconds"] / count * 1e6,
            "device_bytes": (bytes_after - bytes_before) / count,
            "syncs": syncs_after - syncs_before,
            "journal_bytes": None if journal_before is None else (journal_after - journal_before) / count,
            "memory": measure.memory(pid),
        }


class Bench:
    def __init__(self, options):
        self.options = options
        self.folder = tempfile.mkdtemp(prefix="suanpan-bench-", dir=options.folder)
        os.chmod(self.folder, 0o755)  # PostgreSQL runs as another user
        day_ms, month = oracle.day_before()
        self.context = targets.Context(
            build=os.path.abspath(options.build), folder=self.folder, subscriptions=options.subscriptions, day_ms=day_ms,
            month=month)
        self.results = {"scenarios": [], "proofs": [], "disk": [], "busy": [], "restarts": [], "cold_bytes": [], "versions": {}, "failures": []}
        self.instance = None

    def timing(self):
        return ("--seconds", self.options.seconds, "--warm-up", self.options.warm_up)

    def show(self, found):
        latency = found["latency_us"]
        say(f"  {found['scenario']:<28} {found['per_second']:>11,.0f}/s   p50 {latency['p50'] / 1000:.2f}  "
            f"p99 {latency['p99'] / 1000:.2f}  p99.9 {latency['p999'] / 1000:.2f} ms   {found['cpu_us']:.2f} µs   "
            f"{found['device_bytes']:.0f} B")

    def add(self, round_number, found):
        found["round"] = round_number
        self.results["scenarios"].append(found)
        self.show(found)

    def restarts(self, round_number, target, seconds):
        for name, value in seconds.items():
            self.results["restarts"].append({"round": round_number, "target": target, "name": name, "seconds": value})
            say(f"  {name}: ready in {value:.2f} s")

    def one_round(self, round_number, kind):
        """Everything that all targets do."""
        say(f"{kind.title}, round {round_number} of {self.options.rounds}")
        instance = self.instance = Instance(kind, self.context)
        target = instance.target
        busy = measure.busy_processors()
        if busy > BUSY_MOST:
            say(f"  WARNING: {busy:.1f} processors are busy with something else: these figures will not be repeatable")
        self.results["busy"].append(busy)
        self.results["disk"].append(measure.disk_speed(self.folder))
        started = time.monotonic()
        target.start()
        target.prepare()
        say(f"  {self.context.subscriptions:,} subscriptions ready after {time.monotonic() - started:.1f} s")
        self.results["versions"][target.name] = target.version()
        instance.prove_prices()
        proved = instance.prove_syncs()
        say(f"  prices equal the oracle's, repeats are repeats, {proved} of {TRACED_CALLS} answers left after their sync")
        for in_flight in IN_FLIGHT:
            self.add(round_number, instance.measured(f"random/{in_flight}", in_flight, *self.timing()))
        for in_flight in IN_FLIGHT:
            self.add(round_number, instance.measured(f"one/{in_flight}", in_flight, "--one-account", *self.timing()))
        target.extras(self, instance, round_number)
        target.settle()
        instance.prove_totals()
        say(f"  balances and ledger agree with {instance.charged:,} answers")
        self.results["proofs"].append(
            {"target": target.name, "round": round_number, "charged": instance.charged, "traced": proved})
        target.afterwards(self, instance, round_number)
        target.remove()
        self.instance = None

    def rating(self):
        """Rating alone: no server, no disk, one core."""
        if "suanpan" not in self.options.only:
            return
        program = os.path.join(self.context.build, "bench", "rating", "rating")
        found = json.loads(subprocess.check_output([program], text=True))
        self.results["rating"] = found
        say(f"Rating alone: a prefix among {found['prefixes']:,} in {found['prefix_find_ns']:.0f} ns, "
            f"a call of a minute in {found['calls'][1]['rate_ns']:.0f} ns")

    def run(self):
        self.rating()
        chosen = [kind for kind in ALL if kind.name in self.options.only]
        failed = set()
        for round_number in range(1, self.options.rounds + 1):
            for kind in chosen:
                if kind in failed:
                    continue
                try:
                    self.one_round(round_number, kind)
                except (Failed, RuntimeError, OSError, subprocess.CalledProcessError) as problem:
                    say(f"  FAILED: {problem}")
                    failed.add(kind)
                    self.results["failures"].append(f"{kind.title}: {problem}")
                    # What it measured before does not count either.
                    for name in ("scenarios", "proofs", "restarts"):
                        self.results[name] = [row for row in self.results[name] if row["target"] != kind.name]
                    if self.instance is not None:
                        self.instance.target.remove()
                        self.instance = None
        self.results["machine"] = machine(self.folder)
        self.results["options"] = {
            name: getattr(self.options, name) for name in ("seconds", "warm_up", "rounds", "subscriptions", "quick")}
        return not failed

    def clean(self):
        if self.instance is not None:
            self.instance.target.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def machine(folder):
    """What the figures were taken on."""
    with open("/proc/cpuinfo") as file:
        model = next((line.split(":")[1].strip() for line in file if line.startswith("model name")), platform.processor())
    device = measure.Device.of(folder)
    filesystem = subprocess.check_output(["findmnt", "-n", "-o", "FSTYPE", "-T", folder], text=True).strip()
    return {
        "cpu": model,
        "cores": os.cpu_count(),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "kernel": platform.release(),
        "device": device.name,
        "write_back_cache": device.write_back,
        "filesystem": filesystem,
        "date": time.strftime("%Y-%m-%d %H:%M %Z"),
    }


def parse_options():
    names = [kind.name for kind in ALL]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=os.path.join(HERE, "..", "build", "release"), help="where the programs are")
    parser.add_argument("--folder", default="/var/tmp", help="data folders go below this; must be on a disk")
    parser.add_argument("--only", default=",".join(names), help="some of " + ",".join(names))
    parser.add_argument("--quick", action="store_true", help="one round of 2 s: to see that it works, not for figures")
    parser.add_argument("--seconds", type=float, default=5, help="measured time of a scenario")
    parser.add_argument("--warm-up", type=float, default=1, help="before each, not measured")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--subscriptions", type=int, default=1_000_000)
    parser.add_argument("--output", default=HERE, help="where RESULTS.md, results.json and results.png go")
    options = parser.parse_args()
    options.only = options.only.split(",")
    unknown = set(options.only) - set(names)
    if unknown:
        parser.error("no such target: " + ", ".join(unknown))
    if options.quick:
        options.rounds, options.seconds, options.warm_up = 1, 2, 0.5
    return options


def main():
    options = parse_options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    bench = Bench(options)
    try:
        good = bench.run()
    finally:
        bench.clean()
    report.write(bench.results, options.output)
    say(f"written: {os.path.join(options.output, 'RESULTS.md')}")
    for failure in bench.results["failures"]:
        say(f"FAILED: {failure}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())

"""Suanpan itself as a target, and what only it is measured for: price enquiries, latency while checkpoints run, restarts."""

import json
import os
import signal
import socket
import subprocess
import time

import oracle
import targets

GROUP_MEMBERS = 10_000
STILL_SAMPLES = 200  # of 10 ms, in which no record came from the disk
CALLS = (("1 s", 1), ("1 min", 60), ("10 min", 600), ("1 h", 3600), ("60 h", 216_000))


def varint(value):
    """Seven bits a byte, lowest first."""
    coded = bytearray()
    while value > 0x7F:
        coded.append(value & 0x7F | 0x80)
        value >>= 7
    coded.append(value)
    return bytes(coded)


def bundle(catalog, zone="Asia/Shanghai"):
    """A catalog folder as rules/release.h describes it."""
    with open(f"/usr/share/zoneinfo/{zone}", "rb") as file:
        files = [("@language", b"2"), ("@lua", b"Lua 5.4"), ("@zone", zone.encode() + b"\n" + file.read())]
    found = []
    for folder, _, names in os.walk(catalog):
        for name in names:
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                found.append((os.path.relpath(path, catalog), file.read()))
    parts = [b"SPBUNDL1"]
    for path, content in files + sorted(found):
        parts += [varint(len(path)), path.encode(), varint(len(content)), content]
    return b"".join(parts)


class Suanpan(targets.Target):
    name = "suanpan"
    title = "Suanpan"
    is_peer = False

    @property
    def program(self):
        return os.path.join(self.context.build, "suanpan")

    def version(self):
        return subprocess.check_output([self.program, "version"], text=True).split()[1]

    def start(self):
        self.spawn([self.program, "serve", "--data", self.folder, "--listen", self.address])
        targets.wait_for("suanpan", 120, lambda: self.ask("ping") is not None, self.process)

    def ask(self, method, **parameters):
        import msgpack

        with socket.create_connection(("127.0.0.1", self.port), 60) as connection:
            connection.sendall(msgpack.packb([0, 1, method, [parameters] if parameters else []]))
            unpacker = msgpack.Unpacker(strict_map_key=False)
            while True:
                received = connection.recv(65536)
                if not received:
                    raise ConnectionError("suanpan closed the connection")
                unpacker.feed(received)
                for _, _, error, result in unpacker:
                    if error is not None:
                        raise RuntimeError(f"suanpan: {error}")
                    return result

    def load_program(self, *options):
        program = os.path.join(self.context.build, "bench", "load", "load")
        return [program, "--target", self.name, "--address", self.address, "--day", str(self.context.day_ms),
                "--subscriptions", str(self.context.subscriptions), *options]

    def prepare(self):
        self.ask("release.publish", bundle=bundle(os.path.join(targets.HERE, "catalog")), by="bench", activate=True)
        subprocess.run(self.load_program("--prepare", "--in-flight", "64"), check=True, stdout=subprocess.DEVNULL)
        self.settle()

    def stats(self):
        return self.ask("stats")

    def journal_bytes(self):
        return self.stats()["journal"]["bytes"]

    def totals(self):
        output = subprocess.check_output(self.load_program("--balances", "--in-flight", "64"), text=True)
        balances = json.loads(output)["amount_micros"] // 10_000
        prepared = self.context.subscriptions  # one charge each, of free minutes
        entries = self.stats()["calls"]["charged"] - prepared
        return targets.Totals(balances, entries, self.context.subscriptions * oracle.START_FEN - balances)

    def settle(self):
        """Until a checkpoint has written all that was decided before now."""
        decided = self.stats()["journal"]["decided"]
        targets.wait_for("suanpan's checkpoint", 120, lambda: self.stats()["journal"]["applied"] >= decided)

    def extras(self, bench, instance, round_number):
        for name, seconds in CALLS:
            bench.add(round_number, instance.measured(
                f"rate/{name}", 16, "--method", "rate", "--call-seconds", seconds, *bench.timing()))
        rates = [row["per_second"] for row in bench.results["scenarios"]
                 if row["target"] == self.name and row["round"] == round_number and row["scenario"].startswith("random/")]
        self.settle()
        half = max(rates) / 2
        seconds = max(8 * bench.options.seconds, 6)  # long enough for a checkpoint to come and go
        before = instance.device.written()[0]
        chunks = self.stats()["checkpoint"]["chunks"]
        found = instance.measured("open/half", 64, "--rate", half, "--seconds", seconds, "--warm-up", 1)
        found["rate"] = half
        found["checkpoint_chunks"] = self.stats()["checkpoint"]["chunks"] - chunks
        self.settle()
        found["device_bytes_settled"] = (instance.device.written()[0] - before) / found["charged"]
        bench.add(round_number, found)
        self.share(bench, instance, round_number)

    def share(self, bench, instance, round_number):
        """As many members of one group, who share their free minutes, as before and after each had its own."""
        members = ("--subscriptions", str(min(GROUP_MEMBERS, self.context.subscriptions)))
        bench.add(round_number, instance.measured("alone/64", 64, *members, *bench.timing()))
        subprocess.run(self.load_program("--group", "--in-flight", "64", *members), check=True, stdout=subprocess.DEVNULL)
        self.settle()
        bench.add(round_number, instance.measured("group/64", 64, *members, *bench.timing()))

    def sessions(self, bench, instance, round_number):
        """Calls as sessions: reserve, update, commit; then half as many, while checkpoints run; then by one group."""
        before, charged = self.stats()["calls"]["sessions"], instance.charged
        full = instance.measured("session/64", 64, "--sessions", *bench.timing())
        bench.add(round_number, full)
        self.settle()
        half = instance.measured("open/session", 64, "--sessions", "--rate", full["per_second"] / 2,
                                 "--seconds", max(8 * bench.options.seconds, 6), "--warm-up", 1)
        half["rate"] = full["per_second"] / 2
        bench.add(round_number, half)
        members = ("--subscriptions", str(min(GROUP_MEMBERS, self.context.subscriptions)))
        bench.add(round_number, instance.measured("session_group/64", 64, "--sessions", *members, *bench.timing()))
        decided, answered = self.stats()["calls"]["sessions"] - before, instance.charged - charged
        if decided != answered:
            raise RuntimeError(f"suanpan: {decided} requests of sessions were decided, {answered} answered")

    def time_until_ready(self):
        """Until it has answered a question about its data."""
        started = time.monotonic()
        self.start()
        self.ask("balance.get", account="a0000000")
        return time.monotonic() - started

    def cold_bytes(self):
        """Memory of a subscription with its service id, account, balance and counter, when all have come from the disk."""
        counts = []

        def settled():
            counts.append(self.stats()["records"]["count"])
            return len(counts) > STILL_SAMPLES and counts[-1] == counts[-STILL_SAMPLES]

        targets.wait_for("suanpan's records in memory", 120, settled)
        return self.stats()["records"]["bytes"] / self.context.subscriptions

    def afterwards(self, bench, instance, round_number):
        self.sessions(bench, instance, round_number)
        self.stop()
        clean = self.time_until_ready()
        bench.results["cold_bytes"].append(self.cold_bytes())
        instance.run += 1
        load = subprocess.Popen(
            self.load_program("--in-flight", "64", "--seconds", "3600", "--run", str(instance.run)),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(5 * bench.options.seconds)  # so that as much lies behind a checkpoint as ever does
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        load.wait()
        killed = self.time_until_ready()
        bench.restarts(round_number, self.name, {"after a clean stop": clean, "after kill -9 under full load": killed})

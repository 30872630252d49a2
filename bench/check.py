"""Checks the bench itself: that its measures measure and that its probes can fail. Takes about a minute.

    check.py --build FOLDER [--only redis,tarantool]"""

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

import oracle
import run
import targets

STALL_S = 0.4


def claim(text, holds):
    print(("ok      " if holds else "FAILED  ") + text, flush=True)
    claim.failed |= not holds


claim.failed = False


class StallingServer(threading.Thread):
    """Answers every request at once, but for one stall of STALL_S after the first second."""

    def __init__(self):
        super().__init__(daemon=True)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]

    def run(self):
        import msgpack

        connection, _ = self.listener.accept()
        unpacker = msgpack.Unpacker()
        started, stalled = time.monotonic(), False
        while True:
            received = connection.recv(65536)
            if not received:
                return
            unpacker.feed(received)
            if not stalled and time.monotonic() - started > 1:
                time.sleep(STALL_S)
                stalled = True
            answers = [msgpack.packb([1, message[1], None, {"outcome": "charged", "amount": "0.01"}]) for message in unpacker]
            connection.sendall(b"".join(answers))


class RecordingServer(threading.Thread):
    """Speaks as Suanpan does to one client and remembers what it was asked, decoded by an implementation that is not ours."""

    ANSWERS = {"balance.topup": {"outcome": "topped_up"}, "balance.get": {"account": "?", "available": "9000000000000.50", "balances": []}}

    def __init__(self):
        super().__init__(daemon=True)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.asked = []

    def run(self):
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        import msgpack

        unpacker = msgpack.Unpacker()
        while received := connection.recv(65536):
            unpacker.feed(received)
            for kind, number, method, (parameters,) in unpacker:
                assert kind == 0
                self.asked.append((method, parameters))
                result = self.ANSWERS.get(method, {"outcome": "charged", "amount": "1.25", "lines": [{"parts": [[], {}]}]})
                connection.sendall(msgpack.packb([1, number, None, result]))


def check_wire(build):
    """What the Suanpan driver sends, and what it makes of the answers."""
    server = RecordingServer()
    server.start()
    program = [os.path.join(build, "bench/load/load"), "--target", "suanpan", "--address", f"127.0.0.1:{server.port}",
               "--connections", "1", "--subscriptions", "3", "--day", "1768924800000"]
    output = subprocess.check_output(program + ["--count", "50", "--in-flight", "4", "--run", "7", "--seed", "5"], text=True)
    claim("wire: amounts are added up", json.loads(output)["amount_micros"] == 50 * 1_250_000)
    calls = [oracle.call(5, number, 3, 1768924800000) for number in range(50)]
    found = [(int(asked["service_id"][1:]), asked["at"], asked["seconds"]) for _, asked in server.asked]
    claim("wire: the calls are those of the oracle", found == calls)
    ids = [asked["id"] for _, asked in server.asked]
    claim("wire: ids are unique", ids == [f"r007-{number:09}" for number in range(50)])
    server.asked.clear()
    subprocess.check_output(program + ["--prepare"])
    wanted = [
        ("customer.put", {"customer": "c0000002"}),
        ("account.put", {"account": "a0000002", "customer": "c0000002", "currency": "CNY"}),
        ("subscription.put", {"subscription": "u0000002", "account": "a0000002", "product": "line",
                              "service_ids": ["s0000002"], "packages": ["bench_base"]}),
        ("balance.topup", {"id": "t0000002", "account": "a0000002", "amount": "100000000.00", "currency": "CNY",
                           "at": 1768924800000}),
        ("charge", {"id": "r000-000000002", "service_id": "s0000002", "service": "voice", "to": "02000000002",
                    "at": 1768924800000 + 43_200_000, "seconds": 60 * oracle.minutes_used_before(2)}),
    ]
    claim("wire: a subscription is prepared", server.asked[2::3] == wanted)
    output = subprocess.check_output(program + ["--balances"], text=True)
    claim("wire: balances are added up", json.loads(output)["amount_micros"] == 3 * 9_000_000_000_000_500_000)


def check_omission(build):
    """At 500 requests a second, a stall of 0.4 s hits about 200 requests: the open loop must count them all, though the
    client could not even send most of them; a closed loop sees one slow answer. (With one in flight the generator, which looks up
    once a millisecond, can't send more than 1,000 a second: it must be able to catch up.)"""
    reports = {}
    for name, options in (("open", ["--rate", "500"]), ("closed", [])):
        server = StallingServer()
        server.start()
        output = subprocess.check_output(
            [os.path.join(build, "bench/load/load"), "--target", "suanpan", "--address", f"127.0.0.1:{server.port}",
             "--connections", "1", "--in-flight", "1", "--warm-up", "0.2", "--seconds", "2", *options], text=True)
        reports[name] = json.loads(output)
    opened, closed = reports["open"]["latency_us"], reports["closed"]["latency_us"]
    claim(f"open loop: p90 {opened['p90'] / 1000:.0f} ms shows the stall of {STALL_S * 1000:.0f} ms",
          0.1 * STALL_S < opened["p90"] / 1e6 <= 1.5 * STALL_S and opened["max"] / 1e6 >= 0.95 * STALL_S)
    claim(f"open loop: {reports['open']['behind_max']} requests waited to be sent", reports["open"]["behind_max"] > 150)
    claim(f"closed loop: p99 {closed['p99'] / 1000:.2f} ms does not see it, its longest does",
          closed["p99"] / 1e6 < 0.5 * STALL_S and closed["max"] / 1e6 >= 0.9 * STALL_S)


def without_sync(instance):
    """Makes the running peer answer before it syncs."""
    target = instance.target
    if target.name == "redis":
        target.command("CONFIG", "SET", "appendfsync", "everysec")
    elif target.name == "postgresql":
        target.sql("alter role bench set synchronous_commit = off")


class CarelessTarantool(targets.Tarantool):
    """Its wal_mode cannot be changed while it runs."""

    def peer_file(self, name):
        path = super().peer_file(name)
        if name != "init.lua":
            return path
        copy = os.path.join(self.context.folder, name)
        with open(path) as file, open(copy, "w") as careless:
            careless.write(file.read().replace("wal_mode = 'fsync'", "wal_mode = 'write'"))
        return copy


def complaint_of(probe):
    try:
        probe()
    except run.Failed as problem:
        return str(problem)
    return None


def start(kind, context):
    instance = run.Instance(kind, context)
    instance.target.start()
    instance.target.prepare()
    return instance


def check_target(kind, context):
    """The probes pass a careful target, and fail a careless one."""
    instance = start(kind, context)
    try:
        complaint = complaint_of(instance.prove_prices) or complaint_of(instance.prove_syncs)
        claim(f"{kind.name}: prices, repeats and syncs are proved" + (f": {complaint}" if complaint else ""), not complaint)
        complaint = complaint_of(instance.prove_totals)
        claim(f"{kind.name}: balances and ledger are proved" + (f": {complaint}" if complaint else ""), not complaint)
        instance.amount_fen += 1
        claim(f"{kind.name}: a fen that is missing is noticed", complaint_of(instance.prove_totals) is not None)
        if kind is targets.Tarantool:
            instance.target.remove()
            instance = start(CarelessTarantool, context)
        without_sync(instance)
        if kind is not targets.Bare:
            complaint = complaint_of(instance.prove_syncs)
            claim(f"{kind.name}: answers before the sync are noticed: {complaint}", complaint is not None)
    finally:
        instance.target.remove()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--only", default="redis,postgresql,tarantool,bare")
    options = parser.parse_args()
    build = os.path.abspath(options.build)
    claim("histogram", subprocess.run([os.path.join(build, "bench/check/histogram")], check=False).returncode == 0)
    check_wire(build)
    check_omission(build)
    folder = tempfile.mkdtemp(prefix="suanpan-bench-check-", dir="/var/tmp")
    os.chmod(folder, 0o755)
    day_ms, month = oracle.day_before()
    context = targets.Context(build=build, folder=folder, subscriptions=2_000, day_ms=day_ms, month=month)
    try:
        for kind in targets.ALL:
            if kind.name in options.only.split(","):
                check_target(kind, context)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if claim.failed else 0


if __name__ == "__main__":
    sys.exit(main())

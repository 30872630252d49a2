"""Do charges wait when a release of 2,000 packages comes into force? Latencies under load, without and with switches.

    python3 bench/switch.py [--build build/release] [--seconds 10] [--packages 2000] [--folder /var/tmp]

Two releases of that size take turns while four clients charge, each one call at a time. What is loaded is loaded before, then switches
fall due every half second, as releases that are scheduled do. Prints JSON: latencies in both halves, the longest turns of the server's
loop, what the switches took of a processor, and the memory of a release. Ends with 1 if a switch took more than 5 ms of one.
"""

import argparse
import json
import multiprocessing
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgpack

import suanpan

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests/scale"))
import large_catalog  # noqa: E402

CLIENTS = 4
CALL = {"service": "voice", "to": "5507882", "seconds": 600}
SCHEDULED_MAX = 3


class Client:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.unpacker = msgpack.Unpacker(strict_map_key=False)

    def call(self, method, **params):
        self.socket.sendall(msgpack.packb([0, 0, method, [params] if params else []]))
        while True:
            for _, _, error, result in self.unpacker:
                if error is not None:
                    raise RuntimeError(error)
                return result
            self.unpacker.feed(self.socket.recv(1 << 16))


def load(path, number, stop, latencies):
    """One client: a charge at a time until it is told to stop; the time and the latency of each."""
    client, count, seen = Client(path), 0, []
    at = int(time.time() * 1000)
    while not stop.is_set():
        before = time.monotonic()
        client.call("charge", id=f"{number}-{count}", service_id=str(number), at=at, **CALL)
        seen.append((before, time.monotonic() - before))
        count += 1
    latencies.put(seen)


def summary(latencies):
    ordered = sorted(latencies)
    return {"charges": len(ordered), **{
        name: round(ordered[min(len(ordered) - 1, int(len(ordered) * part))] * 1000, 3)
        for name, part in (("p50_ms", 0.5), ("p99_ms", 0.99), ("p999_ms", 0.999), ("max_ms", 1))}}


def prepare(client, bundles):
    names = [client.call("release.publish", bundle=one, activate=True)["release"] for one in bundles]
    for number in range(CLIENTS):
        name = str(number)
        client.call("customer.put", customer=name)
        client.call("account.put", account=name, customer=name, currency="CNY")
        client.call("subscription.put", subscription=name, account=name, product="line", service_ids=[name], packages=["base_0001"])
        client.call("balance.topup", account=name, id="first", at=int(time.time() * 1000), amount="100000000.00", currency="CNY")
    return names


def switch(client, names, seconds):
    """Switches for about so long, three at a time; gives the spans in which they fell due, and the longest turn in them."""
    spans, longest, deadline, number = [], 0, time.monotonic() + seconds, 0
    while time.monotonic() < deadline:
        ahead = 4000
        now = int(time.time() * 1000)
        times = [now + ahead + 500 * i for i in range(SCHEDULED_MAX)]
        for at in times:
            client.call("release.activate", release=names[number % 2], at=at)
            number += 1
        for at in times:
            time.sleep(max(0, at / 1000 - time.time() - 0.1))
            client.call("stats")
            begun = time.monotonic()
            time.sleep(0.3)
            longest = max(longest, client.call("stats")["loop"]["turn_ns_max"])
            spans.append((begun, time.monotonic()))
    return spans, longest


def measure(path, bundles, seconds):
    client, stop, latencies = Client(path), multiprocessing.Event(), multiprocessing.Queue()
    names = prepare(client, bundles)
    processes = [multiprocessing.Process(target=load, args=(path, number, stop, latencies)) for number in range(CLIENTS)]
    for process in processes:
        process.start()
    time.sleep(1)
    client.call("stats")
    quiet = (time.monotonic(), time.monotonic() + seconds)
    time.sleep(seconds)
    quiet_turn = client.call("stats")["loop"]["turn_ns_max"]
    spans, longest = switch(client, names, seconds)
    stop.set()
    seen = [one for _ in processes for one in latencies.get()]
    for process in processes:
        process.join()
    releases = client.call("stats")["releases"]
    during = [took for begun, took in seen if any(first <= begun + took and begun <= last for first, last in spans)]
    return {
        "without": {**summary([took for begun, took in seen if quiet[0] <= begun < quiet[1]]), "turn_ms_max": quiet_turn / 1e6},
        "with": {**summary(during), "turn_ms_max": longest / 1e6},
        "switches": len(spans),
        "switch_cpu_ms_max": releases["switch_cpu_ns_max"] / 1e6,
        "release_bytes": releases["memory_bytes"] // releases["loaded"],
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--packages", type=int, default=2000)
    parser.add_argument("--folder", default="/var/tmp")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="suanpan-switch-", dir=options.folder))
    try:
        bundles = [suanpan.bundle(large_catalog.write(folder / price, options.packages, price=price)) for price in ("0.15", "0.16")]
        path = str(folder / "socket")
        server = subprocess.Popen([os.path.join(options.build, "suanpan"), "serve", "--data", str(folder / "data"), "--socket", path,
                                   "--listen", "", "--quiet"])
        while not os.path.exists(path):
            time.sleep(0.05)
        result = {"packages": options.packages, **measure(path, bundles, options.seconds)}
        server.terminate()
        server.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps(result, indent=2))
    return 0 if result["switch_cpu_ms_max"] < 5 else 1


if __name__ == "__main__":
    sys.exit(main())

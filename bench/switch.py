"""Do charges wait when a release of 2,000 packages comes into force? What clients see by the clock, beside the same without a switch.

    python3 bench/switch.py [--build build/release] [--switches 30] [--packages 2000] [--folder /var/tmp]

Two releases of that size take turns while four clients charge, each one call at a time. They are loaded before, and come into force at
times that were scheduled. Each switch lies in a window of 0.3 s, and before each is one of the same length without: what else this
machine does hits both alike. Of each window the longest that a charge waited counts. Prints JSON: of both kinds of windows the median and
the greatest of these, in how many a charge waited for more than 5 ms, and the longest turn of the server's loop; how much longer the
window with a switch took than the one before it, at the median; what a switch took of a processor, and the memory of a release.

Ends with 1 if a switch took more than 5 ms of a processor, or charges waited that much longer in the windows with one, at the median.
"""

import argparse
import json
import multiprocessing
import os
import socket
import statistics
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
WAIT_MS_MAX = 5
WINDOW_S = 0.3
EVERY_MS = 900  # a window without a switch, one with it, and some air


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


def prepare(client, bundles):
    names = [client.call("release.publish", bundle=one, activate=True)["release"] for one in bundles]
    for number in range(CLIENTS):
        name = str(number)
        client.call("customer.put", customer=name)
        client.call("account.put", account=name, customer=name, currency="CNY")
        client.call("subscription.put", subscription=name, account=name, product="line", service_ids=[name], packages=["base_0001"])
        client.call("balance.topup", account=name, id="first", at=int(time.time() * 1000), amount="100000000.00", currency="CNY")
    return names


def window(client, begin):
    """What happens from then on, for as long as a window: when it began and ended, and the longest turn of the server's loop."""
    time.sleep(max(0, begin - time.time()))
    client.call("stats")
    begun = time.monotonic()
    time.sleep(WINDOW_S)
    return begun, time.monotonic(), client.call("stats")["loop"]["turn_ns_max"] / 1e6


def switch(client, names, count):
    """Switches so often, three scheduled at a time; gives pairs of windows, without and with a switch."""
    pairs = []
    while len(pairs) < count:
        first = int(time.time() * 1000) + 4000  # to load them
        times = [first + EVERY_MS * i for i in range(SCHEDULED_MAX)]
        for number, at in enumerate(times, len(pairs)):
            client.call("release.activate", release=names[number % 2], at=at)
        for at in times:
            pairs.append([window(client, at / 1000 - 0.2 - WINDOW_S), window(client, at / 1000 - 0.1)])
    return pairs


def longest(seen, begun, ended):
    """How long a charge waited in a window at most, in ms."""
    return max((took for at, took in seen if at + took >= begun and at <= ended), default=0) * 1000


def summary(waited, turns):
    return {
        "longest_ms_median": round(statistics.median(waited), 3), "longest_ms_max": round(max(waited), 3),
        "windows_over_5_ms": sum(one > WAIT_MS_MAX for one in waited), "turn_ms_max": round(max(turns), 3),
    }  # fmt: skip


def measure(path, bundles, count):
    client, stop, latencies = Client(path), multiprocessing.Event(), multiprocessing.Queue()
    names = prepare(client, bundles)
    processes = [multiprocessing.Process(target=load, args=(path, number, stop, latencies)) for number in range(CLIENTS)]
    for process in processes:
        process.start()
    pairs = switch(client, names, count)
    stop.set()
    seen = sorted(one for _ in processes for one in latencies.get())
    for process in processes:
        process.join()
    releases = client.call("stats")["releases"]
    waited = [[longest(seen, begun, ended) for begun, ended, _ in pair] for pair in pairs]
    return {
        "charges": len(seen),
        "switches": len(pairs),
        "without": summary([pair[0] for pair in waited], [pair[0][2] for pair in pairs]),
        "with": summary([pair[1] for pair in waited], [pair[1][2] for pair in pairs]),
        "longer_ms_median": round(statistics.median(after - before for before, after in waited), 3),
        "switch_cpu_ms_max": releases["switch_cpu_ns_max"] / 1e6,
        "release_bytes": releases["memory_bytes"] // releases["loaded"],
    }


def run(build, folder, packages, count):
    """Measures on a server of its own, below a folder."""
    bundles = [suanpan.bundle(large_catalog.write(folder / price, packages, price=price)) for price in ("0.15", "0.16")]
    path = str(folder / "socket")
    server = subprocess.Popen([os.path.join(build, "suanpan"), "serve", "--data", str(folder / "data"), "--socket", path,
                               "--listen", "", "--quiet"])
    try:
        while not os.path.exists(path):
            time.sleep(0.05)
        return {"packages": packages, **measure(path, bundles, count)}
    finally:
        server.terminate()
        server.wait()


def holds(result):
    return result["switch_cpu_ms_max"] < WAIT_MS_MAX and result["longer_ms_median"] < WAIT_MS_MAX


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--switches", type=int, default=30)
    parser.add_argument("--packages", type=int, default=2000)
    parser.add_argument("--folder", default="/var/tmp")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="suanpan-switch-", dir=options.folder, ignore_cleanup_errors=True) as folder:
        result = run(options.build, Path(folder), options.packages, options.switches)
    print(json.dumps(result, indent=2))
    return 0 if holds(result) else 1


if __name__ == "__main__":
    sys.exit(main())

"""Do charges wait when a million balances end at one instant? What clients see while that backlog is done, beside the same before it.

    python3 bench/midnight.py [--build build/release] [--balances 1000000] [--rate 40000] [--seconds 10] [--folder /var/tmp]

Balances with money are given to accounts of their own, and all end at the same instant. Before it, and from it on, the load generator asks
for so many charges a second, whatever the answers do, on a million other accounts. Prints JSON: the latency of charges in both windows, how
long it took until all balances had ended, and how many a second that was; the longest turn of the server's loop in each window.

Ends with 1 if the 99th percentile with the backlog is more than twice that without it and over 5 ms.
"""

import argparse
import json
import multiprocessing
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgpack

import suanpan
import targets

BALANCES_AN_ACCOUNT = 60
GIVERS = 2
AHEAD = 2000  # requests on their way
P99_MS_MAX = 5


class Client:
    """Many requests at a time; the answers in the order in which they come."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.unpacker = msgpack.Unpacker(strict_map_key=False, max_buffer_size=1 << 30)

    def answers(self, count):
        while count > 0:
            for _, _, error, result in self.unpacker:
                if error is not None or result.get("outcome") == "refused":
                    raise RuntimeError(error or result)
                count -= 1
                yield result
            if count > 0:
                self.unpacker.feed(self.socket.recv(1 << 18))

    def call_all(self, requests):
        for first in range(0, len(requests), AHEAD):
            some = requests[first : first + AHEAD]
            self.socket.sendall(b"".join(msgpack.packb([0, 0, method, [params]]) for method, params in some))
            for _ in self.answers(len(some)):
                pass

    def ask(self, method, **params):
        self.socket.sendall(msgpack.packb([0, 0, method, [params] if params else []]))
        return next(self.answers(1))


def give(path, giver, count):
    """One giver's part of the balances, without an end yet."""
    client, at = Client(path), int(time.time() * 1000)
    client.ask("customer.put", customer="due")
    for first in range(giver * BALANCES_AN_ACCOUNT, count, GIVERS * BALANCES_AN_ACCOUNT):
        account = f"due-{first}"
        requests = [("account.put", {"account": account, "customer": "due"})]
        client.call_all(requests)
        names = [f"g{number}" for number in range(min(BALANCES_AN_ACCOUNT, count - first))]
        client.call_all([("balance.put", {"account": account, "balance": name}) for name in names])
        client.call_all([("balance.topup", {"account": account, "balance": name, "id": name, "at": at, "amount": "1.00", "currency": "CNY"})
                         for name in names])  # fmt: skip


def end(path, giver, count, till):
    """Says of one giver's part when they end."""
    client = Client(path)
    for first in range(giver * BALANCES_AN_ACCOUNT, count, GIVERS * BALANCES_AN_ACCOUNT):
        client.call_all([("balance.put", {"account": f"due-{first}", "balance": f"g{number}", "till": till})
                         for number in range(min(BALANCES_AN_ACCOUNT, count - first))])  # fmt: skip


def in_parallel(what, *arguments):
    processes = [multiprocessing.Process(target=what, args=(arguments[0], giver, *arguments[1:])) for giver in range(GIVERS)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        if process.exitcode != 0:
            raise RuntimeError(f"{what.__name__} failed")


def window(options, path, client, number):
    """The load for so many seconds: what it says, and the longest turn of the server's loop meanwhile."""
    client.ask("stats")
    program = os.path.join(options.build, "bench/load/load")
    found = json.loads(subprocess.check_output([
        program, "--target", "suanpan", "--address", f"unix:{path}", "--subscriptions", str(options.subscriptions), "--rate",
        str(options.rate), "--seconds", str(options.seconds), "--warm-up", "1", "--run", str(number),
        "--day", str(int(time.time()) // 86400 * 86_400_000 - 86_400_000)], text=True))  # fmt: skip
    if found["refused"] or found["errors"]:
        raise RuntimeError(f"{found['refused']} refused, {found['errors']} errors")
    return {"per_second": found["per_second"], "latency_us": found["latency_us"],
            "turn_ms_max": client.ask("stats")["loop"]["turn_ns_max"] / 1e6}  # fmt: skip


def settle(client):
    """Until a checkpoint has written all that was decided before now, as at midnight it has."""
    decided = client.ask("stats")["journal"]["decided"]
    targets.wait_for("a checkpoint", 300, lambda: client.ask("stats")["journal"]["applied"] >= decided)


def watch(path, till, count, lasted):
    """How long it takes until all have ended, from the instant on."""
    client = Client(path)
    while client.ask("stats")["timers"]["done"] < count:
        time.sleep(0.05)
    lasted.put(time.time() - till / 1000)


def measure(options, path):
    client, count = Client(path), options.balances
    client.ask("release.publish", bundle=suanpan.bundle(os.path.join(targets.HERE, "catalog")), by="bench", activate=True)
    subprocess.run([os.path.join(options.build, "bench/load/load"), "--target", "suanpan", "--address", f"unix:{path}", "--subscriptions",
                    str(options.subscriptions), "--prepare", "--in-flight", "64"], check=True, stdout=subprocess.DEVNULL)  # fmt: skip
    in_parallel(give, path, count)
    till = int((time.time() + 30 + count / 4000 + options.seconds) * 1000)
    in_parallel(end, path, count, till)
    settle(client)
    without = window(options, path, client, 1)
    settle(client)
    if time.time() * 1000 > till - 2000:
        raise RuntimeError("the balances end before all is ready; is this machine busy?")
    lasted = multiprocessing.Queue()
    watcher = multiprocessing.Process(target=watch, args=(path, till, count, lasted))
    time.sleep(till / 1000 - 1 - time.time())  # the load warms up for a second
    watcher.start()
    backlog = window(options, path, client, 2)
    seconds = lasted.get()
    watcher.join()
    return {"balances": count, "charges_a_second": options.rate, "without": without, "with": backlog,
            "backlog_seconds": round(seconds, 2), "balances_a_second": round(count / seconds)}  # fmt: skip


def run(options, folder):
    """Measures on a server of its own, below a folder."""
    path = str(folder / "socket")
    server = subprocess.Popen([os.path.join(options.build, "suanpan"), "serve", "--data", str(folder / "data"), "--socket", path,
                               "--listen", "", "--quiet"])  # fmt: skip
    try:
        while not os.path.exists(path):
            time.sleep(0.05)
        return measure(options, path)
    finally:
        server.terminate()
        server.wait()


def holds(result):
    before, after = (result[name]["latency_us"]["p99"] / 1000 for name in ("without", "with"))
    return after <= P99_MS_MAX or after <= 2 * before


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--balances", type=int, default=1_000_000)
    parser.add_argument("--subscriptions", type=int, default=1_000_000)
    parser.add_argument("--rate", type=int, default=40_000, help="charges a second")
    parser.add_argument("--seconds", type=int, default=10, help="of each window")
    parser.add_argument("--folder", default="/var/tmp")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="suanpan-midnight-", dir=options.folder, ignore_cleanup_errors=True) as folder:
        result = run(options, Path(folder))
    print(json.dumps(result, indent=2))
    return 0 if holds(result) else 1


if __name__ == "__main__":
    sys.exit(main())

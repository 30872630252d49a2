"""What many cost to keep: memory of a cold subscription, and of a session that is open, index and timer included, by the
server's own count of its records and by what the process holds.

    many.py --build FOLDER [--subscriptions 1000000] [--sessions 10000000]"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile

import measure
import suanpan
import targets

SESSION_BYTES_MAX, SUBSCRIPTION_BYTES_MAX = 256, 400


class Server(suanpan.Suanpan):
    """With memory for all of it, and days that its sessions stay open."""

    def start(self):
        self.spawn([self.program, "serve", "--data", self.folder, "--listen", self.address, "--memory-records", "12 GiB",
                    "--state-map", "64 GiB", "--session-validity-max", "86400 s"])  # fmt: skip
        targets.wait_for("suanpan", 600, lambda: self.ask("ping") is not None, self.process)

    def held(self):
        """(bytes of records, bytes of the process), when a checkpoint has written all."""
        self.settle()
        return self.stats()["records"]["bytes"], measure.memory(self.process.pid)["anon"]


def count(options, server):
    server.ask("release.publish", bundle=suanpan.bundle(os.path.join(targets.HERE, "catalog")), by="bench", activate=True)
    subprocess.run(server.load_program("--prepare", "--in-flight", "64"), check=True, stdout=subprocess.DEVNULL)
    server.stop()
    server.start()
    found = {"subscriptions": options.subscriptions, "subscription_bytes": server.cold_bytes()}
    held = server.held()
    load = server.load_program("--reserves", "--count", str(options.sessions), "--in-flight", "64", "--run", "1")
    done = json.loads(subprocess.check_output(load, text=True))
    if done["charged"] != options.sessions:
        raise RuntimeError(f"only {done['charged']} of {options.sessions} sessions were opened; {done['refused']} were refused")
    after = server.held()
    found |= {"sessions": options.sessions, "session_bytes": (after[0] - held[0]) / options.sessions,
              "session_process_bytes": (after[1] - held[1]) / options.sessions, "opened_a_second": done["per_second"]}  # fmt: skip
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--subscriptions", type=int, default=1_000_000)
    parser.add_argument("--sessions", type=int, default=10_000_000)
    parser.add_argument("--folder", default="/var/tmp")
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="suanpan-many-", dir=options.folder)
    day_ms, month = suanpan.oracle.day_before()
    server = Server(targets.Context(os.path.abspath(options.build), folder, options.subscriptions, day_ms, month))
    try:
        server.start()
        found = count(options, server)
    finally:
        server.remove()
        shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps(found, indent=2))
    return 0 if found["session_bytes"] <= SESSION_BYTES_MAX and found["subscription_bytes"] <= SUBSCRIPTION_BYTES_MAX else 1


if __name__ == "__main__":
    sys.exit(main())

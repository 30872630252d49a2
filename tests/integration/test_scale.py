"""Catalogs as large as they come: checked in time, and switched under load without a stall. bench/switch.py measures the same at length."""

import json
import resource
import sys
import threading
import time
from pathlib import Path

import pytest

from server import ROOT, SANITIZED, Server, suanpan

sys.path.insert(0, str(ROOT / "tests/scale"))
import large_catalog  # noqa: E402
import many_cases  # noqa: E402

CALL = {"service_id": "1001", "service": "voice", "to": "5507882", "at": "2026-09-18T12:00:00+08:00", "seconds": 36_000}


def timed(*arguments):
    """Runs the program, which must succeed: seconds of a processor, since others may be at work on this machine, and what it wrote."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    result = suanpan(*arguments)
    seconds = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-2000:]
    return seconds, result.stdout


def test_a_catalog_of_2000_packages_and_100_tables_is_checked_in_5_seconds(tmp_path):
    seconds, _ = timed("check", large_catalog.write(tmp_path / "large"))
    print(f"checked in {seconds:.2f} s")
    assert seconds < 5 or SANITIZED


def test_a_thousand_cases_take_a_second_at_most(tmp_path):
    seconds, report = timed("test", many_cases.write(tmp_path / "many", 3000), "--json")
    assert json.loads(report)["passed"] == 3000
    print(f"3,000 cases in {seconds:.2f} s")
    assert seconds < 3 or SANITIZED


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    folder = tmp_path_factory.mktemp("large")
    return [large_catalog.write(folder / price, tables=0, price=price) for price in ("0.15", "0.16")]


def bundle(folder):
    """A folder as rules/release.h says that it is sent."""

    def varint(number):
        return bytes([number & 0x7F | 0x80]) + varint(number >> 7) if number > 0x7F else bytes([number])

    files = [("@language", b"2"), ("@lua", b"Lua 5.4")]
    files.append(("@zone", b"Asia/Shanghai\n" + Path("/usr/share/zoneinfo/Asia/Shanghai").read_bytes()))
    paths = sorted(str(path.relative_to(folder)) for path in folder.rglob("*.*"))
    files += [(path, (folder / path).read_bytes()) for path in paths]
    return b"SPBUNDL1" + b"".join(varint(len(path)) + path.encode() + varint(len(content)) + content for path, content in files)


class Load(threading.Thread):
    """Charges, many at a time, until it is told to stop; what they cost."""

    def __init__(self, client):
        super().__init__(daemon=True)
        self.client, self.stopping, self.amounts, self.number = client, False, set(), 0

    def run(self):
        while not self.stopping:
            calls = [{**CALL, "id": f"c{self.number + i}"} for i in range(50)]
            self.number += len(calls)
            for error, result in self.client.call_all("charge", calls):
                assert error is None, error
                self.amounts.add(result["amount"])
            time.sleep(0.001)


def test_releases_of_2000_packages_are_switched_under_load_without_a_stall(folders):
    """
    What the loop's thread does in a turn in which a release comes into force, to the turn's end. That is measured in time of a
    processor, so that whatever else this machine does meanwhile counts for nothing.
    """
    with Server() as server:
        client = server.connect(timeout=300)
        server.publish(ROOT / "rules/catalogs/e6")  # somebody must be able to call before
        server.subscribe(["1001"], package="base_0001", product="line", balance="100000000.00")
        bundles = [bundle(folder) for folder in folders]
        client.call("release.publish", bundle=bundles[0], activate=True)
        load = Load(server.connect())
        load.start()
        published = client.call("release.publish", bundle=bundles[1], activate=True)
        assert published["active"] and published["memory_bytes"] > 1_000_000
        server.wait_until(lambda: len(load.amounts) >= 2)
        back = client.call("release.revert")
        answered = load.number
        server.wait_until(lambda: load.number > answered + 500)
        load.stopping = True
        load.join()
        listed, stats = client.call("release.list"), client.call("stats")["releases"]
    (active,) = (one for one in listed["releases"] if one["active"])
    assert active["release"] == back["release"]
    assert {name: stats[name] for name in ("kept", "loaded", "switches")} == {"kept": 3, "loaded": 1, "switches": 4}
    assert stats["memory_bytes"] == active["memory_bytes"]
    print(f"the longest switch took {stats['switch_cpu_ns_max'] / 1e6:.3f} ms of a processor, "
          f"a release {active['memory_bytes'] / 1e6:.1f} MB")
    assert stats["switch_cpu_ns_max"] < 5_000_000 or SANITIZED

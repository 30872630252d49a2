"""make run: the demonstration, once, again, in the foreground, and where another server runs already."""

import os
import signal
import subprocess
import time

import pytest

from server import ROOT, binary, clean_environment, suanpan


@pytest.fixture
def environment(tmp_path):
    """With a data folder of its own, and a free port."""
    return {
        **clean_environment(),
        "PROGRAM": binary(),
        "SUANPAN_DATA": str(tmp_path / "var"),
        "SUANPAN_LISTEN": "127.0.0.1:0",
    }


def demo(environment, **options):
    command = [ROOT / "tools/demo.sh"]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL, **options
    )


def test_it_ends_with_the_table_and_a_second_run_charges_nothing_twice(environment):
    first = demo({**environment, "ONCE": "1"})
    assert first.returncode == 0, first.stdout + first.stderr
    for zone, calls, amount in (
        ("domestic", "3,274", "8,141.69"),
        ("free", "577", "0.00"),
        ("hmt", "709", "7,565.20"),
        ("international", "770", "30,228.80"),
        ("local", "11,060", "6,278.36"),
        ("total", "16,390", "52,214.05"),
    ):
        assert [zone, calls, amount] in [line.split() for line in first.stdout.splitlines()]
    second = demo({**environment, "ONCE": "1"})
    assert second.returncode == 0, second.stdout + second.stderr
    assert "16,390 had been charged before (52,214.05 CNY): nothing was charged twice." in second.stdout
    assert "500 fixed lines are there already" in second.stdout
    assert suanpan("call", "ping", "--to", environment["SUANPAN_DATA"]).returncode == 3
    third = demo({**environment, "ONCE": "1", "LC_ALL": "zh_CN.UTF-8"})
    assert third.returncode == 0, third.stdout + third.stderr
    assert "500 部固定电话已经存在" in third.stdout and "The " not in third.stdout


def test_in_the_foreground_it_serves_until_interrupted(environment):
    process = subprocess.Popen(
        [ROOT / "tools/demo.sh"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # Whoever runs the tests behind the stage may have Ctrl-C ignored, and a shell can't undo that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        shown = []
        for line in process.stdout:
            shown.append(line)
            if "Ctrl-C stops it" in line:
                break
        assert any("listening on" in line for line in shown)
        time.sleep(0.2)
        balance = suanpan("call", "balance.get", '["07715510000"]', "--to", environment["SUANPAN_DATA"])
        assert balance.returncode == 0
        second = demo(environment)
        assert second.returncode == 1
        assert "is in use by another server" in second.stderr
        os.killpg(process.pid, signal.SIGINT)
        rest, _ = process.communicate(timeout=300)
        assert process.returncode == 0
        assert "The server has stopped" in rest
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

"""suanpan releases: what is kept, what is in force when, for people and for scripts."""

import json
import re

import pytest

from bundles import at_price
from server import suanpan

LATER = "2099-10-01T00:00:00+08:00"
LATER_MS = 4_094_467_200_000


@pytest.fixture
def names(server, tmp_path):
    """Two releases, the first in force."""
    made = []
    for price in ("0.07", "0.09"):
        made.append(server.publish(at_price(tmp_path / price, price), activate=not made))
    return made


def releases(server, *words, code=0):
    """What it writes; JSON becomes a value."""
    result = suanpan("releases", *words, *server.to())
    assert result.returncode == code, result.stdout + result.stderr
    if code != 0:
        return result.stderr
    return json.loads(result.stdout) if "--json" in words else result.stdout


def test_without_releases_it_says_so(server):
    assert releases(server).startswith("there are no releases; suanpan publish")
    assert releases(server, "list", "--language", "zh").startswith("没有规则版本")
    assert releases(server, "history") == "no release was in force yet\n"
    assert releases(server, "--json") == {"releases": []}
    assert releases(server, "revert", code=1).startswith("NOT_FOUND")


def test_the_list_shows_each_with_its_state(server, names):
    releases(server, "activate", names[1], "--at", LATER)
    for words in ((), ("list",)):
        head, *rows = releases(server, *words).splitlines()
        assert head.split() == ["release", "catalog", "published", "in", "force", "by", "why"]
        assert {row.split()[0] for row in rows} == {name[:12] for name in names}
        states = {row.split()[0]: row for row in rows}
        assert "now, since 20" in states[names[0][:12]] and "from 2099-" in states[names[1][:12]]
    listed = releases(server, "list", "--json")
    assert listed == server.connect().call("release.list")
    head, *rows = releases(server, "--language", "zh").splitlines()
    assert head.startswith("规则版本") and any("当前，自 " in row for row in rows) and any("排期 " in row for row in rows)


def test_activating_reverting_and_the_history(server, names):
    told = releases(server, "activate", names[1][:8], "--by", "li.wei", "--why", "autumn prices")
    assert told == f"release {names[1][:12]} is in force\n"
    told = releases(server, "revert", "--by", "zhang", "--why", "太早", "--language", "zh")
    assert told == f"规则版本 {names[0][:12]} 已生效\n"
    head, *rows = releases(server, "history").splitlines()
    assert head.split() == ["from", "release", "by", "why"]
    assert [row.split()[1] for row in rows] == [names[0][:12], names[1][:12], names[0][:12]]
    assert "in force" in rows[0] and rows[0].split()[-2:] == ["zhang", "太早"] and rows[1].endswith("li.wei  autumn prices")
    assert len(releases(server, "history", "--limit", "1").splitlines()) == 2
    history = releases(server, "history", "--json")
    assert [one.get("why") for one in history["activations"]] == ["太早", "autumn prices", None]


def test_a_schedule_is_made_shown_and_taken_back_by_the_time_it_shows(server, names):
    told = releases(server, "activate", names[1], "--at", LATER)
    shown = re.fullmatch(f"release {names[1][:12]} comes into force at (\\S+)\n", told)[1]
    assert server.connect().call("release.history")["scheduled"][0]["at"] == LATER_MS
    row = releases(server, "history").splitlines()[1]
    assert row.startswith(shown) and "scheduled" in row
    assert releases(server, "cancel", shown) == f"release {names[1][:12]} is not scheduled any more\n"
    assert releases(server, "cancel", LATER, code=1) == 'NOT_FOUND: there is no activation scheduled "2099-09-30T16:00:00Z"\n'
    assert releases(server, "delete", names[1][:10], "--by", "li.wei") == f"release {names[1][:12]} is deleted\n"
    assert releases(server, "delete", names[0], code=1).startswith("IN_USE")
    assert "正在生效" in releases(server, "delete", names[0], "--language", "zh", code=1)
    assert len(releases(server, "--json")["releases"]) == 1


@pytest.mark.parametrize(
    "words",
    [
        ["forget"],
        ["activate"],
        ["cancel"],
        ["delete"],
        ["revert", "12345678"],
        ["list", "12345678"],
        ["history", "--by", "li.wei"],
        ["revert", "--at", LATER],
        ["list", "--limit", "3"],
        ["activate", "12345678", "more"],
        ["activate", "12345678", "--language", "fr"],
    ],
)
def test_a_wrong_call_is_told_with_the_usage(words):
    result = suanpan("releases", *words)
    assert result.returncode == 2 and "usage: suanpan releases" in result.stderr, result.stderr


def test_without_a_server_it_fails(tmp_path):
    assert suanpan("releases", "--to", tmp_path / "nobody").returncode == 3


def test_a_time_that_is_none_is_refused(server, names):
    assert releases(server, "activate", names[1], "--at", "tomorrow", code=1).startswith("OUT_OF_RANGE")

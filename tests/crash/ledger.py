"""What a data folder says of itself once its server has stopped: read by `suanpan dump`, checked here in another language."""

import json
import os
import subprocess
from collections import defaultdict
from decimal import Decimal

from server import binary, clean_environment, suanpan


def lines(folder, *options):
    """Each record, then each entry, as `suanpan dump --json` shows them."""
    process = subprocess.Popen(
        [binary(), "dump", str(folder), "--json", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=clean_environment(),
        text=True,
    )
    for line in process.stdout:
        yield json.loads(line)
    said = process.stderr.read()
    assert process.wait() == 0, said


def position(charge):
    return int(charge.split(":")[1])


def scope(line):
    """A session's requests are told apart by their number, which is the second of the event's values; its first is a number only there."""
    event = line.get("event") or [""]
    return (line["scope"], event[1]) if isinstance(event[0], int) else line["scope"]


def check_holds(records):
    """What is held of balances is held by the sessions that are open."""
    held = defaultdict(Decimal)
    for (table, _), (_, value) in records.items():
        for part in value["parts"] if table == "session" else []:
            for balance, amount in part["held"].items():
                held[f"{value['account']}/{balance}"] += Decimal(amount)
    for (table, key), (_, value) in records.items():
        if table == "balance":
            assert Decimal(value["held"]) == held[key], (key, value)


class Ledger:
    """The journal from its beginning, and the records that must have come of it."""

    def __init__(self, folder):
        self.entries = 0
        self.decided = {}  # (scope, id, attempt) → (charge, answer)
        self.books = defaultdict(Decimal)
        self.removed = {}  # (table, key) → where
        records, made, last = {}, {}, -1
        for line in lines(folder):
            if "table" in line:
                records[line["table"], line["key"]] = (line["version"], line["value"])
                continue
            here = position(line["charge"])
            assert here > last, (here, last)
            last = here
            self._entry(line, here, made)
        assert records == made, "the records are not what the journal made of them"
        check_holds(records)
        for (table, key), (_, value) in records.items():
            if table == "balance":
                assert Decimal(value["amount"]) == self.books[f"balance:{key}"], (key, value)

    def _entry(self, line, here, made):
        self.entries += 1
        if "id" in line:
            key = (scope(line), line["id"], line["attempt"])
            assert key not in self.decided, f"{key} was decided twice"
            self.decided[key] = (line["charge"], line["answer"])
        sums = defaultdict(Decimal)
        for posting in line.get("postings", []):
            sums[posting["unit"]] += Decimal(posting["amount"])
            self.books[posting["book"]] += Decimal(posting["amount"])
        assert not any(sums.values()), f"postings do not sum to zero: {line}"
        for effect in line.get("effects", []):
            key = (effect["table"], effect["key"])
            previous = effect.get("previous", 0)
            # Of what was removed its end may be known, or be forgotten.
            known = (made[key][0],) if key in made else (0, self.removed.get(key, 0))
            assert previous in known, f"the chain of {key} is broken: {line}"
            if effect.get("value") is None:
                made.pop(key, None)
                self.removed[key] = here
            else:
                made[key] = (here, effect["value"])


def fsck(folder):
    """`suanpan fsck` finds nothing wrong."""
    result = suanpan("fsck", folder, "--json", "--age-max", 20 * 365)
    assert result.returncode == 0, result.stdout + result.stderr
    return json.loads(result.stdout)


def segments(folder):
    """How many files the journal has that are in use."""
    return sum(not name.startswith("spare") for name in os.listdir(folder / "journal"))

"""More records than the memory that is set for them: all is charged as ever, memory stays where it was, and a killed server comes back
right and soon."""

import os
import random
import re
import threading
import time
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
import sample
from ledger import Ledger, fsck
from sender import Sender, priced_part
from server import SANITIZED, Server

MIB = 1 << 20
COUNT = 3_000 if SANITIZED else 12_000
CHARGES = 2 * COUNT
START = Decimal("1.50")
AT = "2026-09-18T12:00:00+08:00"
NUMBERS = [f"0771{number:07d}" for number in range(COUNT)]
PARTS = 4


class Oracle:
    """Local calls: 0.22 for the first 180 s, 0.11 for each minute begun after them, as long as the balance lasts."""

    def __init__(self):
        self.balances = dict.fromkeys(NUMBERS, START)

    def decide(self, call):
        price = Decimal("0.22") + Decimal("0.11") * max(0, -(-(call["seconds"] - 180) // 60))
        if price > self.balances[call["service_id"]]:
            return "BALANCE_TOO_LOW"
        self.balances[call["service_id"]] -= price
        return price


def make_calls(chance):
    """Some numbers are called from again and again, most now and then. Part by part: a number's calls are all in one."""
    parts = [[] for _ in range(PARTS)]
    for place in range(CHARGES):
        number = chance.choice(NUMBERS[:200] if chance.random() < 0.2 else NUMBERS)
        call = {"id": f"c{place}", "service_id": number, "service": "voice", "to": "5507882", "at": AT}
        parts[int(number) % PARTS].append({**call, "seconds": chance.choice([1, 60, 180, 181, 300])})
    return parts


def charge_all(server, parts):
    """Answers in the same order; each part has a connection of its own, all at the same time."""
    answers = [None] * len(parts)

    def charge(place):
        with server.connect(timeout=300) as client:
            answers[place] = sample.results(client.call_all("charge", parts[place], in_flight=200))

    threads = [threading.Thread(target=charge, args=(place,)) for place in range(len(parts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def own_memory(server):
    """What the process has made for itself, without the pages of files that it looks at."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(re.search(r"RssAnon:\s+(\d+) kB", status)[1]) * 1024


@pytest.mark.asan
def test_records_that_do_not_fit_are_charged_right_in_bounded_memory_and_are_there_after_a_kill():
    seed = int(os.environ.get("CRASH_SEED", random.randrange(1 << 32)))
    print(f"seed {seed}")
    chance = random.Random(seed)
    oracle = Oracle()
    parts = make_calls(chance)
    wanted = [[oracle.decide(call) for call in part] for part in parts]
    with Server(memory_records="1 MiB", memory_ids=4096, checkpoint_every="100 ms", checkpoint_behind="8 MiB") as server:
        server.publish(sample.CATALOG)
        # Two queues of 20,000 at most and their arenas, the journal's batches, the ids; not the records.
        bound = own_memory(server) + 24 * MIB
        server.subscribe(NUMBERS, balance=str(START), package="fixed_line")
        middle = [len(part) // 2 for part in parts]
        first = charge_all(server, [part[:half] for part, half in zip(parts, middle, strict=True)])
        if not SANITIZED:
            print(f"{own_memory(server) / MIB:.1f} MiB of at most {bound / MIB:.1f}")
            assert own_memory(server) < bound
        stats = server.connect().call("stats")["records"]
        assert stats["dropped"] > COUNT // 2 and stats["cold_reads"] > COUNT // 2, "they did fit"
        assert stats["bytes"] < 2 * MIB

        server.kill()
        began = time.monotonic()
        server.start()
        print(f"started again in {time.monotonic() - began:.2f} s")
        second = charge_all(server, [part[half:] for part, half in zip(parts, middle, strict=True)])
        answers = [[*one, *two] for one, two in zip(first, second, strict=True)]
        for place in range(PARTS):
            for call, answer, price in zip(parts[place], answers[place], wanted[place], strict=True):
                assert not answer["repeat"]
                found = Decimal(answer["amount"]) if answer["outcome"] == "charged" else answer["code"]
                assert found == price, (call, answer)
        refused = sum(price == "BALANCE_TOO_LOW" for part in wanted for price in part)
        assert 0 < refused < CHARGES // 2

        again = charge_all(server, parts)
        assert again == [[{**answer, "repeat": True} for answer in part] for part in answers]
        if not SANITIZED:
            assert own_memory(server) < bound
        client = server.connect(timeout=300)
        balances = sample.results(client.call_all("balance.get", [[number] for number in NUMBERS], in_flight=200))
        assert {n: Decimal(b["available"]) for n, b in zip(NUMBERS, balances, strict=True)} == oracle.balances
        assert server.stop() == 0
        Ledger(server.data)
        fsck(server.data)


def test_killed_again_and_again_while_most_records_are_cold():
    seed = int(os.environ.get("CRASH_SEED", random.randrange(1 << 32)))
    kills = int(os.environ.get("CRASH_KILLS", 20)) // 4
    print(f"seed {seed}, {kills} kills")
    chance = random.Random(seed)
    numbers = NUMBERS[:8000]
    requests = [
        {"id": f"c{place}", "service_id": chance.choice(numbers), "service": "voice", "to": "5507882", "at": AT, "seconds": 60}
        for place in range(1000 * kills)
    ]
    with Server(memory_records="1 MiB", memory_ids=4096, checkpoint_every="50 ms", checkpoint_spread="0 ms") as server:
        server.publish(sample.CATALOG)
        server.subscribe(numbers, balance="5000.00", package="fixed_line")
        sender = Sender(server.socket, requests, chance)
        sender.start()
        for _ in range(kills):
            seconds = chance.uniform(0.02, 0.4)
            sender.pace(1000, seconds)
            time.sleep(seconds)
            server.kill()
            server.start()
        answers = sender.finish()
        assert {answer["amount"] for answer in answers} == {"0.22"}
        client = server.connect(timeout=300)
        calls = Counter(request["service_id"] for request in requests)
        balances = sample.results(client.call_all("balance.get", [[number] for number in numbers], in_flight=200))
        for number, balance in zip(numbers, balances, strict=True):
            assert Decimal(balance["available"]) == Decimal("5000.00") - calls[number] * Decimal("0.22")
        again = sample.results(client.call_all("charge", requests, in_flight=200))
        assert [priced_part(answer) for answer in again] == sender.answers
        assert client.call("stats")["records"]["dropped"] > 0, "they did fit"
        assert server.stop() == 0
        Ledger(server.data)
        fsck(server.data)

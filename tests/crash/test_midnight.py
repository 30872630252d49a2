"""Killed again and again while much falls due at one instant: each balance expires once, whole, and not before.

$CRASH_SEED says how; the seed is printed.
"""

import os
import random
import time
from decimal import Decimal

from ledger import fsck
from server import Server

ACCOUNTS, BALANCES = 40, 60
KILLS = 12
# So that what is due is now in memory, now in LMDB, now in between.
SETTINGS = {
    "checkpoint_every": ["10 ms", "100 ms", "10 s"],
    "checkpoint_spread": ["0 ms", "50 ms"],
    "memory_records": ["1 MiB", "64 MiB"],
}


def give(client, till):
    """Balances with money that end at one instant or in the second after it; false if that came before all were given."""
    puts, topups = [], []
    for account in range(ACCOUNTS):
        client.call("customer.put", customer=f"c{account}")
        client.call("account.put", account=f"a{account}", customer=f"c{account}")
        for number in range(BALANCES):
            of = {"account": f"a{account}", "balance": f"g{number}"}
            puts.append({**of, "till": till if number % 2 else till + number * 15})
            topups.append({**of, "id": f"t{number}", "at": till - 60_000, "amount": f"{number + 1}.00", "currency": "CNY"})
    for method, requests in (("balance.put", puts), ("balance.topup", topups)):
        assert [error for error, _ in client.call_all(method, requests) if error is not None] == []
    return client.call("ping")["now"] < till


def expiries(client, account):
    """{balance: amount} of all expiries of an account; of none there are two."""
    entries = client.call("history", account=account, limit=500)["entries"]
    found = [entry for entry in entries if entry["kind"] == "expiry"]
    amounts = {entry["answer"]["name"]: entry["answer"]["amount"] for entry in found}
    assert len(amounts) == len(found)
    assert all(entry["made"] >= entry["answer"]["till"] for entry in found)
    return amounts


def kill_at_midnight(seconds, chance):
    """False: it came before all was given."""
    with Server() as server:
        client = server.connect()
        till = client.call("ping")["now"] + seconds * 1000
        if not give(client, till):
            return False
        server.kill()
        while time.time() * 1000 < till - 200:
            time.sleep(0.01)
        for _ in range(KILLS):
            server.settings.update({name: chance.choice(values) for name, values in SETTINGS.items()})
            server.start()
            time.sleep(chance.random() * 0.05)
            server.kill()
        server.start()
        client = server.connect()
        deadline = time.monotonic() + 60
        while sum(len(expiries(client, f"a{account}")) for account in range(ACCOUNTS)) < ACCOUNTS * BALANCES:
            assert time.monotonic() < deadline, client.call("stats")["timers"]
            time.sleep(0.1)
        for account in range(ACCOUNTS):
            assert expiries(client, f"a{account}") == {f"g{number}": f"{number + 1}.00" for number in range(BALANCES)}
            balances = client.call("balance.get", [f"a{account}"])["balances"]
            assert len(balances) == BALANCES + 1 and {Decimal(one["amount"]) for one in balances} == {0}
        server.stop()
        fsck(server.data)
    return True


def test_each_balance_expires_once_though_the_server_is_killed_all_the_while():
    seed = int(os.environ.get("CRASH_SEED", random.SystemRandom().randrange(1 << 32)))
    print(f"seed {seed}")
    chance = random.Random(seed)
    seconds = 2
    while not kill_at_midnight(seconds, chance):
        seconds *= 3  # this machine is slow today

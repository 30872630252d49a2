"""Accounts that pay for calls at the prices of fixed lines: what tests of their balances share.

with serving([ACCOUNT], "10.00") as server:
    put(client, "spring", "0.30", pays=["voice.local"])
    charge(client, "c1")
"""

import contextlib

from server import Server

AT_MS = 1789704000000  # 2026-09-18 12:00 in China
DAY_MS = 86_400_000
ACCOUNT = "07715510001"
LOCAL = {"service": "voice", "to": "5507882"}  # 0.22 for up to three minutes, then 0.11 a minute
FAR = {"service": "voice", "to": "07722820022"}


@contextlib.contextmanager
def serving(accounts, amount):
    """A server at which each of them is an account with a subscription and a service id, and has so much."""
    with Server() as server:
        server.publish("rules/catalogs/fixed_line")
        server.subscribe(accounts, amount, package="fixed_line")
        yield server


def put(client, name, amount=None, **fields):
    """A balance of the account, with so much on it."""
    answer = client.call("balance.put", account=ACCOUNT, balance=name, **fields)
    if amount is not None:
        top_up(client, name, amount)
    return answer


def top_up(client, name, amount, identifier=None):
    fields = {"account": ACCOUNT, "balance": name, "at": AT_MS, "currency": "CNY"}
    return client.call("balance.topup", fields, id=identifier or f"to-{name}", amount=amount)


def charge(client, identifier, seconds=60, call=LOCAL, **fields):
    return client.call("charge", {"service_id": ACCOUNT, "at": AT_MS, **call, **fields}, id=identifier, seconds=seconds)


def refund(client, identifier, charge_id, **fields):
    return client.call("charge.refund", id=identifier, charge=charge_id, at=AT_MS, **fields)


def amounts(client):
    """What lies on each balance of the account."""
    return {one["balance"]: one["amount"] for one in client.call("balance.get", [ACCOUNT])["balances"]}

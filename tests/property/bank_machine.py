"""A server whose clock stands still, a Bank beside it (naive_money.py), and what keeps them together: requests that are sent once and
again, time that passes for both, and all that can be read, held against the Bank.
"""

import json
import time
from collections import Counter
from decimal import Decimal
from itertools import zip_longest
from pathlib import Path

import naive_dues
import naive_sessions
from hypothesis.stateful import invariant
from machine import ServedMachine
from moved_clock import MovedServer
from naive_days import NEVER, at, local
from naive_money import Bank
from naive_prices import Conflict, Refused
from naive_sessions import assert_answer
from server import suanpan

CATALOG = Path(__file__).with_name("everything")

BEGIN = at("2026-03-18 12:00:00")
# Subscriptions, which are service ids too: account and package. The boss pays for others, and owes nothing himself.
LINES = {
    "13900000001": ("a1", "plain"), "13900000002": ("a2", "free"), "13900000003": ("a3", "tiered"), "13900000004": ("a4", "capped"),
    "13900000005": ("boss", "plain"), "13900000006": ("a1", "banded"),
}  # fmt: skip
CUSTOMERS = {"a1": "c1", "a2": "c1", "a3": "c3", "a4": "c4", "boss": "boss"}
NUMBERS, ACCOUNTS = list(LINES), list(CUSTOMERS)
SESSIONS = ["s0", "s1"]


class BankMachine(ServedMachine):
    def __init__(self):
        instant = local(BEGIN).isoformat()
        super().__init__(MovedServer(instant, frozen=True, memory_ids=4096, checkpoint_every="50 ms",
                                     checkpoint_spread="0 s", session_validity_max="10 days", notices_keep="10 years"))
        self.bank = Bank(BEGIN)
        self.ids = {}  # (kind of scope, scope, id) → (content, answer)
        self.requests = []  # (scope, id, method, fields) of all of that, to be sent again
        self.charges = []  # (Charge, its id)

    # ---- asking, once ----

    def new_id(self):
        return f"more{len(self.requests)}"

    def once(self, scope, identifier, method, fields, decide):
        """Sends it; what comes is what decide() says must come (fields, and notices), or what came before. Gives the first answer."""
        self.requests.append((scope, identifier, method, fields))
        key, content = (*scope, identifier), json.dumps([method, fields], sort_keys=True)
        error, answer = self.client.ask(method, fields)
        if key in self.ids:
            known, first = self.ids[key]
            if known != content:
                self.tally["ID_CONFLICT"] += 1
                assert error is not None and error.startswith("ID_CONFLICT"), (error, answer)
            else:
                self.tally["repeat"] += 1
                assert error is None and answer == {**first, "repeat": True}, (error, answer, first)
            return None
        try:
            expected, notices = decide()
        except Conflict as conflict:
            self.tally[str(conflict)] += 1
            assert error is not None and error.startswith(str(conflict)), (error, answer)
            return None
        except Refused as refusal:
            expected, notices = {"outcome": "refused", "code": str(refusal)}, []
        assert error is None, (error, expected)
        self.tally[expected.get("code") or method] += 1
        self.tally["noticed"] += len(notices)
        try:
            assert_answer(answer, {**expected, "repeat": False})
        except AssertionError as error:
            raise AssertionError(f"{error}; the first difference: {[self.first_difference(name) for name in ACCOUNTS]}") from error

        told = sorted((one["kind"], one["threshold"]) for one in answer.get("notices", []))
        assert told == sorted((kind, threshold) for kind, _, threshold in notices), f"{method} {fields}: {answer}, and not {notices}"
        self.ids[key] = (content, answer)
        return answer if answer["outcome"] != "refused" else None

    def main(self, account):
        return self.bank.accounts[account].main().amount

    # ---- how accounts and subscriptions are ----

    def put_account(self, name):
        one = self.bank.accounts[name]
        credit = {"temporary_floor": str(one.credit[0]), "temporary_till": one.credit[1]} if one.credit else {}
        self.client.call("account.put", account=name, customer=one.customer, currency="CNY", floor=str(one.floor), frozen=one.frozen,
                         low_balance=[str(low) for low in one.lows], **credit)  # fmt: skip

    def put_subscription(self, number):
        one = self.bank.subscriptions[number]
        packages = [one.package] + [
            {"package": held.package, "from": held.begins} | ({"till": held.till} if held.till < NEVER else {}) for held in one.holdings
        ]  # fmt: skip
        states, begin = [], {}
        for since, till in one.suspended:
            states.append({"state": "active", **begin, "till": since})
            states.append({"state": "suspended", "from": since} | ({"till": till} if till < NEVER else {}))
            begin = {"from": till}
        if begin != {"from": NEVER}:
            states.append({"state": "active", **begin})
        payers = [
            {"account": payer.account, "services": payer.services} | ({"up_to": str(payer.bound)} if payer.bound is not None else {})
            for payer in one.payers
        ]  # fmt: skip
        self.client.call("subscription.put", subscription=number, account=one.account, product="line", service_ids=[number], packages=packages,
                         states=states, payers=payers)  # fmt: skip
        self.settle()

    # ---- time ----

    def set_clock(self, then, how):
        if how:
            self.start_again(how, False, lambda: self.server.set_clock(local(then).isoformat()))
        else:
            self.server.set_clock(local(then).isoformat())
        naive_dues.pass_to(self.bank, then)
        for key in [key for key, session in self.bank.sessions.items() if session.expires <= then]:
            naive_sessions.expire(self.bank, key)
            self.tally["forgotten"] += 1
        self.settle()

    def settle(self):
        """Waits until what is due by now is done."""
        naive_dues.pass_to(self.bank, self.bank.now)
        deadline = time.monotonic() + 10
        while not (self.is_settled() and not self.differences()) and time.monotonic() < deadline:
            time.sleep(0.002)

    def is_settled(self):
        timers = self.client.call("stats")["timers"]
        return timers["due"] == timers["under_way"] == 0

    # ---- reading ----

    def money(self):
        """{account: {balance: (amount, held, till)}}"""
        found = {}
        for name, (error, answer) in zip(ACCOUNTS, self.client.call_all("balance.get", [[name] for name in ACCOUNTS]), strict=True):
            assert error is None, error
            found[name] = {one["balance"]: (Decimal(one["amount"]), Decimal(one["held"]), one.get("till", NEVER)) for one in answer["balances"]}
        return found

    def differences(self):
        """What of accounts and balances is not as the model has it."""
        others = []
        for name, found in self.money().items():
            balances = self.bank.accounts[name].balances
            for place, one in balances.items():
                if one.expired and place in found and found[place][0] == one.held:
                    one.expire()  # what was held of it is let go, and a minute has passed, or it was put, or started again
            wanted = {place: (one.amount, one.held, one.till) for place, one in balances.items()}
            others += [
                (name, f"{name}/{place}: {found.get(place)} and not {wanted.get(place)}")
                for place in {**wanted, **found} if found.get(place) != wanted.get(place)
            ]  # fmt: skip
        return others

    @invariant()
    def all_is_as_the_model_has_it(self):
        if not self.bank.subscriptions:
            return
        for name, other in self.differences():
            raise AssertionError(f"{other}; the first difference: {self.first_difference(name)}")
        keys = [(number, name) for number in NUMBERS for name in SESSIONS]
        for key, answer in zip(keys, self.client.call_all("session.get", [list(key) for key in keys]), strict=True):
            self.check_session(self.bank.sessions.get(key), *answer)

    def check_session(self, session, error, found):
        if session is None:
            assert error is not None and error.startswith("NOT_FOUND"), found
            return
        assert error is None and found["number"] == session.number, (error, found)
        parts = {
            one["part"]: (one["service"], one["at"], one["used"], one["granted"], Decimal(one["charged"]), Decimal(one["held"]))
            for one in found["parts"]
        }
        assert parts == {
            part: (one.service, one.at, one.used, one.granted, one.charged, one.held()) for part, one in session.parts.items()
        }

    # ---- the end ----

    def check_at_the_end(self):
        if self.bank.subscriptions:
            self.tally.update(entry.kind for entry in self.bank.entries)
            self.check_history()
            self.check_notices()

    def check_history(self):
        """Each account's entries that moved its money, and all sums."""
        for name, account in self.bank.accounts.items():
            found = self.history(name)
            sums = Counter()
            for _, moved, _ in found:
                sums.update(moved)
            amounts = {f"balance:{name}/{place}": one.amount for place, one in account.balances.items()}
            assert {book: amount for book, amount in sums.items() if amount} == {book: amount for book, amount in amounts.items() if amount}
            assert self.first_difference(name) is None

    def history(self, account):
        """[(kind, {balance of its: amount}, the entry)], oldest first."""
        entries, cursor = [], {}
        while True:
            page = self.client.call("history", account=account, limit=500, **cursor)
            entries += page["entries"]
            if "next" not in page:
                break
            cursor = {"cursor": page["next"]}
        found = []
        for entry in reversed(entries):
            moved = Counter()
            for posting in entry["postings"]:
                if posting["book"].startswith(f"balance:{account}/"):
                    moved[posting["book"]] += Decimal(posting["amount"])
            found.append((entry["kind"], {book: amount for book, amount in moved.items() if amount}, entry))
        return found

    def first_difference(self, account):
        """Of an account's entries that moved money and the model's: (the server's, the model's); None if there is none."""
        found = [one for one in self.history(account) if one[1] and one[0] != "expiry"]
        expected = []
        for entry in self.bank.entries:
            moved = {f"balance:{name}/{place}": amount for (name, place), amount in entry.moved.items() if name == account}
            if moved and entry.kind != "expiry":
                expected.append((entry.kind, moved, entry))
        for one, other in zip_longest(found, expected, fillvalue=(None, None, None)):
            if one[:2] != other[:2]:
                return one[2], other[2]
        return None

    def check_notices(self):
        """Each account's, in order; pages behind a cursor miss none and repeat none."""
        listed, cursor = [], {}
        while True:
            page = self.client.call("notice.list", limit=7, **cursor)
            listed += page["notices"]
            if not page["notices"]:
                break
            cursor = {"after": page["next"]}
        found, expected = {}, {}
        for one in listed:
            found.setdefault(one["account"], []).append((one["kind"], one["threshold"]))
        for entry in self.bank.entries:
            for kind, whose, threshold in entry.notices:
                account = LINES[whose][0] if kind == "threshold" else whose
                expected.setdefault(account, []).append((kind, threshold))
        assert {name: sorted(some) for name, some in found.items()} == {name: sorted(some) for name, some in expected.items()}

    def check_folder(self):
        """Counters are as the model has them, and fsck finds nothing."""
        if not self.bank.subscriptions:
            return
        found = {
            one["key"]: (one["value"]["used"], one["value"].get("held", 0)) for one in self.dump("--records") if one["table"] == "counter"
        }
        expected = {}
        for name in {*self.bank.used, *self.bank.held}:
            unit = 1_000_000 if "/@payer" in name or "/capped" in name else 1  # of money, a millionth
            expected[name] = (self.bank.used[name] * unit, self.bank.held[name] * unit)
        assert {key: value for key, value in found.items() if any(value)} == {key: value for key, value in expected.items() if any(value)}
        result = suanpan("fsck", self.server.data, "--json", "--age-max", 20 * 365)
        assert result.returncode == 0, result.stdout + result.stderr

"""What Suanpan promises, done naively: dicts, lists and Decimals. Nothing here is fast, and nothing here is shared with the server.

A method of the model takes what the server's takes. It gives what must come out: an Expected, which names the outcome (or the code of an error)
and as much of the answer as can be foretold. Positions can't; the caller tells them (`stored`, `decided`), and the model holds them against
all that comes later.
"""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import prices

CHINA = ZoneInfo("Asia/Shanghai")
FREE_SECONDS = 100 * 60


class Expected:
    def __init__(self, error=None, **fields):
        self.error = error  # code of what comes in the error slot
        self.fields = fields  # of the result
        self.whole = None  # the whole result, if it is known
        self.apply = lambda answer: None  # tells the model what the server has made of it


def span_has(span, ms):
    return span.get("from", -(1 << 63)) <= ms < span.get("till", 1 << 63)


def spans_overlap(a, b):
    return max(a.get("from", -(1 << 63)), b.get("from", -(1 << 63))) < min(a.get("till", 1 << 63), b.get("till", 1 << 63))


class Account:
    def __init__(self, version):
        self.amount = Decimal(0)
        self.balance_version = version
        self.history = []  # (charge, kind, id, what it moved), oldest first


class Charge:
    """What was taken, and what was given back of it."""

    def __init__(self, account, event, amount, taken, used):
        self.account, self.at, self.amount, self.taken, self.used = account, event["at"], amount, taken, used
        self.quantity = max(1, event["seconds"])
        self.given, self.usage, self.last = Decimal(0), 0, None

    def paid_for(self, usage):
        """The same part of its one line, to the micro-unit; what was paid of that pays for what comes back first."""
        micros = int(self.amount * 1_000_000) * usage
        return min(Decimal((2 * micros + self.quantity) // (2 * self.quantity)) / 1_000_000, self.taken)

    def units_for(self, usage, counter, are_known):
        """Of a counter: units come back as one, those first that were taken last, where the release knows them to be free units."""
        if not are_known:
            return self.used[counter] * usage // self.quantity
        back = sum(self.used.values()) * usage // self.quantity
        behind = sum(used for other, used in self.used.items() if other > counter)
        return min(max(back - behind, 0), self.used[counter])


class FixedLineRelease:
    def __init__(self, fixed_line, dearer):
        self.catalog = fixed_line
        self.package = "fixed_line"
        self.tariffs = {**fixed_line.tariffs}
        if dearer:
            self.tariffs["local"] = prices.Tariff(60, "0.5", first=(120, "1.5"))

    def price(self, model, subscription, event):
        """(amount, {counter: seconds used of it}); raises Refused."""
        at, seconds = event["at"] // 1000, event["seconds"]
        zone = self.catalog.zone_of(event["service_id"], event["to"])
        return self.tariffs[zone].charge(at, seconds)[0], {}


class TalkRelease:
    """Free minutes of the month, then 0.15 by day and 0.08 by night."""

    package = "talk"

    def price(self, model, subscription, event):
        amount, used = Decimal(0), {}
        for second in range(0, event["seconds"], 60):
            local = datetime.fromtimestamp(event["at"] // 1000 + second, UTC).astimezone(CHINA)
            counter = (subscription, local.strftime("%Y-%m-01"))
            if FREE_SECONDS - model.counters.get(counter, 0) - used.get(counter, 0) >= 60:
                used[counter] = used.get(counter, 0) + 60
            else:
                amount += Decimal("0.15" if 7 <= local.hour < 21 else "0.08")
        return amount, used


class Model:
    def __init__(self, releases):
        self.releases = releases  # {name of 64 digits: release}
        self.published = []
        self.active = None
        self.customers, self.accounts, self.subscriptions = {}, {}, {}  # by id: the fields of their get
        self.money = {}  # account → Account
        self.ids = {}  # (kind of scope, scope, id) → (content, attempt, refused, answer)
        self.counters = {}
        self.charges = {}  # by what they were answered
        self.position = 0  # of the newest entry

    # ---- what the server tells ----

    def stored(self, position):
        assert position > self.position, "positions rise"
        assert position % 8 == 0
        self.position = position

    # ---- puts ----

    def _put(self, table, identifier, fields, expect, changed=None):
        old = table.get(identifier)
        version = old["version"] if old else 0
        if old and all(old[name] == value for name, value in fields.items()):
            return Expected(outcome="unchanged", version=version)
        if expect is not None and expect != version:
            return Expected("VERSION_CONFLICT")
        expected = Expected(outcome="stored")

        def apply(answer):
            self.stored(answer["version"])
            table[identifier] = {**fields, "version": answer["version"]}
            if changed:
                changed(old, answer["version"])

        expected.apply = apply
        return expected

    def put_customer(self, customer, segment="", area="", facts=None, expect=None):
        fields = {"customer": customer, "segment": segment, "area": area, "facts": facts or {}}
        return self._put(self.customers, customer, fields, expect)

    def put_account(self, account, customer, currency="CNY", zone="", bill_day=1, floor="0.00", expect=None):
        if customer not in self.customers:
            return Expected("NOT_FOUND")
        if account in self.accounts and self.accounts[account]["currency"] != currency:
            return Expected("IN_USE")

        def changed(old, version):
            if old is None:
                self.money[account] = Account(version)

        fields = {
            "account": account, "customer": customer, "currency": currency, "zone": zone, "bill_day": bill_day, "floor": floor,
            "balances": ["main"],
        }  # fmt: skip
        return self._put(self.accounts, account, fields, expect, changed)

    def put_subscription(self, subscription, account, product, service_ids, packages, states, expect=None):
        if account not in self.accounts:
            return Expected("NOT_FOUND")
        for other, record in self.subscriptions.items():
            for theirs in record["service_ids"]:
                for ours in service_ids:
                    if other != subscription and theirs["service_id"] == ours["service_id"] and spans_overlap(theirs, ours):
                        return Expected("IN_USE")
        fields = {
            "subscription": subscription, "account": account, "product": product, "service_ids": service_ids,
            "packages": packages, "states": [{"state": "active"}] if states is None else states,
        }  # fmt: skip

        def changed(old, _):
            dates = [span["from"] for span in [*service_ids, *packages, *(states or [])] if "from" in span]
            begun = min(dates, default=None)  # None: when it was made, which the server's clock says
            self.subscriptions[subscription]["terms"] = old["terms"] if old else begun

        return self._put(self.subscriptions, subscription, fields, expect, changed)

    # ---- once ----

    def _known(self, key, content, attempt):
        """What is answered without deciding anything; None if it must be decided."""
        if key not in self.ids:
            return None
        known, last, refused, answer = self.ids[key]
        if known != content:
            return Expected("ID_CONFLICT")
        if refused and attempt > last:
            return None
        expected = Expected()
        expected.whole = {**answer, "repeat": True}
        return expected

    def _refuse(self, key, content, attempt, code):
        expected = Expected(outcome="refused", repeat=False, code=code)

        def apply(answer):
            self.ids[key] = (content, attempt, True, answer)

        expected.apply = apply
        return expected

    def _move(self, changes, kind, identifier, answer):
        """One entry, in the history of each account that it changes."""
        position = int(answer["charge"].split(":")[1])
        self.stored(position)
        for account, amount in changes.items():
            money = self.money[account]
            money.amount += amount
            money.balance_version = position
            money.history.append((answer["charge"], kind, identifier, amount))

    def _available(self, account):
        return self.money[account].amount - Decimal(self.accounts[account]["floor"])

    # ---- money ----

    def _movement(self, kind, changes, request, short="refuse", **answered):
        """Changes balances (account: by how much; the first is whose id it is): all of them, or none."""
        account, *_ = changes
        key, content = ("account", account, request["id"]), (kind, short, tuple(sorted(request.items())))
        attempt = answered.pop("attempt")
        known = self._known(key, content, attempt)
        if known:
            return known
        for one in changes:
            if one not in self.accounts:
                return self._refuse(key, content, attempt, "UNKNOWN_ACCOUNT")
            if self.accounts[one]["currency"] != request["currency"]:
                return self._refuse(key, content, attempt, "WRONG_CURRENCY")
        for one, change in changes.items():
            if change < 0 and short == "refuse" and self._available(one) < -change:
                return self._refuse(key, content, attempt, "BALANCE_TOO_LOW")
        expected = Expected(
            repeat=False, amount=request["amount"], currency=request["currency"], balance=self.money[account].amount + changes[account],
            **answered,
        )  # fmt: skip

        def apply(answer):
            self.ids[key] = (content, attempt, False, answer)
            self._move(changes, kind, request["id"], answer)

        expected.apply = apply
        return expected

    def topup(self, account, id, at, amount, currency, attempt=1):
        amount = Decimal(amount)
        request = {"id": id, "at": at, "amount": amount, "currency": currency}
        return self._movement("topup", {account: amount}, request, attempt=attempt, outcome="topped_up")

    def adjust(self, account, id, at, amount, currency, why, short="refuse", attempt=1):
        amount = Decimal(amount)
        request = {"id": id, "at": at, "amount": amount, "currency": currency, "why": why}
        return self._movement("adjustment", {account: amount}, request, short, attempt=attempt, outcome="adjusted", why=why)

    def transfer(self, account, to, id, at, amount, currency, attempt=1):
        if account == to:
            return Expected("FIELDS_CONFLICT")
        amount = Decimal(amount)
        request = {"id": id, "at": at, "amount": amount, "currency": currency, "to": to}
        return self._movement("transfer", {account: -amount, to: amount}, request, attempt=attempt, outcome="transferred", to=to)

    def find_price(self, event):
        """(subscription, account, amount, used); raises Refused."""
        at = event["at"]
        holders = [
            record
            for record in self.subscriptions.values()
            if any(held["service_id"] == event["service_id"] and span_has(held, at) for held in record["service_ids"])
        ]
        assert len(holders) <= 1
        if not holders:
            raise prices.Refused("UNKNOWN_SUBSCRIPTION")
        (record,) = holders
        states = [span["state"] for span in record["states"] if span_has(span, at)]
        if states != ["active"]:
            raise prices.Refused("SUSPENDED" if states == ["suspended"] else "SUBSCRIPTION_ENDED")
        if self.accounts[record["account"]]["currency"] != "CNY":
            raise prices.Refused("WRONG_CURRENCY")
        release = self.releases[self.active]
        held = any(span["package"] == release.package and span_has(span, at) for span in record["packages"])
        if not held or event["service"] != "voice":
            raise prices.Refused("NO_PRICE")
        return (record["subscription"], record["account"], *release.price(self, record["subscription"], event))

    def rate(self, **event):
        if self.active is None:
            return Expected("NO_RELEASE")
        try:
            *_, amount, _ = self.find_price(event)
        except prices.Refused as refusal:
            return Expected(outcome="refused", code=str(refusal))
        return Expected(outcome="priced", amount=amount, currency="CNY", release=self.active[:12])

    def charge(self, id, attempt=1, short="refuse", **event):
        key, content = ("charge", event["service_id"], id), (short, tuple(sorted(event.items())))
        known = self._known(key, content, attempt)
        if known:
            return known
        if self.active is None:
            return Expected("NO_RELEASE")
        try:
            _, account, amount, used = self.find_price(event)
        except prices.Refused as refusal:
            return self._refuse(key, content, attempt, str(refusal))
        money = self.money[account]
        available = self._available(account)
        taken = amount
        if amount > 0 and amount > available:
            if short == "refuse":
                return self._refuse(key, content, attempt, "BALANCE_TOO_LOW")
            if short == "partial":
                taken = max(available, Decimal(0))
        expected = Expected(
            outcome="charged", repeat=False, amount=amount, currency="CNY", release=self.active[:12],
            balance=money.amount - taken, unpaid=amount - taken if amount > taken else None,
        )  # fmt: skip

        def apply(answer):
            self.ids[key] = (content, attempt, False, answer)
            self._move({account: -taken}, "charge", id, answer)
            self.charges[answer["charge"]] = Charge(account, event, amount, taken, used)
            for counter, seconds in used.items():
                self.counters[counter] = self.counters.get(counter, 0) + seconds

        expected.apply = apply
        return expected

    # ---- giving back ----

    def refund(self, charge, id, at, attempt=1, account=None, cancel=False, amount=None, currency=None, seconds=None, items=None, why=""):
        known = self.charges.get(charge)
        owner = account or (known and known.account)
        key, content = ("account", owner, id), (charge, at, account, cancel, amount, currency, seconds, items, why)
        if owner is None:
            return Expected(outcome="refused", repeat=False, code="UNKNOWN_CHARGE")
        answered = self._known(key, content, attempt)
        if answered:
            return answered
        try:
            money, usage = self._given(known, account, amount, currency, seconds, items)
        except prices.Refused as refusal:
            return self._refuse(key, content, attempt, str(refusal))
        now = max(at, known.at)
        month = datetime.fromtimestamp(now // 1000, UTC).astimezone(CHINA).strftime("%Y-%m-01")
        knows = isinstance(self.releases[self.active], TalkRelease)
        counters = {}
        for counter in sorted(known.used):
            given = known.units_for(usage, counter, knows) - known.units_for(known.usage, counter, knows)
            if given:
                packages = self.subscriptions[counter[0]]["packages"]
                held = any(one["package"] == "talk" and span_has(one, now) for one in packages)
                counters[counter] = (given, knows and held and counter[1] >= month)
        expected = Expected(
            outcome="cancelled" if cancel else "refunded", repeat=False, of=charge, amount=money - known.given, currency="CNY",
            left=known.taken - money, balance=self.money[owner].amount + money - known.given,
            counters=[
                {"counter": "talk.free_minutes", "amount": given, "unit": "second", "back": back}
                for given, back in counters.values()
            ],
        )  # fmt: skip

        def apply(answer):
            self.ids[key] = (content, attempt, False, answer)
            self._move({owner: money - known.given}, "refund", id, answer)
            known.given, known.usage, known.last = money, usage, answer["charge"]
            for counter, (given, back) in counters.items():
                self.counters[counter] -= given if back else 0

        expected.apply = apply
        return expected

    def _given(self, known, account, amount, currency, seconds, items):
        """What will have been given back of a charge: (money, usage)."""
        if known is None:
            raise prices.Refused("UNKNOWN_CHARGE")
        if account not in (None, known.account):
            raise prices.Refused("OTHER_ACCOUNT")
        if currency not in (None, "CNY"):
            raise prices.Refused("WRONG_CURRENCY")
        if items is not None:
            raise prices.Refused("WRONG_UNIT")
        if known.usage == known.quantity:
            raise prices.Refused("ALREADY_REFUNDED")
        if seconds is not None:
            usage = known.usage + seconds
            if usage > known.quantity:
                raise prices.Refused("MORE_THAN_CHARGED")
            money = known.given + known.paid_for(usage) - known.paid_for(known.usage)
        elif amount is not None:
            money = known.given + Decimal(amount)
            usage = known.quantity if money == known.taken and not known.used else known.usage
        else:
            money, usage = known.taken, known.quantity
        if money > known.taken:
            raise prices.Refused("MORE_THAN_CHARGED")
        return money, usage

    # ---- what can be read ----

    def balance(self, account):
        money, floor = self.money[account], Decimal(self.accounts[account]["floor"])
        return {
            "account": account, "floor": floor, "available": self._available(account), "amount": money.amount,
            "version": money.balance_version,
        }  # fmt: skip

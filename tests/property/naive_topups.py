"""What a top-up of a Bank's balance does (see naive_money.py), with what the rules of everything/catalog.lua give besides."""

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from naive_days import DAY, NEVER, day_later, day_of, midnight, month_later, month_of
from naive_money import Balance

FEN = Decimal("0.01")


@dataclass
class Rule:
    name: str
    at_least: Decimal
    once: str | None = None  # in a lifetime, or a "month"
    best: bool = False  # of those, one at most is given

    def had(self, customer, at):
        """The counter of how often a customer had it."""
        return self.once and f"{customer}/@topup.{self.name}/{month_of(at) if self.once == 'month' else '1970-01-01'}"

    def bonus(self, amount):
        return {"tenth": (amount / 10).quantize(FEN, ROUND_DOWN), "monthly": Decimal("0.10"), "welcome": Decimal("0.20")}.get(self.name)

    def gift_till(self, at):
        """When what it gives as a balance of its own ends; None: it gives none."""
        day = day_of(at)
        return {"tenth": midnight(day_later(day, 3)), "monthly": midnight(month_later(day))}.get(self.name)


# In the order in which they are asked: what takes more, then what is given only so often, then by name.
RULES = [
    Rule("monthly", Decimal(3), once="month"), Rule("tenth", Decimal(3), best=True),
    Rule("welcome", Decimal(1), once="lifetime"), Rule("longer", Decimal(1), best=True),
]  # fmt: skip


def given(bank, customer, amount, at, ends):
    """Rules that apply."""
    found = []
    for rule in RULES:
        had = rule.had(customer, at)
        till = rule.gift_till(at)
        if (
            amount < rule.at_least or (had and bank.used[had]) or (till and till <= bank.now) or (rule.name == "longer" and not ends)
            or (rule.best and any(other.best for other in found))
        ):  # fmt: skip
            continue
        found.append(rule)
    return found


def gift_balance(bank, account, rule, till):
    """The gift of that rule that ends then; else one that has ended and is empty; else one of the next name."""
    pays, balances, spare, number = ["voice"] if rule.name == "tenth" else [], bank.accounts[account].balances, None, 1
    names = [name for name in balances if name == f"topup.{rule.name}" or name.startswith(f"topup.{rule.name}.")]
    for name in names:
        one = balances[name]
        if one.till == till:
            return one
        if spare is None and one.expired and not one.amount and not one.held:
            spare = one
    if spare is None:
        while (name := f"topup.{rule.name}" + (f".{number}" if number > 1 else "")) in names:
            number += 1
        spare = balances[name] = Balance(pays)
    spare.till, spare.expired, spare.began = till, False, bank.now
    return spare


def top_up(bank, name, place, amount, at):
    """The rules that gave something; raises Refused."""
    account = bank.accounts[name]
    with bank.entry("topup", name):
        bank.move(name, place, amount)
        one = account.balances[place]
        rules = given(bank, account.customer, amount, at, one.till < NEVER)
        for rule in rules:
            if had := rule.had(account.customer, at):
                bank.used[had] += 1
            if till := rule.gift_till(at):
                gift_balance(bank, name, rule, till).amount += rule.bonus(amount)
            elif rule.bonus(amount):
                one.amount += rule.bonus(amount)
            else:
                one.till += 2 * DAY
    return [rule.name for rule in rules]

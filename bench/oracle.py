"""What the calls of bench/load/calls.c must cost, worked out in another way: minute by minute, with Python's own calendar."""

from datetime import datetime, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8))
FREE_MINUTES = 100
START_FEN = 100_000_000_00
DAY_MS = 86_400_000
CALL_SECONDS_MAX = 600
MASK = (1 << 64) - 1


def day_before(now=None):
    """The last whole day in Shanghai before `now` that is not the last of its month (so that no call of that day crosses
    into the next month), as its beginning in ms and its month in months since the year 0."""
    day = (now or datetime.now(SHANGHAI)).astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    day -= timedelta(days=1)
    if (day + timedelta(days=1)).day == 1:
        day -= timedelta(days=1)
    return int(day.timestamp() * 1000), day.year * 12 + day.month - 1


def mix(x):
    x = (x + 0x9E3779B97F4A7C15) & MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
    return x ^ (x >> 31)


def call(seed, number, subscriptions, day_ms):
    """(subscription, at in ms, seconds) of call `number`."""
    a = mix((mix(seed) + 2 * number) & MASK)
    b = mix((mix(seed) + 2 * number + 1) & MASK)
    subscription = ((a & 0xFFFFFFFF) * subscriptions) >> 32
    at_ms = day_ms + (((b & 0xFFFFFFFF) * DAY_MS) >> 32)
    return subscription, at_ms, 1 + (((b >> 32) * CALL_SECONDS_MAX) >> 32)


def minutes_used_before(subscription):
    return min(FREE_MINUTES, subscription * 7919 % (2 * FREE_MINUTES + 1))


def price(at_ms, seconds, free_minutes):
    """(fen, free minutes used) of one call."""
    fen = free = 0
    for minute in range((seconds + 59) // 60):
        if free < free_minutes:
            free += 1
            continue
        moment = datetime.fromtimestamp(at_ms / 1000 + 60 * minute, SHANGHAI)
        fen += 15 if 7 <= moment.hour < 21 else 8
    return fen, free


def total(seed, count, subscriptions, day_ms):
    """What calls 0 to count - 1 cost on fresh subscriptions, one after the other, in fen."""
    used = {}
    sum_fen = 0
    for number in range(count):
        subscription, at_ms, seconds = call(seed, number, subscriptions, day_ms)
        before = used.get(subscription, minutes_used_before(subscription))
        fen, free = price(at_ms, seconds, FREE_MINUTES - before)
        used[subscription] = before + free
        sum_fen += fen
    return sum_fen

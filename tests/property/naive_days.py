"""Days and months of China as the models count them; instants are milliseconds since 1970, UTC."""

import calendar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")
NEVER = 1 << 63
DAY = 86_400_000


def at(text):
    """Local time, "2026-03-18 12:00:00"."""
    return int(datetime.fromisoformat(text).replace(tzinfo=CHINA).timestamp()) * 1000


def local(ms):
    return datetime.fromtimestamp(ms // 1000, UTC).astimezone(CHINA)


def day_of(ms):
    return local(ms).date()


def midnight(day):
    return int(datetime(day.year, day.month, day.day, tzinfo=CHINA).timestamp()) * 1000


def days_in_month(day):
    return calendar.monthrange(day.year, day.month)[1]


def month_later(day, count=1):
    """The same day of a later month, or its last."""
    months = day.year * 12 + day.month - 1 + count
    first = date(months // 12, months % 12 + 1, 1)
    return first.replace(day=min(day.day, days_in_month(first)))


def day_later(day, count):
    return day + timedelta(days=count)


def month_of(ms):
    """As counters name it, by its first day."""
    return local(ms).strftime("%Y-%m-01")

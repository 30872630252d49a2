-- Bands of domestic calls: the price of 12 seconds is that of two steps, each in the band of its first second.

cases "bands" {
    holds = "fixed_line",
    event = { service = "voice", from = "07715510000", to = "07722820022", seconds = 12 },
    columns = { "name", "at", "=> parts", "=> amount" },

    { "Friday at noon", "2026-09-18 12:00:00", "day 2", "0.14" },
    { "Friday in the night", "2026-09-18 03:00:00", "night 2", "0.08" },
    { "midnight is night", "2026-09-18 00:00:00", "night 2", "0.08" },
    { "07:00:00 is day", "2026-09-18 07:00:00", "day 2", "0.14" },
    { "the last second before midnight", "2026-09-17 23:59:59", "day 1, night 1", "0.11" },

    { "into the day", "2026-09-18 06:59:54", "night 1, day 1", "0.11" },
    { "into the day by a second", "2026-09-18 06:59:49", "night 2", "0.08" },
    { "into the night", "2026-09-17 23:59:54", "day 1, night 1", "0.11" },

    { "Saturday", "2026-09-19 12:00:00", "weekend 2", "0.10" },
    { "Sunday", "2026-09-13 12:00:00", "weekend 2", "0.10" },
    { "Saturday in the night", "2026-09-19 03:00:00", "night 2", "0.08" },
    { "Saturday morning", "2026-09-19 06:59:54", "night 1, weekend 1", "0.09" },
    { "a Sunday on which people work", "2026-09-20 12:00:00", "day 2", "0.14" },
    { "a Saturday on which people work", "2026-10-10 12:00:00", "day 2", "0.14" },
    { "a workday's night", "2026-09-20 03:00:00", "night 2", "0.08" },

    { "a holiday on a Friday", "2026-09-25 12:00:00", "holiday 2", "0.08" },
    { "a holiday on a Saturday", "2026-09-26 12:00:00", "holiday 2", "0.08" },
    { "a holiday's night", "2026-10-01 03:00:00", "holiday 2", "0.08" },
    { "into a holiday", "2026-09-24 23:59:54", "day 1, holiday 1", "0.11" },
    { "out of a holiday", "2026-09-27 23:59:54", "holiday 1, night 1", "0.08" },
}

cases "calls through several bands" {
    holds = "fixed_line",
    event = { service = "voice", from = "07715510000", to = "07722820022" },
    columns = { "name", "at", "seconds", "=> parts", "=> amount" },

    { "an hour", "2026-09-18 12:00:00", "1 hour", "day 600", "42.00" },
    { "Friday evening to Saturday morning", "2026-09-18 22:00:00", "10 hours", "day 1200, night 4200, weekend 600", "282.00" },
    { "60 hours into the holidays", "2026-09-29 20:00:00", "60 hours",
        "day 2400, night 4200, day 10200, holiday 19200", "1818.00" },
}

cases "years that the table of holidays does not cover" {
    holds = "fixed_line",
    event = { service = "voice", from = "07715510000", seconds = 12 },
    columns = { "name", "to", "at", "=> refused", "=> amount" },

    { "before the table", "07722820022", "2023-12-31 12:00:00", "CALENDAR_NOT_COVERED", "" },
    { "its first second", "07722820022", "2024-01-01 00:00:00", "", "0.08" },
    { "its last second", "07722820022", "2026-12-31 23:59:48", "", "0.14" },
    { "behind the table", "07722820022", "2027-01-01 00:00:00", "CALENDAR_NOT_COVERED", "" },
    { "across its end", "07722820022", "2026-12-31 23:59:54", "CALENDAR_NOT_COVERED", "" },
    { "a call that needs no holidays", "5507882", "2027-01-01 00:00:00", "", "0.22" },
}

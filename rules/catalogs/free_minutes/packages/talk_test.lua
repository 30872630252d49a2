cases "free minutes, then bands" {
    holds = "talk",
    event = { service = "voice", from = "07715510000" },
    columns = { "name", "at", "seconds", "=> parts", "=> amount" },

    { "free by day", "2026-09-18 12:00:00", 61, "day 2 free", "0.00" },
    { "free by night", "2026-09-18 22:00:00", 61, "night 2 free", "0.00" },
    { "no seconds", "2026-09-18 12:00:00", 0, "", "0.00" },
}

cases "when the free minutes are used" {
    holds = "talk",
    used = { ["talk.free_minutes"] = "97 minutes" },
    event = { service = "voice", from = "07715510000" },
    columns = { "name", "at", "seconds", "=> parts", "=> amount" },

    { "the last three", "2026-09-18 12:00:00", "3 minutes", "day 3 free", "0.00" },
    { "one more", "2026-09-18 12:00:00", "4 minutes", "day 3 free, day 1", "0.15" },
    { "into the night", "2026-09-18 20:58:30", 250, "day 2 free, night 1 free, night 2", "0.16" },
}

cases "no free minutes left" {
    holds = "talk",
    used = { ["talk.free_minutes"] = "100 minutes" },
    event = { service = "voice", from = "07715510000" },
    columns = { "name", "at", "seconds", "=> parts", "=> amount" },

    { "by day", "2026-09-18 12:00:00", 61, "day 2", "0.30" },
    { "by night", "2026-09-18 06:59:00", 60, "night 1", "0.08" },
    { "21:00:00 is night", "2026-09-18 20:59:00", 61, "day 1, night 1", "0.23" },
    { "into the next month", "2026-09-30 23:59:00", 61, "night 1, night 1 free", "0.08" },
}

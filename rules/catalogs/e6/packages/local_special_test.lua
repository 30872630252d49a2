cases "a fifth off what is paid for" {
    holds = { "e6_base", "local_special" },
    used = { ["e6_base.local_minutes"] = "298 minutes", ["e6_base.local_minutes 2026-02-01"] = "300 minutes" },
    event = { service = "voice", from = "07715510165", to = "5507882" },
    columns = { "name", "at", "seconds", "=> parts", "=> amount" },

    { "nothing off what is free", "2026-03-18 12:00:00", "2 minutes", "day 2 free", "0.00" },
    { "beyond the free minutes", "2026-03-18 12:00:00", "3 minutes", "day 2 free, day 1 tier 1", "0.12" },
}

cases "rounded once, after the discount" {
    holds = { "e6_base", "local_special" },
    used = { ["e6_base.local_minutes"] = "300 minutes", ["e6_base.local_minutes 2026-02-01"] = "300 minutes" },
    event = { service = "voice", from = "07715510165", to = "5507882" },
    columns = { "name", "at", "seconds", "=> parts", "=> amount" },

    { "seven minutes at night: 0.56, less 0.112", "2026-03-18 22:00:00", "7 minutes", "night 7 tier 1", "0.45" },
    { "one at night: 0.08, less 0.016", "2026-03-18 22:00:00", 1, "night 1 tier 1", "0.06" },
    { "across the bands", "2026-03-18 20:58:30", 250, "day 2 tier 1, night 3 tier 1", "0.43" },
}

test "from the instant from which it is held" {
    holds = { "e6_base", { package = "local_special", from = "2026-03-18 22:00:01" } },
    used = { ["e6_base.local_minutes"] = "300 minutes", ["e6_base.local_minutes 2026-02-01"] = "300 minutes" },
    event = { service = "voice", from = "07715510165", to = "5507882", at = "2026-03-18 22:00:00", seconds = "7 minutes" },
    expect = { amount = "0.56" },
}

test "alone it prices nothing" {
    holds = "local_special",
    event = { service = "voice", from = "07715510165", to = "5507882", at = "2026-03-18 22:00:00", seconds = 60 },
    expect = { refused = "NO_PRICE", nearest = "held" },
}

due "ten a month, for the days of the first" {
    holds = { package = "local_special", from = "2026-03-10" },
    from = "2026-03-01", till = "2026-05-01",
    expect = { lines = { "fee 2026-03-01 7.10", "fee 2026-04-01 10.00" } },
}

cases "free minutes, then bands" {
    holds = { { package = "e6_base", from = "2026-03-10 00:00:00" } },
    used = { ["e6_base.local_minutes"] = "297 minutes" },
    event = { service = "voice", from = "07715510165", to = "5507882" },
    columns = { "name", "at", "seconds", "=> parts", "=> amount" },

    { "the last three", "2026-03-18 12:00:00", "3 minutes", "day 3 free", "0.00" },
    { "a minute belongs to where it begins", "2026-03-18 20:58:30", 250, "day 2 free, night 1 free, night 2 tier 1", "0.16" },
}

cases "the 301st paid minute" {
    holds = { { package = "e6_base", from = "2026-03-10 00:00:00" } },
    used = { ["e6_base.local_minutes"] = "300 minutes", ["e6_base.paid_minutes"] = "298 minutes" },
    event = { service = "voice", from = "07715510165", to = "5507882" },
    columns = { "name", "at", "seconds", "=> parts", "=> amount" },

    { "within the call", "2026-03-18 12:00:00", "4 minutes", "day 2 tier 1, day 2 tier 2", "0.52" },
    { "before it", "2026-03-18 12:00:00", 120, "day 2 tier 1", "0.30" },
    { "across the band too", "2026-03-18 20:58:30", 250, "day 2 tier 1, night 3 tier 2", "0.48" },
    { "a new month counts anew", "2026-03-31 23:58:00", 180, "night 2 tier 1, night 1 free", "0.16" },
}

cases "all at the lower price" {
    holds = { { package = "e6_base", from = "2026-03-10 00:00:00" } },
    used = { ["e6_base.local_minutes"] = "300 minutes", ["e6_base.paid_minutes"] = "300 minutes" },
    event = { service = "voice", from = "07715510165", to = "5507882" },
    columns = { "name", "at", "seconds", "=> parts", "=> amount" },

    { "by day", "2026-03-18 12:00:00", 61, "day 2 tier 2", "0.22" },
    { "seven by night", "2026-03-18 22:00:00", "7 minutes", "night 7 tier 2", "0.42" },
}

test "calls that leave the area have no price here" {
    holds = "e6_base",
    event = { service = "voice", from = "07715510165", to = "02073241552", at = "2026-03-18 12:00:00", seconds = 60 },
    expect = { refused = "NO_PRICE", nearest = "zone" },
}

cases "minutes that are carried one month" {
    holds = { { package = "e6_base", from = "2026-03-10 00:00:00" } },
    used = { ["e6_base.local_minutes 2026-03-01"] = "200 minutes", ["e6_base.local_minutes"] = "299 minutes" },
    event = { service = "voice", from = "07715510165", to = "5507882" },
    columns = { "name", "at", "seconds", "=> parts", "=> amount" },

    { "March's serve April before April's", "2026-04-10 12:00:00", "101 minutes", "day 101 free", "0.00" },
    { "and are all there is besides", "2026-04-10 12:00:00", "102 minutes", "day 101 free, day 1 tier 1", "0.15" },
    { "on 1 May they are gone, April's 300 are not", "2026-05-01 12:00:00", "302 minutes", "day 301 free, day 1 tier 1", "0.15" },
}

test "the first month's minutes are whole" {
    holds = { { package = "e6_base", from = "2026-03-31 12:00:00" } },
    event = { service = "voice", from = "07715510165", to = "5507882", at = "2026-03-31 12:00:00", seconds = "301 minutes" },
    expect = { amount = "0.15", parts = "day 300 free, day 1 tier 1" },
}

due "the fee begins with the whole day of the activation" {
    holds = { package = "e6_base", from = "2026-03-10 18:30:00" },
    from = "2026-03-01", till = "2026-05-01",
    expect = { amount = "220.55", lines = { "fee 2026-03-01 91.55", "fee 2026-04-01 129.00" } },
}

due "cancelling refunds nothing" {
    holds = { package = "e6_base", from = "2026-03-10", till = "2026-04-05" },
    from = "2026-03-01", till = "2026-06-01",
    expect = { lines = { "fee 91.55", "fee 129.00" } },
}

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

scenario "a spring with e6" {
    from = "2026-03-10 00:00:00",
    event = { service = "voice", from = "07715510165", to = "5507882" },

    buy { "e6_base" },
    expect { left = { ["e6_base.local_minutes"] = "300 minutes" }, fees = { "e6_base.fee 91.55" } },
    use { at = "2026-03-18 12:00:00", seconds = "200 minutes", expect = { amount = "0.00", parts = "day 200 free" } },

    -- March's 100 serve April before April's 300, and are gone on 1 May.
    at "2026-04-10 12:00:00",
    expect { left = { ["e6_base.local_minutes"] = "400 minutes" } },
    use { seconds = "60 minutes", expect = { parts = "day 60 free" } },
    expect {
        used = { ["e6_base.local_minutes 2026-03-01"] = "260 minutes", ["e6_base.local_minutes"] = 0 },
        left = { ["e6_base.local_minutes"] = "340 minutes" },
    },
    at "2026-05-01 00:00:00",
    expect { left = { ["e6_base.local_minutes"] = "600 minutes" } },

    -- A call in April that is told of in May uses what was valid then, and is still there.
    use { at = "2026-04-30 12:00:00", seconds = "10 minutes", expect = { amount = "0.00" } },
    expect { left = { ["e6_base.local_minutes"] = "600 minutes" } },

    -- Beyond the minutes that are free, 300 are paid at the higher price.
    use { seconds = "600 minutes", expect = { amount = "0.00" } },
    advance "10 days",
    use { at = "2026-05-11 12:00:00", seconds = "298 minutes", expect = { amount = "44.70" } },
    use { seconds = "4 minutes", expect = { amount = "0.52", parts = "day 2 tier 1, day 2 tier 2" } },
    expect {
        used = { ["e6_base.paid_minutes"] = "302 minutes" },
        fees = { "e6_base.fee 129.00", "e6_base.fee 129.00" },                -- of April and May
        charged = "394.77",
    },

    advance "1 month",
    use { seconds = "301 minutes", expect = { amount = "0.15" } },
    cancel { "e6_base" },
    use { seconds = 60, expect = { refused = "NO_PRICE" } },
}

-- Across the band, the month and the tier: a call that goes on never becomes cheaper, and one that is cut costs the same.
always "local calls" {
    holds = { { package = "e6_base", from = "2026-03-10 00:00:00" } },
    used = { ["e6_base.local_minutes 2026-03-01"] = "298 minutes", ["e6_base.paid_minutes 2026-03-01"] = "290 minutes" },
    event = { service = "voice", from = "07715510165", to = "5507882" },
    sweep = { seconds = "0..1200, every 17", at = "2026-03-31 20:50:00..2026-04-01 07:00:00, every 90 minutes" },
    claims = { "never_refused", "never_negative", "more_never_cheaper", "parts_make_whole" },
    split = "60 s",
}

due "the order chooses the fee" {
    holds = { package = "e6_base", from = "2026-03-10" },
    from = "2026-03-01", till = "2026-04-01",
    params = { monthly_fee = "99.00" },
    expect = { lines = { "fee 70.26" } },
}

due "but only one that is offered" {
    holds = { package = "e6_base", from = "2026-03-10" },
    from = "2026-03-01", till = "2026-04-01",
    params = { monthly_fee = "88.00" },
    expect = { refused = "PARAMETER", nearest = "param_choice" },
}

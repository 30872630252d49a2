local partner, other = { network = "partner" }, { network = "other" }

cases "what a minute costs" {
    holds = "abroad",
    used = { ["abroad.minutes"] = "30 minutes" },
    event = { service = "voice", to = "3312345678" },
    columns = { "name", "at", "seconds", "attributes", "=> parts", "=> amount" },

    { "in Europe", "2026-03-18 12:00:00", 61, partner, "week 2", "5.98" },
    { "at the weekend", "2026-03-21 12:00:00", 61, partner, "weekend 2", "2.98" },
    { "into the weekend", "2026-03-20 23:59:00", 120, partner, "week 1, weekend 1", "4.48" },
    { "cheaper from July on", "2026-07-01 00:00:00", 60, partner, "week 1", "1.99" },
    { "a call into July", "2026-06-30 23:58:30", 180, partner, "week 2, week 1", "7.97" },
    { "another network", "2026-03-21 12:00:00", 60, other, "weekend 1", "4.99" },
}

test "free minutes near home, then the price of the table" {
    holds = "abroad",
    used = { ["abroad.minutes"] = "29 minutes" },
    event = { service = "voice", to = "85212345678", at = "2026-03-18 12:00:00", seconds = 120, attributes = other },
    expect = { parts = "week 1 free, week 1", amount = "0.99" },
}

test "the network must be known" {
    holds = "abroad",
    event = { service = "voice", to = "3312345678", at = "2026-03-18 12:00:00", seconds = 60 },
    expect = { refused = "NO_PRICE", nearest = "input" },
}

test "and be one that has a price" {
    holds = "abroad",
    event = { service = "voice", to = "3312345678", at = "2026-03-18 12:00:00", seconds = 60, attributes = { network = "none" } },
    expect = { refused = "NO_PRICE", nearest = "input" },
}

test "who is called elsewhere" {
    holds = "abroad",
    event = { service = "voice", to = "12025550100", at = "2026-03-18 12:00:00", seconds = 60, attributes = partner },
    expect = { refused = "NO_PRICE", nearest = "zone" },
}

-- What the prices must come to.

cases "prices" {
    holds = "standard",
    used = { ["standard.local_minutes"] = "30 minutes" },
    event = { service = "voice", from = "07715510001", at = "2026-09-18 12:00:00" },
    columns = { "name", "to", "seconds", "=> tariff", "=> parts", "=> amount" },

    { "police", "110", 600, "free", "10", "0.00" },
    { "a local minute", "5507882", 60, "local", "1", "0.10" },
    { "a second more", "5507882", 61, "local", "2", "0.20" },
    { "a long-distance minute by day", "02073241552", 60, "distant", "day 10", "0.30" },
}

test "a call from the day into the night" {
    holds = "standard",
    event = { service = "voice", from = "07715510001", to = "02073241552", at = "2026-09-18 20:59:54", seconds = 12 },
    expect = { tariff = "distant", parts = "day 1, night 1", amount = "0.05" },
}

test "free minutes pay first" {
    holds = "standard",
    used = { ["standard.local_minutes"] = "29 minutes" },
    event = { service = "voice", from = "07715510001", to = "5507882", at = "2026-09-18 12:00:00", seconds = "2 minutes" },
    expect = { parts = "1 free, 1", amount = "0.10" },
}

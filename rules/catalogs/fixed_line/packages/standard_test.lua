-- The prices of a fixed line.

cases "prices" {
    holds = "fixed_line",
    event = { service = "voice", from = "07715510000", at = "2026-09-18 12:00:00" },
    columns = { "to", "seconds", "=> tariff", "=> amount" },

    { "110", 600, "free_numbers", "0" },
    { "8008301234", 3600, "free_numbers", "0" },

    { "5507882", 0, "local", "0.00" },
    { "5507882", 1, "local", "0.22" },
    { "5507882", 180, "local", "0.22" },
    { "5507882", 181, "local", "0.33" },
    { "5507882", 240, "local", "0.33" },
    { "5507882", 241, "local", "0.44" },
    { "5507882", 3600, "local", "6.49" },

    { "07722820022", 0, "domestic", "0.00" },
    { "07722820022", 1, "domestic", "0.07" },
    { "07722820022", 6, "domestic", "0.07" },
    { "07722820022", 7, "domestic", "0.14" },
    { "07722820022", 60, "domestic", "0.70" },

    { "0085221234567", 0, "hmt", "0.00" },
    { "0085221234567", 1, "hmt", "0.20" },
    { "0085221234567", 60, "hmt", "2.00" },
    { "0085221234567", 61, "hmt", "2.20" },

    { "00442071234567", 0, "international", "0.00" },
    { "00442071234567", 1, "international", "0.80" },
    { "00442071234567", 7, "international", "1.60" },
    { "00442071234567", 3600, "international", "480.00" },
}

test "the first three minutes of a local call are one step" {
    holds = "fixed_line",
    event = { service = "voice", from = "07715510000", to = "5507882", at = "2026-09-18 00:01:46", seconds = "5 minutes" },
    expect = { tariff = "fixed_line.local", zone = "local", amount = "0.44", parts = { "1", "2" } },
}

test "a call before the prices begin" {
    holds = "fixed_line",
    event = { service = "voice", from = "07715510000", to = "5507882", at = "2019-12-31 23:59:59", seconds = 60 },
    expect = { refused = "NO_PRICE", nearest = "date" },
}

test "a call of a line whose package has ended" {
    holds = { { package = "fixed_line", till = "2026-09-01 00:00:00" } },
    event = { service = "voice", from = "07715510000", to = "5507882", at = "2026-09-18 12:00:00", seconds = 60 },
    expect = { refused = "NO_PRICE", nearest = "date" },
}

test "a line without a package" {
    holds = {},
    event = { service = "voice", from = "07715510000", to = "5507882", at = "2026-09-18 12:00:00", seconds = 60 },
    expect = { refused = "NO_PRICE", nearest = "held" },
}

test "a message over a phone line" {
    holds = "fixed_line",
    event = { service = "sms", from = "07715510000", to = "13800138000", at = "2026-09-18 12:00:00", items = 1 },
    expect = { refused = "NO_PRICE", nearest = "service" },
}

scenario "a line from its first call to its last" {
    from = "2026-09-18 08:00:00", -- a Friday
    event = { service = "voice", from = "07715510000" },

    use { to = "5507882", seconds = 60, expect = { refused = "NO_PRICE", nearest = "held" } },
    buy { "fixed_line" },
    use { to = "5507882", seconds = 181, expect = { amount = "0.33" } },
    use { to = "110", seconds = 600, expect = { amount = "0.00" } },
    use { to = "07722820022", seconds = 60, expect = { parts = "day 10", amount = "0.70" } },

    at "2026-09-19 06:59:54",
    use { to = "07722820022", seconds = 12, expect = { parts = "night 1, weekend 1", amount = "0.09" } },

    at "2026-09-19 12:00:00",
    use { to = "07722820022", seconds = 60, expect = { parts = "weekend 10", amount = "0.50" } },
    use { at = "2026-09-18 12:00:00", to = "07722820022", seconds = 60, expect = { parts = "day 10", amount = "0.70" } }, -- late

    at "2026-10-01 12:00:00",
    use { to = "07722820022", seconds = 60, expect = { parts = "holiday 10", amount = "0.40" } },
    expect { charged = "2.72" },

    cancel { "fixed_line" },
    use { to = "5507882", seconds = 60, expect = { refused = "NO_PRICE" } },
    use { at = "2026-09-30 12:00:00", to = "5507882", seconds = 60, expect = { amount = "0.22" } }, -- when it was still held
    expect { charged = "2.94" },
}

-- Ten minutes cost 1.09.
test "who is alone pays all" {
    holds = { "home_bundle", "family" },
    event = { service = "voice", at = "2026-03-01 12:00:00", seconds = 600 },
    expect = { amount = "1.09" },
}

test "three of a family: 5 %" {
    holds = { "home_bundle", { package = "family", group = "home", members = 3 } },
    event = { service = "voice", at = "2026-03-01 12:00:00", seconds = 600 },
    expect = { amount = "1.04" },
}

test "four: 10 %" {
    holds = { "home_bundle", { package = "family", group = "home", members = 4 } },
    event = { service = "voice", at = "2026-03-01 12:00:00", seconds = 600 },
    expect = { amount = "0.98" },
}

test "how many there are must be known" {
    holds = { "home_bundle", { package = "family", group = "home" } },
    event = { service = "voice", at = "2026-03-01 12:00:00", seconds = 600 },
    expect = { amount = "1.09" },
}

scenario "four get 2.00 off the bill, and a month has its own" {
    from = "2026-03-01 00:00:00",
    holds = { "home_bundle", { package = "family", group = "home", members = 4 } },
    event = { service = "voice" },

    expect { bill = {} },
    use { seconds = 600, expect = { amount = "0.98" } },
    expect { bill = { "family.bill 0.98" } },     -- no more than there is
    advance "1 day",
    use { seconds = 1200 },
    expect { bill = { "family.bill 2.00" } },
    at "2026-04-01 00:00:00",
    expect { bill = {} },
}

scenario "three do not" {
    from = "2026-03-01 00:00:00",
    holds = { "home_bundle", { package = "family", group = "home", members = 3 } },

    use { service = "voice", seconds = 6000 },
    expect { bill = {} },
}

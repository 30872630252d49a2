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

-- One fixed line and up to two PHS lines use the minutes together. Here "phs1" and "phs2" are the PHS lines of the group "home".

test "who holds it alone shares with nobody" {
    holds = { { package = "e6_base", from = "2026-03-10 00:00:00" } },
    used = { ["e6_base.local_minutes"] = "300 minutes" },
    event = { service = "voice", from = "07715510165", to = "5507882", at = "2026-03-18 12:00:00", seconds = 60 },
    expect = { amount = "0.15", parts = "day 1 tier 1" },
}

cases "what the others used is used" {
    holds = { { package = "e6_base", from = "2026-03-10 00:00:00", group = "home", members = 3 } },
    used = { ["e6_base.local_minutes"] = "297 minutes" },
    event = { service = "voice", from = "07715510165", to = "5507882" },
    columns = { "name", "at", "seconds", "=> parts", "=> amount" },

    { "the last three", "2026-03-18 12:00:00", "3 minutes", "day 3 free", "0.00" },
    { "then all pay", "2026-03-18 20:58:30", 250, "day 2 free, night 1 free, night 2 tier 1", "0.16" },
}

scenario "three lines, one pool" {
    from = "2026-03-10 00:00:00",
    holds = { { package = "e6_base", from = "2026-03-10 00:00:00", group = "home", members = 3, pays = true } },
    event = { service = "voice", from = "07715510165", to = "5507882" },

    buy { "e6_base", member = "phs1", group = "home", members = 3 },
    buy { "e6_base", member = "phs2", group = "home", members = 3 },
    expect { member = "phs2", left = { ["e6_base.local_minutes"] = "300 minutes" } },

    at "2026-03-18 12:00:00",
    use { seconds = "150 minutes", expect = { amount = "0.00" } },
    use { member = "phs1", seconds = "147 minutes", expect = { amount = "0.00" } },
    expect { left = { ["e6_base.local_minutes"] = "3 minutes" } },
    use { member = "phs2", at = "2026-03-18 20:58:30", seconds = 250,
        expect = { amount = "0.16", parts = "day 2 free, night 1 free, night 2 tier 1" } },
    expect { left = { ["e6_base.local_minutes"] = 0 } },

    -- Paid minutes are counted of all lines: the 301st is cheaper, whoever talks it.
    use { at = "2026-03-19 12:00:00", seconds = "200 minutes", expect = { amount = "30.00" } },
    use { member = "phs1", seconds = "96 minutes", expect = { amount = "14.40" } },
    expect { member = "phs2", used = { ["e6_base.paid_minutes"] = "298 minutes" } },
    use { member = "phs2", seconds = "4 minutes", expect = { amount = "0.52", parts = "day 2 tier 1, day 2 tier 2" } },
    use { seconds = "1 minute", expect = { amount = "0.11" } },

    -- What is left of April serves May, for a line too that comes only then.
    at "2026-04-10 12:00:00",
    use { member = "phs1", seconds = "200 minutes", expect = { amount = "0.00" } },
    at "2026-05-02 12:00:00",
    cancel { "e6_base", member = "phs2" },
    use { member = "phs2", seconds = 60, expect = { refused = "NO_PRICE" } },
    buy { "e6_base", member = "phs3", group = "home", group_from = "2026-03-10 00:00:00", members = 3 },
    expect { member = "phs3", left = { ["e6_base.local_minutes"] = "400 minutes" } },
    use { member = "phs3", seconds = "101 minutes", expect = { amount = "0.00" } },
    expect { used = { ["e6_base.local_minutes 2026-04-01"] = "300 minutes", ["e6_base.local_minutes"] = "1 minute" } },
}

-- The fixed line pays; the family owes the fee once, and that of local special.
scenario "three lines, one fee" {
    from = "2026-03-10 00:00:00",

    buy { "e6_base", group = "home", members = 3, pays = true },
    buy { "e6_base", member = "phs1", group = "home", members = 3 },
    buy { "e6_base", member = "phs2", group = "home", members = 3 },
    expect { fees = { "e6_base.fee 91.55" } },
    at "2026-04-01 00:00:00",
    buy { "local_special", group = "home", members = 3, pays = true },
    buy { "local_special", member = "phs1", group = "home", members = 3 },
    buy { "local_special", member = "phs2", group = "home", members = 3 },
    expect { fees = { "e6_base.fee 129.00", "local_special.fee 10.00" }, charged = "230.55" },
}

due "the line that pays" {
    holds = { package = "e6_base", from = "2026-03-10", group = "home", pays = true },
    from = "2026-03-01", till = "2026-05-01",
    expect = { lines = { "fee 91.55", "fee 129.00" } },
}

due "and the others" {
    holds = { package = "e6_base", from = "2026-03-10", group = "home" },
    from = "2026-03-01", till = "2026-05-01",
    expect = { lines = {} },
}

scenario "another family has minutes of its own" {
    from = "2026-03-10 00:00:00",
    event = { service = "voice", from = "07715510165", to = "5507882" },

    buy { "e6_base", group = "home" },
    buy { "e6_base", member = "neighbour", group = "next_door" },
    use { seconds = "300 minutes", expect = { amount = "0.00" } },
    use { member = "neighbour", seconds = "300 minutes", expect = { amount = "0.00" } },
    use { seconds = 60, expect = { amount = "0.08" } },
    expect {
        member = "neighbour",
        left = { ["e6_base.local_minutes"] = 0 },
        used = { ["e6_base.paid_minutes"] = 0 },
    },
}

local home = { package = "e6_base", plan = "e6", offering = "e6", lines = { pstn = "P1", phs = "H1" }, from = "2026-03-10 00:00:00" }

order "one fixed line and no PHS line" {
    at = "2026-03-10 00:00:00",
    add = { package = "e6_base", plan = "e6", offering = "e6", lines = { pstn = "P1" } },
    expect = { verdict = "ok" },
}

order "one fixed line and two PHS lines" {
    at = "2026-03-10 00:00:00",
    add = { package = "e6_base", plan = "e6", offering = "e6", lines = { pstn = "P1", phs = { "H1", "H2" } } },
    expect = { verdict = "ok" },
}

order "no fixed line" {
    at = "2026-03-10 00:00:00",
    add = { package = "e6_base", plan = "e6", offering = "e6", lines = { phs = "H1" } },
    expect = { verdict = "blocked", because = "members e6_base" },
}

order "three PHS lines" {
    at = "2026-03-10 00:00:00",
    add = { package = "e6_base", plan = "e6", offering = "e6", lines = { pstn = "P1", phs = { "H1", "H2", "H3" } } },
    expect = { verdict = "blocked", because = "members e6_base" },
}

order "local special is for the same lines" {
    holds = home, at = "2026-03-10 00:00:00",
    add = { package = "local_special", plan = "e6", offering = "e6", lines = { pstn = "P1" } },
    expect = {
        verdict = "blocked",
        because = "members local_special, e6_base",
        fixes = { "drop local_special", "lines local_special H1 P1" },
    },
}

order "local special with its base" {
    holds = home, at = "2026-03-10 00:00:00",
    add = { package = "local_special", plan = "e6", offering = "e6", lines = { pstn = "P1", phs = "H1" } },
    expect = { verdict = "ok" },
}

order "local special without its base" {
    at = "2026-03-10 00:00:00",
    add = { package = "local_special", plan = "e6", offering = "e6", lines = { pstn = "P1" } },
    expect = { verdict = "blocked", because = "requires local_special, e6_base", fixes = { "drop local_special", "add e6_base" } },
}

walk "from a requirement to its rent" {
    of = "requirement", at = "2026-01-05 09:00:00",

    step { "merge", by = "planner", at = "2026-01-10 10:00:00", fill = { site = "S1", role = "anchor" },
        expect = { state = "merged", does = { "join" }, next = { "survey", "release" } } },
    step { "survey", by = "surveyor", at = "2026-01-20 10:00:00", fill = { surveyed_on = "2026-01-19", height = "35.5" },
        expect = { state = "surveyed", does = { "notify" }, next = { "send_back", "confirm", "refuse", "release" }, till = "2026-01-30" } },
    step { "confirm", by = "planner", at = "2026-01-21 10:00:00" },
    step { "agree", by = "site_manager", at = "2026-02-02 10:00:00", fill = { agreement = "A-17" } },
    step { "set_price", by = "accountant", at = "2026-02-10 10:00:00",
        fill = { build_cost = "250000.00", years = 10, upkeep = "2000.00" },
        expect = { state = "priced", does = { "price", "notify" }, next = { "return", "accept", "release" }, till = "2026-03-12" } },
    step { "accept", by = "operator", at = "2026-03-10 11:00:00", fill = { accepted_on = "2026-03-10" } },
    step { "start_rent", by = "accountant", at = "2026-03-10 12:00:00", fill = { rent_from = "2026-03-10" },
        expect = { state = "rented", does = { "begin" }, next = {} } },
    step { "release", by = "operator", at = "2026-03-11 12:00:00", expect = { refused = "state", state = "rented" } },
}

walk "a survey fails, and it is merged again" {
    of = "requirement", at = "2026-01-05 09:00:00",

    step { "merge", by = "planner", at = "2026-01-10 10:00:00", fill = { site = "S1", role = "other" } },
    step { "survey", by = "surveyor", at = "2026-01-20 10:00:00", fill = { surveyed_on = "2026-01-19", height = "12" } },
    step { "refuse", by = "planner", at = "2026-01-21 10:00:00", fill = { reason = "no power" },
        expect = { state = "refused", does = { "leave" }, next = { "merge", "release" }, till = "2026-03-22" } },
    step { "merge", by = "planner", at = "2026-02-01 10:00:00", fill = { site = "S2", role = "anchor" },
        expect = { state = "merged", does = { "join" } } },
}

walk "it is released, and can be merged no more" {
    of = "requirement", at = "2026-01-05 09:00:00",

    step { "merge", by = "planner", at = "2026-01-10 10:00:00", fill = { site = "S1", role = "other" } },
    step { "release", by = "operator", at = "2026-01-11 10:00:00",
        expect = { state = "released", does = { "leave", "notify" }, next = {} } },
    step { "merge", by = "planner", at = "2026-01-12 10:00:00", fill = { site = "S2", role = "other" }, expect = { refused = "state" } },
}

walk "only who may, and only with what must be filled in" {
    of = "requirement", at = "2026-01-05 09:00:00",

    step { "merge", by = "operator", at = "2026-01-10 10:00:00", fill = { site = "S1", role = "other" },
        expect = { refused = "role", state = "required" } },
    step { "merge", by = "planner", at = "2026-01-10 10:00:00", fill = { site = "S1" },
        expect = { refused = "field", missing = { "role" }, state = "required" } },
    step { "survey", by = "surveyor", at = "2026-01-10 10:00:00", expect = { refused = "state", missing = {} } },
    step { "merge", by = "planner", at = "2026-01-10 10:00:00", fill = { site = "S1", role = "other" } },
    step { "survey", by = "surveyor", at = "2026-01-11 10:00:00", fill = { surveyed_on = "soon" },
        expect = { refused = "field", missing = { "height", "surveyed_on date" } } },
}

walk "a price that the operator does not take in time goes back" {
    of = "requirement", at = "2026-01-05 09:00:00",

    step { "merge", by = "planner", at = "2026-01-10 10:00:00", fill = { site = "S1", role = "other" } },
    step { "survey", by = "surveyor", at = "2026-01-20 10:00:00", fill = { surveyed_on = "2026-01-19", height = "35" } },
    step { "confirm", by = "planner", at = "2026-01-29 23:59:59", expect = { state = "confirmed" } },
    step { "agree", by = "site_manager", at = "2026-02-02 10:00:00", fill = { agreement = "A-17" } },
    step { "set_price", by = "accountant", at = "2026-02-10 10:00:00", fill = { build_cost = 250000, years = 10, upkeep = "2000.00" } },
    step { "accept", by = "operator", at = "2026-03-12 00:00:00", fill = { accepted_on = "2026-03-12" },
        expect = { refused = "late", state = "priced", next = { "return" } } },
    step { "return", at = "2026-03-12 00:00:00", expect = { state = "agreed", next = { "set_price", "release" } } },
    -- what was filled in is still there
    step { "set_price", by = "accountant", at = "2026-03-13 10:00:00", expect = { state = "priced" } },
    step { "return", by = "operator", at = "2026-03-14 10:00:00", expect = { state = "agreed" } },
}

walk "nobody moves it before its time is over" {
    of = "requirement", at = "2026-01-05 09:00:00",

    step { "release", at = "2026-04-04 23:59:59", expect = { refused = "role" } },
    step { "release", at = "2026-04-05 00:00:00", expect = { state = "released" } },
}

walk "a survey that must be made again" {
    of = "requirement", at = "2026-01-05 09:00:00",

    step { "merge", by = "planner", at = "2026-01-10 10:00:00", fill = { site = "S1", role = "other" } },
    step { "survey", by = "surveyor", at = "2026-01-20 10:00:00", fill = { surveyed_on = "2026-01-19", height = "12" } },
    step { "send_back", by = "planner", at = "2026-01-21 10:00:00", expect = { state = "merged", next = { "survey", "release" } } },
    step { "survey", by = "surveyor", at = "2026-01-25 10:00:00", fill = { surveyed_on = "2026-01-25", height = "35" } },
    step { "send_back", at = "2026-02-04 00:00:00", expect = { state = "merged" } },    -- nobody looked at it for ten days
}

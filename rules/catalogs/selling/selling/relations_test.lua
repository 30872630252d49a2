-- "My home": a fixed line P1 and a PHS line H1, and "local special", which begins next month.
local base = { package = "e6_base", plan = "e6", offering = "my_home", lines = { pstn = "P1", phs = "H1" }, from = "2026-01-01 00:00:00" }
local base_till_june = { package = "e6_base", plan = "e6", offering = "my_home", lines = { pstn = "P1", phs = "H1" },
    from = "2026-01-01 00:00:00", till = "2026-06-01 00:00:00" }
local special = { package = "local_special", plan = "e6", offering = "my_home", lines = { pstn = "P1", phs = "H1" },
    from = "2026-04-01 00:00:00" }
local public = { facts = { segment = "public", arrears = false } }

order "a PHS line of the family has no package of its own" {
    holds = base, pending = special, customer = public, at = "2026-03-18 12:00:00",
    add = { package = "phs_solo", plan = "phs", offering = "phs", lines = { phs = "H1" }, effective = "now" },
    expect = {
        verdict = "blocked",
        because = "excludes phs_solo, e6_base H1",
        fixes = {
            "drop phs_solo",
            "leave e6_base H1, leave local_special H1",
            "leave e6_base H1, cancel local_special",
            "cancel e6_base, cancel local_special",
        },
    },
}

order "the day on which the base ends is soon enough" {
    holds = base_till_june, customer = public, at = "2026-03-18 12:00:00",
    add = { package = "phs_solo", lines = { phs = "H1" } },
    expect = {
        verdict = "blocked",
        because = "excludes phs_solo, e6_base H1",
        fixes = { "drop phs_solo", "leave e6_base H1", "cancel e6_base", "start phs_solo 2026-06-01" },
    },
}

order "a package may begin on the day on which another ends" {
    holds = base_till_june, customer = public, at = "2026-03-18 12:00:00",
    add = { package = "phs_solo", lines = { phs = "H1" }, effective = "date", from = "2026-06-01 00:00:00" },
    expect = { verdict = "ok", because = {}, starts = "2026-06-01 00:00:00" },
}

order "a PHS line outside of the family may have one" {
    holds = base, pending = special, customer = public, at = "2026-03-18 12:00:00",
    add = { package = "phs_solo", lines = { phs = "H2" } },
    expect = { verdict = "ok", starts = "2026-03-18 12:00:00" },
}

order "two that exclude each other, one after the other" {
    holds = { package = "phs_winter", lines = { phs = "H1" }, till = "2026-04-01 00:00:00" }, customer = public,
    at = "2026-03-18 12:00:00",
    add = { package = "phs_solo", lines = { phs = "H1" }, effective = "next_cycle" },
    expect = { verdict = "ok", starts = "2026-04-01 00:00:00" },
}

order "what is pending needs what is cancelled" {
    holds = base, pending = special, customer = public, at = "2026-03-18 12:00:00",
    cancel = { package = "e6_base" },
    expect = {
        verdict = "blocked",
        because = "requires local_special, e6_base",
        fixes = { "drop e6_base", "cancel local_special" },
    },
}

order "both may be cancelled" {
    holds = base, pending = special, customer = public, at = "2026-03-18 12:00:00",
    cancel = { { package = "e6_base" }, { package = "local_special", from = "2026-04-01 00:00:00" } },
    expect = { verdict = "ok" },
}

order "an agreement that lists it is needed" {
    customer = public, at = "2026-03-18 12:00:00",
    add = { package = "enterprise_line", plan = "enterprise", offering = "enterprise", lines = { pstn = "P2" } },
    expect = { verdict = "blocked", because = "agreement enterprise_line", fixes = "drop enterprise_line" },
}

order "with one of them it may be sold" {
    customer = { agreements = "globex_2026", facts = { segment = "business" } }, at = "2026-03-18 12:00:00",
    add = { package = "enterprise_line", plan = "enterprise", offering = "enterprise", lines = { pstn = "P2" } },
    expect = { verdict = "ok" },
}

order "an offering excludes a plan" {
    holds = base, customer = { agreements = "acme_2026", facts = { segment = "public" } }, at = "2026-03-18 12:00:00",
    add = { package = "enterprise_line", plan = "enterprise", offering = "enterprise", lines = { pstn = "P2" } },
    expect = { verdict = "blocked", because = "excludes enterprise_line, e6_base", fixes = { "drop enterprise_line", "cancel e6_base" } },
}

order "a plug-in has the members of its base" {
    holds = base, customer = public, at = "2026-03-18 12:00:00",
    add = { package = "local_special", lines = { pstn = "P1" } },
    expect = {
        verdict = "blocked",
        because = "members local_special, e6_base",
        fixes = { "drop local_special", "lines local_special H1 P1" },
        starts = "2026-04-01 00:00:00",
    },
}

order "a member leaves both" {
    holds = { base, special }, customer = public, at = "2026-05-18 12:00:00",
    leave = { { package = "e6_base", lines = { phs = "H1" } }, { package = "local_special", lines = { phs = "H1" } } },
    expect = { verdict = "ok" },
}

order "the fixed line is what the family is about" {
    holds = base, customer = public, at = "2026-03-18 12:00:00",
    leave = { package = "e6_base", lines = { pstn = "P1" } },
    expect = { verdict = "blocked", because = "members e6_base", fixes = { "drop e6_base", "cancel e6_base" } },
}

order "three PHS lines are too many" {
    holds = base, customer = public, at = "2026-03-18 12:00:00",
    join = { package = "e6_base", lines = { phs = { "H2", "H3" } } },
    expect = { verdict = "blocked", because = "members e6_base" },
}

order "two are not" {
    holds = base, customer = public, at = "2026-03-18 12:00:00",
    join = { package = "e6_base", lines = { phs = "H2" } },
    expect = { verdict = "ok" },
}

order "a plug-in that begins with a cycle does not begin at once" {
    holds = base, customer = public, at = "2026-03-18 12:00:00",
    add = { package = "local_special", lines = { pstn = "P1", phs = "H1" }, effective = "now" },
    expect = {
        verdict = "blocked",
        because = "effective local_special",
        fixes = { "drop local_special", "effective local_special next_cycle" },
    },
}

order "three days after the work is done" {
    customer = public, at = "2026-03-18 12:00:00", completed = "2026-03-20 16:00:00",
    add = { package = "e6_base", lines = { pstn = "P1" }, params = { arpu = "80.00" }, effective = { days_after_completion = 3 } },
    expect = { verdict = "warned", because = "recommends e6_base", starts = "2026-03-23 00:00:00" },
}

order "broadband may be bought with it" {
    customer = public, at = "2026-03-18 12:00:00", completed = "2026-03-20 16:00:00",
    add = {
        { package = "e6_base", lines = { pstn = "P1" }, params = { arpu = "80.00" } },
        { package = "broadband", lines = { broadband = "B1" } },
    },
    expect = { verdict = "ok", starts = { "2026-04-01 00:00:00", "2026-03-21 00:00:00" } },
}

order "only the public buys the family plan" {
    customer = { facts = { segment = "business" } }, at = "2026-03-18 12:00:00",
    add = { package = "e6_base", lines = { pstn = "P1" }, params = { arpu = "80.00" } },
    expect = { verdict = "blocked", because = { "eligibility e6_base", "recommends e6_base" }, fixes = "drop e6_base" },
}

order "what is not known of a customer is not guessed" {
    at = "2026-03-18 12:00:00",
    add = { package = "broadband", lines = { broadband = "B1" } },
    expect = {
        verdict = "blocked",
        because = "eligibility broadband: selling/relations.lua:9: the fact 'arrears' of the customer is not known",
    },
}

order "an offer that is over" {
    customer = public, at = "2026-03-18 12:00:00",
    add = { package = "phs_winter", lines = { phs = "H1" }, effective = "next_cycle" },
    expect = { verdict = "blocked", because = "not_sold phs_winter" },
}

order "a package of another plan" {
    customer = public, at = "2026-03-18 12:00:00",
    add = { package = "phs_solo", plan = "e6", offering = "my_home", lines = { phs = "H1" } },
    expect = { verdict = "blocked", because = "plan phs_solo" },
}

order "a ring tone lives on a line" {
    holds = base, customer = public, at = "2026-03-18 12:00:00",
    add = { package = "ring_tone", lines = { ring_tone = "P1" } },
    expect = { verdict = "ok" },
}

order "and not on one that is not there" {
    holds = base, customer = public, at = "2026-03-18 12:00:00",
    add = { package = "ring_tone", lines = { ring_tone = "P9" } },
    expect = { verdict = "blocked", because = "under ring_tone P9", fixes = "drop ring_tone" },
}

order "nor longer than it" {
    holds = { base, { package = "ring_tone", lines = { ring_tone = "H1" } } }, customer = public, at = "2026-03-18 12:00:00",
    leave = { package = "e6_base", lines = { phs = "H1" } },
    expect = { verdict = "blocked", because = "under ring_tone H1, e6_base", fixes = { "drop e6_base", "cancel ring_tone" } },
}

order "a package that nobody knows" {
    customer = public, at = "2026-03-18 12:00:00",
    add = { package = "e7_base" },
    expect = { verdict = "blocked", because = "unknown e7_base: e7_base" },
}

test "a call of the family" {
    holds = { "e6_base", "local_special" },
    event = { service = "voice", at = "2026-04-18 12:00:00", seconds = 60 },
    expect = { amount = "0.12", tariff = "local_special.voice" },
}

-- What holds for every call, whatever it costs.

always "calls of all zones" {
    holds = "fixed_line",
    event = { service = "voice", from = "07715510000" },
    sweep = {
        seconds = "0..600, every 17",
        at = "2026-09-30 05:30:00..2026-10-01 08:30:00, every 195 minutes",
        to = { "110", "5507882", "07722820022", "0085221234567", "00442071234567" },
    },
    claims = { "never_refused", "never_negative", "more_never_cheaper" },
}

-- A local call has a first step of its own, so that two short ones cost more than a long one.
always "calls priced by 6 seconds" {
    holds = "fixed_line",
    event = { service = "voice", from = "07715510000" },
    sweep = {
        seconds = "1..600, every 17",
        at = "2026-09-30 05:30:00..2026-10-01 08:30:00, every 195 minutes",
        to = { "07722820022", "0085221234567", "00442071234567" },
    },
    claims = "parts_make_whole",
    split = "6 s", within = "0.00",
}

package "e6_base" {
    kind = "base", from = "2026-01-01",
    params = {
        monthly_fee = { money = "129.00", choices = { "99.00", "129.00", "169.00" } },
    },

    members = { { product = "pstn", count = 1 }, { product = "phs", count = "0..2" } },

    charge { id = "fee", every = "month", ahead = true, prorate = "day", amount = param "monthly_fee", by = "package" },

    allowance {
        id = "local_minutes",
        serves = { service = "voice", zone = "local" },
        amount = 300, unit = "minute", every = "month",
        carry_over = "1 month", first_month = "whole",
        shared = true,
    },

    -- Free minutes are no paid ones: the 301st paid minute of a month, of all lines together, is cheaper.
    tariff {
        id = "local_voice", say = "voice.local",
        serves = { service = "voice", zone = "local" },
        calendar = "day_night",
        step = "60 s",
        tiers = { kind = "graduated", every = "month", by = "package", id = "paid_minutes" },
        price = {
            { day = "0.15", night = "0.08", up_to = 300 },
            { day = "0.11", night = "0.06" },
        },
        uses = { "local_minutes" },
        round = "0.01 half_up",
    },
}

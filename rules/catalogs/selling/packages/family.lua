-- A family: one fixed line with up to two PHS lines, and what goes with them.

package "e6_base" {
    kind = "base", from = "2026-01-01",
    effective = { default = "next_cycle", allow = { "now", "next_cycle", { days_after_completion = 3 } } },
    members = { { product = "pstn", count = 1 }, { product = "phs", count = "0..2" } },

    params = {
        monthly_fee = { money = "129.00", choices = { "99.00", "129.00", "169.00" },
            check = function(p) return p.monthly_fee < money "169.00" or p.arpu >= money "100.00" end, say = "e6.arpu_too_low" },
        arpu = { money = true, source = "external" }, -- what the customer spent a month, from the billing system
        -- half of the fee is waived in the first three months, if the order says so
        welcome = { choice = "no", choices = { "no", "yes" }, lasts = "3 months" },
        fee = { money = true, derive = function(p)
            return p.welcome == "yes" and p.monthly_fee:times("50%") or p.monthly_fee
        end },
    },

    charge { id = "set_up", every = "once", amount = "20.00", by = "package" },
    charge { id = "fee", every = "month", ahead = true, prorate = "day", amount = param "fee", by = "package" },
    tariff { id = "voice", serves = { service = "voice" }, step = "60 s", price = "0.15", say = "voice.call" },
}

package "local_special" {
    kind = "plugin", from = "2026-01-01",
    effective = { default = "next_cycle" },
    members = { same_as = "e6_base" },

    charge { id = "fee", every = "month", ahead = true, prorate = "day", amount = "10.00", by = "package" },
    tariff { id = "voice", serves = { service = "voice" }, step = "60 s", price = "0.12", say = "voice.call" },
}

package "ring_tone" {
    kind = "plugin", from = "2026-01-01",
    members = { { product = "ring_tone", count = 1 } },

    -- what is agreed now holds till the end of the year
    params = { price = { money = "5.00", choices = { "3.00", "5.00" }, till = "2027-01-01" } },
    charge { id = "rent", every = "month", ahead = false, prorate = "day", amount = param "price" },
}

-- What those are offered who want to leave (selling/prompts.lua).

package "loyal_gold" {
    kind = "promotion", from = "2026-01-01",
    tariff { id = "voice", serves = { service = "voice" }, step = "60 s", price = "0.08", say = "voice.call" },
}

package "loyal_silver" {
    kind = "promotion", from = "2026-01-01",
    tariff { id = "voice", serves = { service = "voice" }, step = "60 s", price = "0.10", say = "voice.call" },
}

-- An enterprise that bought 10,000 short messages: its users send them, each with a day of his own.

local function characters(count)
    return { characters = count }
end

scenario "users share what is bought, and have days of their own" {
    from = "2026-03-10 10:00:00",
    event = { service = "sms", to = "13800000000", attributes = characters(200) },

    buy { "sending", member = "crm" },
    buy { "a_day_100", member = "crm" },
    buy { "sms_10000", group = "acme", member = "crm" },
    buy { "sending", member = "shop" },
    buy { "sms_10000", group = "acme", member = "shop" },

    use { from = "crm", member = "crm", items = 33, expect = { parts = "99 free" } },
    use { from = "crm", member = "crm", items = 1, as = "failed", expect = { parts = "3 free" } },
    use { from = "crm", member = "crm", items = 1, expect = { refused = "LIMIT_REACHED" } },
    use { from = "shop", member = "shop", items = 2966, expect = { parts = "8898 free", notices = { "sms_10000.low 10%" } } },
    expect { left = { ["sms_10000.units"] = 1000 }, member = "crm" },
    use { from = "shop", member = "shop", items = 1, expect = { parts = "3 free", notices = {} } },

    -- What comes back is there for all; the day is that of whoever sent it.
    give_back { "failed", expect = { back = { "a_day_100.messages 3", "sms_10000.units 3" } } },
    expect { left = { ["sms_10000.units"] = 1000 }, used = { ["a_day_100.messages"] = 99 }, member = "crm" },
    expect { left = { ["sms_10000.units"] = 1000 }, member = "shop" },
    use { from = "crm", member = "crm", items = 1, expect = { parts = "3 free", notices = {} } },
    use { from = "crm", member = "crm", items = 1, expect = { refused = "LIMIT_REACHED" } },
    use { from = "crm", member = "crm", to = "10690001", items = 1, expect = { refused = "NO_PRICE", nearest = "zone" } },

    -- All that is left goes at once, or nothing does.
    use { from = "shop", member = "shop", items = 333, expect = { refused = "TOO_FEW_UNITS" } },
    at "2027-02-08 00:00:00",
    expect { notices = { "2027-02-08 sms_10000.ends 30 days" } },
    at "2027-03-10 00:00:00",
    use { from = "crm", member = "crm", items = 1, expect = { refused = "TOO_FEW_UNITS" } },
    give_back { "failed", expect = { refused = "ALREADY_REFUNDED" } },
}

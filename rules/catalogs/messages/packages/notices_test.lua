-- What is told of what was bought: once when a tenth is left, once 30 days before it expires.

local bought = { "sending", { package = "sms_10000", from = "2026-03-10 10:00:00" }, { package = "mms_500", from = "2026-03-10 10:00:00" } }

local function characters(count)
    return { characters = count }
end

cases "a tenth of 10,000 is left at 1,000" {
    holds = bought,
    used = { ["sms_10000.units 2026-03-10"] = 8998 },
    event = { service = "sms", from = "crm", to = "13800000000", at = "2026-03-11 09:00:00" },
    columns = { "name", "items", "attributes", "=> parts", "=> notices" },

    { "not yet at 1,001", 1, characters(70), "1 free", {} },
    { "at 1,000", 1, characters(71), "2 free", { "sms_10000.low 10%" } },
    { "at 999", 1, characters(135), "3 free", { "sms_10000.low 10%" } },
    { "at once to none", 1002, characters(70), "1002 free", { "sms_10000.low 10%" } },
}

cases "it was told before" {
    holds = bought,
    used = { ["sms_10000.units 2026-03-10"] = 9000, ["mms_500.units 2026-03-10"] = 449 },
    event = { from = "crm", to = "13800000000", at = "2026-03-11 09:00:00", items = 1 },
    columns = { "name", "service", "attributes", "=> notices" },

    { "of short messages", "sms", characters(70), {} },
    { "but not of multimedia messages", "mms", {}, { "mms_500.low 10%" } },
}

scenario "each purchase is told of for itself, once" {
    from = "2026-03-10 10:00:00", holds = { "sending" },
    event = { service = "sms", from = "crm", to = "13800000000", attributes = characters(70) },

    buy { "sms_1000" },
    buy { "mms_500" },
    at "2026-05-31 08:00:00",
    buy { "sms_1000" },
    use { items = 899, expect = { notices = {} } },
    use { items = 1, expect = { notices = { "sms_1000.low 10%" } } },
    use { items = 1, expect = { notices = {} } },
    use { items = 998, expect = { notices = {} } },
    use { items = 1, expect = { notices = { "sms_1000.low 10%" } } },
    expect { left = { ["sms_1000.units"] = 100 }, notices = {} },

    -- The first purchase is used up: nothing of it can expire.
    at "2027-02-07 23:59:59",
    expect { notices = {} },
    at "2027-02-08 00:00:00",
    expect { notices = { "2027-02-08 mms_500.ends 30 days" } },
    advance "2 years",
    expect { notices = { "2027-05-01 sms_1000.ends 30 days" } },
}

scenario "what is bought twice on a day is one sum" {
    from = "2026-03-10 10:00:00", holds = { "sending" },
    event = { service = "sms", from = "crm", to = "13800000000", attributes = characters(70) },

    buy { "sms_1000" },
    buy { "sms_1000" },
    use { items = 1799, expect = { notices = {} } },
    use { items = 1, expect = { notices = { "sms_1000.low 10%" } } },
    at "2027-03-10 00:00:00",
    expect { notices = { "2027-02-08 sms_1000.ends 30 days" } },
}

scenario "whoever stops before is told before that" {
    from = "2026-03-10 10:00:00", holds = { "sending" },

    buy { "sms_10000", till = "2026-12-31 00:00:00" },
    at "2026-12-31 00:00:00",
    expect { notices = { "2026-12-01 sms_10000.ends 30 days" } },
}

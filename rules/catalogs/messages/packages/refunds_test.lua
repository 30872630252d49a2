-- A message that could not be delivered: its units come back, and so does the day's count, once.

local function characters(count)
    return { characters = count }
end

scenario "a failed delivery is refunded once" {
    from = "2026-03-10 10:00:00", holds = { "sending", "a_day_100", "sms_10000" },
    event = { service = "sms", from = "crm", to = "13800000000", items = 1 },

    use { attributes = characters(200), as = "failed", expect = { parts = "3 free" } },
    use { attributes = characters(134), expect = { parts = "2 free" } },
    expect { used = { ["a_day_100.messages"] = 5 }, left = { ["sms_10000.units"] = 9995 } },
    advance "1 hour",
    give_back { "failed", expect = { amount = "0.00", back = { "a_day_100.messages 3", "sms_10000.units 3" }, lost = {} } },
    expect { used = { ["a_day_100.messages"] = 2 }, left = { ["sms_10000.units"] = 9998 } },
    give_back { "failed", expect = { refused = "ALREADY_REFUNDED" } },
    expect { used = { ["a_day_100.messages"] = 2 }, left = { ["sms_10000.units"] = 9998 } },
}

scenario "a refund makes room for the day again" {
    from = "2026-03-10 10:00:00", holds = { "sending", "a_day_100", "sms_10000" },
    event = { service = "sms", from = "crm", to = "13800000000", attributes = characters(70) },

    use { items = 99 },
    use { items = 1, as = "failed" },
    use { items = 1, expect = { refused = "LIMIT_REACHED" } },
    give_back { "failed" },
    use { items = 1, expect = { parts = "1 free" } },
    use { items = 1, expect = { refused = "LIMIT_REACHED" } },
}

scenario "the count of a day that is over does not come back" {
    from = "2026-03-10 23:59:59", holds = { "sending", "a_day_100", "sms_10000" },
    event = { service = "sms", from = "crm", to = "13800000000", attributes = characters(70) },

    use { items = 40, as = "failed" },
    advance "1 s",
    use { items = 30 },
    give_back { "failed", expect = { back = { "sms_10000.units 40" }, lost = { "a_day_100.messages 40" } } },
    expect { used = { ["a_day_100.messages"] = 30, ["a_day_100.messages 2026-03-10"] = 40 }, left = { ["sms_10000.units"] = 9970 } },
}

scenario "units that have expired do not come back" {
    from = "2026-03-10 10:00:00", holds = { "sending" },
    event = { service = "sms", from = "crm", to = "13800000000", attributes = characters(200) },

    buy { "sms_1000" },
    at "2027-03-09 23:59:59",
    use { items = 1, as = "first" },
    use { items = 2, as = "second" },
    buy { "sms_1000" },
    give_back { "first", expect = { back = { "sms_1000.units 3" }, lost = {} } },
    advance "1 s",
    expect { left = { ["sms_1000.units"] = 1000 } },
    give_back { "second", expect = { back = {}, lost = { "sms_1000.units 6" } } },
    expect { left = { ["sms_1000.units"] = 1000 } },
    give_back { "second", expect = { refused = "ALREADY_REFUNDED" } },
}

scenario "some of many receivers" {
    from = "2026-03-10 10:00:00", holds = { "sending" },
    event = { service = "sms", from = "crm", to = "13800000000", attributes = characters(134) },

    buy { "sms_1000" },
    at "2026-06-01 12:00:00",
    buy { "sms_1000" },
    use { items = 300 },
    use { items = 300, as = "many", expect = { parts = "600 free", notices = { "sms_1000.low 10%" } } },
    give_back { "many", items = 50, expect = { back = { "sms_1000.units 100" } } },
    give_back { "many", items = 150, expect = { back = { "sms_1000.units 200", "sms_1000.units 100" } } },
    give_back { "many", items = 101, expect = { refused = "MORE_THAN_CHARGED" } },
    expect { left = { ["sms_1000.units"] = 1200 }, notices = {} },
    use { items = 150, expect = { notices = { "sms_1000.low 10%" } } },
    give_back { "many", expect = { back = { "sms_1000.units 200" } } },
    give_back { "many", expect = { refused = "ALREADY_REFUNDED" } },
}

local bought = { "sending", { package = "sms_10000", from = "2026-03-10 10:00:00" }, { package = "mms_500", from = "2026-03-10 10:00:00" } }

local function characters(count)
    return { characters = count }
end

cases "a message counts by its characters" {
    holds = bought,
    event = { service = "sms", from = "crm", to = "13800000000", at = "2026-03-11 09:00:00", items = 1 },
    columns = { "name", "attributes", "=> parts", "=> amount" },

    { "none", characters(0), "1 free", "0.00" },
    { "70", characters(70), "1 free", "0.00" },
    { "71", characters(71), "2 free", "0.00" },
    { "134", characters(134), "2 free", "0.00" },
    { "135", characters(135), "3 free", "0.00" },
    { "200", characters(200), "3 free", "0.00" },
    { "201", characters(201), "3 free", "0.00" },
    { "202", characters(202), "4 free", "0.00" },
}

cases "to several receivers at once" {
    holds = bought,
    event = { service = "sms", from = "crm", to = "13800000000", at = "2026-03-11 09:00:00", attributes = characters(200) },
    columns = { "items", "=> parts" },

    { 1, "3 free" },
    { 100, "300 free" },
}

cases "what is not said is not guessed" {
    holds = bought,
    event = { service = "sms", from = "crm", to = "13800000000", at = "2026-03-11 09:00:00", items = 1 },
    expect = { refused = "NO_PRICE", nearest = "count" },
    columns = { "name", "attributes" },

    { "nothing", {} },
    { "a text", { characters = "many" } },
    { "less than nothing", { characters = -1 } },
}

test "a multimedia message counts 1" {
    holds = bought,
    event = { service = "mms", from = "crm", to = "13800000000", at = "2026-03-11 09:00:00", items = 1 },
    expect = { parts = "1 free", amount = "0.00" },
}

cases "too few units refuse the whole message" {
    holds = bought,
    used = { ["sms_10000.units 2026-03-10"] = 9998, ["mms_500.units 2026-03-10"] = 500 },
    event = { from = "crm", to = "13800000000", at = "2026-03-11 09:00:00", items = 1 },
    columns = { "name", "service", "attributes", "=> parts", "=> refused", "=> nearest" },

    { "two are there for 134 characters", "sms", characters(134), "2 free", "", "" },
    { "but not for 135", "sms", characters(135), "", "TOO_FEW_UNITS", "units" },
    { "none is there", "mms", {}, "", "TOO_FEW_UNITS", "units" },
}

test "short messages are no multimedia messages" {
    holds = { "sending", { package = "sms_10000", from = "2026-03-10 10:00:00" } },
    event = { service = "mms", from = "crm", to = "13800000000", at = "2026-03-11 09:00:00", items = 1 },
    expect = { refused = "TOO_FEW_UNITS" },
}

cases "units are good for 12 months" {
    holds = bought,
    event = { service = "sms", from = "crm", to = "13800000000", items = 1, attributes = characters(10) },
    columns = { "name", "at", "=> parts", "=> refused" },

    { "not before they are bought", "2026-03-10 09:59:59", "", "TOO_FEW_UNITS" },
    { "at once", "2026-03-10 10:00:00", "1 free", "" },
    { "to the end of the last day", "2027-03-09 23:59:59", "1 free", "" },
    { "no longer", "2027-03-10 00:00:00", "", "TOO_FEW_UNITS" },
}

cases "several purchases, each with its own months" {
    holds = { "sending", { package = "sms_1000", from = "2026-03-10 10:00:00" }, { package = "sms_1000", from = "2026-05-01 00:00:00" } },
    used = { ["sms_1000.units 2026-03-10"] = 998 },
    event = { service = "sms", from = "crm", to = "13800000000", items = 1, attributes = characters(200) },
    columns = { "name", "at", "=> parts", "=> refused" },

    { "the first alone has too few", "2026-04-01 12:00:00", "", "TOO_FEW_UNITS" },
    { "a message may take from both", "2026-06-01 12:00:00", "3 free", "" },
    { "the second lasts longer", "2027-04-01 12:00:00", "3 free", "" },
}

test "what is bought twice on a day is there twice" {
    holds = { "sending", { package = "sms_1000", from = "2026-03-10 10:00:00" }, { package = "sms_1000", from = "2026-03-10 11:00:00" } },
    used = { ["sms_1000.units 2026-03-10"] = 1999 },
    event = { service = "sms", from = "crm", to = "13800000000", at = "2026-03-11 09:00:00", items = 1, attributes = characters(70) },
    expect = { parts = "1 free" },
}

test "and no oftener" {
    holds = { "sending", { package = "sms_1000", from = "2026-03-10 10:00:00" }, { package = "sms_1000", from = "2026-03-10 11:00:00" } },
    used = { ["sms_1000.units 2026-03-10"] = 2000 },
    event = { service = "sms", from = "crm", to = "13800000000", at = "2026-03-11 09:00:00", items = 1, attributes = characters(70) },
    expect = { refused = "TOO_FEW_UNITS" },
}

cases "barred numbers are refused before anything is counted" {
    holds = bought,
    event = { service = "sms", from = "crm", at = "2026-03-11 09:00:00", items = 1, attributes = characters(70) },
    columns = { "to", "=> refused", "=> nearest" },

    { "13900000000", "NO_PRICE", "zone" },
    { "10690001", "NO_PRICE", "zone" },
}

cases "a user's own day" {
    holds = { "a_day_100", { package = "sms_10000", from = "2026-03-10 10:00:00" }, "sending" },
    used = { ["a_day_100.messages"] = 99 },
    event = { service = "sms", from = "crm", to = "13800000000", items = 1 },
    columns = { "name", "attributes", "at", "=> parts", "=> refused" },

    { "the message that reaches it is sent whole", characters(200), "2026-03-11 09:00:00", "3 free", "" },
}

cases "a user's day is over" {
    holds = { "a_day_100", { package = "sms_10000", from = "2026-03-10 10:00:00" }, "sending" },
    used = { ["a_day_100.messages 2026-03-11"] = 100 },
    event = { service = "sms", from = "crm", to = "13800000000", items = 1, attributes = characters(70) },
    columns = { "at", "=> refused", "=> parts" },

    { "2026-03-11 23:59:59", "LIMIT_REACHED", "" },
    { "2026-03-12 00:00:00", "", "1 free" },
}

test "another may send more" {
    holds = { "a_day_1000", { package = "sms_10000", from = "2026-03-10 10:00:00" }, "sending" },
    used = { ["a_day_1000.messages"] = 999 },
    event = { service = "sms", from = "shop", to = "13800000000", at = "2026-03-11 09:00:00", items = 1, attributes = characters(70) },
    expect = { parts = "1 free", zone = "open" },
}

test "but not without end" {
    holds = { "a_day_1000", { package = "sms_10000", from = "2026-03-10 10:00:00" }, "sending" },
    used = { ["a_day_1000.messages"] = 1000 },
    event = { service = "sms", from = "shop", to = "13800000000", at = "2026-03-11 09:00:00", items = 1, attributes = characters(70) },
    expect = { refused = "LIMIT_REACHED", nearest = "limit" },
}

scenario "purchases, and what is left of them" {
    from = "2026-03-10 10:00:00", holds = { "sending", "a_day_100" },
    event = { service = "sms", from = "crm", to = "13800000000", items = 1 },

    buy { "sms_1000" },
    expect { left = { ["sms_1000.units"] = 1000 } },
    buy { "sms_1000" },
    expect { left = { ["sms_1000.units"] = 2000 } },
    use { attributes = characters(200), expect = { parts = "3 free" } },
    expect { left = { ["sms_1000.units"] = 1997 } },
    advance "1 month",
    buy { "sms_1000" },
    use { attributes = characters(134), expect = { parts = "2 free" } },
    expect { left = { ["sms_1000.units"] = 2995 } },
    at "2027-03-09 23:59:59",
    use { attributes = characters(1), expect = { parts = "1 free" } },
    expect { left = { ["sms_1000.units"] = 2994 } },
    at "2027-03-10 00:00:00",
    expect { left = { ["sms_1000.units"] = 1000 } },
    advance "1 month",
    use { attributes = characters(1), expect = { refused = "TOO_FEW_UNITS" } },
}

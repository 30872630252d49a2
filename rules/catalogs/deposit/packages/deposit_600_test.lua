scenario "a gift is spent before the deposit, and the earliest first" {
    from = "2026-01-15 10:00:00", holds = "mobile", cash = "0.00",
    event = { service = "voice" },

    buy { "deposit_600" },
    store { "deposit_600.stored" },
    expect { balances = { unreleased = "600.00", deposit = "0.00", gift = "0.00" }, entries = { "store deposit_600.stored 600.00" } },
    use { seconds = 60, expect = { refused = "BALANCE_TOO_LOW" } },

    at "2026-02-01 00:00:00",
    expect {
        balances = { ["deposit_600.stored"] = "50.00", ["deposit_600.bonus"] = "30.00", unreleased = "550.00" },
        entries = { "2026-02-01 release deposit_600.stored 50.00", "2026-02-01 gift deposit_600.bonus 30.00" },
    },

    at "2026-02-10 12:00:00",
    use { seconds = "100 minutes", expect = { amount = "20.00" } },
    expect { balances = { deposit = "50.00", gift = "10.00" }, entries = { "pay deposit_600.bonus 20.00" } },

    -- The 10.00 of February, the 20.00 of March, and the deposit.
    at "2026-03-05 12:00:00",
    expect { balances = { deposit = "100.00", gift = "30.00" }, entries = {
        "release deposit_600.stored 50.00", "gift deposit_600.bonus 20.00" } },
    use { seconds = "200 minutes", expect = { amount = "40.00" } },
    expect {
        balances = { deposit = "90.00", gift = "0.00", cash = "0.00" },
        entries = { "pay deposit_600.bonus 10.00", "pay deposit_600.bonus 20.00", "pay deposit_600.stored 10.00" },
    },

    -- Nothing of February is left to expire.
    at "2026-04-01 00:00:00",
    expect { entries = { "release deposit_600.stored 50.00", "gift deposit_600.bonus 20.00" } },
}

scenario "what is left of a gift expires before anything else happens then" {
    from = "2026-01-15 10:00:00", holds = "mobile",
    event = { service = "voice" },

    buy { "deposit_600" },
    store { "deposit_600.stored" },
    at "2026-02-10 12:00:00",
    use { seconds = "100 minutes", expect = { amount = "20.00" } },
    at "2026-03-31 23:59:59",
    expect { balances = { gift = "30.00", deposit = "100.00" } },
    advance "1 s",
    expect {
        balances = { gift = "40.00", deposit = "150.00" },
        entries = {
            "2026-01-15 store deposit_600.stored 600.00",
            "2026-02-01 release deposit_600.stored 50.00", "2026-02-01 gift deposit_600.bonus 30.00",
            "2026-02-10 pay deposit_600.bonus 20.00",
            "2026-03-01 release deposit_600.stored 50.00", "2026-03-01 gift deposit_600.bonus 20.00",
            "2026-04-01 expire deposit_600.bonus 10.00",
            "2026-04-01 release deposit_600.stored 50.00", "2026-04-01 gift deposit_600.bonus 20.00",
        },
    },
}

scenario "a fee is paid by what comes on its day, behind it" {
    from = "2026-01-15 10:00:00", holds = { "mobile", "fee_20" },
    event = { service = "voice" },

    buy { "deposit_600" },
    store { "deposit_600.stored" },
    at "2026-02-01 00:00:00",
    expect {
        fees = { "fee_20.fee 20.00" }, balances = { gift = "10.00", deposit = "50.00", cash = "0.00" },
        entries = { "store deposit_600.stored 600.00", "release deposit_600.stored 50.00", "gift deposit_600.bonus 30.00",
            "pay deposit_600.bonus 20.00" },
    },
    -- March's takes what is left of February's gift, and then March's.
    at "2026-03-01 00:00:00",
    expect { balances = { gift = "10.00", deposit = "100.00" }, entries = { "release deposit_600.stored 50.00",
        "gift deposit_600.bonus 20.00", "pay deposit_600.bonus 10.00", "pay deposit_600.bonus 10.00" } },
}

scenario "a fee that nothing pays for is owed" {
    from = "2026-01-15 10:00:00", cash = "5.00",

    buy { "fee_20" },
    expect { fees = { "fee_20.fee 10.97" }, balances = { cash = "-5.97" }, entries = { "pay cash 10.97" } },
    top_up "10.00",
    expect { balances = { cash = "4.03" }, entries = { "top_up cash 10.00" } },
}

scenario "content takes cash, or is refused" {
    from = "2026-01-15 10:00:00", holds = "mobile", cash = "4.99",
    event = { service = "content", items = 1 },

    buy { "deposit_600" },
    store { "deposit_600.stored" },
    at "2026-02-10 12:00:00",
    use { expect = { refused = "BALANCE_TOO_LOW" } },
    expect { balances = { cash = "4.99", deposit = "50.00", gift = "30.00" }, charged = "0.00" },
    top_up "0.01",
    use { expect = { amount = "5.00" } },
    expect { balances = { cash = "0.00", deposit = "50.00", gift = "30.00" }, charged = "5.00" },
}

scenario "messages and data pay like voice" {
    from = "2026-01-15 10:00:00", holds = "mobile", cash = "100.00",
    event = {},

    buy { "deposit_600" },
    store { "deposit_600.stored" },
    at "2026-02-10 12:00:00",
    use { service = "sms", items = 100, expect = { amount = "10.00" } },
    use { service = "data", bytes = "200 MB", expect = { amount = "10.00" } },
    use { service = "voice", seconds = "400 minutes", expect = { amount = "80.00" } },
    expect {
        balances = { gift = "0.00", deposit = "0.00", cash = "80.00" },
        entries = { "store deposit_600.stored 600.00", "release deposit_600.stored 50.00", "gift deposit_600.bonus 30.00",
            "pay deposit_600.bonus 10.00", "pay deposit_600.bonus 10.00",
            "pay deposit_600.bonus 10.00", "pay deposit_600.stored 50.00", "pay cash 20.00" },
    },
}

scenario "a gift is lost while the subscription is suspended, and its place used up" {
    from = "2026-01-15 10:00:00", holds = { "mobile", "fee_20" },
    event = { service = "voice", seconds = 60 },

    buy { "deposit_600" },
    store { "deposit_600.stored" },
    at "2026-01-31 09:00:00",
    suspend {},
    use { expect = { refused = "SUSPENDED" } },
    use { at = "2026-01-30 09:00:00", expect = { refused = "BALANCE_TOO_LOW" } },
    at "2026-02-01 00:00:00",
    expect {
        fees = {},
        entries = { "store deposit_600.stored 600.00", "release deposit_600.stored 50.00", "skip deposit_600.bonus 30.00" },
        balances = { gift = "0.00", deposit = "50.00" },
    },
    at "2026-02-20 09:00:00",
    resume {},
    use { expect = { amount = "0.20" } },
    at "2026-03-01 00:00:00",
    expect { entries = {
        "pay deposit_600.stored 6.43",      -- the fee of the nine days that are left of February
        "pay deposit_600.stored 0.20",
        "release deposit_600.stored 50.00", "gift deposit_600.bonus 20.00", "pay deposit_600.bonus 20.00",
    } },
}

scenario "cancelled: what is stored becomes cash, gifts are lost" {
    from = "2026-01-15 10:00:00", holds = "mobile", cash = "0.00",
    event = { service = "voice" },

    buy { "deposit_600" },
    store { "deposit_600.stored" },
    at "2026-07-20 15:00:00",
    expect { balances = { unreleased = "300.00", deposit = "300.00", gift = "40.00" } },
    use { seconds = "250 minutes", expect = { amount = "50.00" } },
    expect { balances = { deposit = "290.00", gift = "0.00" } },
    at "2026-08-01 00:00:00",
    cancel { "deposit_600" },
    expect { balances = { unreleased = "0.00", deposit = "0.00", gift = "0.00", cash = "590.00" } },
    advance "1 year",
    expect { balances = { cash = "590.00" } },
}

scenario "cancelled, to the entry" {
    from = "2026-01-15 10:00:00", holds = "mobile", cash = "0.00",

    buy { "deposit_600" },
    store { "deposit_600.stored" },
    at "2026-07-20 15:00:00",
    expect { balances = { cash = "0.00" }, entries = {
        "store deposit_600.stored 600.00",
        "2026-02-01 release deposit_600.stored 50.00", "2026-02-01 gift deposit_600.bonus 30.00",
        "2026-03-01 release deposit_600.stored 50.00", "2026-03-01 gift deposit_600.bonus 20.00",
        "2026-04-01 expire deposit_600.bonus 30.00",
        "2026-04-01 release deposit_600.stored 50.00", "2026-04-01 gift deposit_600.bonus 20.00",
        "2026-05-01 expire deposit_600.bonus 20.00",
        "2026-05-01 release deposit_600.stored 50.00", "2026-05-01 gift deposit_600.bonus 20.00",
        "2026-06-01 expire deposit_600.bonus 20.00",
        "2026-06-01 release deposit_600.stored 50.00", "2026-06-01 gift deposit_600.bonus 20.00",
        "2026-07-01 expire deposit_600.bonus 20.00",
        "2026-07-01 release deposit_600.stored 50.00", "2026-07-01 gift deposit_600.bonus 20.00",
    } },
    cancel { "deposit_600" },
    expect { balances = { cash = "600.00" }, entries = {
        "2026-07-20 to_cash deposit_600.stored 300.00", "2026-07-20 to_cash deposit_600.stored 300.00",
        "2026-07-20 forfeit deposit_600.bonus 20.00", "2026-07-20 forfeit deposit_600.bonus 20.00",
    } },
}

scenario "to the last instalment" {
    from = "2026-01-15 10:00:00", holds = "mobile",

    buy { "deposit_600" },
    store { "deposit_600.stored" },
    at "2027-01-31 23:59:59",
    expect { balances = { unreleased = "0.00", deposit = "600.00", gift = "20.00" } },
    at "2027-03-01 00:00:00",
    expect { balances = { unreleased = "0.00", deposit = "600.00", gift = "0.00" } },
}

test "a call" {
    holds = "mobile",
    event = { service = "voice", at = "2026-02-10 12:00:00", seconds = 61 },
    expect = { amount = "0.40", tariff = "voice" },
}

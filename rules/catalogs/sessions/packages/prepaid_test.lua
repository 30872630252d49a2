-- A session is one event: what its reports add up to costs what one event of as much costs.
cases "minutes and blocks that have begun are paid" {
    holds = "prepaid",
    event = { at = "2026-03-10 10:00:00" },
    columns = { "name", "service", "seconds", "bytes", "=> amount", "=> tariff" },
    { "nothing", "voice", 0, nil, "0.00", "voice" },
    { "four started minutes and ten seconds of the fifth", "voice", 250, nil, "0.75", "voice" },
    { "to the end of the fifth", "voice", 300, nil, "0.75", "voice" },
    { "seven started minutes", "voice", 390, nil, "1.05", "voice" },
    { "a byte", "data", nil, 1, "0.01", "data" },
    { "a block", "data", nil, 102400, "0.01", "data" },
    { "a byte more", "data", nil, 102401, "0.02", "data" },
    { "a quota", "data", nil, "10 MB", "1.03", "data" },
}

scenario "a call until the balance is used up" {
    from = "2026-03-10 12:00:00", cash = "10.00", holds = "prepaid",
    event = { service = "voice", to = "13800000000" },

    reserve { expect = { granted = "300 s", held = "0.75", charged = "0.00", final = "" } },
    expect { balances = { cash = "9.25" } },
    update { used = "290 s", ask = "300 s", expect = { charged = "0.75", granted = "300 s", held = "0.75" } },
    use { service = "data", bytes = "838000 KB", expect = { amount = "83.80", refused = "BALANCE_TOO_LOW" } },
    use { service = "data", bytes = "81000 KB" },
    update { used = 0, ask = 0, expect = { granted = 300, held = "0.75" } },
    expect { balances = { cash = "0.40" } },
}

scenario "ten seconds are left of the fifth minute, and two minutes can be paid" {
    from = "2026-03-10 12:00:00", cash = "1.15", holds = "prepaid",
    event = { service = "voice", to = "13800000000" },

    reserve { expect = { granted = 300, held = "0.75" } },
    update {
        used = 290, ask = 300,
        expect = { charged = "0.75", granted = 130, held = "0.30", final = "terminate", refused = "BALANCE_TOO_LOW" },
    },
    expect { balances = { cash = "0.10" } },
    commit { used = 100, expect = { charged = "0.30", unpaid = "0.00", held = "0.00" } },
    expect { balances = { cash = "0.10" }, charged = "1.05" },
}

scenario "who talks on beyond the grant owes nothing, and is not paid for" {
    from = "2026-03-10 12:00:00", cash = "0.20", holds = "prepaid",
    event = { service = "voice", to = "13800000000" },

    reserve { ask = "10 minutes", expect = { granted = 60, held = "0.15", final = "terminate" } },
    commit { used = "2 minutes", expect = { charged = "0.20", unpaid = "0.10" } },
    expect { balances = { cash = "0.00" } },
}

scenario "data leads to an address where the money ends, or leaves only calls" {
    from = "2026-03-10 12:00:00", cash = "0.05", holds = "prepaid",
    event = { service = "data" },

    reserve { expect = { granted = "500 KB", held = "0.05", final = "redirect https://pay.example/top-up" } },
    commit { used = "100 KB", expect = { charged = "0.01" } },
    buy { "calls_only" },
    top_up "20.00",
    reserve { expect = { granted = "50 MB", held = "5.12", final = "" } },
    update { used = 0, ask = "1 GB", expect = { final = "restrict voice", refused = "BALANCE_TOO_LOW" } },
    suspend {},
    update { used = 0, ask = 0, expect = { granted = 0, refused = "SUSPENDED" } },
    resume {},
    commit { used = 0 },
    expect { balances = { cash = "20.04" } },
}

scenario "gifts are held before cash, and what has expired meanwhile is gone" {
    from = "2026-03-10 12:00:00", cash = "0.00", holds = "prepaid",
    event = { service = "voice", to = "13800000000" },

    top_up "100.00",
    reserve { ask = "40 minutes", expect = { granted = "40 minutes", held = "6.00" } },
    expect { balances = { gift = "0.00", cash = "109.00" } },
    advance "2 months",
    commit { used = "5 minutes", expect = { charged = "0.75" } },
    expect {
        balances = { gift = "0.00", cash = "109.25" },
        entries = { "top_up cash 100.00", "bonus topup.hundred 5.00", "bonus cash 10.00", "expire topup.hundred 5.00", "pay cash 0.75" },
    },
}

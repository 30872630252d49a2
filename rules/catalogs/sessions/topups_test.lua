scenario "what is paid in gives more by how much it is" {
    from = "2026-01-15 10:00:00", cash = "0.00", holds = "prepaid",

    top_up "49.99",
    expect { topups = {}, balances = { cash = "49.99" } },
    top_up "50.00",
    expect { topups = { "welcome 10.00" }, balances = { cash = "109.99", gift = "0.00" } },
    top_up "133.30",
    expect {
        topups = { "hundred 6.66", "hundred 30 days" },
        balances = { cash = "243.29", ["topup.hundred"] = "6.66" },
    },
    top_up "300.00",
    expect {
        topups = { "three_hundred 30.00", "three_hundred 90 days" },
        balances = { cash = "543.29", gift = "36.66" },
    },
}

scenario "gifts pay first, for what they may, and expire" {
    from = "2026-01-15 10:00:00", cash = "0.00", holds = "prepaid",

    top_up "100.00",
    expect { entries = { "top_up cash 100.00", "bonus topup.hundred 5.00", "bonus cash 10.00" } },
    use { service = "data", bytes = 102401 },
    use { service = "voice", seconds = 61 },
    expect { entries = { "pay cash 0.02", "pay topup.hundred 0.30" } },
    advance "2 months",
    expect { entries = { "2026-03-15 expire topup.hundred 4.70" }, balances = { cash = "109.98" } },
}

scenario "the welcome is over with its year" {
    from = "2027-01-01 00:00:00", cash = "0.00", holds = "prepaid",

    top_up "99.99",
    expect { topups = {} },
}

due "a fee holds its tax" {
    holds = "home_bundle",
    from = "2026-03-01", till = "2026-04-01",
    expect = { amount = "109.00", tax = "9.00", split = { "fee broadband 60.00", "fee television 25.00", "fee film_house 15.00" } },
}

due "part of a month: the tax is rounded, the net amount is the rest" {
    holds = { package = "home_bundle", from = "2026-03-10" },
    from = "2026-03-01", till = "2026-04-01",
    expect = { amount = "77.35", tax = "6.39", lines = { "fee 77.35" },
        split = { "fee broadband 42.58", "fee television 17.74", "fee film_house 10.64" } },
}

due "the rate is that of the first day that is priced" {
    holds = "home_bundle",
    from = "2019-03-01", till = "2019-05-01",
    expect = { amount = "218.00", tax = "18.91" },
}

due "what is sold without its tax costs the tax besides" {
    holds = { package = "set_top_box", from = "2026-03-10" },
    from = "2026-03-01", till = "2026-04-01",
    expect = { lines = { "installation 106.00", "films 21.20" }, tax = "7.20" },
}

-- March was paid ahead, so that 22 months are left, of which the half is 1199.00; tax comes on top.
due "leaving in the second month" {
    holds = { package = "home_bundle", from = "2026-02-01", till = "2026-03-11" },
    from = "2026-03-01", till = "2026-04-01",
    expect = { lines = { "fee 109.00", "leaving 1270.94" }, tax = "80.94" },
}

test "a call" {
    holds = "home_bundle",
    event = { service = "voice", at = "2026-03-01 12:00:00", seconds = 600 },
    expect = { amount = "1.09", tax = "0.09" },
}

test "a call before the rate changed" {
    holds = "home_bundle",
    event = { service = "voice", at = "2019-03-31 23:59:00", seconds = 600 },
    expect = { amount = "1.09", tax = "0.10" },
}

scenario "a box that is given back" {
    from = "2026-01-15 10:00:00",

    buy { "home_bundle" },
    buy { "set_top_box" },
    at "2026-04-10 00:00:00",
    expect { fees = { "home_bundle.fee 59.77", "set_top_box.installation 106.00", "home_bundle.fee 109.00", "set_top_box.films 21.20",
        "home_bundle.fee 109.00", "set_top_box.films 21.20", "home_bundle.fee 109.00", "set_top_box.films 21.20" } },
    cancel { "set_top_box" },
    expect { fees = { "set_top_box.films 21.20", "set_top_box.box 210.00" } },
    cancel { "home_bundle" },
    expect { fees = { "home_bundle.leaving 1181.49" } },
}

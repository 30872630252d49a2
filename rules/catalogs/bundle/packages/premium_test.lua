due "while both are held, one fee is owed" {
    holds = "home_bundle", besides = { { package = "premium", from = "2026-04-01", till = "2026-06-01" } },
    from = "2026-03-01", till = "2026-07-01",
    expect = { lines = { "fee 2026-03-01 109.00", "fee 2026-06-01 109.00" }, replaced = { "fee 2026-04-01 premium.premium_fee" } },
}

due "alone it costs what it costs" {
    holds = { package = "premium", from = "2026-04-01" }, besides = "home_bundle",
    from = "2026-03-01", till = "2026-05-01",
    expect = { lines = { "premium_fee 2026-04-01 149.00" }, replaced = {} },
}

-- May was paid ahead, and so the fee of the bundle is owed from June on.
scenario "two months of premium" {
    from = "2026-03-01 00:00:00",

    buy { "home_bundle" },
    at "2026-03-20 00:00:00",
    buy { "premium", from = "2026-04-01 00:00:00" },
    at "2026-05-10 00:00:00",
    expect { fees = { "home_bundle.fee 109.00", "premium.premium_fee 149.00", "premium.premium_fee 149.00" } },
    cancel { "premium" },
    at "2026-06-01 00:00:00",
    expect { fees = { "home_bundle.fee 109.00" } },
}

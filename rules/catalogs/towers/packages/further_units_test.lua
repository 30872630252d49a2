-- Units that a tenant adds to the first, on a tower of 250,000 over 10 years with 2,000 of upkeep a year.

due "one more unit of the anchor of two" {
    holds = "further_units",
    from = "2026-03-01", till = "2026-04-01",
    facts = {
        { "site.build_cost", "250000.00" }, { "site.years", 10 }, { "site.upkeep", "2000.00" },
        { "site.tenants", 2 }, { "lease.role", "anchor" }, { "lease.further_units", 1 },
    },
    expect = { lines = { "unit 491.56" } },
}

due "each unit is a line, from the day on which it is there" {
    holds = "further_units",
    from = "2026-03-01", till = "2026-05-01",
    facts = {
        { "site.build_cost", "250000.00" }, { "site.years", 10 }, { "site.upkeep", "2000.00" },
        { "site.tenants", 2 }, { "lease.role", "anchor" },
        { "lease.further_units", 1, till = "2026-03-16" }, { "lease.further_units", 2, from = "2026-03-16" },
    },
    expect = {
        amount = "1728.39",
        lines = { "unit 2026-03-01 491.56", "unit 2026-03-01 253.71", "unit 2026-04-01 491.56", "unit 2026-04-01 491.56" },
    },
}

due "no further unit costs nothing" {
    holds = "further_units",
    from = "2026-03-01", till = "2026-04-01",
    facts = { { "lease.further_units", 0 } },
    expect = { lines = {} },
}

due "how many there are must be known" {
    holds = "further_units",
    from = "2026-03-01", till = "2026-04-01",
    expect = { refused = "FACT", nearest = "fact_missing" },
}

due "there are never fewer than none" {
    holds = "further_units",
    from = "2026-03-01", till = "2026-04-01",
    facts = { { "lease.further_units", -1 } },
    expect = { refused = "FACT", nearest = "fact_negative" },
}

-- A tower of 250,000 over 10 years with 2,000 of upkeep a year.

due "alone, before 2018" {
    holds = "tower_lease",
    from = "2017-12-01", till = "2018-01-01",
    facts = {
        { "site.build_cost", "250000.00" }, { "site.years", 10 }, { "site.upkeep", "2000.00" },
        { "site.site_fee", "12000.00" }, { "site.power_access", "6000.00" },
        { "site.tenants", 1 }, { "lease.role", "anchor" },
    },
    expect = { amount = "4135.42", lines = { "rent 2635.42", "site_fee 1000.00", "power_access 500.00" } },
}

due "alone, from 2018" {
    holds = "tower_lease",
    from = "2018-01-01", till = "2018-02-01",
    facts = {
        { "site.build_cost", "250000.00" }, { "site.years", 10 }, { "site.upkeep", "2000.00" },
        { "site.site_fee", "12000.00" }, { "site.power_access", "6000.00" },
        { "site.tenants", 1 }, { "lease.role", "other" },
    },
    expect = { lines = { "rent 2520.83", "site_fee 1000.00", "power_access 500.00" } },
}

due "the anchor of two, before 2018" {
    holds = "tower_lease",
    from = "2017-12-01", till = "2018-01-01",
    facts = {
        { "site.build_cost", "250000.00" }, { "site.years", 10 }, { "site.upkeep", "2000.00" },
        { "site.site_fee", "12000.00" }, { "site.power_access", "6000.00" },
        { "site.tenants", 2 }, { "lease.role", "anchor" },
    },
    expect = { lines = { "rent 1976.56", "site_fee 550.00", "power_access 275.00" } },
}

due "the other of two, before 2018" {
    holds = "tower_lease",
    from = "2017-12-01", till = "2018-01-01",
    facts = {
        { "site.build_cost", "250000.00" }, { "site.years", 10 }, { "site.upkeep", "2000.00" },
        { "site.site_fee", "12000.00" }, { "site.power_access", "6000.00" },
        { "site.tenants", 2 }, { "lease.role", "other" },
    },
    expect = { lines = { "rent 2108.33", "site_fee 600.00", "power_access 300.00" } },
}

due "the anchor of two" {
    holds = "tower_lease",
    from = "2026-03-01", till = "2026-04-01",
    facts = {
        { "site.build_cost", "250000.00" }, { "site.years", 10 }, { "site.upkeep", "2000.00" },
        { "site.site_fee", "12000.00" }, { "site.power_access", "6000.00" },
        { "site.tenants", 2 }, { "lease.role", "anchor" },
    },
    expect = { lines = { "rent 1638.54", "site_fee 550.00", "power_access 275.00" } },
}

due "the other of two" {
    holds = "tower_lease",
    from = "2026-03-01", till = "2026-04-01",
    facts = {
        { "site.build_cost", "250000.00" }, { "site.years", 10 }, { "site.upkeep", "2000.00" },
        { "site.site_fee", "12000.00" }, { "site.power_access", "6000.00" },
        { "site.tenants", 2 }, { "lease.role", "other" },
    },
    expect = { lines = { "rent 1764.58", "site_fee 600.00", "power_access 300.00" } },
}

due "the anchor of three" {
    holds = "tower_lease",
    from = "2026-03-01", till = "2026-04-01",
    facts = {
        { "site.build_cost", "250000.00" }, { "site.years", 10 }, { "site.upkeep", "2000.00" },
        { "site.site_fee", "12000.00" }, { "site.power_access", "6000.00" },
        { "site.tenants", 3 }, { "lease.role", "anchor" },
    },
    expect = { lines = { "rent 1386.46", "site_fee 450.00", "power_access 225.00" } },
}

due "another of three" {
    holds = "tower_lease",
    from = "2026-03-01", till = "2026-04-01",
    facts = {
        { "site.build_cost", "250000.00" }, { "site.years", 10 }, { "site.upkeep", "2000.00" },
        { "site.site_fee", "12000.00" }, { "site.power_access", "6000.00" },
        { "site.tenants", 3 }, { "lease.role", "other" },
    },
    expect = { lines = { "rent 1512.50", "site_fee 500.00", "power_access 250.00" } },
}

due "three, before 2018" {
    holds = "tower_lease",
    from = "2017-12-01", till = "2018-01-01",
    facts = {
        { "site.build_cost", "250000.00" }, { "site.years", 10 }, { "site.upkeep", "2000.00" },
        { "site.site_fee", "12000.00" }, { "site.power_access", "6000.00" },
        { "site.tenants", 3 }, { "lease.role", "anchor", till = "2017-12-16" }, { "lease.role", "other", from = "2017-12-16" },
    },
    expect = { lines = { "rent 1781.03", "site_fee 475.81", "power_access 237.90" } },
}

due "the anchor, when a second tenant begins on the sixteenth" {
    holds = "tower_lease",
    from = "2026-03-01", till = "2026-04-01",
    facts = {
        { "site.build_cost", "250000.00" }, { "site.years", 10 }, { "site.upkeep", "2000.00" },
        { "site.site_fee", "12000.00" }, { "site.power_access", "6000.00" }, { "lease.role", "anchor" },
        { "site.tenants", 1, till = "2026-03-16" }, { "site.tenants", 2, from = "2026-03-16" },
    },
    expect = { lines = { "rent 2065.46", "site_fee 767.74", "power_access 383.87" } },
}

due "and the second tenant" {
    holds = { package = "tower_lease", from = "2026-03-16" },
    from = "2026-03-01", till = "2026-04-01",
    facts = {
        { "site.build_cost", "250000.00" }, { "site.years", 10 }, { "site.upkeep", "2000.00" },
        { "site.site_fee", "12000.00" }, { "site.power_access", "6000.00" }, { "lease.role", "other" },
        { "site.tenants", 2 },
    },
    expect = { lines = { "rent 910.75", "site_fee 309.68", "power_access 154.84" } },
}

due "four tenants have no share" {
    holds = "tower_lease",
    from = "2026-03-01", till = "2026-04-01",
    facts = {
        { "site.build_cost", "250000.00" }, { "site.years", 10 }, { "site.upkeep", "2000.00" },
        { "site.site_fee", "12000.00" }, { "site.power_access", "6000.00" }, { "lease.role", "anchor" },
        { "site.tenants", 4 },
    },
    expect = { refused = "RULE_FAILED", nearest = "function" },
}

due "a month in which nobody was counted" {
    holds = "tower_lease",
    from = "2026-03-01", till = "2026-04-01",
    facts = {
        { "site.build_cost", "250000.00" }, { "site.years", 10 }, { "site.upkeep", "2000.00" },
        { "site.site_fee", "12000.00" }, { "site.power_access", "6000.00" }, { "lease.role", "anchor" },
        { "site.tenants", 1, till = "2026-03-16" }, { "site.tenants", 2, from = "2026-03-17" },
    },
    expect = { refused = "FACT", nearest = "fact_missing" },
}

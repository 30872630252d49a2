-- Leases of five years from 2024-01-01 that are left before they end.

local facts_of_two = {
    { "site.build_cost", "250000.00" }, { "site.years", 10 }, { "site.upkeep", "2000.00" },
    { "site.site_fee", "12000.00" }, { "site.power_access", "6000.00" },
    { "site.tenants", 2 }, { "lease.role", "anchor" },
}

due "33 months are left: their rent is added exactly and rounded once" {
    holds = { package = "tower_lease", from = "2024-01-01", till = "2026-04-01" },
    from = "2026-03-01", till = "2026-04-01",
    facts = facts_of_two,
    expect = { lines = { "rent 1638.54", "site_fee 550.00", "power_access 275.00", "rent_remaining 2026-04-01 54071.88" } },
}

due "the day on which it ends has no line of its own" {
    holds = { package = "tower_lease", from = "2024-01-01", till = "2026-04-01" },
    from = "2026-04-01", till = "2029-01-01",
    facts = facts_of_two,
    expect = { lines = {} },
}

due "within a month, the days that are left of it are part of what remains" {
    holds = { package = "tower_lease", from = "2024-01-01", till = "2026-04-16" },
    from = "2026-04-01", till = "2026-05-01",
    facts = facts_of_two,
    expect = { lines = { "rent 819.27", "site_fee 275.00", "power_access 137.50", "rent_remaining 53252.60" } },
}

due "the share is that of the last day" {
    holds = { package = "tower_lease", from = "2024-01-01", till = "2026-04-01" },
    from = "2026-03-31", till = "2026-04-01",
    facts = {
        { "site.build_cost", "250000.00" }, { "site.years", 10 }, { "site.upkeep", "2000.00" },
        { "site.site_fee", "12000.00" }, { "site.power_access", "6000.00" }, { "lease.role", "anchor" },
        { "site.tenants", 1, till = "2026-03-31" }, { "site.tenants", 2, from = "2026-03-31" },
    },
    expect = { lines = { "rent 52.86", "site_fee 17.74", "power_access 8.87", "rent_remaining 54071.88" } },
}

due "a lease of two years was over by then" {
    holds = { package = "tower_lease", from = "2024-01-01", till = "2026-04-01" },
    from = "2026-03-01", till = "2026-04-01",
    params = { term_months = 24 },
    facts = facts_of_two,
    expect = { lines = { "rent 1638.54", "site_fee 550.00", "power_access 275.00" } },
}

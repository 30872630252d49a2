-- A tower of 250,000 over 10 years with 2,000 of upkeep a year, and those who come to it and leave. Rent is due when its month ends.

local costs = {
    build_cost = "250000.00", years = 10, upkeep = "2000.00", site_fee = "12000.00", power_access = "6000.00",
}

scenario "a second tenant, a third, and the first one leaves" {
    from = "2026-03-01 00:00:00",
    facts = {
        { "site.build_cost", costs.build_cost }, { "site.years", costs.years }, { "site.upkeep", costs.upkeep },
        { "site.site_fee", costs.site_fee }, { "site.power_access", costs.power_access }, { "site.tenants", 1 },
        { "lease.role", "anchor", member = "north" }, { "lease.role", "other" },
    },

    buy { "tower_lease", params = { term_months = 60 }, member = "north" },
    at "2026-03-16 00:00:00",
    buy { "tower_lease", params = { term_months = 36 }, member = "south" },
    fact { "site.tenants", 2 },

    at "2026-04-01 00:00:00",
    expect {
        fees = {
            "tower_lease.rent 2065.46", "tower_lease.site_fee 767.74", "tower_lease.power_access 383.87",   -- north: alone for 15 days
            "tower_lease.rent 910.75", "tower_lease.site_fee 309.68", "tower_lease.power_access 154.84",    -- south: from the 16th
        },
    },

    -- north mounts a further unit
    fact { "lease.further_units", 1, member = "north" },
    buy { "further_units", member = "north" },
    at "2026-05-01 00:00:00",
    expect {
        fees = {
            "tower_lease.rent 1638.54", "tower_lease.site_fee 550.00", "tower_lease.power_access 275.00",
            "tower_lease.rent 1764.58", "tower_lease.site_fee 600.00", "tower_lease.power_access 300.00",
            "further_units.unit 491.56",
        },
    },

    -- a third tenant
    buy { "tower_lease", member = "east" },
    fact { "site.tenants", 3 },
    at "2026-06-01 00:00:00",
    expect {
        fees = {
            "tower_lease.rent 1386.46", "tower_lease.site_fee 450.00", "tower_lease.power_access 225.00",
            "tower_lease.rent 1512.50", "tower_lease.site_fee 500.00", "tower_lease.power_access 250.00",
            "further_units.unit 415.94",
            "tower_lease.rent 1512.50", "tower_lease.site_fee 500.00", "tower_lease.power_access 250.00",
        },
    },

    -- north leaves 57 months before its time; the others keep their roles
    cancel { "further_units", member = "north" },
    cancel { "tower_lease", member = "north" },
    fact { "site.tenants", 2 },
    expect { fees = { "tower_lease.rent_remaining 79028.13" } },
    at "2026-07-01 00:00:00",
    expect {
        fees = {
            "tower_lease.rent 1764.58", "tower_lease.site_fee 600.00", "tower_lease.power_access 300.00",
            "tower_lease.rent 1764.58", "tower_lease.site_fee 600.00", "tower_lease.power_access 300.00",
        },
        charged = "101571.71",
    },
}

scenario "the anchor of two leaves a lease of five years after 27 months" {
    from = "2024-01-01 00:00:00",
    facts = {
        { "site.build_cost", costs.build_cost }, { "site.years", costs.years }, { "site.upkeep", costs.upkeep },
        { "site.site_fee", costs.site_fee }, { "site.power_access", costs.power_access }, { "site.tenants", 2 },
        { "lease.role", "anchor" },
    },

    buy { "tower_lease", params = { term_months = 60 } },
    at "2026-03-01 00:00:00",
    expect { charged = "64052.04" },     -- 26 months of 2463.54
    at "2026-04-01 00:00:00",
    expect { charged = "66515.58" },
    cancel { "tower_lease" },
    expect { charged = "120587.46" },    -- and 54071.88
    advance "1 year",
    expect { charged = "120587.46" },
}

scenario "a longer term is agreed before it is left" {
    from = "2026-01-01 00:00:00",
    facts = {
        { "site.build_cost", costs.build_cost }, { "site.years", costs.years }, { "site.upkeep", costs.upkeep },
        { "site.site_fee", costs.site_fee }, { "site.power_access", costs.power_access }, { "site.tenants", 1 },
        { "lease.role", "anchor" },
    },

    buy { "tower_lease", params = { term_months = 12 } },
    at "2026-02-01 00:00:00",
    change { "tower_lease", params = { term_months = 24 } },
    at "2027-01-01 00:00:00",
    expect { charged = "48249.96" },     -- 12 months of 2520.83, 1000.00 and 500.00, each rounded by itself
    cancel { "tower_lease" },
    expect { charged = "78499.96" },
}

order "what the second tenant will pay" {
    at = "2026-03-16 09:00:00",
    facts = {
        { "site.build_cost", costs.build_cost }, { "site.years", costs.years }, { "site.upkeep", costs.upkeep },
        { "site.site_fee", costs.site_fee }, { "site.power_access", costs.power_access },
        { "site.tenants", 1, till = "2026-03-16" }, { "site.tenants", 2, from = "2026-03-16" },
    },
    holds = { package = "tower_lease", from = "2026-03-01", facts = { { "lease.role", "anchor" } } },
    add = { package = "tower_lease", plan = "lease", offering = "tower", facts = { { "lease.role", "other" } } },
    expect = { verdict = "ok", first_bill = {}, recurring = "0.00", next_bills = { "1375.27", "2664.58" }, saves = { "0.00", "0.00" } },
}

texts "en" {
    catalog = { towers = "Towers" },
    product = { tower = "Tower" },
    package = { tower_lease = "Tower lease", further_units = "Further product units" },
    plan = { lease = "Lease" },
    offering = { tower = "Tower" },
    charge = { rent = "Rent", site_fee = "Site fee", power_access = "Power access", unit = "Further unit",
        rent_remaining = "Rent for the rest of the term" },
    param = { term_months = "months of the lease" },
    tower = { rent = "the tenant's share of the rent", fees = "the tenant's share of site and power",
        unit = "30 % of the rent, shared like it" },
}

texts "en" {
    catalog = { towers = "Towers" },
    product = { tower = "Tower" },
    package = { tower_lease = "Tower lease" },
    plan = { lease = "Lease" },
    offering = { tower = "Tower" },
    charge = { rent = "Rent", site_fee = "Site fee", power_access = "Power access" },
    tower = { rent = "the tenant's share of the rent", fees = "the tenant's share of site and power" },
}

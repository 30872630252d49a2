-- Towers that are built once and leased to several operators: a year's price from what the tower cost, shared by who uses it.

catalog "towers" {
    currency = "CNY",
    zone = "Asia/Shanghai",
    formula_facts = {
        -- The tower, and who is on it.
        site = { build_cost = "money", years = "integer", upkeep = "money", site_fee = "money", power_access = "money",
            tenants = "members" },
        -- The lease of one tenant.
        lease = { role = "text", further_units = "integer" },
    },
}

product "tower" { services = {} }

table "margins" {
    columns = { "from", "=> margin" },
    types = { "date", "decimal" },

    { "<2018-01-01", "15%" },
    { ">=2018-01-01", "10%" },
}

table "sharing" {
    domain = { tenants = "1..3", role = "anchor|other" },
}

plan "lease" { base = "tower_lease", optional = "further_units" }

offering "tower" { plans = "lease" }

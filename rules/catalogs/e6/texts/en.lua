texts "en" {
    catalog = { e6 = "My e-home" },
    product = { pstn = "Fixed line" },
    service = { voice = "Voice" },
    package = { e6_base = "e6" },
    plan = { e6 = "e6" },
    offering = { e6 = "e6" },
    brand = { e_home = "My e-home" },
    allowance = { local_minutes = "300 local minutes a month" },
    zone = { ["local"] = "local" },
    refusal = { not_local = "not a local call" },
    band = { day = "day", night = "night" },
    voice = { ["local"] = "Local call" },
}

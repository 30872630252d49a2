texts "en" {
    catalog = { my_catalog = "My catalog" },
    product = { line = "Phone line" },
    service = { voice = "Calls" },
    package = { standard = "Standard" },
    plan = { standard = "Standard plan" },
    offering = { line = "Phone line" },
    allowance = { local_minutes = "30 local minutes a month" },
    zone = { free = "free numbers", ["local"] = "local", distant = "long distance" },
    band = { day = "day", night = "night" },
    voice = { free = "Free call", ["local"] = "Local call", distant = "Long-distance call" },
}

texts "en" {
    catalog = { bench = "Bench" },
    service = { voice = "Calls" },
    product = { line = "Line" },
    package = { bench_base = "Bench base" },
    allowance = { free_minutes = "Free minutes" },
    band = { day = "day", night = "night" },
    voice = { call = "Calls: {units} minutes, {amount}" },
}

texts "en" {
    catalog = { sessions = "Prepaid on line" },
    product = { mobile = "Mobile line" },
    service = { voice = "Calls", data = "Data" },
    package = { prepaid = "Prepaid", calls_only = "Calls without data" },
    plan = { prepaid = "Prepaid" },
    offering = { prepaid = "Prepaid" },
    used = { voice = "Call", data = "Data" },
    topup = { hundred = "5% for calls", three_hundred = "30 for 300", welcome = "Welcome" },
}

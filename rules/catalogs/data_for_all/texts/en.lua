texts "en" {
    catalog = { data_for_all = "Data for all" },
    product = { mobile = "Mobile line" },
    service = { data = "Data", voice = "Voice", sms = "SMS" },
    package = { data_for_all = "Data for all" },
    plan = { data_for_all = "Data for all" },
    offering = { data_for_all = "Data for all" },
    allowance = { included = "1,024 MB a month, calls and messages converted" },
    cap = { most = "at most 600.00 a month" },
    beyond = "Beyond the allowance, 0.0001 a KB",
    data = { enough = "15,360 MB were used this month; data is there again next month" },
}

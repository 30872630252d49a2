texts "en" {
    catalog = { free_minutes = "Free minutes" },
    product = { line = "Phone line" },
    service = { voice = "Voice" },
    package = { talk = "Talk" },
    plan = { talk = "Talk" },
    offering = { talk = "Talk" },
    allowance = { free_minutes = "100 free minutes a month" },
    band = { day = "day", night = "night" },
    voice = { call = "Call" },
}

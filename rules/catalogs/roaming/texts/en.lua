texts "en" {
    catalog = { roaming = "Calls while abroad" },
    service = { voice = "Calls" },
    product = { mobile = "Mobile" },
    package = { abroad = "Abroad" },
    plan = { abroad = "Abroad" },
    offering = { abroad = "Abroad" },
    allowance = { minutes = "30 minutes near home" },
    zone = { near = "near home", europe = "Europe" },
    refusal = { unknown_country = "calls to there have no price" },
    band = { weekend = "weekend", week = "week" },
    voice = { abroad = "Call from abroad" },
}

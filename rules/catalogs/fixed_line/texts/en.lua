texts "en" {
    catalog = { fixed_line = "Fixed-line prices" },
    product = { pstn = "Phone line" },
    service = { voice = "Voice" },
    package = { fixed_line = "Fixed line, standard prices" },
    plan = { fixed_line_standard = "Fixed line, standard plan" },
    offering = { fixed_line = "Fixed line" },

    zone = {
        free = "free numbers",
        ["local"] = "local",
        domestic = "domestic",
        hmt = "Hong Kong, Macao and Taiwan",
        international = "international",
    },
    refusal = { unknown_country = "there is no such country code" },
    band = { day = "day", night = "night", weekend = "weekend", holiday = "public holiday" },

    voice = {
        free = "Free call",
        ["local"] = "Local call",
        domestic = "Long-distance call",
        hmt = "Call to Hong Kong, Macao or Taiwan",
        international = "International call",
    },
}

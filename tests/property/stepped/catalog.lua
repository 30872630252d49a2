-- What the stock catalog has not: set-up, first steps in bands, minimum, maximum, roundings, odd steps, and a zone with summer time.

catalog "stepped" { currency = "CNY", zone = "Europe/Berlin", languages = "en" }

service "voice" { unit = "second", zones = "dialled" }

product "line" { services = "voice" }

zones "dialled" {
    { "near", prefix = "1" },
    { "far", prefix = "2" },
    { "flat", prefix = "3" },
    { "free", prefix = "31", digits = 4 },
    { "near", number = "3199" },
}

calendar "week" {
    holidays = "holidays",

    { "holiday", days = "holiday" },
    { "peak", days = { "monday-friday", "workday" }, hours = { "08:30-12:15", "13:45-18:00" } },
    { "night", hours = { "22:00-24:00", "00:00-06:30" } },
    { "weekend", days = { "saturday", "sunday" }, except = "workday" },
    { "low", rest = true },
}

package "stepped" {
    kind = "base", from = "2020-01-01",

    tariff {
        id = "near", say = "voice", serves = { service = "voice", zone = "near" },
        calendar = "week",
        first = { step = "30 s", price = { holiday = "0.05", peak = "0.31", night = "0.111111", weekend = "0.1", low = "0.2" } },
        step = "7 s", price = { holiday = "0.01", peak = "0.073", night = "0.004999", weekend = "0.03", low = "0.05" },
        setup = "0.10", minimum = "0.25", round = "0.01 half_up",
    },

    tariff {
        id = "far", say = "voice", serves = { service = "voice", zone = "far" },
        calendar = "week",
        step = "6 s", price = { holiday = "0.000005", peak = "0.001234", night = "0.0005", weekend = "0.000725", low = "0.001" },
        setup = "0.015", maximum = "3.00", round = "0.01 half_even",
    },

    tariff {
        id = "flat", say = "voice", serves = { service = "voice", zone = "flat" },
        step = "1 s", price = "0.000417",
        minimum = "0.05", maximum = "12.345", round = "0.005 up",
    },

    tariff {
        id = "free", say = "voice", serves = { service = "voice", zone = "free" },
        calendar = "week",
        first = { step = "90 s", price = { holiday = "0", peak = "0.01", night = "0", weekend = "0", low = "0" } },
        step = "60 s", price = { holiday = "0", peak = "0.5", night = "0.1", weekend = "0.2", low = "0.3" },
    },
}

plan "stepped" { base = "stepped" }

offering "stepped" { plans = "stepped" }

texts "en" {
    catalog = { stepped = "Stepped" },
    product = { line = "Line" },
    service = { voice = "Voice" },
    package = { stepped = "Stepped" },
    plan = { stepped = "Stepped" },
    offering = { stepped = "Stepped" },
    zone = { near = "near", far = "far", flat = "flat", free = "free" },
    band = { holiday = "holiday", peak = "peak", night = "night", weekend = "weekend", low = "low" },
    voice = "Call",
}

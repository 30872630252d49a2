-- The standard prices of a fixed line. Each step that has begun is owed, at the price of its first second.

package "fixed_line" {
    kind = "base", from = "2020-01-01",

    tariff {
        id = "free_numbers", say = "voice.free",
        serves = { service = "voice", zone = "free" },
        step = "60 s", price = "0",
    },

    tariff {
        id = "local", say = "voice.local",
        serves = { service = "voice", zone = "local" },
        first = { step = "180 s", price = "0.22" },
        step = "60 s", price = "0.11",
    },

    tariff {
        id = "domestic", say = "voice.domestic",
        serves = { service = "voice", zone = "domestic" },
        calendar = "domestic",
        step = "6 s",
        price = { day = "0.07", weekend = "0.05", night = "0.04", holiday = "0.04" },
    },

    tariff {
        id = "hmt", say = "voice.hmt",
        serves = { service = "voice", zone = "hmt" },
        step = "6 s", price = "0.20",
    },

    tariff {
        id = "international", say = "voice.international",
        serves = { service = "voice", zone = "international" },
        step = "6 s", price = "0.80",
    },
}

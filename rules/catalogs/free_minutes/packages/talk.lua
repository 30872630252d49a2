package "talk" {
    kind = "base", from = "2020-01-01",

    allowance {
        id = "free_minutes",
        serves = { service = "voice" },
        amount = 100, unit = "minute", every = "month",
    },

    tariff {
        id = "voice", say = "voice.call",
        serves = { service = "voice" },
        calendar = "day_night",
        step = "60 s",
        price = { day = "0.15", night = "0.08" },
        uses = { "free_minutes" },
    },
}

plan "talk" { base = "talk" }

offering "talk" { plans = "talk" }

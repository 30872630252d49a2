-- The prices. A step that has begun is owed whole; free units pay before money does.

package "standard" {
    kind = "base", from = "2026-01-01",

    allowance {
        id = "local_minutes",
        serves = { service = "voice", zone = "local" },
        amount = 30, unit = "minute", every = "month",
    },

    tariff {
        id = "free", say = "voice.free",
        serves = { service = "voice", zone = "free" },
        step = "60 s", price = "0",
    },

    tariff {
        id = "local", say = "voice.local",
        serves = { service = "voice", zone = "local" },
        step = "60 s", price = "0.10",
    },

    tariff {
        id = "distant", say = "voice.distant",
        serves = { service = "voice", zone = "distant" },
        calendar = "day_night",
        step = "6 s",
        price = { day = "0.03", night = "0.02" },
    },
}

package "abroad" {
    kind = "base", from = "2026-01-01",

    allowance {
        id = "minutes", serves = { service = "voice", zone = "near" }, amount = 30, unit = "minute", every = "month",
    },

    -- The event says which network it was: { network = "partner" }.
    tariff {
        id = "call", say = "voice.abroad",
        serves = { service = "voice", zone = { "near", "europe" } },
        calendar = "week",
        step = "60 s",
        price = { table = "roaming_rates" },
        uses = { "minutes" },
    },
}

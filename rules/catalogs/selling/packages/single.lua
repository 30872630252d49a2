package "phs_solo" {
    kind = "base", from = "2026-01-01",
    effective = { default = "now", allow = { "now", "next_cycle", "date" } },
    members = { { product = "phs", count = 1 } },

    tariff { id = "voice", serves = { service = "voice" }, step = "60 s", price = "0.20", say = "voice.call" },
}

-- A winter's offer, which nobody can buy any more when it is over.
package "phs_winter" {
    kind = "base", from = "2026-01-01", till = "2026-04-01",
    effective = { default = "now", allow = { "now", "next_cycle", "date" } },
    members = { { product = "phs", count = 1 } },

    tariff { id = "voice", serves = { service = "voice" }, step = "60 s", price = "0.18", say = "voice.call" },
}

package "broadband" {
    kind = "base", from = "2026-01-01",
    effective = { default = { days_after_completion = 1 } },
    members = { { product = "broadband", count = 1 } },

    tariff { id = "data", serves = { service = "data" }, step = "1 MB", price = "0.05", say = "data.traffic" },
}

package "enterprise_line" {
    kind = "base", from = "2026-01-01",
    members = { { product = "pstn", count = "1..100" } },

    tariff { id = "voice", serves = { service = "voice" }, step = "60 s", price = "0.10", say = "voice.call" },
}

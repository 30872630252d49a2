-- A family: one fixed line with up to two PHS lines, and what goes with them.

package "e6_base" {
    kind = "base", from = "2026-01-01",
    effective = { default = "next_cycle", allow = { "now", "next_cycle", { days_after_completion = 3 } } },
    members = { { product = "pstn", count = 1 }, { product = "phs", count = "0..2" } },

    tariff { id = "voice", serves = { service = "voice" }, step = "60 s", price = "0.15", say = "voice.call" },
}

package "local_special" {
    kind = "plugin", from = "2026-01-01",
    effective = { default = "next_cycle" },
    members = { same_as = "e6_base" },

    tariff { id = "voice", serves = { service = "voice" }, step = "60 s", price = "0.12", say = "voice.call" },
}

package "ring_tone" {
    kind = "plugin", from = "2026-01-01",
    members = { { product = "ring_tone", count = 1 } },
}

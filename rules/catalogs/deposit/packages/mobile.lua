package "mobile" {
    kind = "base", from = "2026-01-01",

    tariff { id = "voice", say = "used.voice", serves = { service = "voice" }, step = "60 s", price = "0.20" },
    tariff { id = "sms", say = "used.sms", serves = { service = "sms" }, step = "1 item", price = "0.10" },
    tariff { id = "data", say = "used.data", serves = { service = "data" }, step = "1 MB", price = "0.05" },

    -- What a service provider sells: it has no part in gifts and deposits.
    tariff { id = "content", say = "used.content", serves = { service = "content" }, step = "1 item", price = "5.00" },
}

package "fee_20" {
    kind = "plugin", from = "2026-01-01",

    charge { id = "fee", every = "month", ahead = true, prorate = "day", amount = "20.00", suspended = "free" },
}

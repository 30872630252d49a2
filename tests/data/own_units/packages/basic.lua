package "basic" {
    kind = "base", from = "2026-01-01",

    tariff { id = "sms", say = "used.sms", serves = { service = "sms" }, step = "1 item", price = "0.10" },
    tariff { id = "mms", say = "used.mms", serves = { service = "mms" }, step = "1 item", price = "0.50", uses = {} },
    tariff { id = "voice", say = "used.voice", serves = { service = "voice" }, step = "60 s", price = "0.15" },
    tariff { id = "data", say = "used.data", serves = { service = "data" }, step = "100 B", price = "0.01" },
}

-- Three messages a month.
package "three" {
    kind = "plugin", from = "2026-01-01",

    allowance { id = "free", serves = { service = "sms" }, amount = "3 items", every = "month" },
}

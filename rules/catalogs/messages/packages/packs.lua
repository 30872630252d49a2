-- What is bought: each purchase is good for 12 months of its own.

package "sms_10000" {
    kind = "plugin", from = "2026-01-01",

    allowance { id = "units", serves = { service = "sms" }, amount = 10000, unit = "item", every = "once", valid = "12 months" },
}

package "sms_1000" {
    kind = "plugin", from = "2026-01-01",

    allowance { id = "units", serves = { service = "sms" }, amount = 1000, unit = "item", every = "once", valid = "12 months" },
}

package "mms_500" {
    kind = "plugin", from = "2026-01-01",

    allowance { id = "units", serves = { service = "mms" }, amount = 500, unit = "item", every = "once", valid = "12 months" },
}

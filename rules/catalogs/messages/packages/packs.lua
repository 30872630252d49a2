-- What is bought: each purchase is good for 12 months of its own, and is there for all users of the enterprise that bought it. It is
-- told once when a tenth is left of it, and once 30 days before what is left expires.

package "sms_10000" {
    kind = "plugin", from = "2026-01-01",

    allowance {
        id = "units", serves = { service = "sms" }, amount = 10000, unit = "item", every = "once", valid = "12 months", shared = true,
    },
    notify { id = "low", of = "units", left = "10%", say = "sms.low" },
    notify { id = "ends", of = "units", before = "30 days", say = "sms.ends" },
}

package "sms_1000" {
    kind = "plugin", from = "2026-01-01",

    allowance {
        id = "units", serves = { service = "sms" }, amount = 1000, unit = "item", every = "once", valid = "12 months", shared = true,
    },
    notify { id = "low", of = "units", left = "10%", say = "sms.low" },
    notify { id = "ends", of = "units", before = "30 days", say = "sms.ends" },
}

package "mms_500" {
    kind = "plugin", from = "2026-01-01",

    allowance {
        id = "units", serves = { service = "mms" }, amount = 500, unit = "item", every = "once", valid = "12 months", shared = true,
    },
    notify { id = "low", of = "units", left = "10%", say = "mms.low" },
    notify { id = "ends", of = "units", before = "30 days", say = "mms.ends" },
}

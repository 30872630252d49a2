-- A minute that has begun, and a message, is worth a megabyte.
local everything = {
    { service = "data" },
    { service = "voice", convert = "1 minute = 1 MB" },
    { service = "sms", convert = "1 item = 1 MB" },
}

package "data_for_all" {
    kind = "base", from = "2026-01-01",

    allowance { id = "included", serves = everything, amount = 1024, unit = "MB", every = "month" },

    tariff {
        id = "beyond", say = "beyond",
        serves = everything,
        step = "1 KB", price = "0.0001",
        round = "0.01 up",
    },

    cap { id = "most", amount = "600.00", every = "month" },

    limit {
        id = "data_a_month", say = "data.enough",
        serves = { service = "data" },
        amount = 15360, unit = "MB", every = "month",
    },
}

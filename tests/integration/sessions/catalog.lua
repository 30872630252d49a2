-- What sessions are tried on: each package prices the same services in another way.

catalog "sessions" { currency = "CNY", zone = "Asia/Shanghai", languages = "en" }

service "voice" { unit = "second" }
service "data" { unit = "byte" }
service "sms" { unit = "item" }

product "line" { services = { "voice", "data", "sms" } }

calendar "day_night" {
    { "day", hours = "07:00-21:00" },
    { "night", rest = true },
}

-- A minute costs 0.15, a megabyte 0.10, a message 0.10.
package "plain" {
    kind = "base", from = "2020-01-01",

    tariff { id = "voice", say = "used.voice", serves = { service = "voice" }, step = "60 s", price = "0.15" },
    tariff { id = "data", say = "used.data", serves = { service = "data" }, step = "1 MB", price = "0.10" },
    tariff { id = "sms", say = "used.sms", serves = { service = "sms" }, step = "1 item", price = "0.10" },
}

-- Ten minutes a month are free.
package "free" {
    kind = "base", from = "2020-01-01",

    allowance { id = "minutes", serves = { service = "voice" }, amount = 10, unit = "minute", every = "month" },
    tariff { id = "voice", say = "used.voice", serves = { service = "voice" }, step = "60 s", price = "0.15", uses = { "minutes" } },
}

package "tiered" {
    kind = "base", from = "2020-01-01",

    tariff {
        id = "voice", say = "used.voice", serves = { service = "voice" }, step = "60 s",
        tiers = { kind = "graduated", every = "month", id = "paid" },
        price = { { "0.15", up_to = 3 }, { "0.05" } },
    },
}

package "banded" {
    kind = "base", from = "2020-01-01",

    tariff {
        id = "voice", say = "used.voice", serves = { service = "voice" }, calendar = "day_night", step = "60 s",
        price = { day = "0.20", night = "0.10" },
    },
}

package "capped" {
    kind = "base", from = "2020-01-01",

    tariff { id = "voice", say = "used.voice", serves = { service = "voice" }, step = "60 s", price = "0.15" },
    cap { id = "most", amount = "0.40", every = "month" },
}

package "limited" {
    kind = "base", from = "2020-01-01",

    tariff { id = "voice", say = "used.voice", serves = { service = "voice" }, step = "60 s", price = "0.15" },
    limit { id = "enough", say = "enough", serves = { service = "voice" }, amount = "10 minutes", every = "month" },
}

-- Messages are paid in units only.
package "units" {
    kind = "base", from = "2020-01-01",

    allowance { id = "messages", serves = { service = "sms" }, amount = "5 items", every = "month" },
    tariff {
        id = "sms", say = "used.sms", serves = { service = "sms" }, step = "1 item", refuse = "too_few", uses = { "messages" },
    },
}

plan "plain" { base = "plain" }
plan "free" { base = "free" }
plan "tiered" { base = "tiered" }
plan "banded" { base = "banded" }
plan "capped" { base = "capped" }
plan "limited" { base = "limited" }
plan "units" { base = "units" }

offering "line" { plans = { "plain", "free", "tiered", "banded", "capped", "limited", "units" } }

texts "en" {
    catalog = { sessions = "Sessions" },
    product = { line = "Line" },
    band = { day = "day", night = "night" },
    package = {
        plain = "Plain",
        free = "Free",
        tiered = "Tiered",
        banded = "Banded",
        capped = "Capped",
        limited = "Limited",
        units = "Units",
    },
    plan = {
        plain = "Plain",
        free = "Free",
        tiered = "Tiered",
        banded = "Banded",
        capped = "Capped",
        limited = "Limited",
        units = "Units",
    },
    offering = { line = "Line" },
    cap = { most = "At most 0.40" },
    allowance = { minutes = "Free minutes", messages = "Free messages" },
    used = { voice = "Call", data = "Data", sms = "Message" },
    service = { voice = "Voice", data = "Data", sms = "Messages" },
    enough = "enough for this month",
    too_few = "no messages are left",
}

-- What the naive model (naive_*.py) knows by heart: prices of every shape, and all that falls due, is stored, or is given.

catalog "everything" {
    currency = "CNY", zone = "Asia/Shanghai", languages = "en",
    pay_order = { "expiry", "gift", "deposit", "cash" },
}

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

-- Ten minutes a month are free; who has two of them left is told.
package "free" {
    kind = "base", from = "2020-01-01",

    allowance { id = "minutes", serves = { service = "voice" }, amount = 10, unit = "minute", every = "month" },
    tariff { id = "voice", say = "used.voice", serves = { service = "voice" }, step = "60 s", price = "0.15", uses = { "minutes" } },
    notify { id = "few", of = "minutes", left = "20%", say = "few" },
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
    cap { id = "most", amount = "0.70", every = "month" },
}

-- What is due by itself: by the month in advance, by the day, and by the month when it is over.
package "rent" {
    kind = "plugin", from = "2020-01-01",

    charge { id = "fee", every = "month", ahead = true, prorate = "day", amount = "3.10" },
}

package "insured" {
    kind = "plugin", from = "2020-01-01",

    charge { id = "premium", every = "day", ahead = true, amount = "0.05" },
}

package "metered" {
    kind = "plugin", from = "2020-01-01",

    charge { id = "meter", every = "month", ahead = false, prorate = "day", amount = "0.62" },
}

-- 1.20 are stored and come back in four months, with gifts.
local own = { service = { "voice", "sms" }, charge = "all" }

package "saver" {
    kind = "promotion", from = "2020-01-01",

    deposit {
        id = "stored", amount = "1.20", release = { { "0.30", times = 4 } }, every = "month", pays = own, cancel = "cash",
    },
    gift {
        id = "bonus", with = "stored", amounts = { "0.40", { "0.20", times = 3 } }, every = "month", valid = "2 months",
        pays = own, suspended = "skip", cancel = "forfeit",
    },
}

topup "tenth" {
    at_least = "3.00", bonus = "10%", round = "0.01 down", valid = "3 days", pays = { service = "voice" }, stack = "best",
    say = "topup.tenth",
}
topup "longer" { at_least = "1.00", extends = "2 days", stack = "best", say = "topup.longer" }
topup "welcome" { at_least = "1.00", bonus = "0.20", to = "balance", every = "once", stack = "add", say = "topup.welcome" }
topup "monthly" { at_least = "3.00", bonus = "0.10", valid = "1 month", every = "month", stack = "add", say = "topup.monthly" }

plan "plain" { base = "plain", optional = { "rent", "insured", "metered", "saver" } }
plan "free" { base = "free", optional = { "rent", "insured", "metered", "saver" } }
plan "tiered" { base = "tiered", optional = { "rent", "insured", "metered", "saver" } }
plan "banded" { base = "banded", optional = { "rent", "insured", "metered", "saver" } }
plan "capped" { base = "capped", optional = { "rent", "insured", "metered", "saver" } }

offering "line" { plans = { "plain", "free", "tiered", "banded", "capped" } }

texts "en" {
    catalog = { everything = "Everything" },
    product = { line = "Line" },
    service = { voice = "Voice", data = "Data", sms = "Messages" },
    band = { day = "day", night = "night" },
    package = {
        plain = "Plain", free = "Free", tiered = "Tiered", banded = "Banded", capped = "Capped",
        rent = "Rent", insured = "Insured", metered = "Metered", saver = "Saver",
    },
    plan = { plain = "Plain", free = "Free", tiered = "Tiered", banded = "Banded", capped = "Capped" },
    offering = { line = "Line" },
    cap = { most = "At most 0.70" },
    charge = { fee = "Rent", premium = "Premium", meter = "Meter" },
    allowance = { minutes = "Free minutes" },
    deposit = { stored = "Deposit" },
    gift = { bonus = "Gift" },
    used = { voice = "Call", data = "Data", sms = "Message" },
    few = "few minutes are left",
    topup = { tenth = "A tenth", longer = "Longer", welcome = "Welcome", monthly = "Each month" },
}

-- Calls while abroad: what a minute costs stands in a table, by zone, time, day and the network that is used.

catalog "roaming" {
    currency = "CNY",
    zone = "Asia/Shanghai",
}

service "voice" { unit = "second", zones = "countries" }

product "mobile" { services = "voice" }

zones "countries" {
    of = "to",

    { "near", prefix = { "852", "853", "886" } },
    { "europe", prefix = { "3", "4" } },
    { refuse = "unknown_country", rest = true },
}

calendar "week" {
    { "weekend", days = { "saturday", "sunday" } },
    { "week", rest = true },
}

table "roaming_rates" { domain = { zone = "near|europe", network = "partner|other" } }

plan "abroad" { base = "abroad" }

offering "abroad" { plans = "abroad" }

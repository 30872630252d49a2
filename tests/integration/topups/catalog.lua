-- What top-ups are tried on: gifts that last longer than anybody runs these tests, and one that has expired before.

catalog "topups" { currency = "CNY", zone = "Asia/Shanghai", languages = "en" }

service "voice" { unit = "second" }
service "sms" { unit = "item" }

product "line" { services = { "voice", "sms" } }

package "plain" {
    kind = "base", from = "2020-01-01",

    tariff { id = "voice", say = "used.voice", serves = { service = "voice" }, step = "60 s", price = "0.20" },
    tariff { id = "sms", say = "used.sms", serves = { service = "sms" }, step = "1 item", price = "0.10" },
}

plan "plain" { base = "plain" }
offering "line" { plans = "plain" }

topup "hundred" {
    at_least = "100.00", bonus = "10%", round = "0.01 down", valid = "20 years", pays = { service = "voice" },
    extends = "30 days", stack = "best", say = "topup.hundred",
}
topup "three_hundred" { at_least = "300.00", bonus = "50.00", valid = "10 years", stack = "best", say = "topup.three_hundred" }
topup "gone" { at_least = "10.00", bonus = "3.00", valid = "1 day", stack = "best", say = "topup.gone" }
topup "longer" { at_least = "5.00", extends = "1 month", stack = "best", say = "topup.longer" }
topup "welcome" { at_least = "60.00", bonus = "5.00", to = "balance", every = "once", stack = "add", say = "topup.welcome" }
topup "monthly" {
    at_least = "60.00", bonus = "1.00", valid = "20 years", every = "month", stack = "add", till = "2026-06-01",
    say = "topup.monthly",
}

texts "en" {
    catalog = { topups = "Top-ups" },
    product = { line = "Line" },
    service = { voice = "Voice", sms = "Messages" },
    package = { plain = "Plain" },
    plan = { plain = "Plain" },
    offering = { line = "Line" },
    used = { voice = "Call", sms = "Message" },
    topup = {
        hundred = "10% for calls",
        three_hundred = "50 for 300",
        gone = "A day's gift",
        longer = "A month more",
        welcome = "Welcome",
        monthly = "Once a month",
    },
}

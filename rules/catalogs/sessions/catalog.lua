-- Prepaid on line: who talks or surfs has money for it beforehand, and what is granted at a time is held until it is used.

catalog "sessions" {
    currency = "CNY",
    zone = "Asia/Shanghai",
    pay_order = { "expiry", "gift", "deposit", "cash" },
}

service "voice" { unit = "second", session = { quota = "300 s", valid = "10 minutes" } }
service "data" {
    unit = "byte",
    session = { quota = "10 MB", valid = "30 minutes", final = "redirect", address = "https://pay.example/top-up" },
}

product "mobile" { services = { "voice", "data" } }

plan "prepaid" { base = "prepaid", optional = { "calls_only" } }

offering "prepaid" { plans = "prepaid" }

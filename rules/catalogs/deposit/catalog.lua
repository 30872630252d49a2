-- Money that is stored with the operator: a deposit that comes back month by month, and gifts on the same days.

catalog "deposit" {
    currency = "CNY",
    zone = "Asia/Shanghai",
    pay_order = { "expiry", "gift", "deposit", "cash" },
}

service "voice" { unit = "second" }
service "sms" { unit = "item" }
service "data" { unit = "byte" }
service "content" { unit = "item" }

product "mobile" { services = { "voice", "sms", "data", "content" } }

plan "mobile" { base = "mobile", optional = { "fee_20", "deposit_600" } }

offering "mobile" { plans = "mobile" }

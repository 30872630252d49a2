-- Everything counts as data: one allowance and one price for what is surfed, said and written.

catalog "data_for_all" {
    currency = "CNY",
    zone = "Asia/Shanghai",
}

service "data" { unit = "byte" }
service "voice" { unit = "second" }
service "sms" { unit = "item" }

product "mobile" { services = { "data", "voice", "sms" } }

plan "data_for_all" { base = "data_for_all" }

offering "data_for_all" { plans = "data_for_all" }

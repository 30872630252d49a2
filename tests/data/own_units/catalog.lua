-- What tests of balances of units publish: messages of which some are free each month, and others never are.

catalog "own_units" {
    currency = "CNY",
    zone = "Asia/Shanghai",
}

service "sms" { unit = "item" }
service "mms" { unit = "item" }
service "voice" { unit = "second" }
service "data" { unit = "byte" }

product "mobile" { services = { "sms", "mms", "voice", "data" } }

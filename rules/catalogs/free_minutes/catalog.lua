-- The catalog of the benchmark: a tariff with two bands and free minutes each month.

catalog "free_minutes" {
    currency = "CNY",
    zone = "Asia/Shanghai",
}

service "voice" { unit = "second" }

product "line" { services = "voice" }

calendar "day_night" {
    { "day", hours = "07:00-21:00" },
    { "night", rest = true },
}

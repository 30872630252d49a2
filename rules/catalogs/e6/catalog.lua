-- A family plan for a fixed line and up to two PHS lines: free local minutes each month, then a price by band and by how many minutes
-- are paid for, all lines together.

catalog "e6" {
    currency = "CNY",
    zone = "Asia/Shanghai",
}

service "voice" { unit = "second", zones = "dialled" }

product "pstn" { services = "voice" }
product "phs" { services = "voice" }

zones "dialled" {
    area_codes = {
        { prefix = { "010", "02" }, digits = 3 },
        { prefix = "0", digits = 4 },
    },

    { "local", prefix = "@own_area" },
    { refuse = "not_local", prefix = "0" },
    { "local", rest = true },
}

calendar "day_night" {
    { "day", hours = "07:00-21:00" },
    { "night", rest = true },
}

plan "e6" { base = "e6_base", optional = "local_special" }

offering "e6" { kind = "bundle", plans = "e6", brand = "e_home" }

sell {
    requires { "local_special", needs = "e6_base", say = "sell.special_needs_base" },
}

-- Broadband with television: one fee on a contract of two years, taxed, and a monthly price for calls besides.

catalog "bundle" {
    currency = "CNY",
    zone = "Asia/Shanghai",
}

-- Value-added tax on basic services, and on others, which are sold without it.
tax "vat_basic" {
    prices = "inclusive",

    { from = "2018-05-01", rate = "10%" },
    { from = "2019-04-01", rate = "9%" },
}

tax "vat_other" {
    prices = "exclusive",

    { from = "2016-05-01", rate = "6%" },
}

service "voice" { unit = "second" }

product "broadband" { services = {} }
product "television" { services = {} }
product "line" { services = "voice" }

plan "home" { base = "home_bundle", optional = { "set_top_box", "premium", "family" } }

offering "home" { kind = "bundle", plans = "home" }

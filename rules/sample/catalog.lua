-- What everything in this folder shares.

catalog "my_catalog" {
    currency = "CNY",
    zone = "Asia/Shanghai",     -- of dates, hours and months
    languages = { "zh", "en" }, -- every text is there in both
}

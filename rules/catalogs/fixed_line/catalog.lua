-- Fixed-line calls: what everything in this folder shares.

catalog "fixed_line" {
    currency = "CNY",
    zone = "Asia/Shanghai",
    languages = { "zh", "en" },
}

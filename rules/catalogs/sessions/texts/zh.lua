texts "zh" {
    catalog = { sessions = "在线预付费" },
    product = { mobile = "移动电话" },
    service = { voice = "通话", data = "流量" },
    package = { prepaid = "预付费", calls_only = "无流量可通话" },
    plan = { prepaid = "预付费" },
    offering = { prepaid = "预付费" },
    used = { voice = "通话", data = "流量" },
    topup = { hundred = "充值送 5% 通话费", three_hundred = "充三百送三十", welcome = "首充礼" },
}

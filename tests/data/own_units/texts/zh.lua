texts "zh" {
    catalog = { own_units = "自有数量" },
    product = { mobile = "移动电话" },
    service = { sms = "短信", mms = "彩信", voice = "通话", data = "流量" },
    package = { basic = "基本", three = "三条短信" },
    allowance = { free = "免费短信" },
    used = { sms = "短信", mms = "彩信", voice = "通话", data = "流量" },
}

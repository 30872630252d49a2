texts "zh" {
    catalog = { deposit = "预存与赠款" },
    product = { mobile = "移动电话" },
    service = { voice = "语音", sms = "短信", data = "流量", content = "SP 内容" },
    package = { mobile = "移动电话", fee_20 = "月租", deposit_600 = "存 600 送 190" },
    plan = { mobile = "移动电话" },
    offering = { mobile = "移动电话" },
    used = { voice = "通话", sms = "短信", data = "流量", content = "SP 内容" },
    charge = { fee = "月租" },
    deposit = { stored = "预存 600" },
    gift = { bonus = "赠款" },
}

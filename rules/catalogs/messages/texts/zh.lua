texts "zh" {
    catalog = { messages = "短信代理" },
    product = { sender = "短信发送" },
    service = { sms = "短信", mms = "彩信" },
    package = {
        sending = "发送", sms_10000 = "短信 10,000 条", sms_1000 = "短信 1,000 条", mms_500 = "彩信 500 条",
        a_day_100 = "每日限 100 条", a_day_1000 = "每日限 1,000 条",
    },
    plan = { messages = "短信代理" },
    offering = { messages = "短信代理" },
    allowance = { units = "预购条数" },
    zone = { open = "可发送" },
    refusal = { barred = "该号码禁止发送" },
    sms = {
        sent = "短信", too_few = "剩余短信条数不足",
        low = "{package}：{amount} 条短信还剩 {left} 条",
        ends = "{package}：剩余的 {left} 条短信可用至 {last}，逾期作废",
    },
    mms = {
        sent = "彩信", too_few = "剩余彩信条数不足",
        low = "{package}：{amount} 条彩信还剩 {left} 条",
        ends = "{package}：剩余的 {left} 条彩信可用至 {last}，逾期作废",
    },
    not_delivered = "发送失败退还",
    enough_today = "今日发送已达限额",
}

texts "zh" {
    catalog = { free_minutes = "免费分钟示例" },
    product = { line = "电话" },
    service = { voice = "语音通话" },
    package = { talk = "畅聊" },
    plan = { talk = "畅聊计划" },
    offering = { talk = "畅聊" },
    allowance = { free_minutes = "每月免费 100 分钟" },
    band = { day = "白天", night = "夜间" },
    voice = { call = "通话费" },
}

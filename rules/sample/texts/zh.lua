texts "zh" {
    catalog = { my_catalog = "我的目录" },
    product = { line = "电话" },
    service = { voice = "语音通话" },
    package = { standard = "标准资费" },
    plan = { standard = "标准计划" },
    offering = { line = "电话" },
    allowance = { local_minutes = "每月 30 分钟本地通话" },
    zone = { free = "免费号码", ["local"] = "本地", distant = "长途" },
    band = { day = "白天", night = "夜间" },
    voice = { free = "免费电话", ["local"] = "本地通话费", distant = "长途通话费" },
}

texts "zh" {
    catalog = { e6 = "我的E家" },
    product = { pstn = "固定电话" },
    service = { voice = "语音通话" },
    package = { e6_base = "我的E家 e6" },
    plan = { e6 = "e6" },
    offering = { e6 = "e6" },
    brand = { e_home = "我的E家" },
    allowance = { local_minutes = "每月 300 分钟本地通话" },
    zone = { ["local"] = "本地" },
    refusal = { not_local = "不是本地通话" },
    band = { day = "白天", night = "夜间" },
    voice = { ["local"] = "本地通话费" },
}

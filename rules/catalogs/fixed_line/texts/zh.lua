texts "zh" {
    catalog = { fixed_line = "固定电话资费" },
    product = { pstn = "普通电话" },
    service = { voice = "语音通话" },
    package = { fixed_line = "固定电话标准资费" },
    plan = { fixed_line_standard = "固定电话标准计划" },
    offering = { fixed_line = "固定电话" },

    zone = {
        free = "免费号码",
        ["local"] = "本地",
        domestic = "国内长途",
        hmt = "港澳台",
        international = "国际",
    },
    refusal = { unknown_country = "国家代码不存在" },
    band = { day = "白天", night = "夜间", weekend = "周末", holiday = "节假日" },

    voice = {
        free = "免费电话",
        ["local"] = "本地通话费",
        domestic = "国内长途通话费",
        hmt = "港澳台通话费",
        international = "国际长途通话费",
    },
}

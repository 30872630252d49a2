texts "zh" {
    catalog = { roaming = "境外通话" },
    service = { voice = "语音" },
    product = { mobile = "手机" },
    package = { abroad = "境外通" },
    plan = { abroad = "境外通" },
    offering = { abroad = "境外通" },
    allowance = { minutes = "临近地区 30 分钟" },
    zone = { near = "临近地区", europe = "欧洲" },
    refusal = { unknown_country = "该地区没有价格" },
    band = { weekend = "周末", week = "平日" },
    voice = { abroad = "境外通话" },
}

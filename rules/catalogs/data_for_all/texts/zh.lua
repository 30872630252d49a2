texts "zh" {
    catalog = { data_for_all = "全网流量" },
    product = { mobile = "移动电话" },
    service = { data = "数据流量", voice = "语音通话", sms = "短信" },
    package = { data_for_all = "全网流量包" },
    plan = { data_for_all = "全网流量" },
    offering = { data_for_all = "全网流量" },
    allowance = { included = "每月 1,024 MB，通话与短信折算" },
    cap = { most = "每月最多 600.00 元" },
    beyond = "超出部分，每 KB 0.0001 元",
    data = { enough = "本月流量已达 15,360 MB，下月恢复使用" },
}

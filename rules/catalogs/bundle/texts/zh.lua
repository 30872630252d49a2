texts "zh" {
    catalog = { bundle = "宽带电视融合套餐" },
    service = { voice = "语音" },
    product = { broadband = "宽带", television = "电视", line = "固话" },
    package = { home_bundle = "家庭融合套餐", set_top_box = "机顶盒", premium = "尊享包", family = "亲情网" },
    plan = { home = "家庭" },
    offering = { home = "家庭" },
    tax = { vat_basic = "增值税（基础电信）", vat_other = "增值税（其他服务）" },
    charge = { fee = "月费", leaving = "提前终止费", installation = "安装费", films = "影视包", premium_fee = "尊享月费",
        box = "机顶盒提前归还" },
    partner = { film_house = "影视合作方" },
    family = { calls = "亲情通话优惠", bill = "亲情账单优惠" },
    voice = { calls = "通话" },
}

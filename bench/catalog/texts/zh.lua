texts "zh" {
    catalog = { bench = "基准测试" },
    service = { voice = "通话" },
    product = { line = "电话" },
    package = { bench_base = "基准测试基础包" },
    allowance = { free_minutes = "免费分钟" },
    band = { day = "白天", night = "夜间" },
    voice = { call = "通话：{units} 分钟，{amount}" },
}

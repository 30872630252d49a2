-- The word for properties: what must hold for every usage of a range. Read by schema.lua.

return function(schema)
    schema.limits.sweep_inputs = 250000

    schema.records.sweep = {
        say = { en = "What runs through a range; all combinations are tried", zh = "逐一取值的字段，各种组合都要试" },
        fields = {
            { "seconds", { "range", "second" }, say = { en = "How long it takes", zh = "时长" } },
            { "bytes", { "range", "byte" }, say = { en = "How much it is", zh = "流量" } },
            { "items", { "range", "item" }, say = { en = "How many it is", zh = "条数" } },
            { "at", "time_range", say = { en = "When it begins", zh = "开始时间" } },
            { "to", { "list", "text" }, say = { en = "What is reached", zh = "对端" } },
        },
    }

    table.insert(schema.tests, {
        "always", form = "named", title = true, many = true,
        say = { en = "What holds for every usage of a range", zh = "范围内每次使用都须成立的性质" },
        fields = {
            { "holds", { "list", "holding" }, required = true, say = { en = "The packages that are held", zh = "持有的优惠包" } },
            { "used", "used", default = {}, say = { en = "What is counted already", zh = "已计的数量" } },
            { "event", { "record", "scenario_event" }, default = {},
                say = { en = "What all usage of the range shares", zh = "范围内各次使用共有的字段" } },
            { "sweep", { "record", "sweep" }, required = true, say = { en = "The range", zh = "范围" } },
            { "claims", { "list", { "one_of", "never_negative", "never_refused", "more_never_cheaper", "parts_make_whole" } },
                required = true,
                say = { en = "What is claimed: the price is never negative; none is refused; more usage never costs less; the prices of "
                    .. "two parts are that of the whole",
                    zh = "断言：价格从不为负；从不被拒绝；用得多不会更便宜；拆成两部分的价格之和等于整体的价格" } },
            { "split", { "quantity", 1 }, say = { en = "For parts_make_whole: usage is cut at multiples of this",
                zh = "用于 parts_make_whole：在其整数倍处拆分" } },
            { "within", { "money", 0 }, default = 10000, say = { en = "… and may differ by so much: the rounding step",
                zh = "……允许相差这么多：取整步长" } },
        },
    })
end

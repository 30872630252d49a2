-- The word for limits on what a release may do to the revenue of a month. Read by schema.lua.

return function(schema)
    schema.records.guard_limit = {
        say = { en = "How far it may fall and rise", zh = "允许下降与上升的幅度" },
        fields = {
            { "falls", "movement", say = { en = "By so much at most: \"2%\" of what it was, or \"20.00\"",
                zh = "至多下降：原来的 \"2%\"，或 \"20.00\"" } },
            { "rises", "movement", say = { en = "By so much at most", zh = "至多上升" } },
        },
    }

    table.insert(schema.tests, {
        "guard", form = "named", title = true, many = true,
        say = { en = "What a release may do to the revenue of a month at most", zh = "新价格对某月收入的影响上限" },
        fields = {
            { "total", { "record", "guard_limit" }, say = { en = "All revenue", zh = "总收入" } },
            { "customer", { "record", "guard_limit" }, say = { en = "What each customer pays", zh = "每个客户的付费" } },
            { "segment", { "record", "guard_limit" }, say = { en = "Of each segment of customers", zh = "每个客户群的收入" } },
            { "package", { "record", "guard_limit" }, say = { en = "Of each package", zh = "每个优惠包的收入" } },
            { "zone", { "record", "guard_limit" }, say = { en = "Of each zone", zh = "每个计费区的收入" } },
            { "lost", { "integer", 0, 1 << 53 }, default = 0,
                say = { en = "So many charges may have no price any more", zh = "允许不再能计价的笔数" } },
        },
    })
end

-- The word for what a top-up gives besides what is paid in, `topup`, and what scenarios expect of it. schema.lua takes them in.

local words = { catalog = {}, tests = {}, records = {} }

words.catalog = {
    {
        "topup", form = "named", many = true,
        say = { en = "What who pays in so much gets besides: a bonus, or longer validity", zh = "充值规则：充值达到多少另赠奖励金或延长有效期" },
        fields = {
            { "at_least", { "money", 0 }, required = true, say = { en = "For a top-up of no less than this", zh = "单次充值不低于此金额" } },
            { "bonus", "bonus", say = { en = "An amount, or a percentage of what is paid in", zh = "奖励金：金额，或充值金额的百分比" } },
            { "round", "rounding", say = { en = "\"0.01 down\": how a percentage comes to an amount", zh = "\"0.01 down\"：百分比折成金额时如何取整" } },
            { "to", { "one_of", "gift", "balance" }, default = "gift",
                say = { en = "gift: a balance of its own; balance: the one that is topped up",
                    zh = "gift 为单独的赠款账本；balance 为所充值的账本" } },
            { "valid", "cycles", say = { en = "The gift is good for so long, the first day included: \"2 months\"",
                zh = "赠款的有效期（含首日），例如 \"2 months\"" } },
            { "pays", { "records", "usage_paid" }, say = { en = "What the gift may pay for; everything if left out",
                zh = "赠款可用于支付；不写则可支付一切" } },
            { "extends", "lead_time", say = { en = "The balance that is topped up expires so much later: \"30 days\"",
                zh = "所充值的账本延长有效期，例如 \"30 days\"" } },
            { "every", { "one_of", "once", "day", "month", "year" },
                say = { en = "To a customer once, or once in each local day, month or year; at every top-up if left out",
                    zh = "每个客户只一次（once），或每日、每月、每年一次；不写则每次充值都有" } },
            { "stack", { "one_of", "best", "add" }, required = true,
                say = { en = "best: of these only the one for the highest amount that is reached; add: besides others",
                    zh = "best 为同类中只取所达到的最高一档；add 为另外叠加" } },
            { "from", "date", say = { en = "The first day of this version; else always", zh = "本版本生效首日；不写则一直" } },
            { "till", "date", say = { en = "The first day that is no longer in it; else until the next version",
                zh = "失效首日；不写则到下一版本为止" } },
            { "seasonal", "yes", say = { en = "true: a hole before the next version is meant", zh = "true：与下一版本之间的空档是有意的" } },
            { "say", "text_key", required = true, say = { en = "The text that names it", zh = "规则的文本" } },
        },
    },
}

words.records.usage_paid = {
    say = { en = "Usage that is paid", zh = "可支付的使用" },
    fields = {
        { "service", { "list", { "name_of", "service" } }, required = true, say = { en = "Of these services", zh = "这些业务的使用" } },
        { "zone", { "list", "id" }, say = { en = "Only in these zones", zh = "仅限这些计费区" } },
    },
}

words.state = { "topups", { "list_with_repeats", "text" },
    say = { en = "What rules gave for top-ups since that was expected last, in order: \"hundred 10.00\", \"hundred 30 days\"; {} nothing",
        zh = "自上次写 topups 以来充值规则所给的（按顺序）：\"hundred 10.00\"、\"hundred 30 days\"；{} 为没有" } }

return words

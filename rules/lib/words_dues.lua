-- The words for what falls due besides usage: `charge`, and `due` for its tests. schema.lua puts them among the others.

local words = {}

words.charge = {
    "charge", form = "plain",
    say = { en = "What is owed for holding the package: a fee that recurs, or falls due once", zh = "持有优惠包应付的费用：周期性费用或一次性费用" },
    fields = {
        { "id", "id", required = true, say = { en = "Unique among the charges of its package", zh = "在优惠包的收费中唯一" } },
        { "every", { "one_of", "day", "month", "year", "once" }, required = true,
            say = { en = "In each day, month or year of the calendar; once: on the first day",
                zh = "每个自然日、月或年；once 为开通首日收一次" } },
        { "ahead", "flag", say = { en = "true: due when its cycle begins; false: when it ends. Needed unless it falls due once",
            zh = "true 为预收（周期开始时），false 为后收（周期结束时）；除一次性费用外必填" } },
        { "prorate", { "one_of", "day" }, say = { en = "\"day\": each day costs its part; else the cycle is owed whole",
            zh = "\"day\"：按日折算；不写则按整周期收取" } },
        { "amount", { "money", 0 }, required = true, say = { en = "Of one cycle", zh = "每周期的金额" } },
        { "priced_by", { "one_of", "month", "year" },
            say = { en = "The amount is that of a month or a year; a month is a twelfth of a year",
                zh = "金额按月或按年给出；一个月为一年的十二分之一" } },
        { "suspended", { "one_of", "charged", "free" }, default = "charged",
            say = { en = "Days of suspension are charged like others, or free", zh = "停机日照常收取（charged）或免收（free）" } },
        { "round", "rounding", default = { step = 10000, mode = "half_up" },
            say = { en = "Once, at the end of the line; \"0.01 half_up\" if left out", zh = "在行末取整一次；不写则为 \"0.01 half_up\"" } },
        { "say", "text_key", say = { en = "The text that names its lines; charge.ID if left out", zh = "费用行的文本；不写则为 charge.编号" } },
    },
}

words.records = {
    due_expect = {
        say = { en = "What must fall due", zh = "应得的费用" },
        fields = {
            { "amount", "money", say = { en = "The sum of all lines", zh = "各行之和" } },
            { "lines", { "list_with_repeats", "text" },
                say = { en = "The lines in order: \"fee 91.55\", with the first day of its cycle if that is to be held against it: "
                    .. "\"fee 2026-03-01 91.55\"",
                    zh = "按顺序的各行：\"fee 91.55\"；可写出周期首日：\"fee 2026-03-01 91.55\"" } },
            { "refused", { "one_of", "OVERFLOW" }, say = { en = "The code of a refusal", zh = "拒绝代码" } },
        },
    },
}

words.due = {
    "due", form = "named", title = true, many = true,
    say = { en = "What falls due in a period for a package that is held", zh = "持有的优惠包在一段时间内应付的费用" },
    fields = {
        { "holds", "holding", required = true, say = { en = "The package that is held", zh = "持有的优惠包" } },
        { "from", "date", required = true, say = { en = "The first day of the period: \"2026-03-01\"", zh = "时段首日：\"2026-03-01\"" } },
        { "till", "date", required = true, say = { en = "The first day after it", zh = "时段之后的第一日" } },
        { "suspended", { "records", "due_span" }, default = {}, say = { en = "When it was suspended", zh = "停机的时段" } },
        { "expect", { "record", "due_expect" }, required = true, say = { en = "What must come out", zh = "应得的结果" } },
    },
}

words.records.due_span = {
    say = { en = "From when till when", zh = "起止时间" },
    fields = {
        { "from", "moment", say = { en = "From then on; else since ever", zh = "从何时起；不写则一直" } },
        { "till", "moment", say = { en = "Not any more from then on; else for ever", zh = "到何时止（不含）；不写则一直" } },
    },
}

return words

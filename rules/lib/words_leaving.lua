-- The word for leaving early: `termination`. schema.lua takes it in.

local use = ...
local taxes = use "words_taxes"

local words = {}

words.termination = {
    "termination", form = "plain",
    say = { en = "What is owed if the package is given up before its term is over", zh = "约定期内提前退订应付的费用" },
    fields = {
        { "id", "id", required = true, say = { en = "Unique among the charges of its package", zh = "在优惠包的收费中唯一" } },
        { "term", "term", required = true,
            say = { en = "How long it is to be held: \"5 years\", or param \"name\", a number of months",
                zh = "约定期：\"5 years\"，或 param \"名称\"（月数）" } },
        { "remaining", "id", say = { en = "A charge of the package: what it would cost up to the term's end, at the price of the last day",
            zh = "本优惠包的一项收费：按最后一日的价格计至约定期末" } },
        { "share", "percent", say = { en = "So much of what remains: \"50%\"; all of it if left out",
            zh = "收取剩余部分的百分比，例如 \"50%\"；不写则为全部" } },
        { "amount", "due_amount", say = { en = "Instead of what remains: money, param \"name\", or function(c)",
            zh = "代替剩余费用的金额：金额、param \"名称\" 或 function(c)" } },
        { "each_month", "yes", say = { en = "true: the amount is owed for each month of the term that has not begun",
            zh = "true：约定期内尚未开始的每个月各收一次该金额" } },
        { "falls", { "money", 0 }, say = { en = "The amount is so much less for each month of the term that has begun",
            zh = "约定期内每开始一个月，金额减少这么多" } },
        { "round", "rounding", default = { step = 10000, mode = "half_up" },
            say = { en = "Once, at the end of the line; \"0.01 half_up\" if left out", zh = "在行末取整一次；不写则为 \"0.01 half_up\"" } },
        taxes.code,
        { "say", "text_key", say = { en = "The text that names its line; charge.ID if left out", zh = "费用行的文本；不写则为 charge.编号" } },
    },
}

return words

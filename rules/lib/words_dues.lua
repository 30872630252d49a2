-- The words for what falls due besides usage: `charge`, and `due` for its tests. schema.lua puts them among the others.

local use = ...
local taxes = use "words_taxes"
local sharing = use "words_sharing"

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
        { "amount", "due_amount", required = true, say = { en = "Of one cycle: money, param \"name\", or function(c)",
            zh = "每周期的金额：金额、param \"名称\" 或 function(c)" } },
        { "priced_by", { "one_of", "month", "year" },
            say = { en = "The amount is that of a month or a year; a month is a twelfth of a year",
                zh = "金额按月或按年给出；一个月为一年的十二分之一" } },
        { "for_each", "each", say = { en = "Owed for each of so many, each in a line: a declared fact, \"lease.units\", or param \"name\"",
            zh = "逐个收取，每个一行；数目为已声明的事实（如 \"lease.units\"）或 param \"名称\"" } },
        { "suspended", { "one_of", "charged", "free" }, default = "charged",
            say = { en = "Days of suspension are charged like others, or free", zh = "停机日照常收取（charged）或免收（free）" } },
        { "round", "rounding", default = { step = 10000, mode = "half_up" },
            say = { en = "Once, at the end of the line; \"0.01 half_up\" if left out", zh = "在行末取整一次；不写则为 \"0.01 half_up\"" } },
        { "split", { "rows", "share" }, say = { en = "How its lines are divided, without tax; the last takes what rounding leaves",
            zh = "各行（不含税）如何拆账；最后一份承担取整差额" } },
        sharing.once,
        { "replaces", "charge_name",
            say = { en = "While both packages are held, this takes the place of a charge of another: \"package.charge\"",
            zh = "两个优惠包同时持有期间，取代另一优惠包的收费：\"优惠包.收费\"" } },
        taxes.code,
        { "say", "text_key", say = { en = "The text that names its lines; charge.ID if left out", zh = "费用行的文本；不写则为 charge.编号" } },
    },
}

-- A value that an order gives, for charges.
words.param = {
    "param", form = "value", example = 'param "monthly_fee"',
    say = { en = "What a parameter of the package is: param \"name\"", zh = "优惠包参数的值：param \"名称\"" },
}

-- The fields of `package` and `catalog` that belong to this.
words.params = { "params", "params", default = {}, say = { en = "Parameters by name", zh = "按名称的参数" } }
words.facts = { "formula_facts", "fact_groups", default = {},
    say = { en = "What formulas may ask for: { site = { tenants = \"integer\" } } is c.site.tenants",
        zh = "公式可查询的事实：{ site = { tenants = \"integer\" } } 即 c.site.tenants" } }

-- What the formula of a charge sees, and its type for editors.
words.context = {
    { "params", { en = "params.NAME: a parameter of the package", zh = "params.名称：优惠包的参数" }, "table<string, any>" },
    { "[string]", { en = "GROUP.NAME: a fact that the catalog declares", zh = "组.名称：目录声明的事实" }, "table<string, any>" },
}

words.records = {
    share = {
        say = { en = "The share of a product of the bundle, or of a partner", zh = "套餐中一个产品或一个合作方的份额" },
        fields = {
            { "product", { "name_of", "product" }, say = { en = "The product", zh = "产品" } },
            { "partner", "id", say = { en = "Or the partner, whose text is partner.ID", zh = "或合作方，其文本为 partner.编号" } },
            { "share", "percent", required = true, say = { en = "Its share: \"60%\"", zh = "份额，例如 \"60%\"" } },
        },
    },
    parameter = {
        say = { en = "A parameter: one of money, number, integer, text, date, choice says what it is",
            zh = "参数：由 money、number、integer、text、date、choice 之一说明种类" },
        fields = {
            { "money", { "value", "money" }, say = { en = "Money: the default, or true for none", zh = "金额：缺省值，无缺省写 true" } },
            { "number", { "value", "number" }, say = { en = "A decimal, likewise", zh = "小数，同上" } },
            { "integer", { "value", "integer" }, say = { en = "A whole number, likewise", zh = "整数，同上" } },
            { "text", { "value", "text" }, say = { en = "A text, likewise", zh = "文本，同上" } },
            { "date", { "value", "date" }, say = { en = "A day, likewise", zh = "日期，同上" } },
            { "choice", { "value", "text" }, say = { en = "A text of the choices, likewise", zh = "可选值之一（文本），同上" } },
            { "choices", "values", say = { en = "All that is allowed", zh = "允许的值" } },
            { "source", { "one_of", "order", "external", "constant" },
                say = { en = "Who gives it: the order, another system, or nobody; \"order\" if left out",
                    zh = "来源：订单、外部系统或常量；不写则为 \"order\"" } },
            { "derive", "param_function", say = { en = "function(p): what it is, from others", zh = "function(p)：由其他参数推导" } },
            { "check", "param_function", say = { en = "function(p): may it be so?", zh = "function(p)：是否允许" } },
            { "say", "text_key", say = { en = "The text that says why not", zh = "不允许时的说明文本" } },
            { "from", "date", say = { en = "What is given counts from this day on; before it, the default does",
                zh = "所给的值自此日起有效，之前用缺省值" } },
            { "till", "date", say = { en = "The first day on which it does not count any more", zh = "所给的值自此日起失效" } },
            { "lasts", "cycles", say = { en = "It counts so long from when the package is held: \"3 months\"",
                zh = "自持有优惠包起有效多久，例如 \"3 months\"" } },
        },
    },
    due_fact = {
        say = { en = "A fact, and while it holds", zh = "一项事实及其起止" },
        fields = {
            { "name", "fact_name", at = 1, required = true, say = { en = "\"site.tenants\"", zh = "\"site.tenants\"" } },
            { "value", "given", at = 2, required = true, say = { en = "A text or a whole number", zh = "文本或整数" } },
            { "from", "moment", say = { en = "From then on; else since ever", zh = "从何时起；不写则一直" } },
            { "till", "moment", say = { en = "Not any more from then on; else for ever", zh = "到何时止（不含）；不写则一直" } },
        },
    },
    due_expect = {
        say = { en = "What must fall due", zh = "应得的费用" },
        fields = {
            { "amount", "money", say = { en = "The sum of all lines", zh = "各行之和" } },
            taxes.expected,
            { "lines", { "list_with_repeats", "text" },
                say = { en = "The lines in order: \"fee 91.55\", with the first day of its cycle if that is to be held against it: "
                    .. "\"fee 2026-03-01 91.55\"",
                    zh = "按顺序的各行：\"fee 91.55\"；可写出周期首日：\"fee 2026-03-01 91.55\"" } },
            { "replaced", { "list_with_repeats", "text" },
                say = { en = "By what charges were replaced, from which day on: \"fee 2026-04-01 vip.fee\"; {}: none was",
                    zh = "被取代的收费、自何日起、由谁取代：\"fee 2026-04-01 vip.fee\"；{} 为没有" } },
            { "split", { "list_with_repeats", "text" }, say = { en = "The shares in order: \"fee broadband 76.30\"",
                zh = "按顺序的各份额：\"fee broadband 76.30\"" } },
            { "refused", { "one_of", "OVERFLOW", "PARAMETER", "FACT", "RULE_FAILED" },
                say = { en = "The code of a refusal", zh = "拒绝代码" } },
            { "nearest", "text", say = { en = "What was refused: \"param_choice\", \"fact_missing\" …",
                zh = "拒绝的原因，例如 \"param_choice\"、\"fact_missing\"" } },
        },
    },
}

words.due = {
    "due", form = "named", title = true, many = true,
    say = { en = "What falls due in a period for a package that is held", zh = "持有的优惠包在一段时间内应付的费用" },
    fields = {
        { "holds", "holding", required = true, say = { en = "The package that is held", zh = "持有的优惠包" } },
        { "besides", { "list", "holding" }, default = {}, say = { en = "What else is held: its charges may replace some of the package",
            zh = "同时持有的其他优惠包，其收费可能取代本优惠包的收费" } },
        { "from", "date", required = true, say = { en = "The first day of the period: \"2026-03-01\"", zh = "时段首日：\"2026-03-01\"" } },
        { "till", "date", required = true, say = { en = "The first day after it", zh = "时段之后的第一日" } },
        { "suspended", { "records", "due_span" }, default = {}, say = { en = "When it was suspended", zh = "停机的时段" } },
        { "params", "attributes", default = {}, say = { en = "Parameters that the order gives", zh = "订单给出的参数" } },
        { "facts", { "rows", "due_fact" }, default = {}, say = { en = "Facts: { { \"site.tenants\", 2, from = \"2026-03-16\" } }",
            zh = "事实：{ { \"site.tenants\", 2, from = \"2026-03-16\" } }" } },
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
